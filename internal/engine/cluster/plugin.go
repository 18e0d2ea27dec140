package cluster

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

// A credential plugin writes to the standard error of this process, which is Terraform's log: client-go knows no other
// place. It gets a pipe instead, of which the last lines are shown where the plugin fails.
var plugins struct {
	mu     sync.Mutex
	writer *os.File // what all plugins of this process write to
	said   pluginWords
}

// httpClient builds the HTTP client of a cluster.
func (c Config) httpClient(cfg *rest.Config) (*http.Client, error) {
	if cfg.ExecProvider == nil {
		return rest.HTTPClientFor(cfg)
	}
	plugins.mu.Lock()
	defer plugins.mu.Unlock()
	if plugins.writer == nil {
		reader, writer, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		plugins.writer = writer
		go plugins.said.from(reader)
	}
	// client-go takes what is the standard error while it prepares the plugin.
	own := os.Stderr
	os.Stderr = plugins.writer
	defer func() { os.Stderr = own }()
	client, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, err
	}
	client.Transport = explainingPlugin{client.Transport, redact.New(c.secrets()...)}
	return client, nil
}

// What is kept of a plugin's words, and how long they may take to come through the pipe.
const (
	maxPluginWords  = 4 << 10
	maxPluginLines  = 5
	pluginWordsTime = 50 * time.Millisecond
)

// pluginWords are the last words of the plugins.
type pluginWords struct {
	mu   sync.Mutex
	text []byte
}

func (w *pluginWords) from(reader *os.File) {
	chunk := make([]byte, maxPluginWords)
	for {
		n, err := reader.Read(chunk)
		w.mu.Lock()
		w.text = append(w.text, chunk[:n]...)
		w.text = w.text[max(0, len(w.text)-maxPluginWords):]
		w.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take returns the last lines and forgets them.
func (w *pluginWords) take() string {
	time.Sleep(pluginWordsTime)
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(w.text)), "\n")
	w.text = nil
	return strings.Join(lines[max(0, len(lines)-maxPluginLines):], "\n  ")
}

// pluginError is the error of a credential plugin, with its last words.
type pluginError struct {
	err   error
	words string
}

func (e pluginError) Error() string {
	return fmt.Sprintf("%v\n\nThe credential plugin's last words:\n  %s", e.err, e.words)
}

func (e pluginError) Unwrap() error { return e.err }

// secrets are what the provider was given to keep.
func (c Config) secrets() []string {
	secrets := []string{c.Password, c.Token, c.ClientKey}
	if c.Exec != nil {
		secrets = slices.AppendSeq(secrets, maps.Values(c.Exec.Env))
	}
	return secrets
}

// explainingPlugin adds to an error of a plugin what it said, without the secrets that the provider was given.
type explainingPlugin struct {
	next    http.RoundTripper
	secrets *redact.Redactor
}

func (t explainingPlugin) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err == nil || !strings.Contains(err.Error(), "getting credentials: ") {
		return resp, err
	}
	if words := plugins.said.take(); words != "" {
		return nil, pluginError{err, t.secrets.Text(words)}
	}
	return nil, err
}
