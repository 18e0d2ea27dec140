package graph

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	expr "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expression"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// checkSettings finds what is wrong with settings beside their expressions, which are checked as texts.
func checkSettings(s spec.Settings, at problem.Path) problem.List {
	var l problem.List
	checkDuration(&l, at.Attr("timeout"), s.Timeout)
	checkRetry(&l, at.Attr("retry"), s.Retry)
	if s.Cache != nil {
		checkDuration(&l, at.Attr("cache").Attr("max_age"), s.Cache.MaxAge)
	}
	if s.Resources != nil {
		checkQuantities(&l, at.Attr("resources").Attr("requests"), s.Resources.Requests)
		checkQuantities(&l, at.Attr("resources").Attr("limits"), s.Resources.Limits)
	}
	checkEnv(&l, at, s)
	checkVolumes(&l, at.Attr("volumes"), s.Volumes)
	for key, value := range s.NodeSelector {
		checkLabel(&l, at.Attr("node_selector").Key(key), key, value)
	}
	for key, value := range s.Labels {
		checkLabel(&l, at.Attr("labels").Key(key), key, value)
	}
	if s.Affinity != "" && s.Affinity != spec.Unknown {
		dec := json.NewDecoder(strings.NewReader(s.Affinity))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&corev1.Affinity{}); err != nil {
			l.Errorf(at.Attr("affinity"), "Invalid affinity", "It is not Kubernetes' affinity as JSON: %v. Write jsonencode({ nodeAffinity = { … } }).", err)
		}
	}
	for attribute, name := range map[string]string{"service_account": s.ServiceAccount, "priority_class": s.PriorityClass} {
		checkObjectName(&l, at.Attr(attribute), name)
	}
	for i, name := range s.ImagePullSecrets {
		checkObjectName(&l, at.Attr("image_pull_secrets").Index(i), name)
	}
	return l
}

// checkTaskOnly finds settings that a task cannot have by itself.
func checkTaskOnly(l *problem.List, at problem.Path, s spec.Settings) {
	for attribute, given := range map[string]map[string]string{"labels": s.Labels, "annotations": s.Annotations} {
		if len(given) > 0 {
			l.Errorf(at.Attr(attribute), "Not of a task alone", "Argo has %s of pods for a whole pipeline, not for a task. Set them under defaults.", attribute)
		}
	}
}

func checkRetry(l *problem.List, at problem.Path, r *spec.Retry) {
	if r == nil {
		return
	}
	if b := r.Backoff; b != nil {
		checkDuration(l, at.Attr("backoff").Attr("duration"), b.Duration)
		checkDuration(l, at.Attr("backoff").Attr("max"), b.Max)
		if b.Factor != nil && (*b.Factor < 1 || *b.Factor != float64(int64(*b.Factor))) {
			l.Errorf(at.Attr("backoff").Attr("factor"), "Invalid factor", "%v is not a whole number of at least 1, as Argo wants it.", *b.Factor)
		}
	}
	if r.Expression == "" || r.Expression == spec.Unknown {
		return
	}
	t, errs := expr.ParseExpression(r.Expression)
	if len(errs) == 0 {
		_, errs = t.Check(RetryEnv, spec.Boolean)
	}
	for _, e := range errs {
		l.Errorf(at.Attr("expression"), "Invalid expression", "%s", describe(e))
	}
}

// RetryEnv is what a retry's expression may refer to.
var RetryEnv = Env{Own: map[string]expr.Var{
	"last_retry.exit_code": {Type: spec.Integer, Argo: "lastRetry.exitCode"},
	"last_retry.status":    {Type: spec.String, Argo: "lastRetry.status"},
	"last_retry.duration":  {Type: spec.Float, Argo: "lastRetry.duration"},
	"last_retry.message":   {Type: spec.String, Argo: "lastRetry.message"},
}}

func checkDuration(l *problem.List, at problem.Path, text string) {
	if text == "" || text == spec.Unknown {
		return
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && strings.HasSuffix(text, "d"):
		l.Errorf(at, "Invalid duration", "%q is not a duration: days are not a unit here. Write hours, such as \"24h\".", text)
	case err != nil:
		l.Errorf(at, "Invalid duration", "%q is not a duration. Write a number and a unit (s, m or h), such as \"90s\" or \"1h30m\".", text)
	case d <= 0:
		l.Errorf(at, "Invalid duration", "%q is not a positive duration.", text)
	}
}

func checkQuantities(l *problem.List, at problem.Path, quantities map[string]string) {
	for name, text := range quantities {
		if text == spec.Unknown || strings.Contains(text, "{{") {
			continue
		}
		q, err := resource.ParseQuantity(text)
		switch {
		case err != nil:
			l.Errorf(at.Key(name), "Invalid quantity", "%q is not a quantity. Write a number with an optional unit, such as \"500m\" for half a CPU or \"1Gi\" for memory.", text)
		case q.Sign() < 0:
			l.Errorf(at.Key(name), "Invalid quantity", "%q is negative.", text)
		}
	}
}

// fieldPaths are what the downward API offers to environment variables.
var fieldPaths = regexp.MustCompile(`^(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIP|hostIPs|podIP|podIPs))$`)

