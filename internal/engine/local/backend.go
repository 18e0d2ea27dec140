package local

import (
	"fmt"
	"sync"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/executor"
)

var _ backend.Backend = &Backend{}

// Backend keeps objects in a directory of this machine, and runs Workflows as processes. It is safe for concurrent use.
type Backend struct {
	config Config
	store  store
	slots  chan struct{} // a place for each task that may run at once
	python executor.Python
	said   sync.Map // what a plan has been told once
	err    error    // what is wrong with the configuration
}

// New returns the backend of a configuration. It touches no file.
func New(config Config) *Backend {
	config = config.withDefaults()
	b := &Backend{config: config, slots: make(chan struct{}, max(1, config.Parallelism)), python: executor.Python{Name: config.Python}}
	root, err := config.root()
	if err == nil {
		err = config.check()
	}
	if err != nil {
		b.err = fmt.Errorf("local: %w", err)
	}
	b.store = store{root: root}
	return b
}

// Configured says what is wrong with the configuration.
func (b *Backend) Configured() error { return b.err }

// Attended says that runs go on only while somebody follows them, and that what was written is seen at once.
func (b *Backend) Attended() bool { return true }
