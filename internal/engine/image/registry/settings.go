package registry

import (
	"fmt"
	"net"
	"sort"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// Settings are what the user says about one registry.
type Settings struct {
	Username string
	Password string
	Token    string // sent as a bearer token in place of a login

	// Insecure allows plain http. For loopback addresses it is allowed always.
	Insecure bool

	// Mirror is a host, or a host and a path such as "harbor.example.com/hub-proxy", from which the registry's images
	// are read in its place. Nothing else is tried. Images are never pushed to it.
	Mirror string
}

// secret tells whether the settings hold credentials.
func (s Settings) secret() bool { return s.Token != "" || s.Password != "" || s.Username != "" }

// table holds the settings by host in its one form.
type table map[string]Settings

func newTable(in map[string]Settings) (table, error) {
	t := table{}
	for host, s := range in {
		if _, ok := t[hostName(host)]; ok {
			return nil, fmt.Errorf("registry %s is given twice, under different names", hostName(host))
		}
		t[hostName(host)] = s
	}
	return t, t.check()
}

// plainHTTP tells whether a host may be spoken to without TLS.
func (t table) plainHTTP(host string) bool {
	if t[hostName(host)].Insecure {
		return true
	}
	h := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		h = bare
	}
	h = strings.Trim(h, "[]")
	if h == "localhost" || strings.HasSuffix(h, ".localhost") {
		return true
	}
	ip := net.ParseIP(h)
	return ip != nil && ip.IsLoopback()
}

// direct is the repository where the reference says it is.
func (t table) direct(repo name.Repository) (name.Repository, error) {
	return t.at(repo.RegistryStr(), repo.RepositoryStr())
}

// mirrored is the repository where the images of the reference are read from.
func (t table) mirrored(repo name.Repository) (name.Repository, error) {
	m := t[hostName(repo.RegistryStr())].Mirror
	if m == "" {
		return t.direct(repo)
	}
	host, prefix := splitMirror(m)
	path := repo.RepositoryStr()
	if prefix != "" {
		path = prefix + "/" + path
	}
	return t.at(host, path)
}

func (t table) at(host, path string) (name.Repository, error) {
	var opts []name.Option
	if t.plainHTTP(host) {
		opts = append(opts, name.Insecure)
	}
	return name.NewRepository(host+"/"+path, opts...)
}

func splitMirror(m string) (host, prefix string) {
	m = strings.TrimPrefix(strings.TrimPrefix(m, "https://"), "http://")
	host, prefix, _ = strings.Cut(strings.Trim(m, "/"), "/")
	return host, prefix
}

// Mirror is a registry and where its images are read from instead.
type Mirror struct {
	Registry string // docker.io
	Location string // 127.0.0.1:5000 or harbor.example.com/hub-proxy
}

// mirrors lists the mirrors, sorted by registry.
func (t table) mirrors() []Mirror {
	var out []Mirror
	for host, s := range t {
		if s.Mirror == "" {
			continue
		}
		h, prefix := splitMirror(s.Mirror)
		out = append(out, Mirror{Registry: host, Location: strings.TrimSuffix(h+"/"+prefix, "/")})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Registry < out[j].Registry })
	return out
}
