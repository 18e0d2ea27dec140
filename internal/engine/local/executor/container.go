package executor

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
)

const mainContainer = "main"

// container is the command of a pod, with all that it is given.
type container struct {
	command []string
	env     []string // NAME=VALUE
	work    string   // its working directory
	code    string   // what stands for the directory of its component
	secrets []string // names of those whose values it sees
}

// containerOf makes the container of the pod, as Kubernetes would.
func (p *podRun) containerOf() (c container, err error) {
	spec, err := p.podSpec()
	if err != nil {
		return c, err
	}
	i := slices.IndexFunc(spec.Containers, func(c corev1.Container) bool { return c.Name == mainContainer })
	if i < 0 {
		return c, fmt.Errorf("the pod has no container %s", mainContainer)
	}
	from := spec.Containers[i]
	c.work = p.file(workFolder)
	if from.WorkingDir != "" {
		c.work = from.WorkingDir
	}
	if c.code, err = p.mounts(spec, from); err != nil {
		return c, err
	}
	p.container.code = c.code
	env, declared, err := p.environment(from, &c)
	if err != nil {
		return c, err
	}
	words := slices.Concat(from.Command, from.Args)
	if len(from.Command) == 0 {
		return c, fmt.Errorf("image %s says by itself what it runs, which a process of this machine cannot know. "+
			"Give the component a command", from.Image)
	}
	files := p.imageFiles(from.Image)
	if err := p.unpack(files); err != nil {
		return c, err
	}
	for i, word := range words {
		words[i] = ofImage(files, p.local(expand(word, declared)))
	}
	if p.Template.Script != nil {
		script := p.file(scriptFile)
		if err := os.WriteFile(script, []byte(p.local(p.Template.Script.Source)), 0o644); err != nil {
			return c, err
		}
		words = append(words, script)
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		c.env = append(c.env, name+"="+p.local(env[name]))
	}
	c.command = words
	return c, p.program(&c, env, from.Image)
}

// podSpec is the pod's spec with its patches.
func (p *podRun) podSpec() (*corev1.PodSpec, error) {
	t := p.Template
	spec := &corev1.PodSpec{Volumes: t.Volumes, ServiceAccountName: t.ServiceAccountName}
	switch {
	case t.Container != nil:
		spec.Containers = []corev1.Container{*t.Container}
	case t.Script != nil:
		spec.Containers = []corev1.Container{t.Script.Container}
	}
	spec.Containers[0].Name = mainContainer
	if len(t.InitContainers)+len(t.Sidecars) > 0 {
		return nil, fmt.Errorf("template %s has containers beside its own, which cannot run here", t.Name)
	}
	for _, patch := range p.Patches {
		before, err := json.Marshal(spec)
		if err != nil {
			return nil, err
		}
		after, err := strategicpatch.StrategicMergePatch(before, []byte(patch), corev1.PodSpec{})
		if err != nil {
			return nil, fmt.Errorf("Error applying PodSpecPatch: %w", err) //nolint:staticcheck // Argo's words
		}
		spec = &corev1.PodSpec{}
		if err := json.Unmarshal(after, spec); err != nil {
			return nil, fmt.Errorf("Error applying PodSpecPatch: %w", err) //nolint:staticcheck // Argo's words
		}
	}
	return spec, nil
}

// mounts finds the directory of the component's files. No other volume can be mounted.
func (p *podRun) mounts(spec *corev1.PodSpec, c corev1.Container) (code string, err error) {
	for _, mount := range c.VolumeMounts {
		switch mount.MountPath {
		case p.placeholder(graph.OutputsDirectory):
			continue
		case p.placeholder(layout.CodeDirectory):
		default:
			return "", fmt.Errorf("volume %s is to be mounted at %s, but processes see the directories of this machine as they "+
				"are. Take the volume off the task, or use a cluster", mount.Name, mount.MountPath)
		}
		i := slices.IndexFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		if i < 0 || spec.Volumes[i].ConfigMap == nil {
			return "", fmt.Errorf("volume %s is no config map", mount.Name)
		}
		if code, err = p.component(spec.Volumes[i].ConfigMap.Name); err != nil {
			return "", err
		}
	}
	return code, nil
}

// program finds the program that a command names.
func (p *podRun) program(c *container, env map[string]string, image string) error {
	name := c.command[0]
	if name == "python3" || name == "python" {
		path, err := p.Python.Path()
		c.command[0] = path
		return err
	}
	if strings.ContainsRune(name, filepath.Separator) {
		if _, err := os.Stat(name); err != nil {
			return fmt.Errorf("the program %s of image %s is not on this machine. Install it, or use a cluster", name, image)
		}
		return nil
	}
	path, err := lookPath(name, env["PATH"])
	if err != nil {
		return fmt.Errorf("the program %s, which the component runs in image %s, is not on this machine. Install it, or use a "+
			"cluster", name, image)
	}
	c.command[0] = path
	return nil
}

// lookPath finds a program in the directories of a PATH.
func lookPath(name, path string) (string, error) {
	for _, directory := range filepath.SplitList(path) {
		if directory == "" {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(directory, name)); err == nil {
			return found, nil
		}
	}
	return "", exec.ErrNotFound
}

// component writes the files of a component, once for each content.
func (p *podRun) component(configMap string) (string, error) {
	data, found, err := p.ConfigMap(configMap)
	if err != nil {
		return "", err
	}
	if !found {
		return "", fmt.Errorf("config map %s, which holds the code of the component, is gone. Apply again", configMap)
	}
	directory := filepath.Join(p.Code, configMap+"-"+layout.ContentHash(data))
	return directory, WriteOnce(directory, func(temporary string) error {
		for name, text := range data {
			if err := os.WriteFile(filepath.Join(temporary, filepath.Base(name)), []byte(text), 0o644); err != nil {
				return err
			}
		}
		return nil
	})
}
