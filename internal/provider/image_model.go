package provider

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
)

// spec reads the configuration part of the model. If any of it is not known yet, unknown is true and the spec must not
// be used.
func (m imageModel) spec(ctx context.Context) (s image.Spec, unknown bool, diags diag.Diagnostics) {
	if slices.ContainsFunc([]attr.Value{m.Repository, m.Platforms, m.Python, m.Dockerfile, m.Append}, hasUnknown) {
		return s, true, nil
	}
	t := texts{diags: &diags}
	s = image.Spec{Repository: t.one(m.Repository), Platforms: t.set(ctx, m.Platforms)}
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

func (m imageModel) pythonSpec(ctx context.Context, t *texts) *image.Python {
	var p imagePythonModel
	t.diags.Append(m.Python.As(ctx, &p, objectOptions)...)
	at := path.Root("python")
	out := &image.Python{
		SourceDir: t.one(p.SourceDir), Files: t.list(ctx, p.Files), BaseImage: t.one(p.BaseImage),
		Requirements: t.list(ctx, p.Requirements), IndexURLs: t.list(ctx, p.IndexURLs), TrustedHosts: t.list(ctx, p.TrustedHosts),
	}
	for i, s := range out.IndexURLs {
		if u, err := url.Parse(s); err == nil && u.User != nil {
			addErrorAt(t.diags, at.AtName("index_urls").AtListIndex(i), "Login in the configuration",
				"The URL of the index at "+u.Host+" holds a login, which would be readable in the state. Write the URL without it, and give the login in netrc.")
		}
	}
	if file := t.one(p.RequirementsFile); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			addErrorAt(t.diags, at.AtName("requirements_file"), "Files cannot be used", "The requirements cannot be read: "+err.Error()+".")
		}
		out.RequirementsText = string(text)
		if len(out.Requirements) > 0 {
			addErrorAt(t.diags, at.AtName("requirements"), "Invalid image", "Both requirements and requirements_file are given. Give one of them.")
		}
	}
	var netrc imageSecretModel
	if t.object(ctx, p.Netrc, &netrc) {
		out.Netrc = &image.Secret{Env: t.one(netrc.Env), File: t.one(netrc.File)}
	}
	return out
}

func (m imageModel) dockerfileSpec(ctx context.Context, t *texts) *image.Dockerfile {
	var d imageDockerfileModel
	t.diags.Append(m.Dockerfile.As(ctx, &d, objectOptions)...)
	out := &image.Dockerfile{
		Context: t.one(d.Context), File: t.one(d.File), Target: t.one(d.Target), Args: t.strings(ctx, d.Args), Secrets: map[string]image.Secret{},
	}
	var secrets map[string]imageSecretModel
	if !d.Secrets.IsNull() {
		t.diags.Append(d.Secrets.ElementsAs(ctx, &secrets, false)...)
	}
	for _, id := range slices.Sorted(maps.Keys(secrets)) {
		out.Secrets[id] = image.Secret{Env: t.one(secrets[id].Env), File: t.one(secrets[id].File)}
	}
	return out
}

func (m imageModel) appendSpec(ctx context.Context, t *texts) *image.Append {
	var a imageAppendModel
	t.diags.Append(m.Append.As(ctx, &a, objectOptions)...)
	out := &image.Append{
		BaseImage: t.one(a.BaseImage), Env: t.strings(ctx, a.Env), Entrypoint: t.list(ctx, a.Entrypoint), Cmd: t.list(ctx, a.Cmd),
		Workdir: t.one(a.Workdir), User: t.one(a.User), Files: map[string]image.FileSource{},
	}
	var files map[string]imageFileModel
	if !a.Files.IsNull() {
		t.diags.Append(a.Files.ElementsAs(ctx, &files, false)...)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		out.Files[name] = image.FileSource{Path: t.one(f.Path), Content: f.Content.ValueStringPointer(), Mode: t.one(f.Mode)}
	}
	return out
}

// forget makes everything unknown that follows from the content.
func (m *imageModel) forget() {
	for _, v := range []*types.String{&m.ContentHash, &m.Tag, &m.Digest, &m.Reference, &m.BaseDigest, &m.GeneratedDockerfile, &m.Method} {
		*v = types.StringUnknown()
	}
}

// named writes what is known without a registry, and makes the rest unknown.
func (m *imageModel) named(p *image.Prepared) {
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
func (m *imageModel) exists(digest string) {
	m.Digest = types.StringValue(digest)
	m.Reference = types.StringValue(m.Repository.ValueString() + "@" + digest)
}

// sameContent tells whether the state is about the same image, which Read has found in the registry.
func (m imageModel) sameContent(state imageModel) bool {
	return m.Repository.Equal(state.Repository) && m.ContentHash.Equal(state.ContentHash) && isKnown(state.Digest)
}

// keep takes over what the state knows of the same image.
func (m *imageModel) keep(state imageModel) {
	m.Digest, m.Reference, m.BaseDigest = state.Digest, state.Reference, state.BaseDigest
}
