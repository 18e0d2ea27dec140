package settings

import (
	"cmp"
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

var resources = row[*spec.Resources]{
	name: "resources", field: func(s *spec.Settings) **spec.Resources { return &s.Resources },
	over:  over[*spec.Resources]{merge: mergeResources, without: withoutResources},
	wrong: checkResources,
	open: func(at problem.Path, r *spec.Resources) []Text {
		if r == nil {
			return nil
		}
		return append(quantityTexts(at.Attr("requests"), r.Requests), quantityTexts(at.Attr("limits"), r.Limits)...)
	},
	toPod: func(w *writer, r *spec.Resources) {
		if r != nil {
			w.main["resources"] = quantities{Limits: w.quantities(r.Limits), Requests: w.quantities(r.Requests)}
		}
	},
	fromPod: readResources,
	examples: func() []*spec.Resources {
		return []*spec.Resources{
			{Requests: map[string]string{"cpu": "500m"}, Limits: map[string]string{"memory": "1Gi", "nvidia.com/gpu": "1"}},
			{Requests: map[string]string{"cpu": "1000m"}}, {Limits: map[string]string{"memory": "1024Mi"}}, {},
			{Limits: map[string]string{"{{ run.name }}": "{{ run.name }}m", "a.b/{{ run.name }}": "1"}},
		}
	},
}

// quantities are what a container asks for. Each is JSON, or a placeholder.
type quantities struct {
	Limits   map[string]json.RawMessage `json:"limits,omitempty"`
	Requests map[string]json.RawMessage `json:"requests,omitempty"`
}

func (w *writer) quantities(texts map[string]string) map[string]json.RawMessage {
	var list map[string]json.RawMessage
	for _, name := range spec.Names(texts) {
		switch text := texts[name]; {
		case isOpen(name):
			put(&list, w.insert(name, keyForm), w.json(text, memberForm(&name)))
		case isOpen(text):
			put(&list, name, w.json(text, valueForm))
		default:
			constant, err := wire.Marshal(text)
			w.fail(err)
			put(&list, name, json.RawMessage(constant))
		}
	}
	return list
}

func readResources(r *reader, into **spec.Resources) error {
	var said *quantities
	if err := decodeAt(r.main, "resources", &said); err != nil || said == nil {
		return err
	}
	prior := r.prior.Resources
	if prior == nil {
		prior = &spec.Resources{}
	}
	*into = &spec.Resources{}
	at := problem.At("resources")
	r.quantities(at.Attr("requests"), said.Requests, prior.Requests, &(*into).Requests)
	r.quantities(at.Attr("limits"), said.Limits, prior.Limits, &(*into).Limits)
	return nil
}

func (r *reader) quantities(
	at problem.Path, said map[string]json.RawMessage, before map[string]string, into *map[string]string,
) {
	for _, key := range spec.Names(said) {
		name := new(string)
		var names, amounts []string // those of open names
		for other := range before {
			if isOpen(other) {
				names, amounts = append(names, other), append(amounts, before[other])
			}
		}
		r.string(at, key, keyForm, func(text string) { *name = text }, names...)
		set := func(amount string) { put(into, *name, amount) }
		switch text := TagOf(said[key], r.tags); {
		case *name == "":
			r.text(at, text, memberForm(name), set, amounts...)
		case isOpen(text):
			r.text(at.Key(key), text, valueForm, set, before[key])
		default:
			var constant string
			if err := json.Unmarshal(said[key], &constant); err != nil {
				constant = text // a number
			}
			set(constant)
		}
	}
}

func mergeResources(defaults, task *spec.Resources) *spec.Resources {
	if defaults == nil || task == nil {
		return cmp.Or(task, defaults)
	}
	return &spec.Resources{
		Requests: mergeMaps(defaults.Requests, task.Requests), Limits: mergeMaps(defaults.Limits, task.Limits),
	}
}

func withoutResources(defaults, merged *spec.Resources) *spec.Resources {
	if defaults == nil || merged == nil {
		return merged
	}
	own := spec.Resources{
		Requests: withoutMap(defaults.Requests, merged.Requests), Limits: withoutMap(defaults.Limits, merged.Limits),
	}
	if own.Requests == nil && own.Limits == nil {
		return nil
	}
	return &own
}

func checkResources(l *problem.List, at problem.Path, r *spec.Resources) {
	if r == nil {
		return
	}
	checkQuantities(l, at.Attr("requests"), r.Requests)
	checkQuantities(l, at.Attr("limits"), r.Limits)
	checkBounds(l, at, *r)
}

// quantityTexts are the names that expressions give, and the amounts.
func quantityTexts(at problem.Path, quantities map[string]string) []Text {
	var texts []Text
	for _, name := range spec.Names(quantities) {
		texts = append(texts, opened(Name, at.Key(name), name)...)
		texts = append(texts, Text{At: at.Key(name), Raw: quantities[name], Value: Scalar, OfAttempts: !isOpen(name)})
	}
	return texts
}

// checkQuantities is CheckQuantities where a name may be one that an expression gives.
func checkQuantities(l *problem.List, at problem.Path, quantities map[string]string) {
	known := map[string]string{}
	for name, text := range quantities {
		if holdsExpression(l, at.Key(name), name) {
			check.Quantity(l, at.Key(name), text)
			continue
		}
		known[name] = text
	}
	CheckQuantities(l, at, known)
}

// CheckQuantities finds what is wrong with amounts of resources.
func CheckQuantities(l *problem.List, at problem.Path, quantities map[string]string) {
	for name, text := range quantities {
		checkResourceName(l, at.Key(name), name)
		q, ok := check.Quantity(l, at.Key(name), text)
		if !ok || name == "cpu" || check.IsWhole(q) {
			continue
		}
		if isExtended(name) {
			l.Errorf(
				at.Key(name), "Invalid quantity", "%q: %s can only be given in whole numbers. Write \"1\", for example.", text, name,
			)
			continue
		}
		l.Errorf(
			at.Key(name), "Invalid quantity",
			"%q is not a whole number of bytes: m stands for thousandths. Write Mi or Gi, such as \"%dMi\".", text,
			check.Mebi(text),
		)
	}
}

// checkResourceName refuses what Kubernetes would not know, which would leave the pod pending for ever.
func checkResourceName(l *problem.List, at problem.Path, name string) {
	switch {
	case name == "cpu" || name == "memory" || name == "ephemeral-storage" || strings.HasPrefix(name, "hugepages-"):
	case !strings.Contains(name, "/"):
		l.Errorf(
			at, "Unknown resource",
			"%q is not a resource of containers. There is cpu, memory, ephemeral-storage, hugepages-<size>, and what devices "+
				"offer with a domain before it, such as \"nvidia.com/gpu\".",
			name,
		)
	default:
		check.LabelKey(l, at, "resource", name)
	}
}

// isExtended reports whether a resource is one of a device, of which a request is also the limit.
func isExtended(name string) bool { return strings.Contains(name, "/") }

// checkBounds refuses requests that differ from their limits in a way that Kubernetes refuses too.
func checkBounds(l *problem.List, at problem.Path, r spec.Resources) {
	for _, name := range spec.Names(r.Requests) {
		limit, limited := r.Limits[name]
		request := r.Requests[name]
		if !limited || check.IsTemplate(request) || check.IsTemplate(limit) || request == spec.Unknown || limit == spec.Unknown {
			continue
		}
		asked, err := resource.ParseQuantity(request)
		if err != nil {
			continue // said already
		}
		most, err := resource.ParseQuantity(limit)
		if err != nil {
			continue
		}
		switch c := asked.Cmp(most); {
		case c > 0:
			l.Errorf(
				at.Attr("requests").Key(name), "Request above its limit",
				"%s of %s are requested, but at most %s may be used. Raise the limit, or lower the request.", request, name, limit,
			)
		case c < 0 && isExtended(name) && !isOpen(name):
			l.Errorf(
				at.Attr("requests").Key(name), "Request below its limit",
				"%s of %s are requested and %s allowed, but devices cannot be shared. Remove the request: it is the limit.", request,
				name, limit,
			)
		}
	}
}
