package settings

import (
	"encoding/json"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The environment is said by four settings, each of which has its kind of variables.

var env = row[map[string]string]{
	name: "env", field: func(s *spec.Settings) *map[string]string { return &s.Env }, over: mapOver[string](),
	wrong: checkSecretEnv,
	open:  func(at problem.Path, values map[string]string) []Text { return eachAttempt(eachText(at, values)) },
	toPod: func(w *writer, values map[string]string) {
		for _, name := range spec.Names(values) {
			w.env = append(w.env, variable{Name: name, Value: w.json(values[name], valueForm)})
		}
	},
	fromPod: func(r *reader, into *map[string]string) error {
		for _, v := range r.env {
			if v.ValueFrom == nil && v.Name != runtime.SecretsVariable {
				at, argo := problem.At("env").Key(v.Name), TagOf(v.Value, r.tags)
				r.text(at, argo, valueForm, func(text string) { put(into, v.Name, text) }, r.prior.Env[v.Name])
			}
		}
		return nil
	},
	examples: func() []map[string]string { return []map[string]string{{"A": "a", "B": "$HOME"}, {"A": ""}} },
}

var secretEnv = row[map[string]spec.KeyRef]{
	name: "secret_env", field: func(s *spec.Settings) *map[string]spec.KeyRef { return &s.SecretEnv },
	over:  mapOver[spec.KeyRef](),
	wrong: checkKeyRefs, open: keyRefTexts,
	toPod: func(w *writer, refs map[string]spec.KeyRef) {
		w.secrets = append(w.secrets, spec.Names(refs)...)
		referenced(w, refs, func(ref corev1.LocalObjectReference, key string, optional *bool) corev1.EnvVarSource {
			from := corev1.SecretKeySelector{LocalObjectReference: ref, Key: key, Optional: optional}
			return corev1.EnvVarSource{SecretKeyRef: &from}
		})
	},
	fromPod: func(r *reader, into *map[string]spec.KeyRef) error {
		return readKeyRefs(r, problem.At("secret_env"), secretRef, r.prior.SecretEnv, into)
	},
	examples: func() []map[string]spec.KeyRef {
		return []map[string]spec.KeyRef{
			{"S": {Name: "db", Key: "k", Optional: true}}, {"S": {Name: "web", Key: "k"}},
			{"S": {Name: "{{ run.name }}", Key: "{{ run.name }}.pem"}},
		}
	},
}

var configMapEnv = row[map[string]spec.KeyRef]{
	name: "config_map_env", field: func(s *spec.Settings) *map[string]spec.KeyRef { return &s.ConfigMapEnv },
	over:  mapOver[spec.KeyRef](),
	wrong: checkKeyRefs, open: keyRefTexts,
	toPod: func(w *writer, refs map[string]spec.KeyRef) {
		referenced(w, refs, func(ref corev1.LocalObjectReference, key string, optional *bool) corev1.EnvVarSource {
			from := corev1.ConfigMapKeySelector{LocalObjectReference: ref, Key: key, Optional: optional}
			return corev1.EnvVarSource{ConfigMapKeyRef: &from}
		})
	},
	fromPod: func(r *reader, into *map[string]spec.KeyRef) error {
		return readKeyRefs(r, problem.At("config_map_env"), configMapRef, r.prior.ConfigMapEnv, into)
	},
	examples: func() []map[string]spec.KeyRef {
		return []map[string]spec.KeyRef{
			{"C": {Name: "conf", Key: "k", Optional: true}}, {"C": {Name: "conf", Key: "l"}},
			{"C": {Name: "conf-{{ run.name }}", Key: "l"}},
		}
	},
}

var fieldEnv = row[map[string]string]{
	name: "field_env", field: func(s *spec.Settings) *map[string]string { return &s.FieldEnv }, over: mapOver[string](),
	wrong: checkFields,
	toPod: func(w *writer, fields map[string]string) {
		for _, name := range spec.Names(fields) {
			from := corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: fields[name]}}
			w.env = append(w.env, variable{Name: name, ValueFrom: &from})
		}
	},
	fromPod: func(r *reader, into *map[string]string) error {
		sourced(r, fieldPath, func(name, field string) { put(into, name, field) })
		return nil
	},
	examples: func() []map[string]string { return []map[string]string{{"F": "metadata.name"}, {"F": "status.podIP"}} },
}

