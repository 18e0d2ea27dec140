package kfpir

import "go.yaml.in/yaml/v3"

// The schema of a package's second document: PlatformSpec of pipeline_spec.proto, and kubernetes_executor_config.proto.

type irPlatforms struct {
	Place
	Platforms map[string]irPlatform `ir:"platforms"`
}

type irPlatform struct {
	Place
	Deployment irPlatformDeployment `ir:"deploymentSpec"`
	Platform   string               `ir:"platform"`
	Config     *yaml.Node           `ir:"config"`
	Pipeline   irPipelineConfig     `ir:"pipelineConfig"`
}

type irPlatformDeployment struct {
	Place
	Executors map[string]*yaml.Node `ir:"executors"`
}

type irPipelineConfig struct {
	Place
	SemaphoreKey string       `ir:"semaphoreKey"`
	MutexName    string       `ir:"mutexName"`
	TTL          int64        `ir:"resourceTtl"`
	Parallelism  int64        `ir:"pipelineRunParallelism"`
	Workspace    *irWorkspace `ir:"workspace"`
}

type irWorkspace struct {
	Place
	Size       string                `ir:"size"`
	Kubernetes irWorkspaceKubernetes `ir:"kubernetes"`
}

type irWorkspaceKubernetes struct {
	Place
	Claim irClaimSpec `ir:"pvcSpecPatch"`
}

type irClaimSpec struct {
	Place
	AccessModes []string `ir:"accessModes"`
	Class       string   `ir:"storageClassName"`
}

type irKubernetes struct {
	Place
	SecretVolumes    []irVolume       `ir:"secretAsVolume"`
	SecretEnv        []irKeyEnv       `ir:"secretAsEnv"`
	Claims           []irClaim        `ir:"pvcMount"`
	NodeSelector     *irNodeSelector  `ir:"nodeSelector"`
	Metadata         irMetadata       `ir:"podMetadata"`
	PullSecrets      []irPullSecret   `ir:"imagePullSecret"`
	PullPolicy       string           `ir:"imagePullPolicy"`
	ConfigMapVolumes []irVolume       `ir:"configMapAsVolume"`
	ConfigMapEnv     []irKeyEnv       `ir:"configMapAsEnv"`
	Deadline         int64            `ir:"activeDeadlineSeconds"`
	FieldEnv         []irFieldEnv     `ir:"fieldPathAsEnv"`
	Tolerations      []irToleration   `ir:"tolerations"`
	Ephemeral        []irEphemeral    `ir:"genericEphemeralVolume"`
	NodeAffinity     []irNodeAffinity `ir:"nodeAffinity"`
	PodAffinity      []irPodAffinity  `ir:"podAffinity"`
	SharedMemory     *irSharedMemory  `ir:"enabledSharedMemory"`
	EmptyDirs        []irEmptyDir     `ir:"emptyDirMounts"`
	Security         *irSecurity      `ir:"securityContext"`
	InitContainers   *yaml.Node       `ir:"initContainers"`
	ResourceClaims   *yaml.Node       `ir:"podResourceClaims"`
}

// irVolume is a Secret or a ConfigMap that is mounted.
type irVolume struct {
	Place
	SecretName         string            `ir:"secretName"`
	ConfigMapName      string            `ir:"configMapName"`
	MountPath          string            `ir:"mountPath"`
	Optional           bool              `ir:"optional"`
	SecretParameter    *irParameterValue `ir:"secretNameParameter"`
	ConfigMapParameter *irParameterValue `ir:"configMapNameParameter"`
}

// irKeyEnv gives keys of a Secret or a ConfigMap as environment variables.
type irKeyEnv struct {
	Place
	SecretName         string            `ir:"secretName"`
	ConfigMapName      string            `ir:"configMapName"`
	Keys               []irKey           `ir:"keyToEnv"`
	Optional           bool              `ir:"optional"`
	SecretParameter    *irParameterValue `ir:"secretNameParameter"`
	ConfigMapParameter *irParameterValue `ir:"configMapNameParameter"`
}

type irKey struct {
	Place
	SecretKey    string `ir:"secretKey"`
	ConfigMapKey string `ir:"configMapKey"`
	Variable     string `ir:"envVar"`
}

type irClaim struct {
	Place
	TaskOutput *irProducer       `ir:"taskOutputParameter"`
	Constant   string            `ir:"constant"`
	Input      string            `ir:"componentInputParameter"`
	MountPath  string            `ir:"mountPath"`
	Parameter  *irParameterValue `ir:"pvcNameParameter"`
	SubPath    string            `ir:"subPath"`
}

type irNodeSelector struct {
	Place
	Labels map[string]string `ir:"labels"`
	JSON   *irParameterValue `ir:"nodeSelectorJson"`
}

type irMetadata struct {
	Place
	Labels      map[string]string `ir:"labels"`
	Annotations map[string]string `ir:"annotations"`
}

type irPullSecret struct {
	Place
	Name      string            `ir:"secretName"`
	Parameter *irParameterValue `ir:"secretNameParameter"`
}

type irFieldEnv struct {
	Place
	Name string `ir:"name"`
	Path string `ir:"fieldPath"`
}

type irToleration struct {
	Place
	Key      string            `ir:"key"`
	Operator string            `ir:"operator"`
	Value    string            `ir:"value"`
	Effect   string            `ir:"effect"`
	Seconds  *int64            `ir:"tolerationSeconds"`
	JSON     *irParameterValue `ir:"tolerationJson"`
}

type irEphemeral struct {
	Place
	Name         string      `ir:"volumeName"`
	MountPath    string      `ir:"mountPath"`
	AccessModes  []string    `ir:"accessModes"`
	Size         string      `ir:"size"`
	DefaultClass bool        `ir:"defaultStorageClass"`
	Class        string      `ir:"storageClassName"`
	Metadata     *irMetadata `ir:"metadata"`
}

type irRequirement struct {
	Place
	Key      string   `ir:"key"`
	Operator string   `ir:"operator"`
	Values   []string `ir:"values"`
}

type irNodeAffinity struct {
	Place
	Expressions []irRequirement   `ir:"matchExpressions"`
	Fields      []irRequirement   `ir:"matchFields"`
	Weight      *int64            `ir:"weight"`
	JSON        *irParameterValue `ir:"nodeAffinityJson"`
}

type irPodAffinity struct {
	Place
	Expressions          []irRequirement   `ir:"matchPodExpressions"`
	Labels               map[string]string `ir:"matchPodLabels"`
	TopologyKey          string            `ir:"topologyKey"`
	Namespaces           []string          `ir:"namespaces"`
	NamespaceExpressions []irRequirement   `ir:"matchNamespaceExpressions"`
	NamespaceLabels      map[string]string `ir:"matchNamespaceLabels"`
	Weight               *int64            `ir:"weight"`
	Anti                 bool              `ir:"anti"`
}

type irSharedMemory struct {
	Place
	Name string `ir:"volumeName"`
	Size string `ir:"size"`
}

type irEmptyDir struct {
	Place
	Name      string `ir:"volumeName"`
	MountPath string `ir:"mountPath"`
	Medium    string `ir:"medium"`
	SizeLimit string `ir:"sizeLimit"`
}

type irSecurity struct {
	Place
	RunAsUser    *int64 `ir:"runAsUser"`
	RunAsGroup   *int64 `ir:"runAsGroup"`
	RunAsNonRoot *bool  `ir:"runAsNonRoot"`
}