func checkEnv(l *problem.List, at problem.Path, s spec.Settings) {
	seen := map[string]string{}
	check := func(attribute string, names []string) {
		for _, name := range names {
			if msgs := validation.IsEnvVarName(name); len(msgs) > 0 {
				l.Errorf(at.Attr(attribute).Key(name), "Invalid name", "%q cannot name an environment variable: %s.", name, msgs[0])
			}
			if other, twice := seen[name]; twice {
				l.Errorf(at.Attr(attribute).Key(name), "Duplicate name", "Variable %q is set by %s already.", name, other)
			}
			seen[name] = attribute
		}
	}
	check("env", sortedKeys(s.Env))
	check("secret_env", sortedKeys(s.SecretEnv))
	check("config_map_env", sortedKeys(s.ConfigMapEnv))
	check("field_env", sortedKeys(s.FieldEnv))
	for name, field := range s.FieldEnv {
		if field != spec.Unknown && !fieldPaths.MatchString(field) {
			l.Errorf(at.Attr("field_env").Key(name), "Unknown field", "%q is not a field that Kubernetes gives to a container. There is metadata.name, metadata.namespace, metadata.uid, metadata.labels['x'], metadata.annotations['x'], spec.nodeName, spec.serviceAccountName, status.hostIP and status.podIP.", field)
		}
	}
	for attribute, refs := range map[string]map[string]spec.KeyRef{"secret_env": s.SecretEnv, "config_map_env": s.ConfigMapEnv} {
		for name, ref := range refs {
			checkObjectName(l, at.Attr(attribute).Key(name).Attr("name"), ref.Name)
		}
	}
}

func checkVolumes(l *problem.List, at problem.Path, volumes map[string]spec.Volume) {
	mounted := map[string]string{}
	for _, name := range sortedKeys(volumes) {
		v := volumes[name]
		if len(validation.IsDNS1123Label(strings.ReplaceAll(strings.ToLower(name), "_", "-"))) > 0 {
			l.Errorf(at.Key(name), "Invalid name", "%q cannot name a volume. Use letters, digits, hyphens and underscores.", name)
		}
		sources := 0
		for _, given := range []bool{v.Secret != "", v.ConfigMap != "", v.Claim != "", v.EmptyDir != nil, v.Ephemeral != nil} {
			if given {
				sources++
			}
		}
		if sources != 1 {
			l.Errorf(at.Key(name), "One source is needed", "Volume %q has %d sources. Give exactly one of secret, config_map, claim, empty_dir and ephemeral.", name, sources)
		}
		if v.EmptyDir != nil {
			checkQuantities(l, at.Key(name).Attr("empty_dir"), nonEmpty("size_limit", v.EmptyDir.SizeLimit))
		}
		if v.Ephemeral != nil {
			checkQuantities(l, at.Key(name).Attr("ephemeral"), nonEmpty("size", v.Ephemeral.Size))
		}
		for attribute, object := range map[string]string{"secret": v.Secret, "config_map": v.ConfigMap, "claim": v.Claim} {
			checkObjectName(l, at.Key(name).Attr(attribute), object)
		}
		checkMount(l, at.Key(name).Attr("mount_path"), name, v.MountPath, mounted)
	}
}

func checkMount(l *problem.List, at problem.Path, name, mount string, mounted map[string]string) {
	if mount == spec.Unknown {
		return
	}
	clean := path.Clean(mount)
	switch {
	case !path.IsAbs(mount) || strings.Contains(mount, ":"):
		l.Errorf(at, "Invalid path", "%q is not an absolute path.", mount)
	case clean == "/kfp" || strings.HasPrefix(clean, "/kfp/") || clean == "/":
		l.Errorf(at, "Reserved path", "%q is where the component's own files are. Choose another one.", mount)
	case mounted[clean] != "":
		l.Errorf(at, "Duplicate path", "Volume %q is mounted at %q already.", mounted[clean], mount)
	}
	mounted[clean] = name
}

func nonEmpty(name, text string) map[string]string {
	if text == "" {
		return nil
	}
	return map[string]string{name: text}
}

func checkLabel(l *problem.List, at problem.Path, key, value string) {
	if msgs := validation.IsQualifiedName(key); len(msgs) > 0 {
		l.Errorf(at, "Invalid label", "%q cannot be the key of a label: %s.", key, msgs[0])
	}
	if value == spec.Unknown {
		return
	}
	if msgs := validation.IsValidLabelValue(value); len(msgs) > 0 {
		l.Errorf(at, "Invalid label", "%q cannot be the value of a label: %s.", value, msgs[0])
	}
}

func checkObjectName(l *problem.List, at problem.Path, name string) {
	if name == "" || name == spec.Unknown {
		return
	}
	if msgs := validation.IsDNS1123Subdomain(name); len(msgs) > 0 {
		l.Errorf(at, "Invalid name", "%q cannot be the name of a Kubernetes object: %s.", name, msgs[0])
	}
}

// checkOptions finds what is wrong with the settings of a pipeline as a whole.
func checkOptions(o spec.Options) problem.List {
	var l problem.List
	checkDuration(&l, problem.At("timeout"), o.Timeout)
	if o.TTL != nil {
		at := problem.At("ttl")
		checkDuration(&l, at.Attr("after_completion"), o.TTL.AfterCompletion)
		checkDuration(&l, at.Attr("after_success"), o.TTL.AfterSuccess)
		checkDuration(&l, at.Attr("after_failure"), o.TTL.AfterFailure)
	}
	for key, value := range o.Labels {
		checkLabel(&l, problem.At("run_labels").Key(key), key, value)
	}
	return l
}
