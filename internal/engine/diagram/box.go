package diagram

import "strings"

const boxRadius = 7.0

// box draws a node with its upper left corner at x, y.
func (s *sheet) box(b *box, x, y float64) {
	x, y = x+b.x, y+b.y
	n := b.node
	lines := n.lines()
	if n.state.message != "" {
		lines = append(lines, n.state.message)
	}
	s.b.WriteString(
		`<g data-node="` + escapeXML(n.key()) + `"><title>` + escapeXML(strings.Join(lines, "\n")) + "</title>\n",
	)
	if b.face.pill {
		s.rect("box "+n.kind.class(), x, y, b.face.w, b.face.h, pillHeight/2)
		s.text("pill", x+b.face.w/2, y+15, b.face.title)
	} else {
		s.sheets(b, x, y)
		s.face(b, x, y)
	}
	if b.inner != nil {
		w, _ := b.face.front()
		s.picture(b.inner, x+half((w-b.inner.w)/2), y+b.face.header)
	}
	s.b.WriteString("</g>\n")
}

// sheets draws the box itself, over the edges of those behind it if it is a loop's, with a second border if it is
// nested.
func (s *sheet) sheets(b *box, x, y float64) {
	class := "box " + b.node.class()
	w, h := b.face.front()
	if b.face.stacked {
		for i := stackSheets; i > 0; i-- {
			s.rect(class, x+stackOffset*float64(i), y+stackOffset*float64(i), w, h, boxRadius)
		}
	}
	s.rect(class, x, y, w, h, boxRadius)
}

// face draws what stands on a box: conditions, the name, the component, the loop.
func (s *sheet) face(b *box, x, y float64) {
	f := &b.face
	w, h := f.front()
	class := b.node.class()
	at := y
	for i, c := range f.conditions {
		radius := 0.0
		if i == 0 {
			radius = boxRadius - 0.7
		}
		s.band(c.icon+"band", x+0.7, at+0.7, w-1.4, stripHeight, radius, 0)
		s.row(c, x, at)
		at += stripHeight
	}
	s.title(b, x+w/2, at+9)
	at += 9 + titleHeight
	if f.subtitle != "" {
		s.text("sub", x+w/2, at+11, f.subtitle)
		at += subtitleHeight
	}
	at += 7
	for i, below := range f.below {
		band := below.icon + "band"
		if below.icon == "loop" && b.node.kind == nestedNode {
			band = "nested-band"
		}
		radius := 0.0
		if b.inner == nil && i == len(f.below)-1 {
			radius = boxRadius - 0.7
		}
		s.band(band, x+0.7, at-0.7, w-1.4, stripHeight, 0, radius)
		s.row(below, x, at-1.4)
		at += stripHeight
	}
	// The border again, over the bands.
	s.rect("line "+class, x, y, w, h, boxRadius)
	if f.double {
		s.rect("line inner "+class, x+3.5, y+3.5, w-7, h-7, boxRadius-3)
	}
}

// title writes the name, beside two bars if the run waits here.
func (s *sheet) title(b *box, middle, y float64) {
	if b.node.kind == approvalNode {
		w, _ := b.face.front()
		left := middle - w/2 + boxPadding
		s.path("icon hold", "M", left, y+4, "V", y+13, "M", left+5, y+4, "V", y+13)
	}
	s.text("name", middle, y+13, b.face.title)
}

// row writes a condition or a loop with its icon, from the left border on.
func (s *sheet) row(r strip, x, y float64) {
	left := x + boxPadding - 2
	centre := y + stripHeight/2 + 0.7
	switch r.icon {
	case "when":
		s.path("icon when", "M", left, centre, "L", left+4.5, centre-4.5, "L", left+9, centre, "L", left+4.5, centre+4.5, "Z")
	case "loop":
		s.path(
			"icon loop", "M", left+8.5, centre-1.5, "A", 4.0, 4.0, 0.0, 1.0, 0.0, left+8.0, centre+2.5, "M", left+9.5, centre-4.5,
			"V", centre-1.0, "H", left+6.0,
		)
	case "idle", "waiting", "running", "succeeded", "failed", "skipped":
		s.sign(r.icon, left, centre)
	default:
		s.path("icon run", "M", left, centre, "H", left+2.5, "M", left+5.5, centre, "H", left+8.5)
	}
	s.text("row "+r.icon, left+iconWidth, y+stripHeight/2+4.4, r.text)
}

// sign draws what tells outcomes apart without colour.
func (s *sheet) sign(outcome string, x, y float64) {
	class := "icon " + outcome
	switch outcome {
	case "succeeded":
		s.path(class, "M", x, y, "L", x+3.5, y+3.5, "L", x+9, y-4.0)
	case "failed":
		s.path(class, "M", x+0.5, y-4.0, "L", x+8.5, y+4, "M", x+8.5, y-4, "L", x+0.5, y+4)
	case "running":
		s.path(class, "M", x+1, y-4.5, "L", x+8.5, y, "L", x+1, y+4.5, "Z")
	case "waiting":
		s.path(class, "M", x+0.5, y, "H", x+1, "M", x+4.25, y, "H", x+4.75, "M", x+8, y, "H", x+8.5)
	case "skipped":
		s.path(class, "M", x, y, "A", 4.5, 4.5, 0.0, 1.0, 0.0, x+9, y, "A", 4.5, 4.5, 0.0, 1.0, 0.0, x, y, "M", x+1.4, y+3.1, "L", x+7.6, y-3.1)
	case "idle":
		s.path(class, "M", x, y, "A", 4.5, 4.5, 0.0, 1.0, 0.0, x+9, y, "A", 4.5, 4.5, 0.0, 1.0, 0.0, x, y)
	}
}

// band fills a row across a box, with round corners above or below.
func (s *sheet) band(class string, x, y, w, h, above, below float64) {
	s.path(class, "M", x, y+above, "Q", x, y, x+above, y, "H", x+w-above, "Q", x+w, y, x+w, y+above,
		"V", y+h-below, "Q", x+w, y+h, x+w-below, y+h, "H", x+below, "Q", x, y+h, x, y+h-below, "Z")
}
