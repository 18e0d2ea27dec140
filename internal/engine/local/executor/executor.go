package executor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/controller"
)

// Executor runs pods as processes.
type Executor struct {
	Runs       string  // directory of the runs of a namespace
	Code       string  // directory of what pods mount
	Repository string  // directory that holds the artifacts in ArtifactsFolder
	Python     *Python // what python3 is
	Env        map[string]string
	// ConfigMap and Secret return what is in one; false: there is none.
	ConfigMap func(name string) (data map[string]string, found bool, err error)
	Secret    func(name string) (data map[string]string, found bool)
	Slots     chan struct{} // a place for each process that may run at once

	pods string // what stands for the directory of a pod in templates
}

// ArtifactsFolder is where artifacts are, in the repository.
const ArtifactsFolder = "artifacts"

// files of a pod.
const (
	podFile         = "pod.json"
	logFile         = "log"
	scriptFile      = "script"
	templateFile    = "template.json"
	terminationFile = "termination"
	workFolder      = "work"
)

var _ controller.Pods = &Executor{}

// Init completes an executor.
func (e *Executor) Init() *Executor {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	e.pods = "/kfp-" + hex.EncodeToString(b[:])
	return e
}

// directories are those of a pod that templates name.
var directories = []string{graph.InputsDirectory, graph.OutputsDirectory, graph.FilesDirectory}

// Prepare puts names that no value can hold into the place of the directories of pods. The pod's own come into their
// place once all values are there.
func (e *Executor) Prepare(t *wfv1.Template) {
	if !t.IsPodType() {
		return
	}
	data, err := json.Marshal(t)
	if err != nil {
		return // never: it was decoded
	}
	text := string(data)
	for _, directory := range directories {
		text = strings.ReplaceAll(text, directory, e.placeholder(directory))
	}
	var prepared wfv1.Template
	if json.Unmarshal([]byte(text), &prepared) == nil {
		*t = prepared
	}
}

func (e *Executor) placeholder(directory string) string {
	return e.pods + strings.TrimPrefix(directory, "/kfp")
}

// errExpired says that a pod was ended because its time was over.
var errExpired = errors.New("its time is over")

// Run runs a pod.
func (e *Executor) Run(
	ctx context.Context, pod controller.Pod, waits func(message string), started func(),
) controller.Result {
	leave, err := e.takeSlot(ctx, waits)
	if err != nil {
		return failed(wfv1.NodeFailed, err.Error())
	}
	defer leave()
	started()
	p := &podRun{Executor: e, Pod: pod, directory: filepath.Join(e.Runs, pod.Run, controller.PodName(pod.Run, pod.Node))}
	if isProbe(pod.Template) {
		return p.probe()
	}
	if known := p.known(); known != nil {
		return *known
	}
	if err := p.prepare(); err != nil {
		return failed(wfv1.NodeError, err.Error())
	}
	whole := ctx
	if pod.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, pod.Timeout, errExpired)
		defer cancel()
	}
	result := p.run(ctx)
	if whole.Err() == nil {
		p.note.Result = &result
		if err := p.save(); err != nil {
			return failed(wfv1.NodeError, err.Error())
		}
	}
	return result
}

// known is what became of the pod where it has ended already, and nobody was there any more to note it.
func (p *podRun) known() *controller.Result {
	var note Note
	data, err := os.ReadFile(p.file(podFile))
	if err != nil || json.Unmarshal(data, &note) != nil || note.NodeID != p.NodeID || note.RunUID != p.RunUID {
		return nil
	}
	return note.Result
}

func failed(phase wfv1.NodePhase, message string) controller.Result {
	return controller.Result{Phase: phase, Message: message}
}

