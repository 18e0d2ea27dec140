package kfpir

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Options say how a package is taken.
type Options struct {
	File      string // the package's name in messages; empty: package
	Namespace string
	Name      string            // of the pipeline or the component; empty: what the package says
	Images    map[string]string // images by those that they take the place of
	Cache     *bool             // whether tasks use the cache; nil: as the package says
}

// Package is what a package holds.
type Package struct {
	// Pipeline has the package's groups of tasks as Groups and its executors as Components. Graph's checks are to be
	// made yet; Locate gives their problems a place in the package.
	Pipeline    spec.Pipeline
	DisplayName string // free text; empty: none
	SDKVersion  string // that compiled it
	// Parameters and Outputs are KFP's names of those of the pipeline, where they differ.
	Parameters map[string]string
	Outputs    map[string]string

	file   string
	places map[string]int // lines by paths below the pipeline
}

// Read reads a compiled pipeline. The package is whole only if no error was found.
func Read(text string, options Options) (Package, problem.List) {
	options.File = cmp.Or(options.File, attribute)
	found := &findings{file: options.File}
	d := open(text, found)
	if d.component != nil {
		found.errorf(d.component.Line, "Not a pipeline", "It is one component, of KFP's first version. Give it to a "+
			"kfp_component, and use that in a pipeline.")
	}
	if found.failed() {
		return Package{}, found.problems()
	}
	ir, platform := decodeDocuments(d, found)
	if found.failed() {
		return Package{}, found.problems()
	}
	r := translate(ir, platform, options, *found)
	return r.result(), r.problems()
}

// decodeDocuments reads the documents of a pipeline into the types of the schema.
func decodeDocuments(d documents, found *findings) (irPipeline, irPlatforms) {
	if d.pipeline == nil {
		found.errorf(0, "No pipeline", "There is no document with pipelineInfo and root.")
		return irPipeline{}, irPlatforms{}
	}
	ir := decode[irPipeline](d.pipeline, "pipeline", found)
	var platform irPlatforms
	if d.platform != nil {
		platform = decode[irPlatforms](d.platform, "platform spec", found)
	}
	switch {
	case found.failed():
	case ir.SchemaVersion != "2.1.0":
		found.errorf(ir.Line, "Unknown version", "The package says schemaVersion %s, and KFP takes 2.1.0 alone. "+
			"Compile it with a newer SDK.", abbreviate(ir.SchemaVersion))
	case ir.Info.Name == "":
		found.errorf(ir.Line, "Pipeline without a name", "pipelineInfo.name is empty.")
	case ir.Root == nil || ir.Root.DAG == nil || len(ir.Root.DAG.Tasks) == 0:
		found.errorf(ir.Line, "Pipeline without tasks", "There is no root.dag with tasks.")
	}
	return ir, platform
}

// maxPasses bounds how often a package is translated.
const maxPasses = 20

// translate makes a pipeline of the package. What tasks hand to an input tells more of it than its declaration, but
// only once all that uses it has been read: each pass knows what the last one has found.
func translate(ir irPipeline, platform irPlatforms, options Options, found findings) *reader {
	for pass, learned := 1, nothingLearned(); ; pass++ {
		r := newReader(ir, platform, options, found)
		r.learned = learned
		r.pipeline()
		if !r.again || pass == maxPasses {
			return r
		}
	}
}

// knowledge is what the passes before have found of inputs, by component and name.
type knowledge struct {
	relaxed map[string]bool      // they may be absent, since what is handed to them may be
	widened map[string]spec.Type // they get lists of lists of artifacts
	schemes map[string]string    // of the addresses that they get
}

func nothingLearned() knowledge {
	return knowledge{relaxed: map[string]bool{}, widened: map[string]spec.Type{}, schemes: map[string]string{}}
}

// reader translates one package.
type reader struct {
	findings
	options        Options
	ir             irPipeline
	platform       irPlatforms
	kubernetes     map[string]irKubernetes // settings by executor
	callables      map[string]*callable    // by component; nil while it is read
	groups         map[string]*callable    // by our name
	groupNames     *namer
	components     map[string]spec.Component
	componentNames *namer
	images         map[string]bool // those that were replaced
	out            Package
	places         map[string]int
	looped         map[string]bool // components that only loops run
	learned        knowledge
	again          bool // something was found that another pass has to know
}

func newReader(ir irPipeline, platform irPlatforms, options Options, found findings) *reader {
	found.list = slices.Clone(found.list)
	return &reader{
		findings: found, options: options, ir: ir, platform: platform, callables: map[string]*callable{},
		groups: map[string]*callable{}, groupNames: newNamer(), components: map[string]spec.Component{},
		componentNames: newNamer(), images: map[string]bool{}, places: map[string]int{}, looped: loopedOf(ir),
	}
}

