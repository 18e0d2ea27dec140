package layout

import "strings"

// ContainerPatch adds to the patch that a task gives for its pod what is computed of the container itself: expressions
// for the lists of its command and its arguments. Empty: that is written in the container.
type ContainerPatch struct {
	Command string
	Args    string
}

// Where a task's patch is read, its strings lose what keeps two braces apart, so that is put back at the end: outside
// of strings JSON has no two in a row.
const (
	patchGiven = `fromJSON(inputs.parameters["` + PodParameter + `"])`
	patchBegin = `{{=replace(toJson(sprig.set(` + patchGiven + `, "containers", concat(` + patchGiven +
		`.containers ?? [], [{`
	patchCommand = `"command": `
	patchName    = `"name": "main"`
	patchArgs    = `, "args": `
	patchEnd     = `}]))), "\u007b\u007b", "\u007b\u005cu007b")}}`
)

// String is the patch of a template. Kubernetes merges the two entries of the same container.
func (p ContainerPatch) String() string {
	text := patchBegin
	if p.Command != "" {
		text += patchCommand + p.Command + ", "
	}
	text += patchName
	if p.Args != "" {
		text += patchArgs + p.Args
	}
	return text + patchEnd
}

// ReadContainerPatch undoes ContainerPatch.String.
func ReadContainerPatch(text string) (p ContainerPatch, ok bool) {
	text, isPatch := strings.CutPrefix(text, patchBegin)
	text, isWhole := strings.CutSuffix(text, patchEnd)
	command, args, isNamed := strings.Cut(text, patchName)
	p.Command = strings.TrimSuffix(strings.TrimPrefix(command, patchCommand), ", ")
	p.Args = strings.TrimPrefix(args, patchArgs)
	return p, isPatch && isWhole && isNamed
}
