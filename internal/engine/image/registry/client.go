package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

// Options make a Client. The zero value uses the Docker configuration of the user.
type Options struct {
	// Registries holds settings by host, such as "harbor.example.com", "localhost:5000" or "docker.io".
	Registries map[string]Settings
	// Keychain is asked where Registries has no credentials. The default is the Docker configuration with its
	// credential helpers, then Google's application default credentials for Google's registries.
	Keychain  authn.Keychain
	Retry     Retry
	UserAgent string            // default "terraform-provider-kfp"
	Transport http.RoundTripper // below retries; default a new one
	Trace     func(Request)     // is called after each HTTP exchange, concurrently; nil for nothing
	Redactor  *redact.Redactor  // learns all credentials; default a new one
}

// Client is one session with any number of registries. One is made for each process and shared, so that logins,
// connections and the knowledge of what was pushed are shared too. It is safe for concurrent use.
type Client struct {
	table     table
	keychain  *keychain
	redactor  *redact.Redactor
	transport *patient
	options   []remote.Option
	puller    *remote.Puller
	pusher    atomic.Pointer[remote.Pusher]

	mu    sync.Mutex
	blobs map[blobKey]*blob
}

// New makes a client. It sends nothing. The error tells of unusable settings.
func New(o Options) (*Client, error) {
	t, err := newTable(o.Registries)
	if err != nil {
		return nil, err
	}
	if o.Redactor == nil {
		o.Redactor = redact.New()
	}
	if o.Transport == nil {
		o.Transport = newInner()
	}
	if o.UserAgent == "" {
		o.UserAgent = "terraform-provider-kfp"
	}
	retry := o.Retry.orDefault()
	c := &Client{
		table: t, redactor: o.Redactor, keychain: newKeychain(t, o.Keychain, o.Redactor), blobs: map[blobKey]*blob{},
	}
	c.transport = &patient{
		inner: o.Transport, table: t, redactor: o.Redactor, retry: retry, trace: o.Trace,
		gates: map[string]gate{}, pings: map[string]*ping{},
	}
	c.options = []remote.Option{
		remote.WithTransport(c.transport),
		remote.WithAuthFromKeychain(c.keychain),
		remote.WithUserAgent(o.UserAgent),
		// The transport repeats what can be repeated; only uploads start over up here.
		remote.WithRetryStatusCodes(),
		remote.WithRetryPredicate(startOver),
		remote.WithRetryBackoff(remote.Backoff{
			Duration: retry.Base, Factor: 2, Jitter: 0.2, Steps: max(2, retry.Attempts-1),
		}),
	}
	if c.puller, err = remote.NewPuller(c.options...); err != nil {
		return nil, err
	}
	return c, c.renewPusher()
}

// renewPusher forgets what was pushed, which is needed after something was deleted.
func (c *Client) renewPusher() error {
	p, err := remote.NewPusher(c.options...)
	if err != nil {
		return err
	}
	c.pusher.Store(p)
	c.mu.Lock()
	c.blobs = map[blobKey]*blob{}
	c.mu.Unlock()
	return nil
}

// Redactor knows the credentials of all registries that were used so far.
func (c *Client) Redactor() *redact.Redactor { return c.redactor }

// Mirrors lists the registries that are read from elsewhere, sorted.
func (c *Client) Mirrors() []Mirror { return c.table.mirrors() }

// PlainHTTP tells whether the registry of a reference may be spoken to without TLS.
func (c *Client) PlainHTTP(registry string) bool { return c.table.plainHTTP(registry) }

// Knows tells whether there are settings for a registry.
func (c *Client) Knows(registry string) bool {
	_, ok := c.table[hostName(registry)]
	return ok
}

// InsecureHosts lists the registries that were allowed plain http, sorted.
func (c *Client) InsecureHosts() []string {
	var out []string
	for host, s := range c.table {
		if s.Insecure {
			out = append(out, host)
		}
	}
	slices.Sort(out)
	return out
}

// Credentials returns the login for a host, for BuildKit's session. It is empty for anonymous access.
func (c *Client) Credentials(ctx context.Context, host string) (authn.AuthConfig, error) {
	if hostName(host) == dockerHub {
		host = name.DefaultRegistry
	}
	reg, err := name.NewRegistry(host)
	if err != nil {
		return authn.AuthConfig{}, err
	}
	auth, err := c.keychain.ResolveContext(ctx, reg)
	if err != nil {
		return authn.AuthConfig{}, err
	}
	cfg, err := authn.Authorization(ctx, auth)
	if err != nil {
		return authn.AuthConfig{}, &credentialError{host, err}
	}
	return *cfg, nil
}

