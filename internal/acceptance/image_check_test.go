package acceptance_test

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func jsonPath(name string) tfjsonpath.Path { return tfjsonpath.New(name) }

func exactly(text string) knownvalue.Check { return knownvalue.StringExact(text) }

// pointed compares with a text that is known only when the plan is checked.
func pointed(want func() string) knownvalue.Check {
	return knownvalue.StringFunc(func(v string) error {
		if w := want(); v != w {
			return fmt.Errorf("got %q, want %q", v, w)
		}
		return nil
	})
}
