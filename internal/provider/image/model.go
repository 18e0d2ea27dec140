package image

import (
	"context"
	"maps"
	"net/url"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// spec reads the configuration part of the model. If any of it is not known yet, unknown is true and the spec must not
// be used.
func (m Model) spec(ctx context.Context) (s image.Spec, unknown bool, diags diag.Diagnostics) {
	if slices.ContainsFunc([]attr.Value{m.Repository, m.Platforms, m.Python, m.Dockerfile, m.Append}, kit.HasUnknown) {
		return s, true, nil
	}
	t := kit.Reader{Diags: &diags}
	s = image.Spec{Repository: t.Text(m.Repository), Platforms: t.Set(ctx, m.Platforms)}
	if !m.Python.IsNull() {
		s.Python = m.pythonSpec(ctx, &t)
	}
	if !m.Dockerfile.IsNull() {
		s.Dockerfile = m.dockerfileSpec(ctx, &t)
	}
	if !m.Append.IsNull() {
		s.Append = m.appendSpec(ctx, &t)
	}
	return s, false, diags
}

func (m Model) pythonSpec(ctx context.Context, t *kit.Reader) *image.Python {
	var p imagePythonModel
	t.Diags.Append(m.Python.As(ctx, &p, kit.ObjectOptions)...)
	at := path.Root("python")
	out := &image.Python{
		SourceDir: t.Text(p.SourceDir), Files: t.List(ctx, p.Files), BaseImage: t.Text(p.BaseImage),
		Requirements: t.List(ctx, p.Requirements), IndexURLs: t.List(ctx, p.IndexURLs), TrustedHosts: t.List(ctx, p.TrustedHosts),
	}
	for i, s := range out.IndexURLs {
		if u, err := url.Parse(s); err == nil && u.User != nil {
			kit.AddErrorAt(t.Diags, at.AtName("index_urls").AtListIndex(i), "Login in the configuration",
				"The URL of the index at "+u.Host+" holds a login, which would be readable in the state. Write the URL without "+
					"it, and give the login in netrc.")
		}
	}
	if file := t.Text(p.RequirementsFile); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			kit.AddErrorAt(
				t.Diags, at.AtName("requirements_file"), "Files cannot be used", "The requirements cannot be read: "+err.Error()+".",
			)
		}
		out.RequirementsText = string(text)
		if len(out.Requirements) > 0 {
			kit.AddErrorAt(
				t.Diags, at.AtName("requirements"), "Invalid image",
				"Both requirements and requirements_file are given. Give one of them.",
			)
		}
	}
	var netrc imageSecretModel
	if t.Object(ctx, p.Netrc, &netrc) {
		out.Netrc = &image.Secret{Env: t.Text(netrc.Env), File: t.Text(netrc.File)}
	}
	return out
}

func (m Model) dockerfileSpec(ctx context.Context, t *kit.Reader) *image.Dockerfile {
	var d imageDockerfileModel
	t.Diags.Append(m.Dockerfile.As(ctx, &d, kit.ObjectOptions)...)
	out := &image.Dockerfile{
		Context: t.Text(d.Context), File: t.Text(d.File), Target: t.Text(d.Target), Args: t.Strings(ctx, d.Args), Secrets: map[string]image.Secret{},
	}
	var secrets map[string]imageSecretModel
	if !d.Secrets.IsNull() {
		t.Diags.Append(d.Secrets.ElementsAs(ctx, &secrets, false)...)
	}
	for _, id := range slices.Sorted(maps.Keys(secrets)) {
		out.Secrets[id] = image.Secret{Env: t.Text(secrets[id].Env), File: t.Text(secrets[id].File)}
	}
	return out
}

func (m Model) appendSpec(ctx context.Context, t *kit.Reader) *image.Append {
	var a imageAppendModel
	t.Diags.Append(m.Append.As(ctx, &a, kit.ObjectOptions)...)
	out := &image.Append{
		BaseImage: t.Text(a.BaseImage), Env: t.Strings(ctx, a.Env), Entrypoint: t.List(ctx, a.Entrypoint), Cmd: t.List(ctx, a.Cmd),
		Workdir: t.Text(a.Workdir), User: t.Text(a.User), Files: map[string]image.FileSource{},
	}
	var files map[string]imageFileModel
	if !a.Files.IsNull() {
		t.Diags.Append(a.Files.ElementsAs(ctx, &files, false)...)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		out.Files[name] = image.FileSource{
			Path: t.Text(f.Path), Content: f.Content.ValueStringPointer(), Mode: t.Text(f.Mode),
		}
	}
	return out
}

// forget makes everything unknown that follows from the content.
func (m *Model) forget() {
	for _, v := range []*types.String{&m.ContentHash, &m.Tag, &m.Digest, &m.Reference, &m.BaseDigest, &m.GeneratedDockerfile, &m.Method} {
		*v = types.StringUnknown()
	}
}

// named writes what is known without a registry, and makes the rest unknown.
func (m *Model) named(p *image.Prepared) {
	m.forget()
	m.ContentHash, m.Tag = types.StringValue(p.ContentHash), types.StringValue(p.Reference.Tag())
	m.GeneratedDockerfile = types.StringNull()
	if p.Dockerfile != "" {
		m.GeneratedDockerfile = types.StringValue(p.Dockerfile)
	}
	switch {
	case !m.Dockerfile.IsNull():
		m.BaseDigest = types.StringNull()
		m.Method = types.StringValue("build")
	case p.NeedsBuilder():
		m.Method = types.StringValue("build-and-layers")
	default:
		m.Method = types.StringValue("layers")
	}
}

// exists writes a digest that the registry has.
func (m *Model) exists(digest string) {
	m.Digest = types.StringValue(digest)
	m.Reference = types.StringValue(m.Repository.ValueString() + "@" + digest)
}

// sameContent tells whether the state is about the same image, which Read has found in the registry.
func (m Model) sameContent(state Model) bool {
	return m.Repository.Equal(state.Repository) && m.ContentHash.Equal(state.ContentHash) && kit.IsKnown(state.Digest)
}

// keep takes over what the state knows of the same image.
func (m *Model) keep(state Model) {
	m.Digest, m.Reference, m.BaseDigest = state.Digest, state.Reference, state.BaseDigest
}
