package backend

// Kind is a kind of object that the provider reads and writes.
type Kind struct{ Group, Version, Resource string }

// The resources that the provider manages.
var (
	WorkflowTemplates = Kind{Group: "argoproj.io", Version: "v1alpha1", Resource: "workflowtemplates"}
	Workflows         = Kind{Group: "argoproj.io", Version: "v1alpha1", Resource: "workflows"}
	CronWorkflows     = Kind{Group: "argoproj.io", Version: "v1alpha1", Resource: "cronworkflows"}
	ConfigMaps        = Kind{Version: "v1", Resource: "configmaps"}
)
