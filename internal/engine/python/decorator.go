package python

import "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"

// ignoredSettings are what KFP's decorator takes beside the settings that are read, and why they have no effect here.
// Where nobody would miss the effect, there is no reason.
var ignoredSettings = map[string]string{
	"output_component_file":     "",
	"install_kfp_package":       "",
	"kfp_package_path":          "",
	"use_venv":                  "",
	"embedded_artifact_path":    "small data files are given as files",
	"task_config_passthroughs":  "Kubernetes settings are made on the task",
	"pip_install_extra_options": "pip gets its options from the provider",
}

// decorator reads KFP's decorator of the function.
func (a *analysis) decorator() {
	for _, d := range a.def.decorators {
		switch name := a.kfpName(d); name {
		case "component":
			a.function.Decorator = a.componentDecorator(d)
		case "pipeline", "container_component", "graph_component", "notebook_component":
			a.errorf(d.where(), Decoration, "Not a Python component", "%s is decorated as %s, which does not run in a pod. "+
				"Declare it as a kfp_pipeline, or as a kfp_component with container.", a.def.name, name)
		}
	}
}

func (a *analysis) componentDecorator(x expr) *Decorator {
	line, column := a.place(x.where().from)
	d := &Decorator{Line: line, Column: column}
	_, call, ok := split(x)
	if !ok || call.name != "" || call.index != nil {
		return d
	}
	texts := map[string]*string{"base_image": &d.BaseImage, "target_image": &d.TargetImage}
	lists := map[string]*[]string{
		"packages_to_install": &d.PackagesToInstall, "pip_index_urls": &d.PipIndexURLs, "pip_trusted_hosts": &d.PipTrustedHosts,
	}
	for _, arg := range call.arguments {
		reason, ignored := ignoredSettings[arg.name]
		switch text, list := texts[arg.name], lists[arg.name]; {
		case text != nil:
			a.setting(arg, func(v any) bool {
				s, ok := v.(string)
				*text = s
				return ok || v == nil
			})
		case list != nil:
			a.setting(arg, func(v any) bool {
				values, ok := stringsOf(v)
				*list = values
				return ok || v == nil
			})
		case arg.name == "additional_funcs":
			a.readHelpers(arg)
		case ignored:
			if reason != "" && !isFalse(arg.value) {
				a.warnf(arg.span, Decoration, "Setting without effect", "%s of the decorator has no effect: %s.", arg.name, reason)
			}
		case arg.name == "":
			a.warnf(arg.span, Decoration, "Setting that cannot be read", "%s is not read. Write the settings of the "+
				"decorator by name, "+
				"such as base_image=\"python:3.12-slim\".", a.code(arg))
		default:
			a.warnf(arg.span, Decoration, "Unknown setting", "dsl.component has no setting %s. Correct or remove it.", arg.name)
		}
	}
	return d
}

// setting reads a literal, also one that a constant of the file holds.
func (a *analysis) setting(arg argument, set func(any) bool) {
	x := unparen(arg.value)
	for range maxAliases {
		name, ok := x.(*nameExpr)
		if !ok || a.names[name.id].kind != valueBinding || a.names[name.id].value == nil {
			break
		}
		x = unparen(a.names[name.id].value)
	}
	v, c := annotations{file: a.file, origin: a.file}.value(x)
	if c == nil && set(v) {
		return
	}
	a.add(arg.span, problem.Warning, Decoration, "Setting that cannot be read", "%s of the decorator is not a literal "+
		"of its type: %s. "+
		"Write it out, or set it in the configuration instead.", arg.name, a.code(arg.value))
}

// readHelpers notes the functions that the pod runs along with the component's.
func (a *analysis) readHelpers(arg argument) {
	elements, ok := sequence(arg.value)
	for _, e := range elements {
		name, isName := e.(*nameExpr)
		var helper *functionDef
		for _, def := range a.functions() {
			if isName && def.name == name.id {
				helper = def
			}
		}
		ok = ok && helper != nil
		if helper != nil && helper != a.def {
			a.helpers = append(a.helpers, helper)
		}
	}
	if !ok {
		a.errorf(arg.span, Decoration, "Helper function not found", "%s does not list functions of %s. Name functions at "+
			"its top level, "+
			"or give them as additional sources.", a.code(arg), a.name())
	}
}

func stringsOf(v any) ([]string, bool) {
	values, ok := v.([]any)
	if !ok {
		return nil, false
	}
	var all []string
	for _, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}

func isFalse(x expr) bool {
	c, ok := x.(*constantExpr)
	return ok && c.kind != kwTrue
}
