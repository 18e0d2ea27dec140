package spec

import "reflect"

// Settings are how a task's pod is run and repeated. Texts may hold {{ }} where a task sets them.
type Settings struct {
	Image            string            `json:"image,omitempty"` // in place of the component's
	Retry            *Retry            `json:"retry,omitempty"`
	Timeout          string            `json:"timeout,omitempty"` // a Go duration, of each attempt
	Cache            *Cache            `json:"cache,omitempty"`
	Resources        *Resources        `json:"resources,omitempty"`
	Env              map[string]string `json:"env,omitempty"`
	SecretEnv        map[string]KeyRef `json:"secret_env,omitempty"`
	ConfigMapEnv     map[string]KeyRef `json:"config_map_env,omitempty"`
	FieldEnv         map[string]string `json:"field_env,omitempty"` // name → field path of the pod
	Volumes          map[string]Volume `json:"volumes,omitempty"`
	NodeSelector     map[string]string `json:"node_selector,omitempty"`
	Tolerations      []Toleration      `json:"tolerations,omitempty"`
	Affinity         string            `json:"affinity,omitempty"` // Kubernetes' Affinity as JSON
	Labels           map[string]string `json:"labels,omitempty"`
	Annotations      map[string]string `json:"annotations,omitempty"`
	ServiceAccount   string            `json:"service_account,omitempty"`
	ImagePullPolicy  string            `json:"image_pull_policy,omitempty"`
	ImagePullSecrets []string          `json:"image_pull_secrets,omitempty"`
	PriorityClass    string            `json:"priority_class,omitempty"`
	SecurityContext  *SecurityContext  `json:"security_context,omitempty"`
	Synchronization  *Synchronization  `json:"synchronization,omitempty"`
}

// Retry repeats a failed task.
type Retry struct {
	Limit      int64    `json:"limit"`                // repetitions after the first attempt
	Policy     string   `json:"policy,omitempty"`     // Always, OnFailure, OnError, OnTransientError; empty: OnFailure
	Expression string   `json:"expression,omitempty"` // retry only while true; may use last_retry.exit_code, .status, .duration, .message
	Backoff    *Backoff `json:"backoff,omitempty"`
}

// Backoff spaces the repetitions.
type Backoff struct {
	Duration string   `json:"duration"`         // before the first repetition, a Go duration
	Factor   *float64 `json:"factor,omitempty"` // each pause is the last one times this; nil: 1
	Max      string   `json:"max,omitempty"`    // no repetition after this time from the start, a Go duration
}

// Cache reuses the outputs of an earlier run of the same component version on the same inputs.
type Cache struct {
	Enabled bool   `json:"enabled"`
	MaxAge  string `json:"max_age,omitempty"` // a Go duration; empty: no bound
	Key     string `json:"key,omitempty"`     // in place of the inputs; empty: all inputs
}

// KeyRef names a key of a secret or a config map.
type KeyRef struct {
	Name     string `json:"name"`
	Key      string `json:"key"`
	Optional bool   `json:"optional,omitempty"`
}

// Volume is mounted at MountPath. Exactly one source is set.
type Volume struct {
	MountPath string `json:"mount_path"`
	SubPath   string `json:"sub_path,omitempty"`
	ReadOnly  bool   `json:"read_only,omitempty"`

	Optional    bool              `json:"optional,omitempty"`     // the secret or the config map, or a key of items
	Items       map[string]string `json:"items,omitempty"`        // key of it → path of its file; empty: all keys
	DefaultMode string            `json:"default_mode,omitempty"` // of its files, octal, such as 0400

	Secret    string          `json:"secret,omitempty"`
	ConfigMap string          `json:"config_map,omitempty"`
	Claim     string          `json:"claim,omitempty"`
	EmptyDir  *EmptyDir       `json:"empty_dir,omitempty"`
	Ephemeral *EphemeralClaim `json:"ephemeral,omitempty"`
}

// EmptyDir is a scratch directory that lives as long as the pod.
type EmptyDir struct {
	Medium    string `json:"medium,omitempty"`     // "" or "Memory"
	SizeLimit string `json:"size_limit,omitempty"` // a quantity
}

// EphemeralClaim is a volume made for a pod, or for a run, and removed with it.
type EphemeralClaim struct {
	Size         string   `json:"size"` // a quantity
	StorageClass string   `json:"storage_class,omitempty"`
	AccessModes  []string `json:"access_modes,omitempty"` // empty: ReadWriteOnce
}

// Toleration lets a pod on to tainted nodes.
type Toleration struct {
	Key               string `json:"key,omitempty"`
	Operator          string `json:"operator,omitempty"` // Exists or Equal
	Value             string `json:"value,omitempty"`
	Effect            string `json:"effect,omitempty"`
	TolerationSeconds *int64 `json:"toleration_seconds,omitempty"`
	JSON              string `json:"json,omitempty"` // in place of all that: {{ }} that gives it, or a list of such
}

// SecurityContext of the pod and its main container. Nil fields keep the provider's defaults, which satisfy the
// restricted Pod Security Standard.
type SecurityContext struct {
	RunAsUser                *int64   `json:"run_as_user,omitempty"`
	RunAsGroup               *int64   `json:"run_as_group,omitempty"`
	RunAsNonRoot             *bool    `json:"run_as_non_root,omitempty"`
	FSGroup                  *int64   `json:"fs_group,omitempty"`
	ReadOnlyRootFilesystem   *bool    `json:"read_only_root_filesystem,omitempty"`
	AllowPrivilegeEscalation *bool    `json:"allow_privilege_escalation,omitempty"`
	Privileged               *bool    `json:"privileged,omitempty"`
	AddCapabilities          []string `json:"add_capabilities,omitempty"`
	DropCapabilities         []string `json:"drop_capabilities,omitempty"`
}

// AreUnset reports whether none is set.
func (s Settings) AreUnset() bool { return reflect.ValueOf(s).IsZero() }
