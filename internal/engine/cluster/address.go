package cluster

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"k8s.io/client-go/tools/clientcmd"
)

// CheckAddress reports whether a text is the address of a server or a proxy. The error does not repeat it, nor any part
// of it: it may hold a login.
func CheckAddress(text string) error {
	if _, err := url.Parse(text); err != nil {
		return errors.New("it is no URL such as https://proxy.example.com:3128. A user name or password in it needs " +
			"percent-encoding: %40 for @, %2F for /, %3A for : and %25 for %")
	}
	return nil
}

// checkAddresses finds an address in the kubeconfig files that is none, of which client-go would tell with the address.
func checkAddresses(loader clientcmd.ClientConfig) error {
	raw, err := loader.RawConfig()
	if err != nil {
		return nil //nolint:nilerr // client-go says what is wrong with the files
	}
	names := make([]string, 0, len(raw.Clusters))
	for name := range raw.Clusters {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for field, address := range map[string]string{"proxy-url": raw.Clusters[name].ProxyURL, "server": raw.Clusters[name].Server} {
			if err := CheckAddress(address); err != nil {
				return fmt.Errorf("%s of cluster %q: %w", field, name, err)
			}
		}
	}
	return nil
}
