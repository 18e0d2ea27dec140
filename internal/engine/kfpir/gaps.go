package kfpir

// gap is something that packages may hold and pipelines of this provider cannot.
type gap struct{ title, remedy string }

var (
	gapExecutorInput = gap{"Container that reads KFP's executor input", "How long the list is can only be known " +
		"when the pipeline runs. Take a component that is a lightweight Python function."}
	gapCustomJob = gap{"Job of Vertex AI", "Custom jobs and resolvers exist on Vertex AI alone."}
	gapLifecycle = gap{"Container with a lifecycle", "KFP itself runs no hooks before its cache is looked at. " +
		"Remove it."}
	gapVertex = gap{"Placeholder of Vertex AI", "Only Vertex AI knows its value. Give it as a parameter of the " +
		"pipeline."}
	gapUnresolved = gap{"Unknown placeholder", "KFP knows no such one, and hands on the text as it is."}
	gapOfRun      = gap{"Component that asks for its run", "Only a task knows it. Give the component an input for it, or " +
		"take the whole pipeline as a package."}
	gapOfTask = gap{"Component that is set by its task", "Only tasks have settings that follow from their inputs. " +
		"Set it on the tasks that use the component, or take the whole pipeline as a package."}
	gapTaskConfig = gap{"Task that starts other pods", "Handing a task's own settings to the pods that it starts is " +
		"not possible here. Take the component out, or give it the settings as inputs."}
	gapClaims = gap{"Volume claim made by a task", "A task cannot make or remove a PersistentVolumeClaim here. Make " +
		"it with Terraform (kubernetes_persistent_volume_claim), and give its name as a parameter."}
	gapInitContainers   = gap{"Init containers", "Tasks have one container here."}
	gapResourceClaims   = gap{"Resource claims", "Dynamic resource allocation is not possible here."}
	gapEphemeralLabels  = gap{"Labels of an ephemeral volume", "Such a volume has none here. Remove them."}
	gapArtifactIterator = gap{"Loop over artifacts", "KFP's own backend cannot run one. Loop over a parameter."}
	gapMapOutput        = gap{"Output that is a map of outputs", "No version of KFP's compiler writes one."}
	gapMetadata         = gap{"Metadata in an argument", "Vertex AI alone has the metadata of an artifact in arguments; " +
		"KFP's own backend hands on the text as it is."}
	gapArtifactJSON = gap{"Artifact in an argument", "Vertex AI alone has artifacts in arguments; KFP's own backend hands " +
		"on the text as it is. Use its .path or .uri."}
	gapScheme = gap{"Address of an unknown kind", "Artifacts come from s3://, gs://, https:// and http://."}
	gapImage  = gap{"Model in an image", "KFP runs that image beside the task that takes the model, and tasks have one " +
		"container here. Copy the model into a bucket, or into the image of the task."}
	gapPodJSON = gap{"Setting from a value", "This setting has to be known before the pipeline runs."}
	gapNested  = gap{"Artifacts of a loop in a loop", "KFP makes one flat list of them, and here it is a list " +
		"of lists."}
	gapRunLimit = gap{"Bound on the runs of a pipeline", "Set concurrency of the kfp_recurring_run instead."}
)

// gap tells of something that cannot be done yet, at the line that asks for it.
func (f *findings) gap(line int, g gap, format string, args ...any) {
	f.errorf(line, g.title, format+" "+g.remedy, args...)
}
