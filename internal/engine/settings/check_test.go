package settings

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// found writes problems as "path: title", and the details that a test looks into after them.
func found(l problem.List) (heads []string, details string) {
	l.Sort()
	for _, p := range l {
		heads = append(heads, p.Path.String()+": "+p.Title)
		details += p.Detail + "\n"
	}
	return heads, details
}

func problems(s spec.Settings) problem.List {
	var l problem.List
	checkAll(&l, nil, &s)
	return l
}

// wrong are settings with what has to be said of them: the places and titles, and a part of the details.
var wrong = map[string]struct {
	settings spec.Settings
	want     []string
	detail   string
}{
	"days":        {spec.Settings{Timeout: "1d"}, []string{"timeout: Invalid duration"}, `write hours: "24h"`},
	"weeks":       {spec.Settings{Timeout: "2w"}, []string{"timeout: Invalid duration"}, `write hours: "336h"`},
	"no unit":     {spec.Settings{Timeout: "30"}, []string{"timeout: Invalid duration"}, `write "30s"`},
	"no duration": {spec.Settings{Timeout: "soon"}, []string{"timeout: Invalid duration"}, `such as "90s"`},
	"expression for a time": {
		spec.Settings{Timeout: "{{ parameters.t }}"}, []string{"timeout: Invalid duration"},
		"Expressions are not possible here",
	},
	"negative": {
		spec.Settings{Timeout: "-5m"}, []string{"timeout: Invalid duration"}, "not a positive duration",
	},
	"fraction of a second": {spec.Settings{Timeout: "90.5s"}, []string{"timeout: Invalid duration"}, `Write "1m31s"`},
	"age": {
		spec.Settings{Cache: &spec.Cache{MaxAge: "x"}}, []string{"cache.max_age: Invalid duration"}, "",
	},
	"retry": {
		spec.Settings{
			Retry: &spec.Retry{
				Limit: -1, Policy: "always", Expression: "1 +", Backoff: &spec.Backoff{Factor: new(1.5), Max: "x"},
			},
		},
		[]string{
			"retry.backoff.duration: Invalid duration", "retry.backoff.factor: Invalid factor", "retry.backoff.max: Invalid " +
				"duration",
			"retry.expression: Invalid expression", "retry.limit: Invalid limit", "retry.policy: Unknown policy",
		},
		`Did you mean "Always"?`,
	},
	"backoff that ends before it starts": {
		spec.Settings{Retry: &spec.Retry{Backoff: &spec.Backoff{Duration: "2m", Max: "90s"}}},
		[]string{"retry.backoff.max: No repetition possible"}, "",
	},
	"resources": {
		spec.Settings{Resources: &spec.Resources{
			Requests: map[string]string{"cpu": "2", "memory": "1Gi", "nvidia.com/gpu": "1", "gpu": "1"},
			Limits: map[string]string{
				"cpu": "1000m", "memory": "500m", "nvidia.com/gpu": "2", "ephemeral-storage": "much", "x.io/y": "-1",
			},
		}},
		[]string{
			`resources.limits["ephemeral-storage"]: Invalid quantity`, `resources.limits["memory"]: Invalid quantity`,
			`resources.limits["x.io/y"]: Invalid quantity`, `resources.requests["cpu"]: Request above its limit`,
			`resources.requests["gpu"]: Unknown resource`, `resources.requests["memory"]: Request above its limit`,
			`resources.requests["nvidia.com/gpu"]: Request below its limit`,
		},
		`such as "500Mi"`,
	},
	"half a device": {
		spec.Settings{Resources: &spec.Resources{Limits: map[string]string{"nvidia.com/gpu": "500m"}}},
		[]string{`resources.limits["nvidia.com/gpu"]: Invalid quantity`}, "whole numbers",
	},
	"variables": {
		spec.Settings{
			Env: map[string]string{
				"1A": "", "TWICE": "", "KFP_NOTHING": "",
			}, SecretEnv: map[string]spec.KeyRef{"TWICE": {Name: "S", Key: "a/b"}},
			ConfigMapEnv: map[string]spec.KeyRef{"C": {}}, FieldEnv: map[string]string{"F": "spec.containers"},
		},
		[]string{
			`config_map_env["C"].key: Invalid key`, `config_map_env["C"].name: Invalid name`, `env["1A"]: Invalid name`,
			`env["KFP_NOTHING"]: Reserved name`, `field_env["F"]: Unknown field`, `secret_env["TWICE"].key: Invalid key`,
			`secret_env["TWICE"].name: Invalid name`, `secret_env["TWICE"]: Duplicate name`,
		},
		`Variable "TWICE" is set by env already`,
	},
	"paths from values": {
		spec.Settings{Volumes: map[string]spec.Volume{
			"v": {MountPath: "/v/{{ parameters.x }}", SubPath: "{{ parameters.x }}", Claim: "c"},
		}},
		[]string{`volumes["v"].mount_path: Expression where none can stand`, `volumes["v"].sub_path: Expression where none can stand`},
		`"/v/{{ parameters.x }}": Expressions are not possible here`,
	},
	"volumes": {
		spec.Settings{Volumes: map[string]spec.Volume{
			"none": {MountPath: "/a"},
			"two":  {MountPath: "/a/", Secret: "S", Claim: "c"},
			"a_b":  {MountPath: "b", ConfigMap: "c"},
			"a-b":  {MountPath: "/kfp/x", EmptyDir: &spec.EmptyDir{Medium: "memory", SizeLimit: "0"}},
			"-": {
				MountPath: "/c:d", SubPath: "../x", Ephemeral: &spec.EphemeralClaim{Size: "{{ x }}", AccessModes: []string{"RWO"}},
			},
			"spaces": {
				MountPath: "/",
				Ephemeral: &spec.EphemeralClaim{
					Size: "500m", StorageClass: "a b", AccessModes: []string{"ReadWriteOnce", "ReadWriteOncePod"},
				},
			},
		}},
		[]string{
			`volumes["-"].ephemeral.access_modes: Unknown access mode`, `volumes["-"].ephemeral.size: Invalid quantity`,
			`volumes["-"].mount_path: Invalid path`, `volumes["-"].sub_path: Invalid path`, `volumes["-"]: Invalid name`,
			`volumes["a-b"].empty_dir.medium: Unknown medium`, `volumes["a-b"].empty_dir.size_limit: Invalid quantity`,
			`volumes["a-b"].mount_path: Reserved path`, `volumes["a_b"].mount_path: Invalid path`, `volumes["a_b"]: Duplicate name`,
			`volumes["none"]: Volume without a source`, `volumes["spaces"].ephemeral.access_modes: Access modes exclude each other`,
			`volumes["spaces"].ephemeral.size: Invalid quantity`, `volumes["spaces"].ephemeral.storage_class: Invalid name`,
			`volumes["spaces"].mount_path: Reserved path`, `volumes["two"].mount_path: Duplicate path`,
			`volumes["two"].secret: Invalid name`, `volumes["two"]: Volume with several sources`,
		},
		"2 sources: claim, secret",
	},
	"long name of a volume": {
		spec.Settings{
			Volumes: map[string]spec.Volume{
				strings.Repeat("v", 58): {MountPath: "/a", Claim: "c"}, strings.Repeat("w", 59): {MountPath: "/b", Claim: "c"},
			},
		},
		[]string{`volumes["` + strings.Repeat("w", 59) + `"]: Invalid name`}, "at most 58 letters",
	},
	"tolerations": {
		spec.Settings{Tolerations: []spec.Toleration{
			{},
			{Key: "a b", Operator: "exists", Value: "c d", Effect: "noExecute"},
			{Key: "a", Operator: "Exists", Value: "b", Effect: "NoSchedule", TolerationSeconds: new(int64(3))},
		}},
		[]string{
			"tolerations[0]: Toleration without a key", "tolerations[1].effect: Unknown effect", "tolerations[1].key: " +
				"Invalid taint",
			"tolerations[1].operator: Unknown operator", "tolerations[1].value: Invalid value",
			"tolerations[2].toleration_seconds: Seconds without a use", "tolerations[2].value: Value without a use",
		},
		"",
	},
	"affinity that is no JSON": {spec.Settings{Affinity: "{"}, []string{"affinity: Invalid affinity"}, ""},
	"affinity that is null": {
		spec.Settings{Affinity: "null"}, []string{"affinity: Invalid affinity"}, "it is null",
	},
	"affinity with unknown fields": {
		spec.Settings{Affinity: `{"nodeAffinty":{},"podAffinity":{"x":1}}`},
		[]string{"affinity: Invalid affinity", "affinity: Invalid affinity"}, "nodeAffinty",
	},
	"affinity in small letters": {
		spec.Settings{Affinity: `{"nodeaffinity":{}}`}, []string{"affinity: Invalid affinity"}, "nodeaffinity",
	},
	"files": {
		spec.Settings{Volumes: map[string]spec.Volume{
			"a": {MountPath: "/a", Claim: "c", Optional: true, Items: map[string]string{"a": "a"}, DefaultMode: "0400"},
			"b": {MountPath: "/b", Secret: "s", DefaultMode: "400", Items: map[string]string{
				"a b": "x", "c": "/c", "d": "d/../e", "e": "", "f": "{{ parameters.x }}", "g": "./x",
			}},
		}},
		[]string{
			`volumes["a"].default_mode: Setting without a use`, `volumes["a"].items: Setting without a use`,
			`volumes["a"].optional: Setting without a use`, `volumes["b"].default_mode: Invalid mode`,
			`volumes["b"].items["a b"]: Invalid key`, `volumes["b"].items["c"]: Invalid path`,
			`volumes["b"].items["d"]: Invalid path`, `volumes["b"].items["e"]: Invalid path`,
			`volumes["b"].items["f"]: Expression where none can stand`, `volumes["b"].items["g"]: Duplicate path`,
		},
		"four octal digits",
	},
	"constants between braces": {
		spec.Settings{
			Image: "{{ 'a b' }}", SecretEnv: map[string]spec.KeyRef{"S": {Name: "{{ 'A' }}", Key: "{{ 'a' }}"}},
			NodeSelector: map[string]string{"a": "{{ 'b c' }}"}, ImagePullSecrets: []string{"{{ 'A' }}"},
			Resources: &spec.Resources{Limits: map[string]string{"{{ 'gpu' }}": "x"}},
			Volumes:   map[string]spec.Volume{"v": {MountPath: "/v", Secret: "{{ 'A' }}"}},
		},
		[]string{
			"image: Constant between braces", "image_pull_secrets: Constant between braces",
			`node_selector["a"]: Constant between braces`, `resources.limits["{{ 'gpu' }}"]: Constant between braces`,
			`resources.limits["{{ 'gpu' }}"]: Invalid quantity`, `secret_env["S"].key: Constant between braces`,
			`secret_env["S"].name: Constant between braces`, `volumes["v"].secret: Constant between braces`,
		},
		`always gives "a b"`,
	},
	"image": {spec.Settings{Image: "busy box"}, []string{"image: Invalid image"}, "holds a space"},
	"open tolerations": {
		spec.Settings{Tolerations: []spec.Toleration{{JSON: `{"key":"a"}`}, {JSON: "{{ parameters.x }}", Key: "a"}}},
		[]string{"tolerations[0].json: Constant where an expression is wanted", "tolerations[1]: Toleration said twice"}, "",
	},
	"metadata": {
		spec.Settings{
			NodeSelector: map[string]string{"a": "b c"}, Labels: map[string]string{
				"a b": "", "workflows.argoproj.io/workflow": "x",
			},
			Annotations: map[string]string{"a/b/c": "", "terraform-provider-kfp/types": ""},
		},
		[]string{
			`annotations["a/b/c"]: Invalid annotation`, `annotations["terraform-provider-kfp/types"]: Reserved annotation`,
			`labels["a b"]: Invalid label`, `labels["workflows.argoproj.io/workflow"]: Reserved label`, `node_selector["a"]: Invalid label`,
		},
		"",
	},
	"labels that are expressions": {
		spec.Settings{
			Labels:      map[string]string{"a": "{{ parameters.x }} y", "b": `{{ "{{" }}`, "c": "a b"},
			Annotations: map[string]string{"d": `{{ "{{" }} b`},
		},
		[]string{`labels["b"]: Invalid label`, `labels["c"]: Invalid label`}, `"{{" cannot be the value`,
	},
	"much metadata": {
		spec.Settings{Annotations: map[string]string{"a": strings.Repeat("x", 256<<10)}},
		[]string{"annotations: Too many annotations"}, "",
	},
	"names": {
		spec.Settings{
			ServiceAccount: "A", PriorityClass: "b_", ImagePullPolicy: "Sometimes", ImagePullSecrets: []string{"", "C"},
		},
		[]string{
			"image_pull_policy: Unknown policy", "image_pull_secrets: Invalid name", "image_pull_secrets: Invalid name",
			"priority_class: Invalid name", "service_account: Invalid name",
		},
		`Write one of "Always", "IfNotPresent", "Never".`,
	},
	"rights": {
		spec.Settings{SecurityContext: &spec.SecurityContext{
			RunAsUser: new(int64(0)), RunAsGroup: new(int64(-1)), FSGroup: new(int64(1 << 31)), Privileged: new(true),
			AddCapabilities: []string{"CAP_SYS_PTRACE"}, DropCapabilities: []string{"all"},
		}},
		[]string{
			"security_context.add_capabilities: Invalid capability", "security_context.drop_capabilities: Invalid capability",
			"security_context.fs_group: Invalid id", "security_context.privileged: Privileges without escalation",
			"security_context.run_as_group: Invalid id", "security_context.run_as_user: Root is refused",
		},
		`Write "SYS_PTRACE"`,
	},
	"locks": {
		spec.Settings{Synchronization: &spec.Synchronization{
			Mutexes: []string{"", "a/b"}, Semaphores: []spec.Semaphore{
				{ConfigMap: "c", Key: "k"}, {ConfigMap: "c", Key: "k"}, {},
			},
		}},
		[]string{
			"synchronization.mutexes: Invalid name", "synchronization.mutexes: Invalid name", "synchronization.semaphores[1]: Duplicate semaphore",
			"synchronization.semaphores[2].config_map: Invalid name", "synchronization.semaphores[2].key: Invalid key",
		},
		"",
	},
}

