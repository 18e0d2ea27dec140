package kfpir_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
)

func TestDump(t *testing.T) {
	raw, _ := os.ReadFile(os.Getenv("DUMP"))
	p, problems := kfpir.Read(string(raw), kfpir.Options{Namespace: "ns"})
	for _, one := range problems {
		fmt.Println(one)
	}
	for n, c := range p.Pipeline.Components {
		if c.Python != nil {
			c.Python.Source, c.Python.Definition = "", ""
		}
		p.Pipeline.Components[n] = c
	}
	out, _ := json.MarshalIndent(p.Pipeline, "", " ")
	fmt.Println(string(out))
}
