package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// MaxItems returns how many elements the cluster's schema of a kind allows in a list, by the path of the list: the
// names of fields, and "*" for the elements of a list on the way. Zero: it sets no bound, as the minimal definitions of
// Argo do. Everybody who may ask the cluster for its kinds may ask for their schemas too.
func (c *Client) MaxItems(_ context.Context, groupVersion, kind string, lists ...string) (map[string]int64, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	paths, err := conn.typed.Discovery().OpenAPIV3().Paths()
	if err != nil {
		return nil, explain(err, backend.Kind{Resource: "openapi"}, "", "")
	}
	path, ok := paths["apis/"+groupVersion]
	if !ok {
		return nil, fmt.Errorf("the cluster has no schema of %s", groupVersion)
	}
	text, err := path.Schema(runtime.ContentTypeJSON)
	if err != nil {
		return nil, explain(err, backend.Kind{Resource: "openapi"}, "", "")
	}
	return maxItems(text, kind, lists)
}

// openSchema is the little that is read of an OpenAPI schema.
type openSchema struct {
	Properties map[string]openSchema
	Items      *openSchema
	MaxItems   int64
	Kinds      []struct{ Kind string } `json:"x-kubernetes-group-version-kind"`
}

func maxItems(document []byte, kind string, lists []string) (map[string]int64, error) {
	var read struct {
		Components struct{ Schemas map[string]openSchema }
	}
	if err := json.Unmarshal(document, &read); err != nil {
		return nil, fmt.Errorf("reading the cluster's schemas: %w", err)
	}
	for _, s := range read.Components.Schemas {
		if len(s.Kinds) != 1 || s.Kinds[0].Kind != kind {
			continue
		}
		most := map[string]int64{}
		for _, list := range lists {
			most[list] = s.at(strings.Split(list, ".")).MaxItems
		}
		return most, nil
	}
	return nil, fmt.Errorf("the cluster has no schema of %s", kind)
}

func (s openSchema) at(path []string) openSchema {
	for _, name := range path {
		next := s.Properties[name]
		if name == "*" {
			next = openSchema{}
			if s.Items != nil {
				next = *s.Items
			}
		}
		s = next
	}
	return s
}
