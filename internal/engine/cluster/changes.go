package cluster

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/metadata"
)

// LastChanges lists when the objects that a label selector finds were changed last, by name. What they hold is not read.
func (c *Client) LastChanges(ctx context.Context, r Resource, namespace, selector string) (map[string]time.Time, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	client, err := metadata.NewForConfig(conn.rest)
	if err != nil {
		return nil, explain(err, r, namespace, "")
	}
	changed := map[string]time.Time{}
	options := metav1.ListOptions{LabelSelector: selector, Limit: pageSize}
	for {
		page, err := client.Resource(r).Namespace(namespace).List(ctx, options)
		if err != nil {
			return nil, explain(err, r, namespace, "")
		}
		for i := range page.Items {
			changed[page.Items[i].Name] = lastChange(&page.Items[i])
		}
		if options.Continue = page.Continue; options.Continue == "" {
			return changed, nil
		}
	}
}