// Digest returns the digest that a tag has, by one HEAD request, and not through a mirror: it answers for the place
// that images are pushed to. The error is an *Error, of kind NotFound if there is no such image.
func (c *Client) Digest(ctx context.Context, ref Reference) (string, error) {
	repo, err := c.table.direct(ref.repo)
	if err != nil {
		return "", err
	}
	d, err := c.head(ctx, ref, ref.in(repo))
	if err != nil {
		return "", err
	}
	return d.Digest.String(), nil
}

// Exists tells whether there is such an image, by one HEAD request. The error is an *Error of another kind than
// NotFound.
func (c *Client) Exists(ctx context.Context, ref Reference) (bool, error) {
	_, err := c.Digest(ctx, ref)
	if KindOf(err) == NotFound {
		return false, nil
	}
	return err == nil, err
}

// Resolve returns the digest of an image that is to be read, through its registry's mirror if there is one, by one
// HEAD request. The error is an *Error.
func (c *Client) Resolve(ctx context.Context, ref Reference) (string, error) {
	repo, err := c.table.mirrored(ref.repo)
	if err != nil {
		return "", err
	}
	d, err := c.head(ctx, ref, ref.in(repo))
	if err != nil {
		return "", err
	}
	return d.Digest.String(), nil
}

func (c *Client) head(ctx context.Context, ref Reference, at name.Reference) (*v1.Descriptor, error) {
	d, err := c.puller.Head(ctx, at)
	if err == nil {
		return d, nil
	}
	// Some registries answer a HEAD without the digest, or not at all, and a GET properly.
	var te *transport.Error
	if ctx.Err() == nil && (!errors.As(err, &te) && gotAnswer(err) || te != nil && te.StatusCode == http.StatusMethodNotAllowed) {
		if full, err := c.puller.Get(ctx, at); err == nil {
			return &full.Descriptor, nil
		}
	}
	return nil, c.fail(ctx, "read", ref.written, at.Context().RegistryStr(), err)
}

// gotAnswer tells whether an error is about the content of an answer.
func gotAnswer(err error) bool {
	var p interface{ Timeout() bool }
	var ce *credentialError
	return !errors.As(err, &p) && !errors.As(err, &ce)
}

// Delete removes a manifest, and with it every tag that points to it. It is no error if it is gone already. A
// reference without a digest is an error, since a tag may mean another image by now.
func (c *Client) Delete(ctx context.Context, ref Reference) error {
	if !ref.Pinned() {
		return &NameError{ref.written, "has no digest", "Delete by digest, since the tag may mean another image by now."}
	}
	repo, err := c.table.direct(ref.repo)
	if err != nil {
		return err
	}
	err = c.pusher.Load().Delete(ctx, repo.Digest(ref.digest))
	if err != nil {
		if err := c.fail(ctx, "delete", ref.written, repo.RegistryStr(), err); KindOf(err) != NotFound {
			return err
		}
	}
	return c.renewPusher()
}

// check refuses settings that could not work.
func (t table) check() error {
	for host, s := range t {
		switch {
		case s.Token != "" && s.Password != "":
			return fmt.Errorf("registry %s: give a token, or a username and a password, and not both", host)
		case (s.Username == "") != (s.Password == ""):
			return fmt.Errorf("registry %s: a username needs a password, and a password a username", host)
		}
		if _, err := name.NewRegistry(host); err != nil {
			return fmt.Errorf("registry %q: this is not a host name; write it as registry.example.com or localhost:5000", host)
		}
		if s.Mirror == "" {
			continue
		}
		m, _ := splitMirror(s.Mirror)
		if hostName(m) == host {
			return fmt.Errorf("registry %s: it cannot be its own mirror", host)
		}
		if _, err := t.at(m, "x"); err != nil {
			return fmt.Errorf(
				"registry %s: the mirror %q is not a host name; write it as registry.example.com or registry.example.com/path", host,
				s.Mirror,
			)
		}
	}
	return nil
}
