package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// formsOf are the texts as which programs print a value.
func formsOf(value string) []string {
	plainJSON, htmlJSON := jsonForms(value)
	forms := []string{
		value, plainJSON, htmlJSON, asciiForm(plainJSON), inner(strconv.Quote(value)), inner(strconv.QuoteToASCII(value)),
		strings.ReplaceAll(value, "'", `'\''`), strings.ReplaceAll(value, "'", `'"'"'`), strings.ReplaceAll(value, "'", "''"),
		html.EscapeString(value), markup.Replace(value), quotedMarkup.Replace(value), hex.EncodeToString([]byte(value)),
	}
	// JSON in JSON: a structured log that holds an answer as a text.
	again, _ := jsonForms(plainJSON)
	forms = append(forms, again)
	forms = append(forms, pythonForms(value)...)
	forms = append(forms, urlForms(value)...)
	return append(forms, base64Forms(value)...)
}

// markup and quotedMarkup escape as Python does for HTML and XML.
var (
	markup       = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	quotedMarkup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;")
)

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

func jsonForms(value string) (plain, escaped string) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return value, value
	}
	plain = inner(strings.TrimSuffix(b.String(), "\n"))
	b.Reset()
	json.HTMLEscape(&b, []byte(plain))
	return plain, b.String()
}

// asciiForm writes what is not ASCII as JSON and Python do: by \u.
func asciiForm(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// pythonForms are repr of the text, between either kind of quotes, ascii of it, and repr of its bytes.
func pythonForms(value string) []string {
	escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(value)
	var repr, ascii strings.Builder
	for _, r := range escaped {
		switch {
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&repr, `\x%02x`, r)
			fmt.Fprintf(&ascii, `\x%02x`, r)
			continue
		case unicode.IsPrint(r):
			repr.WriteRune(r)
		default:
			repr.WriteString(pythonEscape(r))
		}
		if r < 0x7f {
			ascii.WriteRune(r)
		} else {
			ascii.WriteString(pythonEscape(r))
		}
	}
	var octets strings.Builder
	for _, c := range []byte(escaped) {
		if c < 0x20 || c >= 0x7f {
			fmt.Fprintf(&octets, `\x%02x`, c)
		} else {
			octets.WriteByte(c)
		}
	}
	var forms []string
	for _, text := range []string{repr.String(), ascii.String(), octets.String()} {
		forms = append(forms, text, strings.ReplaceAll(text, "'", `\'`))
	}
	return forms
}

func pythonEscape(r rune) string {
	switch {
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	case r > 0xff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\x%02x`, r)
}

// urlForms are the ways to quote a text in a URL: all that is not plain or all but slashes, in a query or in a path,
// with capital digits and small ones.
func urlForms(value string) []string {
	forms := []string{url.PathEscape(value), strings.ReplaceAll(url.PathEscape(value), "%2F", "/")}
	for _, keep := range []string{"", "/"} {
		forms = append(forms, percentEncoded(value, keep, "%%%02X"), percentEncoded(value, keep, "%%%02x"))
	}
	for _, form := range forms[2:] {
		forms = append(forms, strings.ReplaceAll(form, "%20", "+"))
	}
	return forms
}

func percentEncoded(value, keep, format string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var b strings.Builder
	for _, c := range []byte(value) {
		if strings.IndexByte(unreserved+keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, format, c)
		}
	}
	return b.String()
}

// base64Forms are base64 of the text, and what stays the same of it inside base64 of something longer, such as a user's
// name and password: that depends on where in three bytes it begins.
func base64Forms(value string) []string {
	const shortestInside = 8
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		whole := encoding.EncodeToString([]byte(value))
		forms = append(forms, whole+strings.Repeat("=", -len(whole)&3), whole)
		for before := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
			first, end := (before*8+5)/6, (before+len(value))*8/6
			if end-first >= shortestInside {
				forms = append(forms, text[first:end])
			}
		}
	}
	return forms
}
