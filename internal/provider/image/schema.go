package image

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// Model is a kfp_image in configurations, plans and states.
type Model struct {
	Repository          types.String   `tfsdk:"repository"`
	Platforms           types.Set      `tfsdk:"platforms"`
	Python              types.Object   `tfsdk:"python"`
	Dockerfile          types.Object   `tfsdk:"dockerfile"`
	Append              types.Object   `tfsdk:"append"`
	DeleteOnDestroy     types.Bool     `tfsdk:"delete_on_destroy"`
	ContentHash         types.String   `tfsdk:"content_hash"`
	Tag                 types.String   `tfsdk:"tag"`
	Digest              types.String   `tfsdk:"digest"`
	Reference           types.String   `tfsdk:"reference"`
	BaseDigest          types.String   `tfsdk:"base_digest"`
	GeneratedDockerfile types.String   `tfsdk:"generated_dockerfile"`
	Method              types.String   `tfsdk:"method"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`
}

type imagePythonModel struct {
	SourceDir        types.String `tfsdk:"source_dir"`
	Files            types.List   `tfsdk:"files"`
	BaseImage        types.String `tfsdk:"base_image"`
	Requirements     types.List   `tfsdk:"requirements"`
	RequirementsFile types.String `tfsdk:"requirements_file"`
	IndexURLs        types.List   `tfsdk:"index_urls"`
	TrustedHosts     types.List   `tfsdk:"trusted_hosts"`
	Netrc            types.Object `tfsdk:"netrc"`
}

type imageDockerfileModel struct {
	Context types.String `tfsdk:"context"`
	File    types.String `tfsdk:"file"`
	Target  types.String `tfsdk:"target"`
	Args    types.Map    `tfsdk:"args"`
	Secrets types.Map    `tfsdk:"secrets"`
}

type imageAppendModel struct {
	BaseImage  types.String `tfsdk:"base_image"`
	Files      types.Map    `tfsdk:"files"`
	Env        types.Map    `tfsdk:"env"`
	Entrypoint types.List   `tfsdk:"entrypoint"`
	Cmd        types.List   `tfsdk:"cmd"`
	Workdir    types.String `tfsdk:"workdir"`
	User       types.String `tfsdk:"user"`
}

type imageSecretModel struct {
	Env  types.String `tfsdk:"env"`
	File types.String `tfsdk:"file"`
}

type imageFileModel struct {
	Path    types.String `tfsdk:"path"`
	Content types.String `tfsdk:"content"`
	Mode    types.String `tfsdk:"mode"`
}

func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A container image that exists in a registry. It is named by its content: the plan reads all " +
			"files, and apply builds and pushes only if the registry does not have that content yet. " +
			"The same content gives the same tag on every machine, and, where files are put onto a base, the same digest. An " +
			"image that vanished from the registry is made again.\n\n" +
			"The content hash covers the name of the base image as it is written, not what it means at the time. To follow a " +
			"moving tag, give the reference of a `kfp_image` data source.",
		Attributes: map[string]schema.Attribute{
			"repository": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Where the image is pushed, such as `harbor.example.com/carousel/material-cost`. Without a " +
					"tag, which is made from the content.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"platforms": kit.TextSet("Platforms such as `linux/amd64` and `linux/arm64`. Default: all that the base image " +
				"has or, where BuildKit runs commands, the builder's own."),
			"python":     imagePythonAttribute(),
			"dockerfile": imageDockerfileAttribute(),
			"append":     imageAppendAttribute(),
			"delete_on_destroy": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether destroy deletes the image from the registry, by its digest: with it go all tags " +
					"that point to it. Images that earlier contents were pushed as stay. Default: `false`.",
			},
			"content_hash": computed("Hash of everything that decides about the image: files, their names and modes, " +
				"settings, and the name of the base image. Known at plan."),
			"tag": computed("Tag that is made from the content hash. Known at plan."),
			"digest": computed("Digest of the image, `sha256:…`. Where the registry has the image, the plan shows it, " +
				"and apply makes nothing; `(known after apply)` says that apply makes the image."),
			"reference": computed("`repository@digest`: what components take as their image. Known at plan if the " +
				"registry has the image."),
			"base_digest": computed("Digest that the base image had when the image was made. Null for a `dockerfile`."),
			"generated_dockerfile": computed("The Dockerfile with which requirements are installed, to read. The image that " +
				"it makes is pushed as a tag of its own, which begins with `kfp1-deps-`, and " +
				"`source_dir` is put onto it as one layer. Null without requirements."),
			"method": computed("How the image is made where the registry does not have it: `layers` (the provider puts files " +
				"onto the base), `build` (the builder runs the Dockerfile) or `build-and-layers` " +
				"(the builder installs requirements unless an earlier image has the same, and the provider puts the files onto " +
				"that)."),
			"timeouts": timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Update: true,
				CreateDescription: "Time for building and pushing, such as `\"1h\"`. Default: 30 minutes.",
				UpdateDescription: "The same, where the content changed. Default: 30 minutes.",
			}),
		},
	}
}

func imagePythonAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Python modules on a Python image. They are in `/app`, which is the working directory and on " +
			"`PYTHONPATH`. Exactly one of `python`, `dockerfile` and `append`. " +
			"Without requirements no builder is needed.",
		Validators: []validator.Object{
			objectvalidator.ExactlyOneOf(path.MatchRoot("python"), path.MatchRoot("dockerfile"), path.MatchRoot("append")),
		},
		Attributes: map[string]schema.Attribute{
			"source_dir": kit.RequiredText("Directory with the modules. What its `.dockerignore` names is left out, and so " +
				"is what Python, editors and version control leave behind (`__pycache__`, `.venv`, `.git` and the like), " +
				"unless a line such as `!**/.venv` takes it back. A symbolic link that leads out of the directory is an error."),
			"files": kit.TextList("Patterns in the notation of `.dockerignore`, such as `**/*.py`: only files " +
				"that match one of them are taken. Default: all."),
			"base_image": kit.RequiredText("Image with Python, such as `python:3.12-slim`. That it exists is checked " +
				"at plan."),
			"requirements": kit.TextList("Packages to install, each a line of a requirements file, such as " +
				"`numpy==2.1.0`. They are installed by the builder, once for all images of the repository with the same list."),
			"requirements_file": kit.OptionalText("Path of a requirements file, in place of `requirements`."),
			"index_urls": kit.TextList("Package indexes, without logins. The first replaces PyPI, the others are " +
				"looked at too."),
			"trusted_hosts": kit.TextList("Hosts that pip may reach without TLS."),
			"netrc": secretAttribute("Where the logins to package indexes are read when requirements are " +
				"installed, in the form of a `.netrc` file. They are neither in the state nor in the image."),
		},
	}
}

func imageDockerfileAttribute() schema.SingleNestedAttribute {
	secret := secretAttribute("")
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "A Dockerfile, built by the provider's `image_builder`. What its commands fetch is not part " +
			"of the content hash: pin it.",
		Attributes: map[string]schema.Attribute{
			"context": kit.RequiredText("Directory that is sent to the builder. `.dockerignore` is honoured. Times, owners " +
				"and modes of files are made the same on every machine."),
			"file":   kit.OptionalText("Path of the Dockerfile, relative to `context` or absolute. Default: `Dockerfile`."),
			"target": kit.OptionalText("Stage to build. Default: the last."),
			"args":   kit.TextMap("Values of `ARG`s. Never secrets: they are readable in the image's history."),
			"secrets": kit.NestedMapAttribute(
				"Secrets for `RUN --mount=type=secret,id=…`, by id. The values are read when the image is built; they are "+
					"neither in the state nor in the image, and not part of the content hash.",
				secret.Attributes,
			),
		},
	}
}

func imageAppendAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Files and settings put onto an image. No builder is needed.",
		Attributes: map[string]schema.Attribute{
			"base_image": kit.RequiredText("The image. That it exists is checked at plan."),
			"files": kit.NestedMapAttribute("Files by their absolute path in the image.", map[string]schema.Attribute{
				"path": kit.OptionalText("A file, or a directory whose `.dockerignore` is honoured. Exactly one of `path` " +
					"and `content`."),
				"content": kit.OptionalText("The file's content."),
				"mode": kit.OptionalText("Mode in octal, such as `\"0755\"`. Default: `0644`, or `0755` where the file at " +
					"`path` is executable."),
			}),
			"env":        kit.TextMap("Environment variables, added to those of the base."),
			"entrypoint": kit.TextList("Entrypoint. Default: the base's. Another one also removes the base's command."),
			"cmd":        kit.TextList("Command, or arguments of the entrypoint. Default: the base's."),
			"workdir":    kit.OptionalText("Working directory. Default: the base's."),
			"user":       kit.OptionalText("User, such as `1000:1000`. Default: the base's."),
		},
	}
}

func secretAttribute(description string) schema.SingleNestedAttribute {
	return kit.NestedAttribute(description, map[string]schema.Attribute{
		"env":  kit.OptionalText("Name of an environment variable where Terraform runs. Exactly one of `env` and `file`."),
		"file": kit.OptionalText("Path of a file where Terraform runs."),
	})
}
