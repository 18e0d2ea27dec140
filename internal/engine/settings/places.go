package settings

// Places are where a setting stands in Kubernetes' and Argo's objects. All of them say it in the same way.
type Places struct {
	Template string // the path of a field of a template that people wrote; empty: it is not read by its field
	Workflow string // the path of a field of the workflow around it; empty: there is none
	Note     string // what is said of the latter where the template alone is read

	pod podPlace
}

// podPlace is a field of the pod, or of its main container. The zero value is none.
type podPlace struct {
	section section
	name    string
}

// section is a part of the pod.
type section int

const (
	podSection section = iota
	mainSection
)

type place func(p *Places)

// at collects places.
func at(places ...place) Places {
	var p Places
	for _, add := range places {
		add(&p)
	}
	return p
}

// pod is a field of the pod that Argo's templates have too, under the same name.
func pod(name string) place {
	return func(p *Places) { p.pod, p.Template = podPlace{podSection, name}, name }
}

// patch is a field of the pod that is not read from templates.
func patch(name string) place {
	return func(p *Places) { p.pod = podPlace{podSection, name} }
}

// patchOfMain is a field of the main container that is not read from templates.
func patchOfMain(name string) place {
	return func(p *Places) { p.pod = podPlace{mainSection, name} }
}

// containerField begins the path of a field of a template's container.
const containerField = "container."

// container is a field of the main container, which templates have too.
func container(name string) place {
	return func(p *Places) { p.pod, p.Template = podPlace{mainSection, name}, containerField+name }
}

// template is a field of a template alone.
func template(path string) place { return func(p *Places) { p.Template = path } }

// workflow is a field that a workflow has for all of its pods. Its note is that of noted, or the usual one.
func workflow(path string) place { return func(p *Places) { p.Workflow = path } }

func noted(note string) place { return func(p *Places) { p.Note = note } }
