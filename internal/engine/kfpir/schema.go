package kfpir

import "go.yaml.in/yaml/v3"

// The schema is KFP's pipeline_spec.proto, with the fields that protobuf's JSON has for it. Free-form parts are nodes.

type irPipeline struct {
	Place
	Info          irInfo                 `ir:"pipelineInfo"`
	Deployment    irDeployment           `ir:"deploymentSpec"`
	SDKVersion    string                 `ir:"sdkVersion"`
	SchemaVersion string                 `ir:"schemaVersion"`
	Components    map[string]irComponent `ir:"components"`
	Root          *irComponent           `ir:"root"`
	PipelineRoot  string                 `ir:"defaultPipelineRoot"`
}

type irInfo struct {
	Place
	Name        string `ir:"name"`
	DisplayName string `ir:"displayName"`
	Description string `ir:"description"`
}

type irComponent struct {
	Place
	Inputs        irInputs     `ir:"inputDefinitions"`
	Outputs       irOutputs    `ir:"outputDefinitions"`
	DAG           *irDAG       `ir:"dag"`
	ExecutorLabel string       `ir:"executorLabel"`
	Platforms     []irPlatform `ir:"singlePlatformSpecs"`
	TaskConfig    *yaml.Node   `ir:"taskConfigPassthroughs"`
}

type irInputs struct {
	Place
	Parameters map[string]irParameter `ir:"parameters"`
	Artifacts  map[string]irArtifact  `ir:"artifacts"`
}

type irOutputs struct {
	Place
	Parameters map[string]irParameter `ir:"parameters"`
	Artifacts  map[string]irArtifact  `ir:"artifacts"`
}

type irParameter struct {
	Place
	OldType     *yaml.Node   `ir:"type"`
	Type        *yaml.Node   `ir:"parameterType"`
	Default     *yaml.Node   `ir:"defaultValue"`
	Optional    bool         `ir:"isOptional"`
	Description string       `ir:"description"`
	Literals    []*yaml.Node `ir:"literals"`
}

type irArtifact struct {
	Place
	Type             irArtifactType `ir:"artifactType"`
	List             bool           `ir:"isArtifactList"`
	Optional         bool           `ir:"isOptional"`
	Description      string         `ir:"description"`
	Metadata         *yaml.Node     `ir:"metadata"`
	Properties       *yaml.Node     `ir:"properties"`
	CustomProperties *yaml.Node     `ir:"customProperties"`
}

type irArtifactType struct {
	Place
	Title    string `ir:"schemaTitle"`
	URI      string `ir:"schemaUri"`
	Instance string `ir:"instanceSchema"`
	Version  string `ir:"schemaVersion"`
}

type irDAG struct {
	Place
	Tasks   map[string]irTask `ir:"tasks"`
	Outputs irDAGOutputs      `ir:"outputs"`
}

type irDAGOutputs struct {
	Place
	Parameters map[string]irParameterSource `ir:"parameters"`
	Artifacts  map[string]irArtifactSource  `ir:"artifacts"`
}

type irParameterSource struct {
	Place
	From  *irSelector   `ir:"valueFromParameter"`
	OneOf *irSelectors  `ir:"valueFromOneof"`
	Map   *irSelectsMap `ir:"valueFromMap"`
}

type irSelectsMap struct {
	Place
	Mapped map[string]irSelector `ir:"mappedParameters"`
}

type irSelectors struct {
	Place
	All []irSelector `ir:"parameterSelectors"`
}

type irArtifactSource struct {
	Place
	All []irSelector `ir:"artifactSelectors"`
}

// irSelector names an output of a task, a parameter or an artifact.
type irSelector struct {
	Place
	Task      string `ir:"producerSubtask"`
	Parameter string `ir:"outputParameterKey"`
	Artifact  string `ir:"outputArtifactKey"`
}

type irTask struct {
	Place
	Info             irTaskInfo       `ir:"taskInfo"`
	Inputs           irTaskInputs     `ir:"inputs"`
	After            []string         `ir:"dependentTasks"`
	Caching          irCaching        `ir:"cachingOptions"`
	Component        irComponentRef   `ir:"componentRef"`
	Trigger          irTrigger        `ir:"triggerPolicy"`
	ArtifactIterator *irIterator      `ir:"artifactIterator"`
	Iterator         *irIterator      `ir:"parameterIterator"`
	Retry            *irRetry         `ir:"retryPolicy"`
	IteratorPolicy   irIteratorPolicy `ir:"iteratorPolicy"`
}

type irTaskInfo struct {
	Place
	Name string `ir:"name"`
}

