package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// hostile makes texts in which braces and marks are common, since those are what the encoding is about.
func hostile() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{
				"{", "{{", "}", "}}", wire.Mark, "{" + wire.Mark, "$", "\\", "\"", "\n", "{{workflow.name}}", "{{=1+1}}",
			}),
			rapid.String(),
		)).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

func TestDecodeUndoesEncode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := hostile().Draw(t, "text")
		encoded := wire.Encode(text)
		if strings.Contains(encoded, "{{") {
			t.Fatalf("Encode(%q) = %q still holds a tag", text, encoded)
		}
		if got := wire.Decode(encoded); got != text {
			t.Fatalf("Decode(Encode(%q)) = %q", text, got)
		}
		if encoded == wire.Absent {
			t.Fatalf("Encode(%q) collides with Absent", text)
		}
	})
}

func TestPartsJoinSafely(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		left, right := hostile().Draw(t, "left"), hostile().Draw(t, "right")
		joined := wire.EncodePart(left) + wire.EncodePart(right)
		if strings.Contains(joined, "{{") {
			t.Fatalf("%q + %q = %q holds a tag", left, right, joined)
		}
		if got := wire.Decode(joined); got != left+right {
			t.Fatalf("%q + %q decodes to %q", left, right, got)
		}
	})
}

func TestJSONKeepsNumbersAndEncodesStrings(t *testing.T) {
	t.Parallel()
	in := `{"a":[1, 12345678901234567890123, 1.50, "{{x}}", null, true], "{{k}}": "<&>"}`
	encoded, err := wire.EncodeJSON(in)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(encoded, "{{") || !strings.Contains(encoded, "12345678901234567890123") || !strings.Contains(encoded, "1.50") {
		t.Fatalf("encoded: %s", encoded)
	}
	back, err := wire.DecodeJSON(encoded)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(in), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(back), &got); err != nil {
		t.Fatal(err)
	}
	w, _ := json.Marshal(want)
	g, _ := json.Marshal(got)
	if string(w) != string(g) {
		t.Fatalf("got %s, want %s", g, w)
	}
	if _, err := wire.EncodeJSON(`1 2`); err == nil {
		t.Fatal("two values were accepted")
	}
}
