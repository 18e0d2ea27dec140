package buildkit

import (
	spb "github.com/moby/buildkit/sourcepolicy/pb"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

const scheme = "docker-image://"

// policy tells the daemon to take pinned digests in place of tags, and mirrors in place of registries, wherever a
// Dockerfile names them. It is nil if there is nothing to tell, for daemons that know no policies.
func policy(pins []image.Pin, mirrors []registry.Mirror) *spb.Policy {
	var rules []*spb.Rule
	for _, p := range pins {
		if p.Reference.Pinned() {
			continue
		}
		from := p.Reference.Canonical()
		rules = append(rules, convert(spb.MatchType_EXACT, from, from+"@"+p.Digest))
	}
	for _, m := range mirrors {
		rules = append(rules, convert(spb.MatchType_WILDCARD, m.Registry+"/*", m.Location+"/${1}"))
	}
	if len(rules) == 0 {
		return nil
	}
	return &spb.Policy{Version: 1, Rules: rules}
}

func convert(match spb.MatchType, from, to string) *spb.Rule {
	return &spb.Rule{
		Action:   spb.PolicyAction_CONVERT,
		Selector: &spb.Selector{Identifier: scheme + from, MatchType: match},
		Updates:  &spb.Update{Identifier: scheme + to},
	}
}
