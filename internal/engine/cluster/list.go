package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
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
	resource  backend.Kind
	namespace string
}

type listing struct {
	once    sync.Once
	objects map[string]*backend.Object
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

func (c *cache) forget(r backend.Kind, namespace string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.lists, cacheKey{r, namespace})
}

// Find reads one object through the shared list of its namespace. An object that the list lacks is asked for by name,
// since somebody may have taken our label off.
func (c *Client) Find(ctx context.Context, r backend.Kind, namespace, name string) (*backend.Object, error) {
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
func (c *Client) Managed(ctx context.Context, r backend.Kind, namespace string) (map[string]*backend.Object, error) {
	return c.listed(ctx, r, namespace)
}

func (c *Client) listed(ctx context.Context, r backend.Kind, namespace string) (map[string]*backend.Object, error) {
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
func (c *Client) List(
	ctx context.Context, r backend.Kind, namespace, selector string,
) (map[string]*backend.Object, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	var objects map[string]*backend.Object
	err = paged(func(options metav1.ListOptions) (string, error) {
		options.LabelSelector = selector
		page, err := conn.dynamic.Resource(gvr(r)).Namespace(namespace).List(ctx, options)
		if err != nil {
			return "", explain(err, r, namespace, "")
		}
		if options.Continue == "" {
			objects = map[string]*backend.Object{}
		}
		for i := range page.Items {
			o, err := believed(&page.Items[i], r, namespace, page.Items[i].GetName())
			if err != nil {
				return "", err
			}
			objects[o.Name] = o
		}
		return page.GetContinue(), nil
	})
	return objects, err
}

// How often a list begins again whose next page has expired, and how many pages it may have: a server could go on with
// the same one for ever.
const (
	maxRestarts = 3
	maxPages    = 2_000
)

// paged reads a list page by page. page reads the one that the options ask for, and returns where the next one begins.
// It is asked for the first page again where the server does not know any more what it has given; in the end it is
// asked for all at once, which cannot expire.
func paged(page func(metav1.ListOptions) (next string, err error)) error {
	options := metav1.ListOptions{Limit: pageSize}
	restarts := 0
	for range maxPages {
		next, err := page(options)
		switch {
		case err != nil && options.Continue != "" && isExpired(err):
			if restarts++; restarts > maxRestarts {
				return err
			}
			if restarts == maxRestarts {
				options.Limit = 0
			}
			next = ""
		case err != nil:
			return err
		case next == "":
			return nil
		case next == options.Continue:
			return errors.New("the server goes on with the same page for ever")
		}
		options.Continue = next
	}
	return fmt.Errorf("the server gives more than %d pages", maxPages)
}
