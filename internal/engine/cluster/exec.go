package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// Streams are what a command reads and writes; nil for nothing.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Exec runs a command in a container, through the API server, and returns when it has ended. Its standard input is
// closed when ctx ends or this process dies.
func (c *Client) Exec(ctx context.Context, namespace, pod, container string, command []string, s Streams) error {
	conn, err := c.connect()
	if err != nil {
		return err
	}
	url := conn.typed.CoreV1().RESTClient().Post().Resource("pods").Namespace(namespace).Name(pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{
			Container: container, Command: command, Stdin: s.In != nil, Stdout: s.Out != nil, Stderr: s.Err != nil,
		}, scheme.ParameterCodec).URL()
	// The protocols make connections of their own, for which the shared HTTP client is of no use.
	config := rest.CopyConfig(conn.rest)
	old, err := remotecommand.NewSPDYExecutor(config, "POST", url)
	if err != nil {
		return fmt.Errorf("preparing a command in pod %s/%s: %w", namespace, pod, err)
	}
	modern, err := remotecommand.NewWebSocketExecutor(config, "GET", url.String())
	if err != nil {
		return fmt.Errorf("preparing a command in pod %s/%s: %w", namespace, pod, err)
	}
	executor, err := remotecommand.NewFallbackExecutor(modern, old, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
	if err != nil {
		return fmt.Errorf("preparing a command in pod %s/%s: %w", namespace, pod, err)
	}
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: s.In, Stdout: s.Out, Stderr: s.Err})
	return explain(err, backend.Kind{Resource: "pods/exec"}, namespace, pod)
}

// Pipe runs a command in a container as a connection: what is written is its standard input, and what is read its
// standard output. No port is opened. The connection lasts until it is closed or the command ends.
func (c *Client) Pipe(namespace, pod, container string, command []string) net.Conn {
	ctx, cancel := context.WithCancel(context.Background())
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	go func() {
		defer cancel()
		var said bytes.Buffer
		err := c.Exec(ctx, namespace, pod, container, command, Streams{In: inR, Out: outW, Err: &said})
		if err == nil {
			err = io.EOF
		} else if text := strings.TrimSpace(said.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		outW.CloseWithError(err)
		inR.CloseWithError(err)
	}()
	return &pipe{Reader: outR, Writer: inW, close: func() {
		cancel()
		_ = inW.Close()
		_ = outR.Close()
	}, name: "pod " + namespace + "/" + pod}
}

type pipe struct {
	io.Reader
	io.Writer
	close func()
	name  string
}

func (p *pipe) Close() error {
	p.close()
	return nil
}

// Network and String make the pipe its own address.
func (p *pipe) Network() string { return "exec" }

func (p *pipe) String() string { return p.name }

func (p *pipe) LocalAddr() net.Addr { return p }

func (p *pipe) RemoteAddr() net.Addr { return p }

// Deadlines have no effect: whoever waits closes the pipe.
func (p *pipe) SetDeadline(time.Time) error { return nil }

func (p *pipe) SetReadDeadline(time.Time) error { return nil }

func (p *pipe) SetWriteDeadline(time.Time) error { return nil }
