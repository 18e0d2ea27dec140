package buildkit

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"github.com/tonistiigi/fsutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

// Options say how a daemon is reached. Exactly one of Address and Dial is set.
type Options struct {
	Address string // tcp://host:port or unix:///path
	TLS     *TLS   // for tcp addresses; nil for none
	// Dial opens a connection to the daemon. It is called again when a connection breaks.
	Dial func(context.Context) (net.Conn, error)

	Connect time.Duration // how long to wait for the daemon to answer; default 15 s
}

// TLS holds certificates and keys in PEM form.
type TLS struct {
	CA         string // who signed the daemon's certificate; default the system's authorities
	Cert, Key  string // the client's; both or none
	ServerName string // default the host of the address
}

// Builder is an image.Builder. It is safe for concurrent use, and each build has a connection of its own.
type Builder struct {
	options  Options
	registry *registry.Client
	tls      *tls.Config
}

var _ image.Builder = (*Builder)(nil)

// New makes a builder that logs in to registries as the client does. It does not connect. The error tells of unusable
// options.
func New(o Options, reg *registry.Client) (*Builder, error) {
	if (o.Address == "") == (o.Dial == nil) {
		return nil, errors.New("a builder has either an address or a dialer")
	}
	b := &Builder{options: o, registry: reg}
	if o.Connect == 0 {
		b.options.Connect = 15 * time.Second
	}
	if o.Dial != nil {
		if o.TLS != nil {
			return nil, errors.New("TLS goes with an address, and not with a dialer")
		}
		return b, nil
	}
	u, err := url.Parse(o.Address)
	if err != nil || u.Scheme != "tcp" && u.Scheme != "unix" || u.Scheme == "tcp" && u.Port() == "" || u.Scheme == "unix" && u.Path == "" {
		return nil, fmt.Errorf("the address %q of the builder is neither tcp://host:port nor unix:///path", o.Address)
	}
	if o.TLS == nil {
		return b, nil
	}
	if u.Scheme != "tcp" {
		return nil, fmt.Errorf("TLS goes with a tcp address, and not with %q", o.Address)
	}
	b.tls, err = o.TLS.config()
	return b, err
}

func (t *TLS) config() (*tls.Config, error) {
	c := &tls.Config{ServerName: t.ServerName, MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(t.CA)) {
			return nil, errors.New("the builder's CA holds no certificate in PEM form")
		}
	}
	if t.Cert != "" || t.Key != "" {
		pair, err := tls.X509KeyPair([]byte(t.Cert), []byte(t.Key))
		if err != nil {
			// The cause is not shown, since it could quote the key.
			return nil, errors.New("the builder's client certificate and key are not a pair in PEM form")
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// Build implements image.Builder.
func (b *Builder) Build(ctx context.Context, req image.BuildRequest, progress func(image.Progress)) (string, error) {
	secrets := redact.New()
	secrets.Add(req.Hide...)
	for _, v := range req.Secrets {
		secrets.Add(string(v))
	}
	w := newWatcher(progress, func(s string) string { return redact.URLs(b.registry.Redactor().Text(secrets.Text(s))) })
	c, err := b.connect(ctx)
	if err != nil {
		return "", image.NewBuildError(ctx, image.BuildError{
			Reference: req.Reference.String(),
			Message:   "the builder does not answer: " + w.redact(strings.TrimRight(err.Error(), ".")),
			Remedy:    "Check the address in image_builder, and that BuildKit runs there.",
		})
	}
	defer c.Close()
	ctx, broken := context.WithCancelCause(ctx)
	defer broken(nil)
	opt := b.solveOptions(req, broken)
	status := make(chan *client.SolveStatus)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.watch(status)
	}()
	resp, err := c.Solve(ctx, nil, opt, status)
	<-done
	if err != nil {
		var fe *files.Error
		if errors.As(context.Cause(ctx), &fe) {
			return "", fe
		}
		return "", w.failure(ctx, req.Reference.String(), err)
	}
	digest := resp.ExporterResponse["containerimage.digest"]
	if digest == "" {
		return "", image.NewBuildError(
			ctx,
			image.BuildError{
				Reference: req.Reference.String(), Message: "the builder pushed the image and did not say its digest",
			},
		)
	}
	return digest, nil
}

// connect opens a connection and waits until the daemon answers.
func (b *Builder) connect(ctx context.Context) (*client.Client, error) {
	var opts []client.ClientOpt
	address := b.options.Address
	if b.options.Dial != nil {
		address = "tcp://buildkit"
		opts = append(
			opts, client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return b.options.Dial(ctx) }),
		)
	}
	if b.tls != nil {
		opts = append(opts, client.WithGRPCDialOption(grpc.WithTransportCredentials(credentials.NewTLS(b.tls))))
		// gRPC refuses an authority that is not the name in the certificate.
		if b.tls.ServerName != "" {
			opts = append(opts, client.WithGRPCDialOption(grpc.WithAuthority(b.tls.ServerName)))
		}
	}
	c, err := client.New(ctx, address, opts...)
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, b.options.Connect)
	defer cancel()
	for {
		_, err := c.Info(wait)
		if err == nil {
			return c, nil
		}
		select {
		case <-wait.Done():
			c.Close()
			return nil, err
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// solveOptions describes the build to the daemon. The function broken is called if a file of the context cannot be
// sent, since the daemon would take it for an empty one.
func (b *Builder) solveOptions(req image.BuildRequest, broken func(error)) client.SolveOpt {
	attrs := map[string]string{
		"filename":                    dockerfileName,
		"build-arg:SOURCE_DATE_EPOCH": strconv.FormatInt(files.Epoch.Unix(), 10),
	}
	for k, v := range req.Args {
		attrs["build-arg:"+k] = v
	}
	for k, v := range req.Labels {
		attrs["label:"+k] = v
	}
	if req.Target != "" {
		attrs["target"] = req.Target
	}
	if len(req.Platforms) > 0 {
		attrs["platform"] = strings.Join(req.Platforms, ",")
	}
	export := map[string]string{
		"name":              req.Reference.Repository().Canonical(),
		"push":              "true",
		"push-by-digest":    "true",
		"oci-mediatypes":    "true",
		"rewrite-timestamp": "true",
	}
	if b.registry.PlainHTTP(req.Reference.Registry()) {
		export["registry.insecure"] = "true"
	}
	tree := req.Context
	if tree == nil {
		tree = &files.Tree{}
	}
	return client.SolveOpt{
		Frontend:      "dockerfile.v0",
		FrontendAttrs: attrs,
		LocalMounts: map[string]fsutil.FS{
			"context":    &treeFS{tree: tree, broken: broken},
			"dockerfile": dockerfileFS(req.Dockerfile),
		},
		// The daemon finds what changed by size and time, and all times are equal here: contents that differ must not
		// share a directory there.
		SharedKey:    req.Key,
		Exports:      []client.ExportEntry{{Type: client.ExporterImage, Attrs: export}},
		Session:      []session.Attachable{newAuth(b.registry), secretsprovider.FromMap(maps.Clone(req.Secrets))},
		SourcePolicy: policy(req.Pins, b.registry.Mirrors()),
	}
}

// lastLines is how much of a failed step's output an error shows.
const lastLines = 20

func tail(lines []string) []string { return slices.Clone(lines[max(0, len(lines)-lastLines):]) }
