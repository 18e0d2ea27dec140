package executor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

// key is where an artifact of this pod is kept that says no other place.
func (p *podRun) key(name string) string {
	return strings.Join([]string{p.Pod.Run, p.RunUID[:min(8, len(p.RunUID))], filepath.Base(p.directory), name}, "/")
}

// locate gives every output artifact its place, which the process may ask for.
func (p *podRun) locate() {
	for i := range p.Template.Outputs.Artifacts {
		a := &p.Template.Outputs.Artifacts[i]
		if a.S3 == nil || a.S3.Key == "" {
			a.ArtifactLocation = wfv1.ArtifactLocation{S3: &wfv1.S3Artifact{Key: p.key(a.Name)}}
		}
		a.Archive = &wfv1.ArchiveStrategy{None: &wfv1.NoneStrategy{}}
	}
	for i := range p.Template.Inputs.Artifacts {
		p.Template.Inputs.Artifacts[i].Archive = &wfv1.ArchiveStrategy{None: &wfv1.NoneStrategy{}}
	}
}

// stored is the file or directory of an artifact.
func (p *podRun) stored(key string) (string, error) {
	clean := filepath.FromSlash(key)
	if !filepath.IsLocal(clean) {
		return "", fmt.Errorf("%q leads out of the directory of artifacts", key)
	}
	return filepath.Join(p.Repository, ArtifactsFolder, clean), nil
}

// fetch copies the input artifacts to where the process looks for them.
func (p *podRun) fetch() error {
	for _, a := range p.Template.Inputs.Artifacts {
		err := p.fetchOne(a)
		if a.Optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("input artifact %s: %w", a.Name, err)
		}
	}
	return nil
}

func (p *podRun) fetchOne(a wfv1.Artifact) error {
	to := p.local(a.Path)
	if !strings.HasPrefix(to, p.directory+string(filepath.Separator)) {
		return fmt.Errorf("it is to be put at %s; a process of this machine takes it in %s alone", a.Path, p.file("inputs"))
	}
	switch {
	case a.Raw != nil:
		return os.WriteFile(to, []byte(a.Raw.Data), 0o644)
	case a.HTTP != nil:
		return download(a.HTTP.URL, to)
	case a.S3 != nil && a.S3.Bucket != "", a.GCS != nil, a.Azure != nil, a.OSS != nil, a.Git != nil, a.HDFS != nil:
		return errors.New("it lies in a bucket or repository elsewhere, which tasks of this machine do not read. " +
			"Import it by http(s)://, or use a cluster")
	case a.S3 != nil && a.S3.Key != "":
		from, err := p.stored(a.S3.Key)
		if err != nil {
			return err
		}
		return copyTree(from, to)
	}
	return fs.ErrNotExist
}

// downloadTime bounds how long an imported artifact may take.
const downloadTime = 30 * time.Minute

// download reads what an address gives into a file.
func download(address, to string) error {
	ctx, cancel := context.WithTimeout(context.Background(), downloadTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", address, answer.Status)
	}
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, answer.Body)
	return errors.Join(err, file.Close())
}

// outputs takes up what the process has left. Where it has succeeded, all that has no default has to be there.
func (p *podRun) outputs(succeeded bool) (*wfv1.Outputs, error) {
	out := &wfv1.Outputs{ExitCode: new("0")}
	var problems []error
	for _, parameter := range p.Template.Outputs.Parameters {
		text, err := p.parameter(parameter)
		if err != nil {
			problems = append(problems, fmt.Errorf("output %s: %w", parameter.Name, err))
			continue
		}
		parameter.Value, parameter.ValueFrom = wfv1.AnyStringPtr(text), nil
		out.Parameters = append(out.Parameters, parameter)
	}
	for _, a := range p.Template.Outputs.Artifacts {
		err := p.keep(a)
		switch {
		case errors.Is(err, fs.ErrNotExist) && (a.Optional || !succeeded):
			continue
		case errors.Is(err, fs.ErrNotExist):
			err = errors.New("it was not written")
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("output artifact %s: %w", a.Name, err))
			continue
		}
		a.Path = ""
		out.Artifacts = append(out.Artifacts, a)
	}
	return out, errors.Join(problems...)
}

// parameter reads an output parameter, without the newline at its end, as Argo does.
func (p *podRun) parameter(of wfv1.Parameter) (string, error) {
	from := of.ValueFrom
	if from == nil || from.Path == "" {
		return "", errors.New("it is not in a file, which a process of this machine cannot give")
	}
	path := p.local(from.Path)
	if !strings.HasPrefix(path, p.directory+string(filepath.Separator)) {
		return "", fmt.Errorf("it is to be found at %s; a process of this machine leaves it in %s alone", from.Path, p.file("outputs"))
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && from.Default != nil:
		return from.Default.String(), nil
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("it was not written")
	case err != nil:
		return "", err
	}
	return strings.TrimSuffix(string(data), "\n"), nil
}

// keep moves an output artifact into the repository.
func (p *podRun) keep(a wfv1.Artifact) error {
	from := p.local(a.Path)
	if !strings.HasPrefix(from, p.directory+string(filepath.Separator)) {
		return fmt.Errorf("it is to be found at %s; a process of this machine leaves it in %s alone", a.Path, p.file("outputs"))
	}
	if _, err := os.Lstat(from); err != nil {
		return err
	}
	to, err := p.stored(a.S3.Key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if info, err := os.Lstat(from); err == nil && info.Mode()&fs.ModeSymlink == 0 && os.Rename(from, to) == nil {
		return nil
	}
	return copyTree(from, to)
}

// copyTree copies a file or a directory. Links become what they lead to.
func copyTree(from, to string) error {
	info, err := os.Stat(from)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return copyFile(from, to, info.Mode().Perm())
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		err := copyTree(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()))
		leadsNowhere := entry.Type()&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist)
		if err != nil && !leadsNowhere {
			return err
		}
	}
	return nil
}

func copyFile(from, to string, mode fs.FileMode) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
