package compile

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// fillPython makes the container run a Python function by the runtime, and returns the files that it mounts.
func fillPython(container *corev1.Container, c spec.Component) (map[string]string, error) {
	p := c.Python
	config := runtimeConfig(c)
	files := map[string]string{config.Source: p.Definition}
	maps.Copy(files, p.Additional)
	maps.Copy(files, p.Files)
	code, err := runtime.Contents(config, files)
	if err != nil {
		return nil, fmt.Errorf("component %s: %w", c.Name, err)
	}
	container.Image = p.Image
	container.Command = []string{"python3", "-u", layout.CodeDirectory + "/" + runtime.FileName}
	mountFiles(container, code)
	return code, nil
}

// mountFiles lets the container find the files of its component.
func mountFiles(container *corev1.Container, files map[string]string) {
	if len(files) > 0 {
		container.VolumeMounts = append(
			container.VolumeMounts, corev1.VolumeMount{Name: codeVolume, MountPath: layout.CodeDirectory, ReadOnly: true},
		)
	}
}

// runtimeConfig says to the runtime which function to run and how.
func runtimeConfig(c spec.Component) runtime.Config {
	p := c.Python
	config := runtime.Config{
		Function: p.Function, Source: p.SourceFile, LineOffset: max(0, p.FirstLine-1), Lightweight: p.Lightweight,
		Outputs: map[string]spec.Type{}, Returns: runtime.ReturnsNone, SDK: p.SDK, KFP: p.KFP,
		Packages: p.Packages, IndexURLs: p.IndexURLs, TrustedHosts: p.TrustedHosts,
		Additional: spec.Names(p.Additional), Files: spec.Names(p.Files),
	}
	for _, a := range p.Arguments {
		config.Arguments = append(config.Arguments, runtime.Argument{
			Name: a.Name, Keyword: a.Keyword, Passing: runtime.Passing(a.Passing), Type: a.Type, Optional: c.Inputs[a.Name].Optional,
			Class: a.Class,
		})
	}
	for name, o := range c.Outputs {
		config.Outputs[name] = o.Type
	}
	switch {
	case p.NamedOutputs:
		config.Returns = runtime.ReturnsNamed
	case p.ReturnsValue:
		config.Returns = runtime.ReturnsValue
	}
	return config
}