func TestWrongSettingsAreTold(t *testing.T) {
	t.Parallel()
	for name, tc := range wrong {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heads, details := found(problems(tc.settings))
			if diff := cmp.Diff(tc.want, heads); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if !strings.Contains(details, tc.detail) {
				t.Errorf("details do not hold %q:\n%s", tc.detail, details)
			}
		})
	}
}

// Everything is told in one go, whatever else is wrong.
func TestAllWrongSettingsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	all := spec.Settings{}
	var want []string
	for _, name := range []string{"days", "age", "retry", "resources", "variables", "volumes", "tolerations", "affinity that is null", "names", "rights", "locks"} {
		all = Merge(all, wrong[name].settings)
		want = append(want, wrong[name].want...)
	}
	slices.Sort(want)
	heads, _ := found(problems(all))
	slices.Sort(heads)
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// goodSettings uses every setting.
func goodSettings() spec.Settings {
	return spec.Settings{
		Retry: &spec.Retry{
			Limit: 3, Policy: "Always", Expression: "last_retry.exit_code != 2",
			Backoff: &spec.Backoff{Duration: "500ms", Factor: new(2.0), Max: "1h"},
		},
		Timeout: "1h30m",
		Cache:   &spec.Cache{Enabled: true, MaxAge: "24h", Key: "{{ inputs.x }}"},
		Resources: &spec.Resources{
			Requests: map[string]string{"cpu": "500m", "memory": "1Gi", "nvidia.com/gpu": "1"},
			Limits: map[string]string{
				"cpu": "{{ parameters.cpu }}", "memory": "2Gi", "nvidia.com/gpu": "1", "hugepages-2Mi": "4Mi",
			},
		},
		Env:          map[string]string{"A": "{{ parameters.x }}", "b.c-d": ""},
		SecretEnv:    map[string]spec.KeyRef{"S": {Name: "db", Key: "password.txt", Optional: true}},
		ConfigMapEnv: map[string]spec.KeyRef{"C": {Name: "conf.v1", Key: "KEY_1"}},
		FieldEnv:     map[string]string{"F": "metadata.labels['app.kubernetes.io/name']", "I": "status.podIP"},
		Volumes: map[string]spec.Volume{
			"data":    {MountPath: "/mnt/data", SubPath: "a/b", ReadOnly: true, Claim: "data"},
			"Scratch": {MountPath: "/mnt/data/scratch", EmptyDir: &spec.EmptyDir{Medium: "Memory", SizeLimit: "1Gi"}},
			"big_one": {
				MountPath: "/kfpx",
				Ephemeral: &spec.EphemeralClaim{Size: "10Gi", StorageClass: "fast", AccessModes: []string{"ReadWriteOncePod"}},
			},
			"s": {MountPath: "/etc/s", Secret: "s"},
		},
		NodeSelector: map[string]string{"kubernetes.io/arch": "amd64"},
		Tolerations: []spec.Toleration{
			{Operator: "Exists"}, {Key: "gpu", Value: "yes", Effect: "NoExecute", TolerationSeconds: new(int64(30))},
		},
		Affinity: `{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}]}}}`,
		Labels:   map[string]string{"team": "etl"}, Annotations: map[string]string{"Example.com/Note": "a b\nc"},
		Image: "registry.example.com:5000/a/b@sha256:0", ServiceAccount: "runner", ImagePullPolicy: "IfNotPresent", ImagePullSecrets: []string{"pull"}, PriorityClass: "high",
		SecurityContext: &spec.SecurityContext{
			RunAsUser: new(int64(0)), RunAsNonRoot: new(false), Privileged: new(true), AllowPrivilegeEscalation: new(true),
			AddCapabilities: []string{"NET_ADMIN"}, DropCapabilities: []string{"ALL"},
		},
		Synchronization: &spec.Synchronization{
			Mutexes:    []string{"database"},
			Semaphores: []spec.Semaphore{{ConfigMap: "limits", Key: "gpu"}, {ConfigMap: "limits", Key: "db"}},
		},
	}
}

