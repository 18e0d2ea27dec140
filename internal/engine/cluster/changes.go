package cluster

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/metadata"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// LastChanges lists when the objects that a label selector finds were changed last, by name. What they hold is not
// read.
func (c *Client) LastChanges(
	ctx context.Context, r backend.Kind, namespace, selector string,
) (map[string]time.Time, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	client, err := metadata.NewForConfig(conn.rest)
	if err != nil {
		return nil, explain(err, r, namespace, "")
	}
	var changed map[string]time.Time
	err = paged(func(options metav1.ListOptions) (string, error) {
		options.LabelSelector = selector
		page, err := client.Resource(gvr(r)).Namespace(namespace).List(ctx, options)
		if err != nil {
			return "", explain(err, r, namespace, "")
		}
		if options.Continue == "" {
			changed = map[string]time.Time{}
		}
		for i := range page.Items {
			changed[page.Items[i].Name] = lastChange(&page.Items[i])
		}
		return page.Continue, nil
	})
	return changed, err
}
