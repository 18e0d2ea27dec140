package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	plainyaml "go.yaml.in/yaml/v2"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// kinds are those that a directory holds, by their plural.
var kinds = map[string]string{
	backend.WorkflowTemplates.Resource: "WorkflowTemplate", backend.Workflows.Resource: "Workflow",
	backend.CronWorkflows.Resource: "CronWorkflow", backend.ConfigMaps.Resource: "ConfigMap",
}

const (
	extension = ".yaml"
	lockPause = 10 * time.Millisecond
)

// store is the files of a directory. It is safe for concurrent use by several processes.
type store struct{ root string }

func (s store) folder(kind backend.Kind, namespace string) string {
	return filepath.Join(s.root, namespace, kind.Resource)
}

func (s store) file(kind backend.Kind, namespace, name string) string {
	return filepath.Join(s.folder(kind, namespace), name+extension)
}

// runs is where the pods of a run are.
func (s store) runs(namespace, run string) string {
	return filepath.Join(s.root, namespace, "runs", run)
}

// code is where the files of components are, as tasks see them.
func (s store) code(namespace string) string { return filepath.Join(s.root, namespace, "code") }

// removeCode removes the files of a component, of every content that it had.
func (s store) removeCode(namespace, configMap string) error {
	found, err := filepath.Glob(filepath.Join(s.code(namespace), configMap+"-*"))
	for _, directory := range found {
		if err == nil {
			err = os.RemoveAll(directory)
		}
	}
	return err
}

// locked calls change while nobody else writes to the directory.
func (s store) locked(ctx context.Context, change func() error) error {
	if err := s.prepare(); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(s.root, ".lock"))
	if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
		return fmt.Errorf("waiting until nobody else writes to %s: %w", s.root, err)
	}
	defer lock.Close()
	return change()
}

// prepare makes the directory, which version control is to leave out.
func (s store) prepare() error {
	ignore := filepath.Join(s.root, ".gitignore")
	if _, err := os.Stat(ignore); err == nil {
		return nil
	}
	if err := os.MkdirAll(s.root, 0o755); err != nil {
		return fmt.Errorf("cannot make the directory of local pipelines: %w", err)
	}
	if err := os.WriteFile(ignore, []byte("*\n"), 0o644); err != nil {
		return fmt.Errorf("cannot write to the directory of local pipelines: %w", err)
	}
	return nil
}

// read reads an object, or fails with NotFound.
func (s store) read(kind backend.Kind, namespace, name string) (*backend.Object, error) {
	if err := nameError(kind, namespace, name); err != nil {
		return nil, err
	}
	path := s.file(kind, namespace, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fileError(kind, namespace, name, err)
	}
	content, err := decode(data)
	if err == nil {
		err = isIt(content, kind, namespace, name)
	}
	if err != nil {
		return nil, fileError(kind, namespace, name, fmt.Errorf("%s: %w", path, err))
	}
	return newObject(content, version(data), path), nil
}

// names lists the objects that there are.
func (s store) names(kind backend.Kind, namespace string) ([]string, error) {
	entries, err := os.ReadDir(s.folder(kind, namespace))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileError(kind, namespace, "", err)
	}
	var names []string
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), extension); ok && !strings.HasPrefix(name, ".") && !entry.IsDir() {
			names = append(names, name)
		}
	}
	return names, nil
}

// write writes an object whole: whoever reads sees the one before or this one.
func (s store) write(kind backend.Kind, namespace, name string, content map[string]any) (*backend.Object, error) {
	if err := nameError(kind, namespace, name); err != nil {
		return nil, err
	}
	data, err := encode(content)
	if err != nil {
		return nil, fileError(kind, namespace, name, err)
	}
	path := s.file(kind, namespace, name)
	if err := replaceFile(path, data); err != nil {
		return nil, fileError(kind, namespace, name, err)
	}
	return newObject(content, version(data), path), nil
}

func (s store) remove(kind backend.Kind, namespace, name string) error {
	err := os.Remove(s.file(kind, namespace, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(kind, namespace, name, err)
	}
	return nil
}

// replaceFile writes a file beside the old one and puts it into its place.
func replaceFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(temporary.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}

func encode(content map[string]any) ([]byte, error) {
	data, err := plainyaml.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	return data, nil
}

func decode(data []byte) (map[string]any, error) {
	text, err := yaml.YAMLToJSON(data)
	if err != nil {
		return nil, fmt.Errorf("it is not YAML: %w", err)
	}
	return decodeJSON(text)
}

func decodeJSON(text []byte) (map[string]any, error) {
	var content map[string]any
	if err := utiljson.Unmarshal(text, &content); err != nil || content == nil {
		return nil, errors.New("it holds no object")
	}
	return content, nil
}

// version is what a resource version is here.
func version(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:8])
}

// fileError sorts an error of the file system.
func fileError(kind backend.Kind, namespace, name string, err error) error {
	reason := backend.Other // of permissions too: no Role of Kubernetes helps, and the text says it
	if errors.Is(err, fs.ErrNotExist) {
		reason = backend.NotFound
	}
	return &backend.Error{Reason: reason, Resource: kind.Resource, Namespace: namespace, Name: name, Err: err}
}
