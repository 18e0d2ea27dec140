package diagram

import "math"

// Font sizes and heights of the rows of a box, in pixels.
const (
	titleSize    = 13.0
	subtitleSize = 11.0
	rowSize      = 10.5
	pillSize     = 11.0
	headingSize  = 15.0

	titleHeight    = 18.0
	subtitleHeight = 15.0
	stripHeight    = 19.0 // of a condition or a loop
	pillHeight     = 22.0

	boxPadding  = 14.0
	boxLeast    = 104.0
	stackOffset = 4.0 // between the sheets of a loop
	stackSheets = 2   // behind the front one
	iconWidth   = 15.0

	groupPadding = 18.0
	groupTop     = 12.0 // between the header of a group and its inside
)

// Lengths of lines in a picture, in runes; a tooltip has the rest.
const (
	titleRunes = 34
	rowRunes   = 42
)

// strip is a row across a box: a condition above the name, or a loop below it.
type strip struct {
	icon string // "when", "loop", "run", or the class of an outcome
	text string
}

// face is what a box shows.
type face struct {
	title, subtitle string
	conditions      []strip // above the title, where edges arrive
	below           []strip // what it is repeated for, and what became of it in a run
	stacked         bool
	double          bool // two borders: a nested pipeline
	pill            bool // a terminal
	w, h            float64
	header          float64 // height of what stands above the inside of a group
}

// newFace measures a node without what it may contain.
func newFace(n *node) face {
	f := face{title: shorten(n.title, titleRunes), double: n.kind == nestedNode, pill: n.terminal(), stacked: n.loop != ""}
	if f.pill {
		f.w, f.h = even(width(f.title, pillSize, false)+22), pillHeight
		return f
	}
	if n.subtitle != n.title {
		f.subtitle = shorten(n.subtitle, titleRunes)
	}
	if n.runIf != "" {
		f.conditions = append(f.conditions, strip{"run", "if " + n.runIf})
	}
	if n.when != "" {
		f.conditions = append(f.conditions, strip{"when", "when " + shorten(n.when, rowRunes)})
	}
	if n.loop != "" {
		f.below = append(f.below, strip{"loop", shorten(n.loop, rowRunes)})
	}
	if n.state.outcome != unseen {
		f.below = append(f.below, strip{n.state.class(), shorten(n.state.text, rowRunes)})
	}
	inner := max(width(f.title, titleSize, true), width(f.subtitle, subtitleSize, false))
	if n.kind == approvalNode {
		inner += 2 * iconWidth
	}
	f.h = 9 + titleHeight + 7
	if f.subtitle != "" {
		f.h += subtitleHeight
	}
	for _, s := range f.strips() {
		inner = max(inner, width(s.text, rowSize, false)+iconWidth)
		f.h += stripHeight
	}
	f.w = max(boxLeast, even(inner+2*boxPadding))
	f.header = f.h
	f.stack()
	return f
}

func (f *face) strips() []strip {
	return append(f.conditions[:len(f.conditions):len(f.conditions)], f.below...)
}

// contain makes room for the inside of a group.
func (f *face) contain(w, h float64) {
	f.w = max(f.header0(), w+2*groupPadding)
	f.header += groupTop
	f.h = f.header + h + groupPadding
	f.stack()
}

// header0 is the width that the header alone needs.
func (f *face) header0() float64 {
	if f.stacked {
		return f.w - stackOffset*stackSheets
	}
	return f.w
}

// stack adds the sheets behind the front one to the size.
func (f *face) stack() {
	if f.stacked {
		f.w += stackOffset * stackSheets
		f.h += stackOffset * stackSheets
	}
}

// front is the size of the front sheet.
func (f *face) front() (w, h float64) {
	if f.stacked {
		return f.w - stackOffset*stackSheets, f.h - stackOffset*stackSheets
	}
	return f.w, f.h
}

// even rounds up to a multiple of two, so that the middle is a whole number and coordinates stay exact.
func even(v float64) float64 { return 2 * math.Ceil(v/2) }
