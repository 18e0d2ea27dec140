package kfpir

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxPackage bounds what is read, in bytes: far above what a cluster takes.
const maxPackage = 8 << 20

// documents are the parts of a package.
type documents struct {
	pipeline  *yaml.Node // a PipelineSpec; nil: there is none
	platform  *yaml.Node // a PlatformSpec; nil: there is none
	component *yaml.Node // the component.yaml of KFP's first version; nil: there is none
}

// open reads the documents of a package, in whatever order they stand.
func open(text string, found *findings) documents {
	var d documents
	text = strings.TrimPrefix(text, "\ufeff")
	switch {
	case len(text) > maxPackage:
		found.errorf(0, "Package too large", "It has %d bytes, and at most %d are read.", len(text), maxPackage)
		return d
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		found.errorf(0, "Not a text", "It is not valid UTF-8, or it holds a NUL character. Give the YAML that KFP's "+
			"compiler writes; of a .zip or .tar.gz, the pipeline.yaml inside.")
		return d
	}
	dec := yaml.NewDecoder(bytes.NewReader([]byte(plainJSON(text))))
	for {
		var n yaml.Node
		err := decodeNode(dec, &n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, message := yamlError(err)
			found.errorf(line, "Not YAML", "%s.", message)
			return d
		}
		if len(n.Content) > 0 {
			d.sort(n.Content[0], found)
		}
	}
	if d == (documents{}) && !found.failed() {
		found.errorf(0, "Empty package", "There is no pipeline in it. Give the YAML that KFP's compiler writes.")
	}
	return d
}

// decodeNode keeps a fault of the YAML library from taking down the provider.
func decodeNode(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("yaml: it cannot be read")
		}
	}()
	return dec.Decode(n)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// yamlError takes a message of the library apart.
func yamlError(err error) (int, string) {
	m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return 0, err.Error()
	}
	line, _ := strconv.Atoi(m[1])
	return line, strings.ToUpper(m[2][:1]) + m[2][1:]
}

// sort puts one document where it belongs.
func (d *documents) sort(n *yaml.Node, found *findings) {
	n = resolved(n)
	if isNull(n) {
		return
	}
	keys, ok := fields(n)
	if !ok {
		found.errorf(n.Line, "Not a pipeline", "This document is no mapping. Give the YAML that KFP's compiler writes.")
		return
	}
	switch {
	case keys["spec"] != nil && keys["kind"] != nil && keys["kind"].Value == "PipelineVersion":
		d.manifest(keys["spec"], found)
	case keys["kind"] != nil && keys["apiVersion"] != nil && keys["pipelineInfo"] == nil:
		kind := keys["kind"].Value
		if kind == "Pipeline" && strings.HasPrefix(keys["apiVersion"].Value, "pipelines.kubeflow.org/") {
			return // only names what its versions belong to
		}
		found.errorf(n.Line, "Not a pipeline of KFP", "This is a Kubernetes object of kind %q (%s). "+
			"Of those, a PipelineVersion holds a pipeline.", kind, keys["apiVersion"].Value)
	case anyOf(keys, "pipelineSpec", "pipeline_spec"):
		d.job(keys, found)
	case keys["platforms"] != nil:
		d.set(&d.platform, n, "platform spec", found)
	case keys["implementation"] != nil:
		d.set(&d.component, n, "component", found)
	default:
		d.set(&d.pipeline, n, "pipeline", found)
	}
}

func (d *documents) set(to **yaml.Node, n *yaml.Node, what string, found *findings) {
	if *to != nil {
		found.errorf(n.Line, "More than one "+what, "The first one starts on line %d. Remove one of them.", (*to).Line)
		return
	}
	*to = n
}

// manifest reads the spec of a PipelineVersion, which the SDK writes for KFP's Kubernetes-native API.
func (d *documents) manifest(n *yaml.Node, found *findings) {
	keys, _ := fields(resolved(n))
	if keys["pipelineSpec"] == nil {
		why := "It has no spec.pipelineSpec."
		if at := keys["pipelineSpecURI"]; at != nil {
			why = "It only names the place of the pipeline, " + strconv.Quote(at.Value) + ", and nothing is fetched " +
				"from there."
		}
		found.errorf(n.Line, "PipelineVersion without a pipeline", "%s Give the pipeline itself.", why)
		return
	}
	d.set(&d.pipeline, resolved(keys["pipelineSpec"]), "pipeline", found)
	if platform := keys["platformSpec"]; platform != nil && !isNull(platform) {
		d.set(&d.platform, resolved(platform), "platform spec", found)
	}
}

// job reads a job of Vertex AI: what it runs with is not a part of the pipeline.
func (d *documents) job(keys map[string]*yaml.Node, found *findings) {
	for name, n := range keys {
		switch name {
		case "pipelineSpec", "pipeline_spec":
			d.set(&d.pipeline, resolved(n), "pipeline", found)
		case "platformSpec", "platform_spec":
			d.set(&d.platform, resolved(n), "platform spec", found)
		default:
			found.warnf(n.Line, "Not a part of the pipeline", "%s belongs to one run of it and means nothing here. "+
				"Give the parameters to the run.", name)
		}
	}
}

// fields are the values of a mapping by key, the last of equal ones.
func fields(n *yaml.Node) (map[string]*yaml.Node, bool) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, false
	}
	keys := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		keys[n.Content[i].Value] = n.Content[i+1]
	}
	return keys, true
}

func anyOf(keys map[string]*yaml.Node, names ...string) bool {
	for _, name := range names {
		if keys[name] != nil {
			return true
		}
	}
	return false
}

// resolved follows an alias to what it stands for.
func resolved(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	return n == nil || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}
