package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/homedir"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Config says how to reach the cluster. The fields are those of hashicorp/kubernetes v3. All empty: the pod's own
// service account where the provider runs inside a cluster, else ErrNotConfigured.
type Config struct {
	Host                 string // URL of the API server
	Username             string // basic authentication
	Password             string
	Token                string // bearer token
	Insecure             bool   // no verification of the server's certificate
	TLSServerName        string
	ClientCertificate    string // PEM
	ClientKey            string // PEM
	ClusterCACertificate string // PEM
	ConfigPaths          []string
	ConfigContext        string
	ConfigContextAuth    string
	ConfigContextCluster string
	ProxyURL             string
	Exec                 *Exec
	UserAgent            string
	// CountRequests, when set, is called before each HTTP request; for tests and benchmarks.
	CountRequests func()
}

// Exec is a credential plugin, as in a kubeconfig.
type Exec struct {
	APIVersion string
	Command    string
	Args       []string
	Env        map[string]string
}

// restConfig merges the explicit arguments over the kubeconfig files, as kubectl's flags do.
func (c Config) restConfig() (*rest.Config, error) {
	rules := &clientcmd.ClientConfigLoadingRules{}
	for _, p := range c.ConfigPaths {
		rules.Precedence = append(rules.Precedence, expandHome(p))
	}
	overrides, err := c.overrides()
	if err != nil {
		return nil, err
	}
	if len(c.ConfigPaths) == 0 && c.Host == "" {
		cfg, err := rest.InClusterConfig()
		if err != nil {
			return nil, backend.ErrNotConfigured
		}
		return c.finish(cfg), nil
	}
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	if err := checkAddresses(loader); err != nil {
		return nil, fmt.Errorf("reading the cluster configuration: %w", err)
	}
	cfg, err := loader.ClientConfig()
	if clientcmd.IsEmptyConfig(err) || (err == nil && cfg.Host == "") {
		return nil, fmt.Errorf("%w: %s", backend.ErrNotConfigured, c.emptyPaths())
	}
	if err != nil {
		return nil, fmt.Errorf("reading the cluster configuration: %w%s", err, c.contexts(rules))
	}
	return c.finish(cfg), nil
}

// contexts says which contexts there are, where the one that was given is not among them.
func (c Config) contexts(rules *clientcmd.ClientConfigLoadingRules) string {
	config, err := rules.Load()
	if c.ConfigContext == "" || err != nil || config.Contexts[c.ConfigContext] != nil {
		return ""
	}
	return fmt.Sprintf(". config_context = %q is not in %s.%s", c.ConfigContext, strings.Join(c.ConfigPaths, ", "),
		problem.Suggest(c.ConfigContext, slices.Sorted(maps.Keys(config.Contexts))))
}

// emptyPaths says of each kubeconfig why it gives no cluster: client-go passes over files that do not exist.
func (c Config) emptyPaths() string {
	var reasons []string
	for _, p := range c.ConfigPaths {
		reason := " holds no cluster"
		if _, err := os.Stat(expandHome(p)); errors.Is(err, fs.ErrNotExist) {
			reason = " does not exist"
		}
		reasons = append(reasons, p+reason)
	}
	return strings.Join(reasons, ", ")
}

func (c Config) overrides() (*clientcmd.ConfigOverrides, error) {
	for name, address := range map[string]string{"host": c.Host, "proxy_url": c.ProxyURL} {
		if err := CheckAddress(address); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	o := &clientcmd.ConfigOverrides{CurrentContext: c.ConfigContext}
	o.Context.AuthInfo = c.ConfigContextAuth
	o.Context.Cluster = c.ConfigContextCluster
	o.ClusterInfo.Server = c.Host
	o.ClusterInfo.InsecureSkipTLSVerify = c.Insecure
	o.ClusterInfo.TLSServerName = c.TLSServerName
	o.ClusterInfo.CertificateAuthorityData = []byte(c.ClusterCACertificate)
	o.ClusterDefaults.ProxyURL = c.ProxyURL
	o.AuthInfo.Username = c.Username
	o.AuthInfo.Password = c.Password
	o.AuthInfo.Token = c.Token
	o.AuthInfo.ClientCertificateData = []byte(c.ClientCertificate)
	o.AuthInfo.ClientKeyData = []byte(c.ClientKey)
	if c.Host != "" && !strings.Contains(c.Host, "://") {
		o.ClusterInfo.Server = "https://" + c.Host
	}
	if c.Exec != nil {
		exec := &api.ExecConfig{
			APIVersion:      c.Exec.APIVersion,
			Command:         c.Exec.Command,
			Args:            c.Exec.Args,
			InteractiveMode: api.NeverExecInteractiveMode,
		}
		for k, v := range c.Exec.Env {
			exec.Env = append(exec.Env, api.ExecEnvVar{Name: k, Value: v})
		}
		o.AuthInfo.Exec = exec
	}
	return o, nil
}

// finish sets what is the same for every way of connecting. The client-side limiter is off in effect: API Priority
// and Fairness on the server does that job, and a refresh of many resources is a few lists only.
func (c Config) finish(cfg *rest.Config) *rest.Config {
	cfg.UserAgent = c.UserAgent
	cfg.QPS, cfg.Burst = 200, 400
	if c.CountRequests != nil {
		cfg.Wrap(countingTransport(c.CountRequests))
	}
	return cfg
}

func expandHome(p string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		return filepath.Join(homedir.HomeDir(), rest)
	}
	return p
}
