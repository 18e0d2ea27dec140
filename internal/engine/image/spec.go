package image

import (
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// AppDir is where a Python image has its source: the working directory, and the first entry of PYTHONPATH.
const AppDir = "/app"

// Spec is an image that shall exist. Exactly one of Python, Dockerfile and Append is set.
type Spec struct {
	Repository string   // where to push, such as "harbor.example.com/carousel/quote", without tag
	Platforms  []string // such as "linux/amd64"; none stands for all of the base, or where BuildKit runs for the builder's own
	Python     *Python
	Dockerfile *Dockerfile
	Append     *Append
}

// Python is a directory of modules on a Python image. The image has them in AppDir, which is its working directory and
// on PYTHONPATH before what the base has there; user, entrypoint and command stay the base's.
type Python struct {
	SourceDir        string   // its .dockerignore is honoured, and what Python and editors leave behind is left out
	Files            []string // patterns in .dockerignore syntax; if there are any, a file must match one
	BaseImage        string
	Requirements     []string // lines of a requirements file
	RequirementsText string   // a requirements file; at most one of the two is set
	IndexURLs        []string // the first replaces PyPI; logins in them are given to the build as a secret and are not hashed
	TrustedHosts     []string
	Netrc            *Secret // a .netrc file with logins to the indexes, given to the build as a secret; only that it is given is hashed
}

// Dockerfile is an image that BuildKit makes. A line "# syntax=" in it makes BuildKit pull that frontend. The directory
// is sent with normalised times, owners and modes. What a RUN or ADD fetches is not part of the content hash.
type Dockerfile struct {
	Context string            // a directory; .dockerignore, or the Dockerfile's name with ".dockerignore" behind it, is honoured
	File    string            // relative to Context or absolute; default "Dockerfile"
	Target  string            // a stage; default the last
	Args    map[string]string // build arguments, which are readable in the image's history
	Secrets map[string]Secret // by id, for RUN --mount=type=secret; only the ids are hashed
}

// Secret says where a build secret is read when the image is built. Exactly one field is set.
type Secret struct {
	Env  string // the name of an environment variable
	File string // a path
}

// Append is files and settings put onto an image.
type Append struct {
	BaseImage  string
	Files      map[string]FileSource // by path in the image
	Env        map[string]string
	Entrypoint []string // nil keeps the base's; another value also removes the base's command
	Cmd        []string // nil keeps the base's
	Workdir    string
	User       string
}

// FileSource is where a file of the image comes from. Exactly one of Path and Content is set.
type FileSource struct {
	Path    string  // a file, or a directory whose .dockerignore is honoured
	Content *string // the content itself
	Mode    string  // octal, such as "0755"; default 0644 for content, and 0755 or 0644 as a file is executable
}

var (
	platformForm = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9_]+(/[a-z0-9.]+)?$`)
	modeForm     = regexp.MustCompile(`^0?[0-7]{3}$`)
	envForm      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	secretForm   = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	hostForm     = regexp.MustCompile(`^[A-Za-z0-9._:\[\]-]+$`)
)

const (
	titleName     = "Invalid image name"
	titleSpec     = "Invalid image"
	titleFiles    = "Files cannot be used"
	titleRequire  = "Invalid requirement"
	titleFile     = "Invalid Dockerfile"
	titleBase     = "Base image cannot be used"
	titleRegistry = "Registry cannot be asked"
)

// checkName adds a problem where a name is no reference of an image.
func checkName(l *problem.List, at problem.Path, name string) {
	if _, err := registry.ParseReference(name); err != nil {
		l.Errorf(at, titleName, "%s", err)
	}
}

// kind is the name of the attribute that is set, or an empty string if none or several are.
func (s Spec) kind() string {
	var set []string
	if s.Python != nil {
		set = append(set, "python")
	}
	if s.Dockerfile != nil {
		set = append(set, "dockerfile")
	}
	if s.Append != nil {
		set = append(set, "append")
	}
	if len(set) != 1 {
		return ""
	}
	return set[0]
}

func (s Spec) checkPlatforms(l *problem.List) {
	for i, p := range s.Platforms {
		if !platformForm.MatchString(p) {
			l.Errorf(
				problem.At("platforms").Index(i), titleSpec, "%q is not a platform. Write it as linux/amd64 or linux/arm/v7.", p,
			)
		} else if strings.HasPrefix(p, "windows/") {
			l.Errorf(problem.At("platforms").Index(i), titleSpec, "%q cannot be built: layers are made for Linux alone.", p)
		}
	}
}
