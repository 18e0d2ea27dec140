package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// apiClient speaks to the API server as the cluster's administrator.
func (c *cluster) apiClient() (*http.Client, error) {
	ca, err := os.ReadFile(c.path("pki", "ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	cert, err := tls.LoadX509KeyPair(c.path("pki", "admin.crt"), c.path("pki", "admin.key"))
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}}
	return &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{Proxy: nil, TLSClientConfig: config, DisableKeepAlives: true},
	}, nil
}

// apiError is the server's refusal of a request.
type apiError struct {
	code int
	text string
}

func (e *apiError) Error() string { return fmt.Sprintf("API server: %d %s", e.code, e.text) }

func (c *cluster) apiGet(ctx context.Context, path string, result any) error {
	return c.apiCall(ctx, http.MethodGet, path, nil, result)
}

func (c *cluster) apiCall(ctx context.Context, method, path string, body []byte, result any) error {
	client, err := c.apiClient()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "https://"+c.api+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return &apiError{resp.StatusCode, strings.TrimSpace(string(answer[:min(len(answer), 400)]))}
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}

type condition struct{ Type, Status string }

func isTrue(conditions []condition, kind string) bool {
	for _, c := range conditions {
		if c.Type == kind {
			return c.Status == "True"
		}
	}
	return false
}

// nodeReady wants more than the Ready condition, which is left over from before
// a restart: the kubelet must have renewed its lease since.
func (c *cluster) nodeReady(ctx context.Context, since time.Time) error {
	var node struct {
		Status struct{ Conditions []condition }
	}
	if err := c.apiGet(ctx, "/api/v1/nodes/"+nodeName, &node); err != nil {
		return err
	}
	if !isTrue(node.Status.Conditions, "Ready") {
		return errors.New("the node is not Ready")
	}
	var lease struct {
		Spec struct{ RenewTime time.Time }
	}
	if err := c.apiGet(ctx, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/"+nodeName, &lease); err != nil {
		return err
	}
	if lease.Spec.RenewTime.Before(since) {
		return fmt.Errorf("the kubelet has not renewed its lease since %s", lease.Spec.RenewTime.Format(time.TimeOnly))
	}
	return nil
}

type deployment struct {
	Metadata struct{ Generation int64 }
	Spec     struct{ Replicas int32 }
	Status   struct {
		ObservedGeneration                                                int64
		Replicas, UpdatedReplicas, AvailableReplicas, UnavailableReplicas int32
	}
}

type podList struct {
	Items []struct {
		Metadata struct {
			Name              string
			DeletionTimestamp string
		}
		Status struct {
			Conditions        []condition
			ContainerStatuses []struct{ ContainerID string }
		}
	}
}

// deploymentReady wants the current pod template running, and its containers to
// run in containerd now: after a restart the API still tells of those before.
func (c *cluster) deploymentReady(namespace, name, selector string) func(context.Context) error {
	return func(ctx context.Context) error {
		var d deployment
		if err := c.apiGet(ctx, "/apis/apps/v1/namespaces/"+namespace+"/deployments/"+name, &d); err != nil {
			return err
		}
		s := d.Status
		if s.ObservedGeneration < d.Metadata.Generation || s.UpdatedReplicas != d.Spec.Replicas ||
			s.Replicas != d.Spec.Replicas || s.AvailableReplicas != d.Spec.Replicas {
			return fmt.Errorf("deployment %s: %d of %d pods available", name, s.AvailableReplicas, d.Spec.Replicas)
		}
		tasks, err := c.runningTasks(ctx)
		if err != nil {
			return err
		}
		var pods podList
		if err := c.apiGet(ctx, "/api/v1/namespaces/"+namespace+"/pods?labelSelector="+selector, &pods); err != nil {
			return err
		}
		for _, pod := range pods.Items {
			if pod.Metadata.DeletionTimestamp != "" {
				continue
			}
			if !isTrue(pod.Status.Conditions, "Ready") {
				return fmt.Errorf("pod %s is not ready", pod.Metadata.Name)
			}
			for _, s := range pod.Status.ContainerStatuses {
				if id := strings.TrimPrefix(s.ContainerID, "containerd://"); !tasks[id] {
					return fmt.Errorf("pod %s: its container does not run", pod.Metadata.Name)
				}
			}
		}
		return nil
	}
}

// runningTasks are the identifiers of the containers that run.
func (c *cluster) runningTasks(ctx context.Context) (map[string]bool, error) {
	out, err := c.ctr(ctx, "tasks", "ls")
	if err != nil {
		return nil, err
	}
	running := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[2] == "RUNNING" {
			running[fields[0]] = true
		}
	}
	return running, nil
}