// loopedOf are the components of which each task is a loop.
func loopedOf(ir irPipeline) map[string]bool {
	looped := map[string]bool{}
	read := func(c *irDAG) {
		if c == nil {
			return
		}
		for _, t := range c.Tasks {
			before, known := looped[t.Component.Name]
			looped[t.Component.Name] = t.Iterator != nil && (before || !known)
		}
	}
	if ir.Root != nil {
		read(ir.Root.DAG)
	}
	for _, c := range ir.Components {
		read(c.DAG)
	}
	return looped
}

// rootLabel is the label of the root, which is no component of its own.
const rootLabel = "root"

// pipeline reads the root, and with it everything that is used.
func (r *reader) pipeline() {
	root := newCallable(rootLabel, *r.ir.Root)
	r.declared(root, *r.ir.Root)
	r.out = Package{
		DisplayName: r.ir.Info.DisplayName, SDKVersion: r.ir.SDKVersion, Parameters: map[string]string{},
		Outputs: map[string]string{}, file: r.file, places: r.places,
	}
	r.out.Pipeline = spec.Pipeline{
		Namespace: r.options.Namespace, Name: r.name(), Description: r.ir.Info.Description,
		Parameters: map[string]spec.Input{}, Groups: map[string]spec.Group{}, Components: r.components,
	}
	r.platforms()
	g := r.dag(root, r.ir.Root.DAG, r.ir.Root.Line, "")
	p := &r.out.Pipeline
	p.Tasks, p.Outputs = g.Tasks, g.Outputs
	for name, s := range root.inputs {
		p.Parameters[s.name] = s.in
		r.places["parameters["+quoted(s.name)+"]"] = r.inputLine(*r.ir.Root, name)
		if s.name != name {
			r.out.Parameters[s.name] = name
		}
		if s.artifact && s.in.Required() {
			r.warnf(r.inputLine(*r.ir.Root, name), "More than KFP does", "Parameter %q is an artifact, which KFP's "+
				"own backend "+
				"cannot be given for a run. Here a run takes its address, such as s3://bucket/key.", name)
		}
	}
	for name, s := range root.outputs {
		if s.name != name {
			r.out.Outputs[s.name] = name
		}
	}
	r.use(p.Tasks)
	r.unusedImages()
	if r.ir.PipelineRoot != "" {
		r.warnf(r.ir.Line, "Place of the artifacts", "The package says %s (defaultPipelineRoot). Artifacts go to "+
			"the artifact repository of the namespace, unless the pipeline has that address as its pipeline_root.",
			abbreviate(r.ir.PipelineRoot))
	}
}

// unusedImages tells of replacements for images that the package does not have.
func (r *reader) unusedImages() {
	for _, image := range spec.Names(r.options.Images) {
		if !r.images[image] {
			r.warnf(0, "Image that nothing runs", "No container of the package has the image %q.", image)
		}
	}
}

// use takes the groups that tasks use into the pipeline, and those that these use.
func (r *reader) use(tasks map[string]spec.Task) {
	groups := r.out.Pipeline.Groups
	for _, t := range tasks {
		of := r.groups[t.Component.Name]
		if _, taken := groups[t.Component.Name]; taken || t.Component.Kind != spec.GroupKind || of == nil {
			continue
		}
		groups[t.Component.Name] = *of.group
		r.use(of.group.Tasks)
		r.use(of.group.OnExit)
	}
}

func (r *reader) inputLine(c irComponent, name string) int {
	if p, ok := c.Inputs.Parameters[name]; ok {
		return p.Line
	}
	return c.Inputs.Artifacts[name].Line
}

// name is the name of the pipeline's object.
func (r *reader) name() string {
	if r.options.Name != "" {
		return r.options.Name
	}
	said := r.ir.Info.Name
	name := cut(asObjectName(said), spec.MaxNameLength, "-", said)
	if name != said {
		r.warnf(r.ir.Info.Line, "Name that no object can have", "%q becomes %q. Give name for another one.", said, name)
	}
	return name
}

func (r *reader) result() Package {
	if r.failed() {
		return Package{file: r.file, places: r.places}
	}
	return r.out
}

func quoted(name string) string { return strconv.Quote(name) }

// Locate gives problems of the pipeline a place in the package.
func (p Package) Locate(problems problem.List) problem.List {
	all := make(problem.List, len(problems))
	for i, one := range problems {
		path := one.Path.String()
		one.Detail = located(p.file, p.line(path), path+": "+one.Detail)
		one.Path = problem.At(attribute)
		all[i] = one
	}
	return all
}

// line is where the innermost thing of a path stands whose place is known.
func (p Package) line(path string) int {
	for path != "" {
		if line, ok := p.places[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}
