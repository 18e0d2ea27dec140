package executor

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/controller"
)

// inherited are the variables of this machine that tasks see: what programs need to find their files, and the way to
// the network. Nothing else is handed on, so that no secret of whoever applies gets into a task.
var inherited = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "SSL_CERT_FILE",
	"SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "PIP_CONFIG_FILE", "PIP_CERT", "PIP_INDEX_URL", "R_HOME", "R_LIBS", "R_LIBS_USER",
	"JAVA_HOME", "PYENV_ROOT", "PYENV_VERSION",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
}

// runVariable marks every process of a run, so that those that got away can be found.
const runVariable = "KFP_LOCAL_RUN"

// environment is what the container sees: this machine's, the configuration's, and its own. What it declares itself is
// what $(NAME) may name.
func (p *podRun) environment(from corev1.Container, c *container) (env, declared map[string]string, err error) {
	env, declared = map[string]string{}, map[string]string{}
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "LC_") {
			env[name] = value
		}
	}
	maps.Copy(env, p.Env)
	maps.Copy(env, map[string]string{
		runVariable: p.RunUID, "KFP_INPUTS_DIR": p.file("inputs"), "KFP_OUTPUTS_DIR": p.file("outputs"),
		"KFP_EXECUTOR_FILE": p.file(templateFile), "KFP_TERMINATION_LOG": p.file(terminationFile),
	})
	if p.imageFiles(from.Image) != "" {
		env["PYTHONPATH"] = p.file(workFolder)
	}
	for _, source := range from.EnvFrom {
		if err := p.addAll(declared, source, c); err != nil {
			return nil, nil, err
		}
	}
	for _, variable := range from.Env {
		value, found, err := p.value(variable, declared, c)
		if err != nil {
			return nil, nil, fmt.Errorf("environment variable %s: %w", variable.Name, err)
		}
		if found {
			declared[variable.Name] = value
		}
	}
	maps.Copy(env, declared)
	slices.Sort(c.secrets)
	c.secrets = slices.Compact(c.secrets)
	return env, declared, nil
}

// value is that of one variable; false: it is optional, and there is none.
func (p *podRun) value(v corev1.EnvVar, declared map[string]string, c *container) (value string, found bool, err error) {
	from := v.ValueFrom
	switch {
	case from == nil:
		return expand(v.Value, declared), true, nil
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		c.secrets = append(c.secrets, ref.Name)
		data, _ := p.Secret(ref.Name)
		value, found = data[ref.Key]
		if !found && (ref.Optional == nil || !*ref.Optional) {
			return "", false, fmt.Errorf("the provider's local.secrets has no key %q of a secret %q", ref.Key, ref.Name)
		}
		return value, found, nil
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		data, _, err := p.ConfigMap(ref.Name)
		if err != nil {
			return "", false, err
		}
		value, found = data[ref.Key]
		if !found && (ref.Optional == nil || !*ref.Optional) {
			return "", false, fmt.Errorf("the provider's local.config_maps has no key %q of a config map %q", ref.Key, ref.Name)
		}
		return value, found, nil
	case from.FieldRef != nil:
		value, err = p.field(from.FieldRef.FieldPath)
		return value, err == nil, err
	}
	return "", false, fmt.Errorf("a process of this machine has no such source of a value")
}

// addAll adds all of a secret or a config map.
func (p *podRun) addAll(env map[string]string, source corev1.EnvFromSource, c *container) error {
	var data map[string]string
	var found, optional bool
	var what string
	switch {
	case source.SecretRef != nil:
		c.secrets = append(c.secrets, source.SecretRef.Name)
		data, found = p.Secret(source.SecretRef.Name)
		optional = source.SecretRef.Optional != nil && *source.SecretRef.Optional
		what = fmt.Sprintf("local.secrets has no secret %q", source.SecretRef.Name)
	case source.ConfigMapRef != nil:
		var err error
		if data, found, err = p.ConfigMap(source.ConfigMapRef.Name); err != nil {
			return err
		}
		optional = source.ConfigMapRef.Optional != nil && *source.ConfigMapRef.Optional
		what = fmt.Sprintf("local.config_maps has no config map %q", source.ConfigMapRef.Name)
	}
	if !found && !optional {
		return fmt.Errorf("the provider's %s", what)
	}
	for key, value := range data {
		env[source.Prefix+key] = value
	}
	return nil
}

// field is what the pod knows of itself.
func (p *podRun) field(path string) (string, error) {
	switch path {
	case "metadata.name":
		return controller.PodName(p.Pod.Run, p.Node), nil
	case "metadata.namespace":
		return p.Namespace, nil
	case "metadata.uid":
		return p.RunUID, nil
	case "spec.serviceAccountName":
		return p.Template.ServiceAccountName, nil
	case "spec.nodeName":
		return os.Hostname()
	case "status.hostIP", "status.podIP":
		return "127.0.0.1", nil
	}
	for prefix, pairs := range map[string]map[string]string{
		"metadata.labels['": p.Labels, "metadata.annotations['": p.Annotations,
	} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return pairs[strings.TrimSuffix(rest, "']")], nil
		}
	}
	return "", fmt.Errorf("a process of this machine has no field %s", path)
}

// expand replaces $(NAME) by a variable, as Kubernetes does: what is not known stays, and $$ is a dollar.
func expand(text string, env map[string]string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		switch text[i+1] {
		case '$':
			b.WriteByte('$')
			i++
		case '(':
			name, _, closed := strings.Cut(text[i+2:], ")")
			value, known := env[name]
			switch {
			case !closed:
				b.WriteString("$(")
				i++
				continue
			case known:
				b.WriteString(value)
			default:
				b.WriteString("$(" + name + ")")
			}
			i += 2 + len(name)
		default:
			b.WriteByte('$')
		}
	}
	return b.String()
}
