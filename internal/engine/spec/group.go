package spec

// Group is a named graph inside a pipeline. Tasks of the pipeline, and of its other groups, use it as if it were a
// component; its own tasks know its parameters, and nothing of the tasks around it.
type Group struct {
	Description string
	Parameters  map[string]Input // artifacts too
	Tasks       map[string]Task
	OnExit      map[string]Task   // always run when its tasks have ended
	Outputs     map[string]string // name → reference to a task's output
	Parallelism *int64            // tasks at a time; nil: no bound
	FailFast    *bool             // nil: true
	Open        Open
}

// Pipeline is a group as a pipeline of its own, with what it shares with the one that it belongs to.
func (g Group) Pipeline(of Pipeline) Pipeline {
	return Pipeline{
		Namespace: of.Namespace, Name: of.Name, Description: g.Description, Parameters: g.Parameters, Tasks: g.Tasks,
		OnExit: g.OnExit, Outputs: g.Outputs, Defaults: of.Defaults, Open: g.Open,
		Options: Options{Parallelism: g.Parallelism, FailFast: g.FailFast, VolumeClaims: of.Options.VolumeClaims},
	}
}
