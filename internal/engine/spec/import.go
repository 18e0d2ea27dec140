package spec

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A task that is an import takes its address and its metadata as inputs, and gives one artifact.
const (
	ImportURI      = "uri"
	ImportMetadata = "metadata"
	ImportOutput   = "artifact"
)

// ImportRef is what such a task refers to: an artifact of a type, which belongs to no namespace.
func ImportRef(t Type) Ref {
	return Ref{Kind: ImportKind, Name: "import", Interface: Interface{
		Inputs: map[string]Input{
			ImportURI: {Type: String}, ImportMetadata: {Type: Struct, Default: new("{}")},
		},
		Outputs: map[string]Output{ImportOutput: {Type: t}},
	}}
}

// Import is an object that exists already and that a task takes as an artifact, as KFP's importer does.
type Import struct {
	Scheme string // a key of importOptions
	Bucket string // of s3 and gs. It may hold {{ }}.
	// Key of the object in the bucket, or in the artifact repository of the run, or the whole address of http and
	// https. It may hold {{ }}.
	Key     string
	Options map[string]string // after the question mark, by name
	// Whole is an expression in place of Bucket and Key that gives both, with or without the scheme.
	Whole string
}

// RepositoryScheme starts the address of an object in the artifact repository of the run.
const RepositoryScheme = "repository"

// importOptions lists what may stand after the question mark, by scheme. The addresses of http and https are passed on
// as they are.
var importOptions = map[string][]string{
	RepositoryScheme: {},
	"s3":             {"endpoint", "region", "insecure", "secret", "access_key", "secret_key"},
	"gs":             {"secret", "key"},
	"http":           nil,
	"https":          nil,
}

var importPattern = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]*)://`)

// IsImport reports whether a text is the address of an object rather than a reference to one.
func IsImport(text string) bool { return importPattern.MatchString(text) }

// ParseImport reads such an address: s3://bucket/key, gs://bucket/key, http(s)://…, or repository://key. All but the
// scheme and the options may hold {{ }}.
func ParseImport(text string) (Import, error) {
	i, err := parseAddress(text)
	if err == nil && i.Key == "" && i.Whole == "" {
		err = fmt.Errorf("%q names no object; add its key", text)
	}
	return i, err
}

// parseAddress is ParseImport where there may be no key.
func parseAddress(text string) (Import, error) {
	found := importPattern.FindStringSubmatch(text)
	if found == nil {
		return Import{}, fmt.Errorf("%q is not an address like s3://bucket/key", text)
	}
	i := Import{Scheme: strings.ToLower(found[1]), Options: map[string]string{}}
	allowed, known := importOptions[i.Scheme]
	if !known {
		return i, fmt.Errorf(
			"%q is not a scheme from which artifacts can be taken; use s3, gs, http, https, or repository for the artifact "+
				"repository of the run",
			i.Scheme,
		)
	}
	if i.Scheme == "http" || i.Scheme == "https" {
		i.Key = text
		return i, nil
	}
	rest := text[len(found[0]):]
	if q := strings.LastIndexByte(rest, '?'); q > strings.LastIndex(rest, "}}") {
		if err := i.readOptions(rest[q+1:], allowed); err != nil {
			return i, err
		}
		rest = rest[:q]
	}
	if i.Scheme != RepositoryScheme {
		slash := outside(rest, "/")
		if inner, whole := onlyExpression(rest); whole && inner != "" {
			i.Whole = inner
			return i, nil
		}
		i.Bucket, rest = rest[:slash], strings.TrimPrefix(rest[slash:], "/")
		if i.Bucket == "" {
			return i, fmt.Errorf("%q does not start with a bucket; write %s://bucket/key", text, i.Scheme)
		}
	}
	i.Key = strings.TrimPrefix(rest, "/")
	return i, nil
}

// outside finds a text outside of {{ }}; the length of the text around it where there is none.
func outside(text, sought string) int {
	quote, inside := byte(0), false
	for at := 0; at < len(text); at++ {
		switch c := text[at]; {
		case !inside && strings.HasPrefix(text[at:], sought):
			return at
		case !inside:
			inside = strings.HasPrefix(text[at:], "{{")
		case quote != 0 && c == '\\':
			at++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case strings.IndexByte("'\"`", c) >= 0:
			quote = c
		default:
			inside = !strings.HasPrefix(text[at:], "}}")
		}
	}
	return len(text)
}

// onlyExpression is what stands between the braces of a text that is nothing else.
func onlyExpression(text string) (string, bool) {
	inner, opened := strings.CutPrefix(text, "{{")
	inner, closed := strings.CutSuffix(inner, "}}")
	return strings.TrimSpace(inner), opened && closed && outside(text, "}") == len(text)-1
}

func (i *Import) readOptions(query string, allowed []string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("the options %q cannot be read: %w", query, err)
	}
	for name := range values {
		if !slices.Contains(allowed, name) {
			if len(allowed) == 0 {
				return fmt.Errorf("option %q means nothing for %s", name, i.Scheme)
			}
			return fmt.Errorf("option %q means nothing for %s; there is %s", name, i.Scheme, strings.Join(allowed, ", "))
		}
		i.Options[name] = values.Get(name)
	}
	if v, given := i.Options["insecure"]; given && v != "true" && v != "false" {
		return fmt.Errorf("option insecure is true or false, not %q", v)
	}
	return nil
}
