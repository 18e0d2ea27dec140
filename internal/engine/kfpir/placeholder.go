package kfpir

import (
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// placeholder is what stands between {{$ and }} in a text of KFP's.
type placeholder struct {
	all  string // with its braces
	side string // inputs or outputs; empty: a value of the run, or the executor input
	kind string // parameters or artifacts; of a value of the run, its name
	name string
	rest string // path, uri, output_file, metadata['x'], …
}

var (
	placeholders = regexp.MustCompile(`\{\{\$(.*?)\}\}`)
	ofTask       = regexp.MustCompile(
		`^\.(inputs|outputs)\.(parameters|artifacts)\[(?:'([^']*)'|"([^"]*)")\](?:\.(\S+))?$`,
	)
	ofRun = regexp.MustCompile(`^\.([a-z_]+)$`)
)

func parsePlaceholder(all string) placeholder {
	inner := strings.TrimSpace(all[len("{{$") : len(all)-len("}}")])
	p := placeholder{all: all, rest: inner}
	if m := ofTask.FindStringSubmatch(inner); m != nil {
		p.side, p.kind, p.name, p.rest = m[1], m[2], m[3]+m[4], m[5]
	} else if m := ofRun.FindStringSubmatch(inner); m != nil {
		p.kind, p.rest = m[1], ""
	}
	return p
}

// isInput reports whether it stands for the value of an input parameter.
func (p placeholder) isInput() bool {
	return p.side == "inputs" && p.kind == "parameters" && p.rest == ""
}

// fill replaces the placeholders of a text. A text that is one placeholder is the value itself; anything longer is a
// string. Everything else stays data.
func fill(text string, line int, of func(placeholder) value) value {
	found := placeholders.FindAllStringIndex(text, -1)
	if len(found) == 0 {
		return value{constant: text, typ: spec.String, line: line}
	}
	if len(found) == 1 && found[0][1]-found[0][0] == len(text) {
		v := of(parsePlaceholder(text))
		v.line = line
		return v
	}
	var code []string
	var b strings.Builder
	constant := true
	at := 0
	add := func(data string, beforeTag bool) {
		if data == "" {
			return
		}
		b.WriteString(expr.Data(data, beforeTag))
		code = append(code, quote(data))
	}
	for _, f := range found {
		v := of(parsePlaceholder(text[f[0]:f[1]]))
		v = v.word()
		add(text[at:f[0]], v.code != "")
		if v.code == "" {
			add(plain(v.constant), false)
		} else {
			constant = false
			b.WriteString(v.hole())
			code = append(code, operand(v.as(spec.String).code))
		}
		at = f[1]
	}
	add(text[at:], false)
	if constant {
		return value{constant: joined(text, of), typ: spec.String, line: line}
	}
	return value{code: strings.Join(code, " + "), text: b.String(), typ: spec.String, line: line}
}

// joined replaces placeholders of which all are constants.
func joined(text string, of func(placeholder) value) string {
	return placeholders.ReplaceAllStringFunc(text,
		func(all string) string { return plain(of(parsePlaceholder(all)).constant) })
}

// fillAll replaces the placeholders in a constant, also inside of lists and structs, whose other parts stay as they
// are.
func fillAll(constant any, line int, of func(placeholder) value) value {
	switch v := constant.(type) {
	case string:
		return fill(v, line, of)
	case []any:
		filled := make([]any, len(v))
		dynamic := false
		for i, e := range v {
			part := fillAll(e, line, of)
			filled[i], dynamic = part.part(), dynamic || part.code != ""
		}
		constant = filled
		if dynamic {
			return value{code: literal(filled), typ: spec.List, line: line}
		}
	case map[string]any:
		filled := map[string]any{}
		dynamic := false
		for _, key := range spec.Names(v) {
			k, part := fill(key, line, of), fillAll(v[key], line, of)
			dynamic = dynamic || part.code != "" || k.code != ""
			name := plain(k.constant)
			if k.code != "" {
				name = computedKey + k.as(spec.String).code
			}
			filled[name] = part.part()
		}
		constant = filled
		if dynamic {
			return value{code: literal(filled), typ: spec.Struct, line: line}
		}
	}
	return value{constant: constant, typ: typeOf(constant), line: line}
}

// computedKey starts a key of a struct that is an expression. No text of a package holds a NUL.
const computedKey = "\x00"

// part is the value as a part of a list or a struct.
func (v value) part() any {
	if v.code == "" {
		return v.constant
	}
	return code(v.inList())
}

// inList is the value as an element: JSON has null.
func (v value) inList() string {
	if v.code != "" && v.optional {
		return operand(v.code) + " ?? nil"
	}
	return v.expression()
}

// typeOf is the type of a constant.
func typeOf(constant any) spec.Type {
	switch v := constant.(type) {
	case string:
		return spec.String
	case bool:
		return spec.Boolean
	case []any:
		return spec.List
	case map[string]any:
		return spec.Struct
	case nil:
		return spec.Any
	default:
		if digits(plain(v)) {
			return spec.Integer
		}
		return spec.Float
	}
}

// runValues are what KFP knows of a run, by the names of its placeholders.
var runValues = map[string]string{
	"pipeline_job_name": "run.name", "pipeline_job_resource_name": "run.name", "pipeline_job_uuid": "run.id",
	"pipeline_job_create_time_utc": "run.created_at", "pipeline_job_schedule_time_utc": "run.created_at",
	"pipeline_task_uuid": taskID,
}

// taskID is our name for what KFP calls pipeline_task_uuid: no two tasks have the same.
const taskID = "task.id"

// runValue is a value of the run, or of the task that has KFP's name.
func (r *reader) runValue(p placeholder, task string, line int) value {
	if p.kind == "pipeline_task_name" && task != "" {
		return value{constant: task, typ: spec.String, line: line}
	}
	if name := runValues[p.kind]; name != "" {
		return value{code: name, typ: spec.String, line: line}
	}
	switch {
	case p.kind == workspacePlaceholder:
		return r.workspaceValue(p, line)
	case p.rest == "":
		r.unknownValue(p, line)
	default:
		r.gap(line, gapUnresolved, "%s is in a text.", p.all)
	}
	return value{constant: p.all, typ: spec.String, line: line}
}

func (r *reader) unknownValue(p placeholder, line int) {
	switch {
	case p.kind == "pipeline_root":
		r.gap(line, gapUnresolved, "%s is the place of the artifacts.", p.all)
	case strings.HasPrefix(p.kind, "pipeline_google_cloud_"):
		r.gap(line, gapVertex, "%s is in a text.", p.all)
	default:
		r.gap(line, gapUnresolved, "%s is in a text.", p.all)
	}
}