func TestGoodSettingsPass(t *testing.T) {
	t.Parallel()
	if heads, details := found(problems(goodSettings())); heads != nil {
		t.Errorf("problems %v:\n%s", heads, details)
	}
}

// What Terraform does not know yet is neither right nor wrong.
func TestUnknownSettingsPass(t *testing.T) {
	t.Parallel()
	u := spec.Unknown
	s := spec.Settings{
		Retry:   &spec.Retry{Policy: u, Expression: u, Backoff: &spec.Backoff{Duration: u, Max: u}},
		Timeout: u, Cache: &spec.Cache{MaxAge: u, Key: u},
		Resources: &spec.Resources{
			Requests: map[string]string{"cpu": u, "memory": "2Gi", "{{ parameters.x }}": "1"}, Limits: map[string]string{"cpu": "1", "memory": u},
		},
		Env: map[string]string{"A": u}, SecretEnv: map[string]spec.KeyRef{"S": {Name: u, Key: u}}, ConfigMapEnv: map[string]spec.KeyRef{"C": {Name: u, Key: u}},
		FieldEnv: map[string]string{"F": u},
		Volumes: map[string]spec.Volume{
			"a": {
				MountPath: u, SubPath: u, Secret: u, Claim: u, DefaultMode: u, Items: map[string]string{"a": u, "b": u},
			}, "b": {MountPath: u, ConfigMap: u, EmptyDir: &spec.EmptyDir{}}, "c": {MountPath: u, Claim: u},
			"d": {MountPath: u, EmptyDir: &spec.EmptyDir{Medium: u, SizeLimit: u}},
			"e": {MountPath: u, Ephemeral: &spec.EphemeralClaim{Size: u, StorageClass: u, AccessModes: []string{u}}},
		},
		NodeSelector: map[string]string{"a": u}, Tolerations: []spec.Toleration{
			{Key: u, Operator: u, Value: u, Effect: u, TolerationSeconds: new(int64(1))},
			{Key: "a", Operator: "Exists", Value: u}, {Key: u}, {JSON: u},
		},
		Affinity: u, Labels: map[string]string{"a": u}, Annotations: map[string]string{"a": u},
		Image: u, ServiceAccount: u, ImagePullPolicy: u, ImagePullSecrets: []string{u}, PriorityClass: u,
		SecurityContext: &spec.SecurityContext{AddCapabilities: []string{u}, DropCapabilities: []string{u}},
		Synchronization: &spec.Synchronization{
			Mutexes: []string{u}, Semaphores: []spec.Semaphore{{ConfigMap: u, Key: u}, {ConfigMap: u, Key: u}},
		},
	}
	if heads, details := found(problems(s)); heads != nil {
		t.Errorf("problems %v:\n%s", heads, details)
	}
}

