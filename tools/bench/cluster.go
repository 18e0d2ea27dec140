package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

var (
	templates  = schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "workflowtemplates"}
	workflows  = schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "workflows"}
	pods       = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	namespaces = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
)

// cluster is reached through a proxy that counts requests, so that both providers are counted alike.
type cluster struct {
	dynamic   dynamic.Interface
	proxy     *httptest.Server
	requests  atomic.Int64
	own, peer string // namespaces
}

// prepare makes a namespace.
type prepare func(ctx context.Context, client dynamic.Interface, name string) error

func newCluster(ctx context.Context, kubeconfig string, prepare prepare) (*cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 200, 400
	target, err := url.Parse(config.Host)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, err
	}
	c := &cluster{
		own: fmt.Sprintf("kfp-bench-%x", time.Now().Unix()), peer: fmt.Sprintf("kfp-bench-%x-peer", time.Now().Unix()),
	}
	if c.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	for _, name := range []string{c.own, c.peer} {
		if err := prepare(ctx, c.dynamic, name); err != nil {
			return nil, fmt.Errorf("making namespace %s: %w", name, err)
		}
	}
	forward := httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
	}
	c.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.requests.Add(1)
		forward.ServeHTTP(w, r)
	}))
	return c, nil
}

// withLightCluster starts an API server with a flavour of Argo's CRDs, and stops it at the end. Nothing runs in it.
func withLightCluster(ctx context.Context, o options, crds string, use func(*cluster) error) (err error) {
	home, err := os.MkdirTemp("", "kfp-bench-"+crds+"-")
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, o.tool(context.WithoutCancel(ctx), "apiserver", "stop", "--home", home), os.RemoveAll(home))
	}()
	if err := o.tool(ctx, "apiserver", "start", "--crds", crds, "--home", home); err != nil {
		return err
	}
	c, err := newCluster(ctx, filepath.Join(home, "kubeconfig"), func(ctx context.Context, client dynamic.Interface, name string) error {
		namespace := &unstructured.Unstructured{
			Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}},
		}
		_, err := client.Resource(namespaces).Create(ctx, namespace, metav1.CreateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	defer c.close(context.WithoutCancel(ctx))
	return use(c)
}

// counted runs something and returns how many requests it made.
func (c *cluster) counted(do func() error) (requests float64, err error) {
	before := c.requests.Load()
	err = do()
	return float64(c.requests.Load() - before), err
}

func (c *cluster) close(ctx context.Context) {
	c.proxy.CloseClientConnections()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, name := range []string{c.own, c.peer} {
		if err := c.dynamic.Resource(namespaces).Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			fmt.Fprintln(os.Stderr, "bench: removing a namespace:", err)
		}
	}
}
