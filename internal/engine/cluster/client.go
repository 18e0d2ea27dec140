package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// FieldManager is the name under which the provider owns fields.
const FieldManager = "terraform-provider-kfp"

// gvr is a resource in the words of Kubernetes' own client.
func gvr(r backend.Kind) schema.GroupVersionResource { return schema.GroupVersionResource(r) }

var (
	_ backend.Backend   = &Client{}
	_ backend.Inspector = &Client{}
)

// Client reads and writes objects. It connects at its first request, so that a plan works without a cluster. It is
// safe for concurrent use.
type Client struct {
	config Config
	once   sync.Once
	conn   *connection
	err    error
	bounds bounds

	cache cache
}

type connection struct {
	dynamic dynamic.Interface
	typed   kubernetes.Interface
	rest    *rest.Config
}

// New returns a client for the configured cluster. It does not connect.
func New(config Config) *Client { return &Client{config: config, bounds: usualBounds} }

// Configured says what is wrong with the configuration, without a request to the cluster.
func (c *Client) Configured() error {
	_, err := c.connect()
	return err
}

// connect builds the clients once. No request is sent.
func (c *Client) connect() (*connection, error) {
	c.once.Do(func() {
		cfg, err := c.config.restConfig()
		if err != nil {
			c.err = err
			return
		}
		cfg.Wrap(c.bounds.transport)
		httpClient, err := c.config.httpClient(cfg)
		if err != nil {
			c.err = fmt.Errorf("preparing the connection to the cluster: %w", err)
			return
		}
		dyn, err := dynamic.NewForConfigAndClient(cfg, httpClient)
		if err != nil {
			c.err = fmt.Errorf("preparing the connection to the cluster: %w", err)
			return
		}
		typed, err := kubernetes.NewForConfigAndClient(cfg, httpClient)
		if err != nil {
			c.err = fmt.Errorf("preparing the connection to the cluster: %w", err)
			return
		}
		c.conn = &connection{dynamic: dyn, typed: typed, rest: cfg}
	})
	return c.conn, c.err
}

func newObject(u *unstructured.Unstructured) *backend.Object {
	return &backend.Object{
		Namespace: u.GetNamespace(), Name: u.GetName(), UID: string(u.GetUID()), ResourceVersion: u.GetResourceVersion(),
		Labels: u.GetLabels(), Annotations: u.GetAnnotations(), CreatedAt: u.GetCreationTimestamp().Time,
		Changed: lastChange(u), Deleting: u.GetDeletionTimestamp() != nil,
		Owners: managedFields(u.GetManagedFields()), Content: u.Object,
	}
}

func lastChange(u metav1.Object) time.Time {
	last := u.GetCreationTimestamp().Time
	for _, entry := range u.GetManagedFields() {
		if entry.Time != nil && entry.Time.After(last) {
			last = entry.Time.Time
		}
	}
	return last
}

// Apply makes the object as given by server-side apply: fields that this provider set earlier and no longer gives
// are removed, fields of others stay. A field that another manager owns is a conflict unless force is set.
func (c *Client) Apply(ctx context.Context, r backend.Kind, object any, force bool) (*backend.Object, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	u, err := toUnstructured(object)
	if err != nil {
		return nil, err
	}
	data, err := u.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding %s %s: %w", r.Resource, u.GetName(), err)
	}
	c.cache.forget(r, u.GetNamespace())
	defer c.cache.forget(r, u.GetNamespace())
	got, err := conn.dynamic.Resource(gvr(r)).Namespace(u.GetNamespace()).Patch(ctx, u.GetName(), types.ApplyPatchType, yamlSafe(data),
		metav1.PatchOptions{FieldManager: FieldManager, Force: new(force)})
	if err != nil {
		return nil, explain(err, r, u.GetNamespace(), u.GetName())
	}
	return believed(got, r, u.GetNamespace(), u.GetName())
}

// Create makes the object and fails with ErrExists if it is there.
func (c *Client) Create(ctx context.Context, r backend.Kind, object any) (*backend.Object, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	u, err := toUnstructured(object)
	if err != nil {
		return nil, err
	}
	c.cache.forget(r, u.GetNamespace())
	defer c.cache.forget(r, u.GetNamespace())
	got, err := conn.dynamic.Resource(gvr(r)).Namespace(u.GetNamespace()).Create(
		ctx, u, metav1.CreateOptions{FieldManager: FieldManager},
	)
	if err != nil {
		return nil, explain(err, r, u.GetNamespace(), u.GetName())
	}
	return believed(got, r, u.GetNamespace(), u.GetName())
}

// Get reads one object past the cache, or fails with ErrNotFound.
func (c *Client) Get(ctx context.Context, r backend.Kind, namespace, name string) (*backend.Object, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	got, err := conn.dynamic.Resource(gvr(r)).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, explain(err, r, namespace, name)
	}
	return believed(got, r, namespace, name)
}

// Patch merges a JSON merge patch into one object.
func (c *Client) Patch(
	ctx context.Context, r backend.Kind, namespace, name string, patch any,
) (*backend.Object, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("encoding a patch of %s %s: %w", r.Resource, name, err)
	}
	c.cache.forget(r, namespace)
	defer c.cache.forget(r, namespace)
	got, err := conn.dynamic.Resource(gvr(r)).Namespace(namespace).Patch(
		ctx, name, types.MergePatchType, data, metav1.PatchOptions{FieldManager: FieldManager},
	)
	if err != nil {
		return nil, explain(err, r, namespace, name)
	}
	return believed(got, r, namespace, name)
}

// Delete removes the object and what it owns. An object that is gone already is no error. A UID other than empty
// guards against deleting a namesake that was made later.
func (c *Client) Delete(ctx context.Context, r backend.Kind, namespace, name, uid string) error {
	conn, err := c.connect()
	if err != nil {
		return err
	}
	options := metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationBackground)}
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: new(types.UID(uid))}
	}
	c.cache.forget(r, namespace)
	defer c.cache.forget(r, namespace)
	err = conn.dynamic.Resource(gvr(r)).Namespace(namespace).Delete(ctx, name, options)
	if err = explain(err, r, namespace, name); backend.IsNotFound(err) {
		return nil
	}
	return err
}

func toUnstructured(object any) (*unstructured.Unstructured, error) {
	if u, ok := object.(*unstructured.Unstructured); ok {
		return u, nil
	}
	data, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", object, err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(data); err != nil {
		return nil, fmt.Errorf("encoding %T: %w", object, err)
	}
	// Typed objects always write these two, and the API server owns them.
	unstructured.RemoveNestedField(u.Object, "metadata", "creationTimestamp")
	unstructured.RemoveNestedField(u.Object, "status")
	return u, nil
}

func countingTransport(count func()) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper { return countingRoundTripper{next, count} }
}

type countingRoundTripper struct {
	next  http.RoundTripper
	count func()
}

func (t countingRoundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	t.count()
	return t.next.RoundTrip(r)
}

// ObjectOf wraps an object as decoded JSON.
func ObjectOf(content map[string]any) *backend.Object {
	return newObject(&unstructured.Unstructured{Object: content})
}
