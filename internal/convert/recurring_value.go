package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
)

// value is the value of a parameter as text: strings as they are, everything else as JSON. KFP's placeholders become
// expressions.
func (r *recurringRun) value(name string, raw json.RawMessage) string {
	var plain string
	if raw[0] != '"' || json.Unmarshal(raw, &plain) != nil {
		var compact bytes.Buffer
		if json.Compact(&compact, raw) != nil {
			return expr.Data(string(raw), false)
		}
		if found := placeholder.FindString(compact.String()); found != "" {
			r.untouched(name, found)
		}
		return expr.Data(compact.String(), false)
	}
	var b strings.Builder
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(plain, -1) {
		code, ok := placed(plain[m[2]:m[3]])
		if !ok {
			r.untouched(name, plain[m[0]:m[1]])
			continue
		}
		b.WriteString(expr.Data(plain[at:m[0]], true) + "{{ " + code + " }}")
		at = m[1]
	}
	return b.String() + expr.Data(plain[at:], false)
}

func (r *recurringRun) untouched(parameter, placeholder string) {
	r.notef("Placeholder of KFP", "Parameter %q holds %s, for which there is nothing here. It stays as it is.", parameter,
		placeholder)
}

// placeholder is what KFP's controller replaces in parameters.
var placeholder = regexp.MustCompile(`\[\[(ScheduledTime(?:\.[^\]]*)?|CurrentTime(?:\.[^\]]*)?|Index|RunUUID)\]\]`)

// kfpTime is how KFP writes times unless a placeholder says otherwise: a layout in the way of Go.
const kfpTime = "20060102150405"

// placed is the expression for a placeholder.
func placed(inner string) (string, bool) {
	what, layout, given := strings.Cut(inner, ".")
	if !given {
		layout = kfpTime
	}
	of := map[string]string{"ScheduledTime": "schedule.time", "CurrentTime": "run.created_at"}[what]
	switch {
	case what == "RunUUID":
		return "run.id", true
	case of == "" || layout == "" || strings.ContainsAny(layout, `"'\{}`):
		return "", false
	}
	return fmt.Sprintf("format_time(%s, '%s')", of, layout), true
}
