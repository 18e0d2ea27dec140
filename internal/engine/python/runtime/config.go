package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Encode returns the text of component.json: the same bytes for the same Config.
func (c Config) Encode() (string, error) {
	if err := c.Validate(); err != nil {
		return "", err
	}
	return wire.Marshal(c)
}

// Decode reads what Encode wrote. A field that this version does not know is an error, since it would be lost.
func Decode(text string) (Config, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	var c Config
	if err := dec.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("%s: %w", ConfigName, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%s: more than one value", ConfigName)
	}
	return c, c.Validate()
}

// Validate returns everything that would make the runtime refuse the Config, or run something else than meant.
func (c Config) Validate() error {
	var errs []error
	if c.Function == "" {
		errs = append(errs, errors.New("no function is named"))
	}
	if c.LineOffset < 0 {
		errs = append(errs, fmt.Errorf("line offset %d is negative", c.LineOffset))
	}
	errs = append(errs, c.validateFiles()...)
	errs = append(errs, c.validateArguments()...)
	errs = append(errs, c.validateOutputs()...)
	errs = append(errs, c.validatePackages()...)
	return errors.Join(errs...)
}

// fileName is what a key of a config map looks like.
var fileName = regexp.MustCompile(`^[-._a-zA-Z0-9]{1,253}$`)

// FileNames collects the names of a component's files. The zero value has those of the runtime itself.
type FileNames struct{ seen map[string]bool }

// Add returns why a component cannot have a file of this name beside those that were added before.
func (f *FileNames) Add(name string) error {
	if f.seen == nil {
		f.seen = map[string]bool{FileName: true, ConfigName: true}
	}
	taken := f.seen[name]
	f.seen[name] = true
	switch {
	case !fileName.MatchString(name) || strings.HasPrefix(name, ".."):
		return fmt.Errorf("%q cannot name a file of a component: use letters, digits, '-', '_' and '.'", name)
	case taken:
		return fmt.Errorf("there is more than one file %q", name)
	}
	return nil
}

func (c Config) validateFiles() []error {
	var errs []error
	var names FileNames
	for _, name := range slices.Concat([]string{c.Source}, c.Additional, c.Files) {
		if err := names.Add(name); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (c Config) validateArguments() []error {
	var errs []error
	keywords := map[string]bool{}
	for _, a := range c.Arguments {
		keyword := a.Keyword
		if keyword == "" {
			keyword = a.Name
		}
		if keywords[keyword] {
			errs = append(errs, fmt.Errorf("there is more than one argument %q", keyword))
		}
		keywords[keyword] = true
		if !spec.IsIdentifier(a.Name) {
			errs = append(errs, fmt.Errorf("%q cannot name an input or output", a.Name))
		}
		if err := validateType(a.Type); err != nil {
			errs = append(errs, fmt.Errorf("argument %q: %w", a.Name, err))
		} else if !a.Passing.fits(a.Type) {
			errs = append(errs, fmt.Errorf("argument %q: a %s cannot be passed as %q", a.Name, a.Type, a.Passing))
		}
		if a.Class != "" && !className.MatchString(a.Class) {
			errs = append(errs, fmt.Errorf("argument %q: %q names no class", a.Name, a.Class))
		}
		if NeedsSDK(a.Type) || a.Class != "" || a.Passing == EmbeddedArtifact {
			errs = append(errs, c.validateSDK(fmt.Sprintf("argument %q", a.Name)))
		}
	}
	return errs
}

// className is a dotted name in Python.
var className = regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*$`)

// NeedsSDK reports whether the plain runtime does not know a type.
func NeedsSDK(t spec.Type) bool {
	if elem, ok := t.Elem(); ok {
		return NeedsSDK(elem)
	}
	return t.IsTitled() || t == spec.SlicedClassificationMetrics
}

func (c Config) validateSDK(what string) error {
	if c.SDK || c.KFP {
		return nil
	}
	return fmt.Errorf("%s is not known to the plain runtime", what)
}

// fits reports whether an argument of type t can be passed so.
func (p Passing) fits(t spec.Type) bool {
	switch p {
	case Parameter:
		return !t.IsArtifact()
	case InputArtifact:
		return t.IsArtifact()
	case InputPath:
		return true
	case OutputArtifact, EmbeddedArtifact:
		return t.IsArtifact() && !t.IsList()
	case OutputPath:
		return !t.IsArtifact() || !t.IsList()
	case FinalStatus:
		return t == spec.Struct
	}
	return false
}

func (p Passing) isOutput() bool { return p == OutputArtifact || p == OutputPath }

func validateType(t spec.Type) error {
	parsed, err := spec.ParseType(string(t))
	if err == nil && parsed != t {
		err = fmt.Errorf("type %q is not spelled %q", t, parsed)
	}
	return err
}

func (c Config) validateOutputs() []error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Outputs)) {
		t := c.Outputs[name]
		if err := validateType(t); err != nil || !spec.IsIdentifier(name) {
			errs = append(errs, fmt.Errorf("output %q of type %q is not valid", name, t))
		}
		if NeedsSDK(t) {
			errs = append(errs, c.validateSDK(fmt.Sprintf("output %q", name)))
		}
	}
	written := map[string]bool{}
	for _, a := range c.Arguments {
		if !a.Passing.isOutput() {
			continue
		}
		if written[a.Name] || c.Outputs[a.Name] != a.Type {
			errs = append(errs, fmt.Errorf("argument %q does not stand for exactly one output of type %s", a.Name, a.Type))
		}
		written[a.Name] = true
	}
	returned := len(c.Outputs) - len(written)
	ok := map[Returns]bool{ReturnsNone: returned == 0, ReturnsValue: returned == 1, ReturnsNamed: returned > 0}
	if !ok[c.Returns] {
		errs = append(errs, fmt.Errorf("%d outputs are returned, which %q does not fit", returned, c.Returns))
	}
	return errs
}

func (c Config) validatePackages() []error {
	var errs []error
	for _, p := range c.Packages {
		errs = append(errs, CheckPackage(p))
	}
	for _, p := range slices.Concat(c.IndexURLs, c.TrustedHosts) {
		errs = append(errs, CheckIndex(p))
	}
	return errs
}

// CheckPackage keeps a package to one line of a requirements file, and from being an option of pip.
func CheckPackage(p string) error {
	if strings.TrimSpace(p) == "" || strings.HasPrefix(strings.TrimSpace(p), "-") || strings.ContainsAny(p, "\r\n") {
		return fmt.Errorf("%q is not a pip requirement, such as \"pandas==2.2.2\"", p)
	}
	return nil
}

// CheckIndex does the same for the URL of an index or a host.
func CheckIndex(p string) error {
	if p == "" || strings.HasPrefix(p, "-") || strings.ContainsAny(p, " \t\r\n") {
		return fmt.Errorf("%q is not an index, such as \"https://pypi.example.com/simple\", or a host", redact.Logins(p))
	}
	return nil
}
