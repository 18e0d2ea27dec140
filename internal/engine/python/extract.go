package python

import (
	"cmp"
	"slices"
	"strings"
)

// extract cuts functions, and statements that come along, out of their file, and KFP's decorators out of the functions.
// What lies between leaves empty lines, so that all lines keep their distance.
func (f *file) extract(defs []*functionDef, along []stmt) (text string, startLine int) {
	var parts []span
	for _, def := range defs {
		parts = append(parts, f.parts(def)...)
	}
	for _, s := range along {
		parts = append(parts, s.where())
	}
	slices.SortFunc(parts, func(x, y span) int { return cmp.Compare(x.from, y.from) })
	parts = slices.Compact(parts)
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			lines := f.line(part.from) - f.line(parts[i-1].to)
			b.WriteString(strings.Repeat("\n", lines))
			if lines == 0 && !strings.HasSuffix(b.String(), "\n") {
				b.WriteString("; ") // two imports on one line
			}
		}
		b.WriteString(f.Text[part.from:part.to])
	}
	return strings.TrimRight(b.String(), "\r\n") + "\n", f.line(parts[0].from)
}

// parts returns the stretches of the file that make a function, without KFP's decorators.
func (f *file) parts(def *functionDef) []span {
	var parts []span
	start := def.from
	for _, d := range def.decorators {
		if !f.isKFPDecorator(d) {
			continue
		}
		if lineStart := f.starts[f.line(d.where().from)-1]; lineStart > start {
			parts = append(parts, span{start, lineStart})
		}
		start = f.skipBlank(f.nextLine(d.where().to))
	}
	return append(parts, span{start, f.nextLine(def.to - 1)})
}

// nextLine returns where the line behind the one of offset starts.
func (f *file) nextLine(offset int32) int32 {
	if line := f.line(offset); line < len(f.starts) {
		return f.starts[line]
	}
	return int32(len(f.Text))
}

// skipBlank moves past empty lines and comments, which may stand between decorators.
func (f *file) skipBlank(offset int32) int32 {
	for offset < int32(len(f.Text)) {
		line := strings.TrimSpace(f.Text[offset:f.nextLine(offset)])
		if line != "" && line[0] != '#' {
			break
		}
		offset = f.nextLine(offset)
	}
	return offset
}