// variable is one of the environment. The value is JSON, or a placeholder.
type variable struct {
	Name      string               `json:"name"`
	Value     json.RawMessage      `json:"value,omitempty"`
	ValueFrom *corev1.EnvVarSource `json:"valueFrom,omitempty"`
	Gone      string               `json:"$patch,omitempty"`
}

type keySource func(ref corev1.LocalObjectReference, key string, optional *bool) corev1.EnvVarSource

func referenced(w *writer, refs map[string]spec.KeyRef, source keySource) {
	for _, name := range spec.Names(refs) {
		ref := refs[name]
		var optional *bool
		if ref.Optional {
			optional = &ref.Optional
		}
		object, gone := w.name(ref.Name)
		from := source(corev1.LocalObjectReference{Name: object}, w.needed(ref.Key), optional)
		w.env = append(w.env, variable{Name: name, ValueFrom: &from, Gone: gone})
	}
}

// sourced reads the variables of one kind.
func sourced[V any](r *reader, read func(from corev1.EnvVarSource) (V, bool), found func(name string, value V)) {
	for _, v := range r.env {
		if v.ValueFrom == nil {
			continue
		}
		if value, ok := read(*v.ValueFrom); ok {
			found(v.Name, value)
		}
	}
}

func readKeyRefs(
	r *reader, at problem.Path, read func(from corev1.EnvVarSource) (spec.KeyRef, bool), prior map[string]spec.KeyRef,
	into *map[string]spec.KeyRef,
) error {
	sourced(r, read, func(name string, said spec.KeyRef) {
		put(into, name, spec.KeyRef{Optional: said.Optional})
		change := func(field func(ref *spec.KeyRef) *string) func(text string) {
			return func(text string) {
				ref := (*into)[name]
				*field(&ref) = text
				(*into)[name] = ref
			}
		}
		r.string(
			at.Key(name).Attr("name"), said.Name, nameForm, change(func(ref *spec.KeyRef) *string { return &ref.Name }),
			prior[name].Name,
		)
		r.string(
			at.Key(name).Attr("key"), said.Key, neededForm, change(func(ref *spec.KeyRef) *string { return &ref.Key }),
			prior[name].Key,
		)
	})
	return nil
}

func keyRefTexts(at problem.Path, refs map[string]spec.KeyRef) []Text {
	var texts []Text
	for _, name := range spec.Names(refs) {
		texts = append(texts, opened(Name, at.Key(name).Attr("name"), refs[name].Name)...)
		texts = append(texts, opened(Needed, at.Key(name).Attr("key"), refs[name].Key)...)
	}
	return texts
}

// TakeVariable reads a hand-written variable that comes from elsewhere; false: it comes from what the spec cannot say.
func TakeVariable(v corev1.EnvVar, into *spec.Settings) bool {
	if ref, ok := secretRef(*v.ValueFrom); ok && !isOpen(ref.Name+ref.Key) {
		put(&into.SecretEnv, v.Name, ref)
		return true
	}
	if ref, ok := configMapRef(*v.ValueFrom); ok && !isOpen(ref.Name+ref.Key) {
		put(&into.ConfigMapEnv, v.Name, ref)
		return true
	}
	field, ok := fieldPath(*v.ValueFrom)
	if version := v.ValueFrom.FieldRef; !ok || version.APIVersion != "" && version.APIVersion != "v1" {
		return false
	}
	put(&into.FieldEnv, v.Name, field)
	return true
}

func fieldPath(from corev1.EnvVarSource) (string, bool) {
	if from.FieldRef == nil {
		return "", false
	}
	return from.FieldRef.FieldPath, true
}

// secretRef is the key of a Secret that a variable comes from; false: it comes from elsewhere.
func secretRef(from corev1.EnvVarSource) (spec.KeyRef, bool) {
	k := from.SecretKeyRef
	if k == nil {
		return spec.KeyRef{}, false
	}
	return spec.KeyRef{Name: k.Name, Key: k.Key, Optional: isTrue(k.Optional)}, true
}

