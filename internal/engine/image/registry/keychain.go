package registry

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/google"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

// credentialLife is how long a credential helper's answer is used. The shortest-lived answers known, Google's, hold
// five minutes.
const credentialLife = 4 * time.Minute

// keychain answers with the user's own settings, then with the Docker configuration (with its credential helpers), then
// with Google's application default credentials for Google's registries. Amazon's helper would add 6.6 MB to the
// binary; it is used where the Docker configuration names it.
type keychain struct {
	table    table
	fallback authn.Keychain
	redactor *redact.Redactor

	mu    sync.Mutex
	known map[string]login
}

type login struct {
	auth authn.Authenticator
	at   time.Time
}

func newKeychain(t table, fallback authn.Keychain, r *redact.Redactor) *keychain {
	if fallback == nil {
		fallback = authn.NewMultiKeychain(authn.DefaultKeychain, google.Keychain)
	}
	k := &keychain{table: t, fallback: fallback, redactor: r, known: map[string]login{}}
	for _, s := range t {
		hideLogin(r, s.Username, s.Password)
		r.Add(s.Token)
	}
	return k
}

// credentialError is a credential helper or Docker configuration that does not work.
type credentialError struct {
	host string
	err  error
}

func (e *credentialError) Error() string {
	return fmt.Sprintf("the credentials for %s cannot be read: %v", e.host, e.err)
}

// Resolve implements authn.Keychain.
func (k *keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	return k.ResolveContext(context.Background(), target)
}

// ResolveContext implements authn.ContextKeychain.
func (k *keychain) ResolveContext(ctx context.Context, target authn.Resource) (authn.Authenticator, error) {
	host := hostName(target.RegistryStr())
	if s := k.table[host]; s.secret() {
		return authn.FromConfig(authn.AuthConfig{Username: s.Username, Password: s.Password, RegistryToken: s.Token}), nil
	}
	// The path belongs to the key, since a Docker configuration may have a login for a part of a registry.
	key := target.String()
	k.mu.Lock()
	l, ok := k.known[key]
	k.mu.Unlock()
	if ok && time.Since(l.at) < credentialLife {
		return l.auth, nil
	}
	auth, err := authn.Resolve(ctx, k.fallback, target)
	if err != nil {
		return nil, &credentialError{host, err}
	}
	if auth != authn.Anonymous {
		cfg, err := authn.Authorization(ctx, auth)
		if err != nil {
			return nil, &credentialError{host, err}
		}
		hideLogin(k.redactor, cfg.Username, cfg.Password)
		k.redactor.Add(cfg.Auth, cfg.IdentityToken, cfg.RegistryToken)
		auth = authn.FromConfig(*cfg)
	}
	k.mu.Lock()
	k.known[key] = login{auth, time.Now()}
	k.mu.Unlock()
	return auth, nil
}

// hideLogin makes a user's password known, and the header that is made of both.
func hideLogin(r *redact.Redactor, user, password string) {
	if password != "" {
		r.Add(password, user+":"+password)
	}
}
