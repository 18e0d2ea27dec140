package expr

import (
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Coding says how Argo's text of a variable stands for its value.
type Coding int

const (
	// Wire is how values travel between tasks: strings by wire.Encode, everything else as JSON whose strings are encoded.
	Wire Coding = iota
	// Plain is a text that Argo itself makes, such as a status or the name of the run: never encoded, without braces.
	Plain
	// JSON is JSON whatever the type is, so a string has its quotes. Strings inside are encoded.
	JSON
	// Quoted is a JSON string that holds JSON, neither of them encoded: Argo's workflow.failures.
	Quoted
	// Collected is the list that Argo makes of the outputs of a loop: JSON whose elements are the texts of the outputs, or
	// the values themselves where all of them are objects or lists. A loop without any output counts as an empty list;
	// Code, if it is set, gives a text for that.
	Collected
)

// Var is a name that an expression may use, and what stands for it in Argo.
type Var struct {
	Type spec.Type
	// Argo is the variable's name in Argo as it stands in a plain tag, such as
	// "tasks.load-data.outputs.parameters.Output".
	Argo string
	// Code is an expression over Argo's names in place of a name. Its result is a text, as Coding says.
	Code string
	// Field is a member of the JSON object that Argo's variable holds. Empty: the variable itself.
	Field  string
	Coding Coding
	// Nullable variables may be absent at run time: outputs of a task that may be skipped or fail.
	Nullable bool
	// Optional variables may be absent in another way: inputs that a caller may leave out, which then hold wire.Absent, if
	// they are strings, or null.
	Optional bool
	// Missing artifacts may not be there though the task has succeeded; they are nil then.
	Missing bool
	// Sparse lists of a loop hold a text for nothing where an item has given none. It does not count as an element.
	Sparse bool
	// Failing variables are nullable outputs of a task that may have failed. Whatever such a task has left does not count.
	Failing bool
	// Conditional variables are outputs of a task that may be skipped as a whole. Otherwise a loop that Argo calls skipped
	// is one without items.
	Conditional bool
	// Foreign variables hold what a task wrote, which may be anything: its container need not have our runtime, and its
	// code may go round it. They are made inert, or checked, where they are passed on.
	Foreign bool
	// Late variables are known to Argo only when it makes the pod.
	Late bool
	// OfAttempt variables have a value for each attempt of the task, which Argo knows when that starts.
	OfAttempt bool
	// Text is a constant that stands for the variable, such as a path. Only where Argo and Code are empty.
	Text string
	// Incidental constants are words that data may hold by chance: a text that is read back keeps them as they are.
	Incidental bool
	// Open variables may be of any type, of artifacts too: what gives them is not known yet.
	Open bool
}

// Env maps dotted names ("parameters.radius", "tasks.load.outputs.x", "each.value") to variables: names of one place
// over names that many places share. Members of a variable's value (each.value.field, parameters.list[0]) need no
// entry.
type Env struct {
	Own    map[string]Var
	Shared map[string]Var
	// Elsewhere says of a name that exists in other places why it does not exist here, and what to do: whole sentences.
	// Empty: nothing is known of the name. Nil: of none.
	Elsewhere func(name string) string
	// Self is the name of the task that the texts belong to, such as tasks.load. Nothing suggests it.
	Self string
}

// Error is one thing that is wrong in a text.
type Error struct {
	Offset  int    // characters before the place, from the start of the text
	Message string // what is wrong, a whole sentence
	Remedy  string // what to do, whole sentences; may be empty
	Syntax  bool   // the expression cannot be read, so that its place matters
}

// Error makes one line of it.
func (e Error) Error() string {
	text := fmt.Sprintf("at character %d: %s", e.Offset+1, e.Message)
	if e.Remedy != "" {
		text += " " + e.Remedy
	}
	return text
}

// Reference is a name used in a text.
type Reference struct {
	// Name is dotted, as far as it is constant: members of the value included, such as tasks.load.output.field.
	Name   string
	Offset int // characters before it, from the start of the text
	// Guarded references are operands of ??, members of them included, so they may be absent.
	Guarded bool
	// Choice numbers the chains of ?? in the text that end in a reference: one of the references of a chain has to have a
	// value. Zero: the reference is in no such chain.
	Choice int
	// Bare: the expression is this reference and nothing else.
	Bare bool
}

// Limits keep hostile texts cheap: expr-lang's parser and checker recurse, and comparisons in a row share operands.
const (
	maxLength  = 16 << 10 // bytes of one expression
	maxNesting = 64       // of brackets in an expression
	maxDepth   = 200      // of the tree
	maxNodes   = 4000     // visits of one walk over the tree
)