// configMapRef is the key of a config map that a variable comes from; false: it comes from elsewhere.
func configMapRef(from corev1.EnvVarSource) (spec.KeyRef, bool) {
	k := from.ConfigMapKeyRef
	if k == nil {
		return spec.KeyRef{}, false
	}
	return spec.KeyRef{Name: k.Name, Key: k.Key, Optional: isTrue(k.Optional)}, true
}

// fieldPaths are what the downward API offers to environment variables.
var fieldPaths = regexp.MustCompile(`^(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIP|hostIPs|podIP|podIPs))$`)

// reservedEnv are the variables by which Argo's executor, the Python runtime and the provider work.
var reservedEnv = []string{
	"ARGO_CONTAINER_NAME", "ARGO_DEADLINE_SECONDS", "ARGO_INCLUDE_SCRIPT_OUTPUT", "ARGO_NODE_ID", "ARGO_TEMPLATE",
	"KFP_COMPONENT_DIR", "KFP_INPUTS_DIR", "KFP_NOTHING", "KFP_OUTPUTS_DIR", "KFP_SECRETS",
}

// envNames returns the variables by the attribute that sets them.
func envNames(s spec.Settings) map[string][]string {
	return map[string][]string{
		"env": spec.Names(s.Env), "secret_env": spec.Names(s.SecretEnv),
		"config_map_env": spec.Names(s.ConfigMapEnv), "field_env": spec.Names(s.FieldEnv),
	}
}

// CheckVariables finds what is wrong with the environment: names that are none, or taken, and what each setting says.
func CheckVariables(l *problem.List, at problem.Path, s *spec.Settings) {
	checkNames(l, at, *s)
	for _, setting := range []Setting{env, secretEnv, configMapEnv, fieldEnv} {
		setting.check(l, at, s)
	}
}

func checkNames(l *problem.List, at problem.Path, s spec.Settings) {
	seen := map[string]string{}
	names := envNames(s)
	for _, attribute := range spec.Names(names) {
		for _, name := range names[attribute] {
			here := at.Attr(attribute).Key(name)
			switch msgs := validation.IsEnvVarName(name); {
			case len(msgs) > 0:
				l.Errorf(here, "Invalid name", "%q cannot name an environment variable: %s.", name, check.Reason(msgs))
			case slices.Contains(reservedEnv, name):
				l.Errorf(
					here, "Reserved name",
					"%q is a variable by which the provider and Argo Workflows run the component. Choose another name.", name,
				)
			}
			if other, twice := seen[name]; twice {
				l.Errorf(here, "Duplicate name", "Variable %q is set by %s already. Remove one of them.", name, other)
			}
			seen[name] = attribute
		}
	}
}

// checkSecretEnv warns of variables whose name says that a secret is in them, in clear text.
func checkSecretEnv(l *problem.List, at problem.Path, env map[string]string) {
	for _, name := range spec.Names(env) {
		if value := env[name]; check.IsSecretName(name) && value != "" {
			l.Warnf(
				at.Key(name), "Secret in clear text",
				"%s is kept in clear text, in the cluster and in the state, for everybody who may read them. "+check.SecretsHint,
				name, name,
			)
		}
	}
}

func checkKeyRefs(l *problem.List, at problem.Path, refs map[string]spec.KeyRef) {
	for name, ref := range refs {
		constantly(check.NeededName)(l, at.Key(name).Attr("name"), ref.Name)
		constantly(check.DataKey)(l, at.Key(name).Attr("key"), ref.Key)
	}
}

func checkFields(l *problem.List, at problem.Path, fields map[string]string) {
	for name, field := range fields {
		if field != spec.Unknown && !fieldPaths.MatchString(field) {
			l.Errorf(
				at.Key(name), "Unknown field",
				"%q is not a field that Kubernetes gives to a container. There is metadata.name, metadata.namespace, "+
					"metadata.uid, metadata.labels['x'], metadata.annotations['x'], spec.nodeName, spec.serviceAccountName, "+
					"status.hostIP and status.podIP.",
				field,
			)
		}
	}
}