// takeSlot waits until a process may run.
func (e *Executor) takeSlot(ctx context.Context, waits func(string)) (leave func(), err error) {
	leave = func() { <-e.Slots }
	select {
	case e.Slots <- struct{}{}:
		return leave, nil
	default:
		waits("Waiting for other tasks on this machine")
	}
	select {
	case e.Slots <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// podRun is a pod in progress.
type podRun struct {
	*Executor
	controller.Pod
	directory string
	container container
	note      Note
}

// Note is what is kept of a pod.
type Note struct {
	NodeID  string   `json:"node"`
	RunUID  string   `json:"run"`
	Secrets []string `json:"secrets,omitempty"` // names of those whose values it sees
	Started bool     `json:"started"`
	Command []string `json:"command,omitempty"`
	Process int      `json:"process,omitempty"` // its id, and that of its group

	Result *controller.Result `json:"result,omitempty"` // once it has ended
}

// prepare makes the files of the pod anew.
func (p *podRun) prepare() error {
	if err := os.RemoveAll(p.directory); err != nil {
		return err
	}
	for _, folder := range []string{"inputs", "outputs", workFolder} {
		if err := os.MkdirAll(filepath.Join(p.directory, folder), 0o755); err != nil {
			return err
		}
	}
	p.note = Note{NodeID: p.NodeID, RunUID: p.RunUID}
	err := os.WriteFile(p.file(terminationFile), nil, 0o644) // which a pod has as well
	if err != nil {
		return err
	}
	if p.container, err = p.containerOf(); err != nil {
		return err
	}
	p.note.Command, p.note.Secrets = p.container.command, p.container.secrets
	p.locate()
	if err := p.writeTemplate(); err != nil {
		return err
	}
	if err := p.fetch(); err != nil {
		return err
	}
	return p.save()
}

// save writes what is kept of the pod.
func (p *podRun) save() error {
	data, err := json.MarshalIndent(p.note, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(p.file(podFile), append(data, '\n'), 0o644)
}

func (p *podRun) file(name string) string { return filepath.Join(p.directory, name) }

// local puts the directories of this pod into a text.
func (p *podRun) local(text string) string {
	if !strings.Contains(text, p.pods) {
		return text
	}
	text = strings.ReplaceAll(text, p.placeholder(graph.FilesDirectory), p.container.code)
	return strings.ReplaceAll(text, p.pods, p.directory)
}

// writeTemplate writes what Argo would tell its executor, which our runtime reads as well.
func (p *podRun) writeTemplate() error {
	data, err := p.templateJSON()
	if err != nil {
		return err
	}
	return os.WriteFile(p.file(templateFile), data, 0o644)
}

func (p *podRun) templateJSON() ([]byte, error) {
	t := p.Template.DeepCopy()
	t.ArchiveLocation = &wfv1.ArtifactLocation{Azure: &wfv1.AzureArtifact{
		AzureBlobContainer: wfv1.AzureBlobContainer{
			Endpoint: "file://" + filepath.ToSlash(p.Repository), Container: ArtifactsFolder,
		},
		Blob: p.key(""),
	}}
	return json.Marshal(t)
}

// probe is the command by which components ask where artifacts are kept.
const probe = "/var/run/argo/argoexec"

func isProbe(t *wfv1.Template) bool {
	return t.Container != nil && len(t.Container.Command) > 0 && t.Container.Command[0] == probe
}

// probe answers without a process.
func (p *podRun) probe() controller.Result {
	data, err := p.templateJSON()
	if err != nil {
		return failed(wfv1.NodeError, err.Error())
	}
	out := &wfv1.Outputs{ExitCode: new("0")}
	for _, parameter := range p.Template.Outputs.Parameters {
		parameter.Value, parameter.ValueFrom = wfv1.AnyStringPtr(string(data)), nil
		out.Parameters = append(out.Parameters, parameter)
	}
	return controller.Result{Phase: wfv1.NodeSucceeded, Outputs: out}
}

// run runs the process and says what became of it.
func (p *podRun) run(ctx context.Context) controller.Result {
	code, err := p.process(ctx)
	if err != nil {
		return failed(wfv1.NodeError, err.Error())
	}
	cause := context.Cause(ctx)
	if code == 0 && cause == nil {
		outputs, err := p.outputs(true)
		if err != nil {
			return controller.Result{Phase: wfv1.NodeError, Message: err.Error(), Outputs: outputs}
		}
		return controller.Result{Phase: wfv1.NodeSucceeded, Outputs: outputs}
	}
	outputs, _ := p.outputs(false) // as far as it came
	outputs.ExitCode = new(fmt.Sprint(code))
	message := fmt.Sprintf("main: Error (exit code %d)", code)
	if words, err := os.ReadFile(p.file(terminationFile)); err == nil && len(words) > 0 {
		message += ": " + strings.ToValidUTF8(string(words), "\uFFFD")
	}
	if errors.Is(cause, errExpired) {
		message = "Pod was active on the node longer than the specified deadline"
	}
	return controller.Result{Phase: wfv1.NodeFailed, Message: message, Outputs: outputs}
}

// grace is how long a process that is told to end may take.
const grace = 5 * time.Second
