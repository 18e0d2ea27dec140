package cluster

import (
	"context"
	"errors"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ManagedSelector finds the objects that the provider made.
const ManagedSelector = "app.kubernetes.io/managed-by=" + FieldManager

// pageSize bounds one answer of a list.
const pageSize = 250

// cache holds one list a resource and namespace, so that a refresh of many resources asks once. A write forgets the
// list of what it wrote.
type cache struct {
	mu    sync.Mutex
	lists map[cacheKey]*listing
}

type cacheKey struct {
	resource  Resource
	namespace string
}

type listing struct {
	once    sync.Once
	objects map[string]*Object
	err     error
}

func (c *cache) get(k cacheKey) *listing {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lists == nil {
		c.lists = map[cacheKey]*listing{}
	}
	if c.lists[k] == nil {
		c.lists[k] = &listing{}
	}
	return c.lists[k]
}

func (c *cache) forget(r Resource, namespace string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.lists, cacheKey{r, namespace})
}

// Find reads one object through the shared list of its namespace. An object that the list lacks is asked for by name,
// since somebody may have taken our label off.
func (c *Client) Find(ctx context.Context, r Resource, namespace, name string) (*Object, error) {
	objects, err := c.listed(ctx, r, namespace)
	if err != nil {
		return nil, err
	}
	if o := objects[name]; o != nil {
		return o, nil
	}
	return c.Get(ctx, r, namespace, name)
}

// Managed returns the objects of a namespace that the provider made, by name, through the shared list.
func (c *Client) Managed(ctx context.Context, r Resource, namespace string) (map[string]*Object, error) {
	return c.listed(ctx, r, namespace)
}

func (c *Client) listed(ctx context.Context, r Resource, namespace string) (map[string]*Object, error) {
	k := cacheKey{r, namespace}
	l := c.cache.get(k)
	l.once.Do(func() { l.objects, l.err = c.List(ctx, r, namespace, ManagedSelector) })
	// Somebody else's cancelled request must not become everybody's error.
	if errors.Is(l.err, context.Canceled) || errors.Is(l.err, context.DeadlineExceeded) {
		c.cache.forget(r, namespace)
	}
	return l.objects, l.err
}

// List reads the objects that a label selector finds, page by page and past the cache.
func (c *Client) List(ctx context.Context, r Resource, namespace, selector string) (map[string]*Object, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	objects := map[string]*Object{}
	options := metav1.ListOptions{LabelSelector: selector, Limit: pageSize}
	for {
		page, err := conn.dynamic.Resource(r).Namespace(namespace).List(ctx, options)
		if err != nil {
			return nil, explain(err, r, namespace, "")
		}
		for i := range page.Items {
			o := newObject(&page.Items[i])
			objects[o.Name] = o
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			return objects, nil
		}
	}
}
