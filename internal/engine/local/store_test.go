package local_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local"
)

func configMap(name string, data map[string]any) map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name, "namespace": "ns"}, "data": data,
	}
}

// What is written is read as it was, whatever characters it has.
func TestTextsSurviveTheirFile(t *testing.T) {
	t.Parallel()
	b := local.New(local.Config{Directory: t.TempDir()})
	rapid.Check(t, func(t *rapid.T) {
		data := map[string]any{}
		for key, value := range rapid.MapOf(rapid.StringMatching(`[a-z]{1,8}`), rapid.String()).Draw(t, "data") {
			data[key] = strings.ToValidUTF8(value, "?")
		}
		data["odd"] = "\u007f\u0085\u2028\ufeff yes\n\n  1e3\t2026-01-01T00:00:00Z"
		data["date"], data["number"], data["truth"] = "2026-01-01", "0x1F", "yes"
		if _, err := b.Apply(t.Context(), backend.ConfigMaps, configMap("texts", data), false); err != nil {
			t.Fatal(err)
		}
		got, err := b.Get(t.Context(), backend.ConfigMaps, "ns", "texts")
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Raw()["data"], data) {
			t.Fatalf("got %q, want %q", got.Raw()["data"], data)
		}
	})
}

// Of two that create an object, one does; and no change of several is lost.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	var made atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			b := local.New(local.Config{Directory: directory})
			_, err := b.Create(t.Context(), backend.ConfigMaps, configMap("one", map[string]any{}))
			switch {
			case err == nil:
				made.Add(1)
			case backend.ReasonOf(err) != backend.Exists:
				t.Error(err)
			}
			for j := range 10 {
				patch := map[string]any{"data": map[string]any{fmt.Sprintf("k%d-%d", i, j): "v"}}
				if _, err := b.Patch(t.Context(), backend.ConfigMaps, "ns", "one", patch); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, err := local.New(local.Config{Directory: directory}).Get(t.Context(), backend.ConfigMaps, "ns", "one")
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := got.Raw()["data"].(map[string]any); made.Load() != 1 || len(data) != 80 {
		t.Errorf("%d made it, and it has %d of 80 keys", made.Load(), len(data))
	}
}

// A patch that knows an older state is refused, and so is what is not there.
func TestConflicts(t *testing.T) {
	t.Parallel()
	b := local.New(local.Config{Directory: t.TempDir()})
	object, err := b.Create(t.Context(), backend.ConfigMaps, configMap("one", map[string]any{"a": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	patch := map[string]any{
		"metadata": map[string]any{"resourceVersion": object.ResourceVersion}, "data": map[string]any{"a": "2"},
	}
	if _, err := b.Patch(t.Context(), backend.ConfigMaps, "ns", "one", patch); err != nil {
		t.Error(err)
	}
	if _, err := b.Patch(t.Context(), backend.ConfigMaps, "ns", "one", patch); backend.ReasonOf(err) != backend.Conflict {
		t.Errorf("the second patch gave %v", err)
	}
	if err := b.Delete(t.Context(), backend.ConfigMaps, "ns", "one", "another"); backend.ReasonOf(err) != backend.Conflict {
		t.Errorf("deleting a namesake gave %v", err)
	}
	if _, err := b.Patch(t.Context(), backend.ConfigMaps, "ns", "two", patch); !backend.IsNotFound(err) {
		t.Errorf("patching nothing gave %v", err)
	}
	if err := b.Delete(t.Context(), backend.ConfigMaps, "ns", "two", ""); err != nil {
		t.Errorf("deleting nothing gave %v", err)
	}
	if _, err := b.Get(t.Context(), backend.ConfigMaps, "..", "x"); backend.ReasonOf(err) != backend.Invalid {
		t.Errorf("a name that leads out gave %v", err)
	}
}

// What an object owns goes with it, unless it is removed alone.
func TestOwnedGoWithTheirOwner(t *testing.T) {
	t.Parallel()
	b := local.New(local.Config{Directory: t.TempDir()})
	for _, alone := range []bool{false, true} {
		owner, err := b.Create(t.Context(), backend.ConfigMaps, configMap("owner", nil))
		if err != nil {
			t.Fatal(err)
		}
		owned := configMap("owned", nil)
		owned["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner.UID,
		}}
		if _, err := b.Create(t.Context(), backend.ConfigMaps, owned); err != nil {
			t.Fatal(err)
		}
		if alone {
			err = b.DeleteAlone(t.Context(), backend.ConfigMaps, "ns", "owner")
		} else {
			err = b.Delete(t.Context(), backend.ConfigMaps, "ns", "owner", owner.UID)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Get(t.Context(), backend.ConfigMaps, "ns", "owned"); backend.IsNotFound(err) == alone {
			t.Errorf("removed alone %t, and what it owned is %v", alone, err)
		}
	}
}

// A file that somebody has broken is named, and stops nothing else.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	b := local.New(local.Config{Directory: directory})
	for name, text := range map[string]string{
		"no-yaml": "a: [", "empty": "", "list": "[]", "other": "kind: ConfigMap\nmetadata: {name: x, namespace: ns}",
	} {
		file := filepath.Join(directory, "ns", "configmaps", name+".yaml")
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Get(t.Context(), backend.ConfigMaps, "ns", name); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s gives %v", name, err)
		}
	}
	file := filepath.Join(directory, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, config := range []local.Config{{Directory: file}, {Directory: directory, Runner: "docker"}, {Directory: directory, Runner: "x"}} {
		if err := local.New(config).Configured(); err == nil {
			t.Errorf("%+v is no error", config)
		}
	}
}