type irComponentRef struct {
	Place
	Name string `ir:"name"`
}

type irTaskInputs struct {
	Place
	Parameters map[string]irParameterValue `ir:"parameters"`
	Artifacts  map[string]irArtifactValue  `ir:"artifacts"`
}

type irParameterValue struct {
	Place
	TaskOutput  *irProducer `ir:"taskOutputParameter"`
	Runtime     *irRuntime  `ir:"runtimeValue"`
	Input       string      `ir:"componentInputParameter"`
	FinalStatus *irProducer `ir:"taskFinalStatus"`
	Selector    string      `ir:"parameterExpressionSelector"`
}

// irProducer names the task that gives a value, and which of its outputs that is.
type irProducer struct {
	Place
	Task      string `ir:"producerTask"`
	Parameter string `ir:"outputParameterKey"`
	Artifact  string `ir:"outputArtifactKey"`
}

type irRuntime struct {
	Place
	Constant         *yaml.Node  `ir:"constant"`
	ConstantValue    *irOldValue `ir:"constantValue"`
	RuntimeParameter string      `ir:"runtimeParameter"`
}

type irOldValue struct {
	Place
	Int    *yaml.Node `ir:"intValue"`
	Double *yaml.Node `ir:"doubleValue"`
	String *yaml.Node `ir:"stringValue"`
}

type irArtifactValue struct {
	Place
	TaskOutput *irProducer `ir:"taskOutputArtifact"`
	Input      string      `ir:"componentInputArtifact"`
}

type irCaching struct {
	Place
	Enable bool   `ir:"enableCache"`
	Key    string `ir:"cacheKey"`
}

type irTrigger struct {
	Place
	Condition string     `ir:"condition"`
	Strategy  *yaml.Node `ir:"strategy"`
}

type irIterator struct {
	Place
	Items irItems `ir:"items"`
	Item  string  `ir:"itemInput"`
}

type irItems struct {
	Place
	Raw       string `ir:"raw"`
	Parameter string `ir:"inputParameter"`
	Artifact  string `ir:"inputArtifact"`
}

type irRetry struct {
	Place
	Limit   int64   `ir:"maxRetryCount"`
	Backoff string  `ir:"backoffDuration"`
	Factor  float64 `ir:"backoffFactor"`
	Max     string  `ir:"backoffMaxDuration"`
}

type irIteratorPolicy struct {
	Place
	Parallelism int64 `ir:"parallelismLimit"`
}

type irDeployment struct {
	Place
	Executors map[string]irExecutor `ir:"executors"`
}

type irExecutor struct {
	Place
	Container *irContainer `ir:"container"`
	Importer  *irImporter  `ir:"importer"`
	Resolver  *yaml.Node   `ir:"resolver"`
	CustomJob *yaml.Node   `ir:"customJob"`
}

type irContainer struct {
	Place
	Image     string      `ir:"image"`
	Command   []string    `ir:"command"`
	Args      []string    `ir:"args"`
	Lifecycle *yaml.Node  `ir:"lifecycle"`
	Resources irResources `ir:"resources"`
	Env       []irEnv     `ir:"env"`
}

type irEnv struct {
	Place
	Name  string `ir:"name"`
	Value string `ir:"value"`
}

type irResources struct {
	Place
	OldCPULimit      float64       `ir:"cpuLimit"`
	OldMemoryLimit   float64       `ir:"memoryLimit"`
	OldCPURequest    float64       `ir:"cpuRequest"`
	OldMemoryRequest float64       `ir:"memoryRequest"`
	CPULimit         string        `ir:"resourceCpuLimit"`
	MemoryLimit      string        `ir:"resourceMemoryLimit"`
	CPURequest       string        `ir:"resourceCpuRequest"`
	MemoryRequest    string        `ir:"resourceMemoryRequest"`
	Accelerator      irAccelerator `ir:"accelerator"`
}

type irAccelerator struct {
	Place
	OldType  string `ir:"type"`
	OldCount int64  `ir:"count"`
	Type     string `ir:"resourceType"`
	Count    string `ir:"resourceCount"`
}

type irImporter struct {
	Place
	URI              irRuntime      `ir:"artifactUri"`
	Type             irArtifactType `ir:"typeSchema"`
	Metadata         *yaml.Node     `ir:"metadata"`
	Properties       *yaml.Node     `ir:"properties"`
	CustomProperties *yaml.Node     `ir:"customProperties"`
	Reimport         bool           `ir:"reimport"`
	Download         bool           `ir:"downloadToWorkspace"`
}
