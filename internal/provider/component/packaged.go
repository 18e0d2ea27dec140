package component

import (
	"cmp"
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// packageModel is a component that KFP's compiler or its users have written, in place of python and container.
type packageModel struct {
	Package types.String `tfsdk:"package"`
	Images  types.Map    `tfsdk:"images"`
}

func packageAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"package": kit.OptionalText("Text of a component of Kubeflow Pipelines, in place of `python` and `container`: a " +
			"`component.yaml` of its first version, `file(\"component.yaml\")`, or what its compiler makes of one component. " +
			"Inputs, outputs and what is run come from it; `env` and `resources` here go before its own. It runs as the user of " +
			"its image, as in KFP, unless `security_context` of a task, or of a pipeline's `defaults`, says otherwise."),
		"images": kit.TextMap("Images that take the place of those in the package, by those: `{ \"python:3.11\" = " +
			"\"registry.local/python:3.11\" }`."),
	}
}

func (m packageModel) isPackage() bool { return !m.Package.IsNull() }

// packaged reads the package, over which the attributes beside it stand.
func (m Model) packaged(ctx context.Context, t *kit.Reader, beside spec.Component) spec.Component {
	text, images := t.Text(m.Package), t.Strings(ctx, m.Images)
	if m.isOpen() {
		return beside
	}
	read, problems := kfpir.ReadComponent(text, kfpir.Options{Namespace: beside.Namespace, Name: beside.Name, Images: images})
	kit.AddProblems(t.Diags, problems)
	read.Name, read.Namespace, read.ImageUser = beside.Name, beside.Namespace, true
	read.Description = cmp.Or(beside.Description, read.Description)
	if beside.Resources != nil {
		read.Resources = beside.Resources
	}
	env := maps.Clone(read.Env)
	if env == nil {
		env = map[string]string{}
	}
	if maps.Copy(env, beside.Env); len(env) > 0 {
		read.Env = env
	}
	return read
}

// packageImage is the image that the package runs, if it is known and the package is one.
func (m packageModel) packageImage(ctx context.Context) string {
	if m.isOpen() {
		return ""
	}
	var diags diag.Diagnostics
	t := kit.Reader{Diags: &diags}
	read, _ := kfpir.ReadComponent(m.Package.ValueString(), kfpir.Options{Images: t.Strings(ctx, m.Images)})
	if image := read.Image(); image != spec.Unknown {
		return image
	}
	return ""
}

// isOpen reports whether something is not known yet without which nobody can say what the package is.
func (m packageModel) isOpen() bool {
	return m.Package.IsUnknown() || m.Images.IsUnknown()
}

// warnOfUser says, for a new version, what is not as everywhere else: who its containers run as.
func (m Model) warnOfUser(before types.String, diags *diag.Diagnostics) {
	if !m.isPackage() || m.Version.Equal(before) {
		return
	}
	diags.AddAttributeWarning(path.Root("package"), "Container runs as the user of its image",
		"As in KFP, the component of a package runs as the user of its image, which often is root. Give the tasks that use it, "+
			"or defaults of their pipelines, security_context = { run_as_user = 65532, run_as_non_root = true } where the image "+
			"allows that. This is said once for a version.")
}

// refreshPackage tells what differs from what the package compiles to. There is no package that would say it.
func (m *Model) refreshPackage(live, code *backend.Object, expected compile.ComponentObjects) (same bool) {
	found := componentDifferences(live, code, expected)
	m.Drift = kit.ListOfTexts(found)
	return len(found) == 0 && expected.Version == m.Version.ValueString()
}

// warnOfPackage tells of a component that was imported and that a package made, which the cluster does not hold.
func warnOfPackage(c spec.Component, diags *diag.Diagnostics) {
	if !c.ImageUser {
		return
	}
	diags.AddWarning("Component "+c.Name+" was made from a package", "Its container runs as the user of its image, which "+
		"only components of packages do, and the cluster does not hold the package. Give package in the configuration; with "+
		"python or container, the next apply makes a version that runs as user 65532.")
}
