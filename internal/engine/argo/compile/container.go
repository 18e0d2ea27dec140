package compile

import (
	"fmt"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// fillContainer compiles a container's image, command and arguments. A list of which it is not known how long it will
// be is in the patch of the pod, which Argo applies before it wraps the command: it needs no shell.
func fillContainer(t *wfv1.Template, container *corev1.Container, c spec.Component) error {
	env := graph.CommandEnv(c)
	container.Image = c.Container.Image
	patch, breaks := layout.ContainerPatch{}, false
	for _, list := range []struct {
		from  []string
		fixed *[]string
		open  *string
	}{
		{c.Container.Command, &container.Command, &patch.Command}, {c.Container.Args, &container.Args, &patch.Args},
	} {
		texts, err := containerTexts(list.from, env)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(texts, (*expr.Typed).Spreads) {
			if *list.open, err = expr.CompileArguments(texts); err != nil {
				return err
			}
			breaks = true
			continue
		}
		for i, text := range texts {
			arg, err := text.CompileContainerArg()
			if err != nil {
				return fmt.Errorf("argument %d: %w", i, err)
			}
			breaks = breaks || strings.Contains(arg, "$("+expr.Nothing+")")
			*list.fixed = append(*list.fixed, arg)
		}
	}
	if patch != (layout.ContainerPatch{}) {
		t.PodSpecPatch = patch.String()
	}
	for _, e := range container.Env {
		breaks = breaks || strings.Contains(e.Value, "$("+expr.Nothing+")")
	}
	if breaks {
		container.Env = append([]corev1.EnvVar{{Name: expr.Nothing}}, container.Env...)
	}
	return nil
}

func containerTexts(from []string, env expr.Env) ([]*expr.Typed, error) {
	texts := make([]*expr.Typed, len(from))
	for i, raw := range from {
		var err error
		if texts[i], err = TypedText(raw, env); err != nil {
			return nil, fmt.Errorf("argument %d: %w", i, err)
		}
	}
	return texts, nil
}
