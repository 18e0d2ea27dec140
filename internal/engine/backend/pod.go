package backend

// Pod is what people want to know of a pod of a run.
type Pod struct {
	Name        string
	Annotations map[string]string
	Started     bool     // the container was run, as far as the pod says
	Secrets     []string // names of the Secrets whose values the container can see
	Waits       []Wait
}

// Wait is what keeps a pod, or a container of it, from starting.
type Wait struct {
	Container string // empty: the pod itself finds no node
	Cause     string
}
