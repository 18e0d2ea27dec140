package layout

const (
	CompletedLabel = "workflows.argoproj.io/completed"
)