func TestSettingsThatOnlyTheDefaultsMakeWrong(t *testing.T) {
	t.Parallel()
	defaults := spec.Settings{
		Env: map[string]string{"A": "1", "B": "1"},
		Resources: &spec.Resources{
			Limits: map[string]string{"cpu": "1", "memory": "1Gi"}, Requests: map[string]string{"memory": "2Gi"},
		},
		Volumes: map[string]spec.Volume{"a": {MountPath: "/a", Claim: "a"}, "b": {MountPath: "/b", Claim: "b"}},
	}
	task := spec.Settings{
		Env: map[string]string{"A": "2"}, SecretEnv: map[string]spec.KeyRef{"B": {Name: "s", Key: "k"}},
		Resources: &spec.Resources{Requests: map[string]string{"cpu": "2"}},
		Volumes:   map[string]spec.Volume{"a": {MountPath: "/b/", Claim: "a"}},
	}
	var l problem.List
	checkMerged(&l, problem.At("tasks").Key("t"), &defaults, &task)
	heads, _ := found(l)
	want := []string{
		`tasks["t"].resources.requests["cpu"]: Request above its limit`,
		`tasks["t"].secret_env["B"]: Duplicate name`,
		`tasks["t"].volumes["a"].mount_path: Duplicate path`,
	}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
