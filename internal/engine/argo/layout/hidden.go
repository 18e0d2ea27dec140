package layout

import "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"

const (
	ExitFailed   = "an on_exit task has failed"
	HiddenPrefix = "kfp-" // of parameters that users do not see
)

// ListsPlace is where the artifacts of a pipeline's loops are kept, below the root of the artifact repository. The
// node's name is the path of the pipeline in the run: it may run several times, side by side.
const ListsPlace = "{{workflow.name}}/{{workflow.uid}}/{{=sprig.sha256sum(node.name)}}"

// RootAnnotation of a run says below which address its artifacts are kept, where its pipeline says so, as that does.
// RootPlace is the prefix in that address, with a slash behind it, before the keys that are not Argo's own: Argo has a
// format for its own keys alone.
const (
	RootAnnotation = Prefix + "root"
	RootPlace      = `{{=let root = sprig.regexReplaceAll("(?s)^[A-Za-z0-9]+://[^/?]*/*|/*([?].*)?$|[{}]", ` +
		`get(workflow.annotations ?? {}, "` + RootAnnotation + `") ?? "", ""); root == "" ? "" : root + "/"}}`
)

// RootKey is where the config map that describes the place to Argo does so.
const RootKey = "root"

// EndTask says what becomes of a DAG where Argo would be wrong. By itself, a DAG fails if one of its last tasks did,
// and a task that did not run has the state of those before it, as far as Argo can see into them. That takes failures
// that are allowed for failures, and overlooks that of a nested pipeline whose tasks have all succeeded. EndTask comes
// last, always runs, and fails if there was a failure that nobody has handled. It has no pod: its only step is skipped,
// or fails.
const (
	EndTask      = "kfp-end"
	EndParameter = "failed" // why, or "false"
)

// OutputsTask comes behind EndTask where an output of a graph may have no value, because a function fails or none of
// the tasks is there that it chooses from. Argo has no last node of a DAG whose outputs it cannot evaluate, so that the
// run would never end; this task evaluates them first, and fails. It calls the template of EndTask.
const OutputsTask = "kfp-outputs"

// FailTask fails without a pod: it has to wait for what is no time. A condition that is none would fail as well, but
// leaves steps without a last node, and then Argo never gets to what comes after them.
const FailTask = "kfp-fail"

// Argo has labels and annotations of pods on templates and for a whole run, not on tasks, and no patch reaches them.
// But the last thing that it does to a pod is to replace tags in all of it, with the inputs of the pod's template. So
// the metadata of a run's pods holds places whose keys and values are tags, and a task gives what stands there as a
// hidden argument. A place that a task does not use repeats what Argo has set itself. Only the run's own pipeline
// counts: what it nests uses its places.

// MetadataParameter holds a task's labels and annotations, each as a list of keys and values: [["team","etl"],[]].
const (
	MetadataParameter = HiddenPrefix + "metadata"
	NoMetadata        = "[[],[]]"
)

// The hidden parameters of a component's template.
const (
	PodParameter = settings.PodParameter // a strategic merge patch of the pod's spec
)

// ArtifactParameter carries an artifact's metadata beside it.
func ArtifactParameter(name string) string { return HiddenPrefix + "artifact-" + name }

// KeyParameter is where an artifact is kept, in the variant whose artifacts make a list.
func KeyParameter(output string) string { return HiddenPrefix + "key-" + output }

// PlaceTask finds out where the artifacts of a container lie that uses their addresses. It comes before the container,
// in templates of the component's own.
const (
	PlaceTask     = HiddenPrefix + "place"
	PlaceTemplate = "place"
	RootTemplate  = "root" // the pod that asks Argo's executor for the artifact repository
	PodSuffix     = "-pod" // of the template that runs the container, beside the one that tasks call
)

// ImportTemplate gives an artifact that exists already. It has no pod.
const (
	ImportTemplate = HiddenPrefix + "import"
	ImportType     = HiddenPrefix + "type" // of the artifact, to be read back
)

// OwnPlace is where a container keeps the artifacts whose addresses it knows, below the root of the artifact
// repository: pipeline, run, task, and what tells apart all that have the same names.
const OwnPlace = RootPlace + `{{=get(workflow.labels ?? {}, "` + PipelineLabel + `") ?? ` +
	`get(workflow.labels ?? {}, "workflows.argoproj.io/workflow-template") ?? "runs"}}/{{workflow.name}}/` + TaskOfNode +
	`/{{=sprig.trunc(20, sprig.sha256sum(workflow.uid + node.name))}}`

// TaskOfNode is the name of a pod's task, which is the last of the names in that of its node. What an item of a loop
// adds may be any text, and is no part of it; nor is what the compiler adds. The names of tasks have no hyphens: those
// are Argo's, for underscores.
const TaskOfNode = `{{=sprig.replace("-", "_", sprig.trunc(63, sprig.regexReplaceAll("^.*[.]|-+$", ` +
	`sprig.regexReplaceAll("(?s)[(].*|[[][0-9]+[]]|[.]kfp-[a-z]+", node.name, ""), "")))}}`

// InnerTask is the name of the only task of a wrapper. Reading a run's status leaves it out of paths.
const InnerTask = "kfp-inner"

// ItemsParameter hands a wrapper what its loop goes over.
const ItemsParameter = HiddenPrefix + "items"

// PassedPrefix begins the inputs that hand names to a wrapper.
const PassedPrefix = "in-"
