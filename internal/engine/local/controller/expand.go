package controller

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Knetic/govaluate"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/template"
)

// loop is what tasks and steps say of a loop.
type loop struct {
	items    []wfv1.Item
	param    string
	sequence *wfv1.Sequence
	when     string
}

func (l loop) isLoop() bool { return len(l.items) > 0 || l.param != "" || l.sequence != nil }

// list are the items that a loop goes over.
func (l loop) list() ([]wfv1.Item, error) {
	switch {
	case len(l.items) > 0:
		return l.items, nil
	case l.sequence != nil:
		return nil, fmt.Errorf("withSequence cannot run here; use withParam")
	}
	var items []wfv1.Item
	if err := json.Unmarshal([]byte(l.param), &items); err != nil {
		if proceeds, when := holds(l.when); when == nil && !proceeds {
			return nil, nil // it is skipped
		}
		return nil, fmt.Errorf("withParam value could not be parsed as a JSON list: %s: %w", strings.TrimSpace(l.param), err)
	}
	return items, nil
}

// expanded makes a copy of a task or step for each item: its name, and what it holds.
func expanded[T any](of T, name string, l loop, with map[string]any) (names []string, all []T, err error) {
	items, err := l.list()
	if err != nil {
		return nil, nil, err
	}
	data, err := json.Marshal(of)
	if err != nil {
		return nil, nil, err
	}
	text, err := template.NewTemplate(string(data))
	if err != nil {
		return nil, nil, err
	}
	proceeds, when := holds(l.when)
	isSkipped := when == nil && !proceeds
	for i, item := range items {
		values, shown, err := itemValues(item)
		if err != nil {
			return nil, nil, fmt.Errorf("item %d: %w", i, err)
		}
		for key, value := range with {
			if _, own := values[key]; !own && (value != nil || !isSkipped) {
				values[key] = value
			}
		}
		filled, err := text.Replace(values, isSkipped)
		if err != nil {
			return nil, nil, err
		}
		var one T
		if err := json.Unmarshal([]byte(filled), &one); err != nil {
			return nil, nil, err
		}
		names = append(names, fmt.Sprintf("%s(%d:%s)", name, i, strings.NewReplacer("(", "", ")", "").Replace(shown)))
		all = append(all, one)
	}
	return names, all, nil
}

// itemValues are what a task sees of its item, and how that is shown in its name.
func itemValues(item wfv1.Item) (values map[string]any, shown string, err error) {
	values = map[string]any{}
	switch item.GetType() {
	case wfv1.Number, wfv1.Bool:
		shown = fmt.Sprintf("%v", item)
		values["item"] = shown
	case wfv1.String:
		shown = item.GetStrVal()
		values["item"] = shown
	case wfv1.Map:
		of := item.GetMapVal()
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(of)) {
			values["item."+key] = fmt.Sprintf("%v", of[key])
			parts = append(parts, fmt.Sprintf("%s:%v", key, of[key]))
		}
		values["item"], shown = jsonText(of), strings.Join(parts, ",")
	case wfv1.List:
		of := item.GetListVal()
		values["item"], shown = jsonText(of), fmt.Sprint(of)
	default:
		return nil, "", fmt.Errorf("expected a string, number, list or map, got %v", item)
	}
	return values, shown, nil
}

// holds evaluates a condition, in which words stand for themselves.
func holds(when string) (bool, error) {
	if when == "" {
		return true, nil
	}
	parsed, err := govaluate.NewEvaluableExpression(when)
	if err != nil {
		return false, fmt.Errorf("Invalid 'when' expression '%s': %w", when, err) //nolint:staticcheck // Argo's words
	}
	tokens := parsed.Tokens()
	for i := range tokens {
		if tokens[i].Kind == govaluate.VARIABLE {
			tokens[i].Kind = govaluate.STRING
		}
	}
	if parsed, err = govaluate.NewEvaluableExpressionFromTokens(tokens); err != nil {
		return false, fmt.Errorf("failed to parse 'when' expression '%s': %w", when, err)
	}
	value, err := parsed.Evaluate(nil)
	if err != nil {
		return false, fmt.Errorf("failed to evaluate 'when' expression '%s': %w", when, err)
	}
	truth, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("expected boolean evaluation for '%s'. Got %v", when, value)
	}
	return truth, nil
}
