package diagram

import (
	"encoding/xml"
	"strconv"
	"strings"
)

const (
	pageMargin    = 22.0
	headingHeight = 34.0
	runHeight     = 22.0 // of the line about the run, below the heading
	framePadding  = 20.0
	captionHeight = 18.0
	exitGap       = 46.0 // between the pipeline and what always runs after it
)

// sheet writes SVG.
type sheet struct{ b strings.Builder }

// draw puts the pipeline and its on_exit group on a page.
func draw(d *diagram, theme Theme) []byte {
	main := layOut(d.main)
	heading := shorten(d.name, 80)
	w := max(main.w, width(heading, headingSize, true))
	top := pageMargin + headingHeight
	if d.run.outcome != unseen {
		w = max(w, width(d.run.text, subtitleSize, false)+iconWidth)
		top += runHeight
	}
	h := main.h
	var exit *picture
	if d.exit != nil {
		exit = layOut(d.exit)
		w = max(w, exit.w) + 2*framePadding
		h += exit.h + exitGap + 4*framePadding + captionHeight
	}
	w, h = even(w)+2*pageMargin, even(h)+top+pageMargin
	s := &sheet{}
	s.open(w, h, d, theme)
	s.text("heading", pageMargin, pageMargin+13, heading)
	if d.run.outcome != unseen {
		s.sign(d.run.class(), pageMargin, pageMargin+headingHeight-4)
		s.text("caption "+d.run.class(), pageMargin+iconWidth, pageMargin+headingHeight, d.run.text)
	}
	if exit == nil {
		s.picture(main, half((w-main.w)/2), top)
	} else {
		s.framed(main, exit, w, top)
	}
	s.b.WriteString("</svg>\n")
	return []byte(s.b.String())
}

// framed draws the pipeline in a frame, and below it, behind a dashed arrow, what runs on exit.
func (s *sheet) framed(main, exit *picture, w, top float64) {
	inside := w - 2*pageMargin
	bottom := top + main.h + 2*framePadding
	s.rect("frame", pageMargin, top, inside, bottom-top, 10)
	s.picture(main, half((w-main.w)/2), top+framePadding)
	below := bottom + exitGap
	s.rect("frame exitframe", pageMargin, below, inside, exit.h+2*framePadding+captionHeight, 10)
	s.text("caption", pageMargin+12, below+17, "on exit: runs at the end, whatever became of the tasks above")
	s.picture(exit, half((w-exit.w)/2), below+framePadding+captionHeight)
	s.b.WriteString(`<g data-edge="exit"><title>always</title>`)
	s.path("exit wire", "M", half(w/2), bottom, "V", below-6)
	s.tip("exit tip", half(w/2), below, false)
	s.b.WriteString("</g>\n")
}

// half rounds to a multiple of a half, so that numbers stay short and exact.
func half(v float64) float64 { return even(v*2) / 2 }

func (s *sheet) open(w, h float64, d *diagram, theme Theme) {
	title := "Pipeline " + d.name
	if d.run.outcome != unseen {
		title += ", " + d.run.text
	}
	s.b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" class="kfp" role="img" width="` + num(w) + `" height="` + num(h) +
		`" viewBox="0 0 ` + num(w) + " " + num(h) + `">` + "\n<title>" + escapeXML(title) + "</title>\n<style>")
	s.b.WriteString(escapeXML(styleSheet(theme, d.run.outcome != unseen)))
	s.b.WriteString("</style>\n")
	s.rect("ground", 0, 0, w, h, 12)
}

// picture draws a graph with its upper left corner at x, y: edges first, as boxes cover their ends.
func (s *sheet) picture(p *picture, x, y float64) {
	for i := range p.wires {
		s.wire(&p.wires[i], x, y)
	}
	for i := range p.boxes {
		s.box(&p.boxes[i], x, y)
	}
}

func (s *sheet) wire(w *wire, x, y float64) {
	class := "data"
	switch {
	case w.edge.gated:
		class = "gated"
	case w.edge.order:
		class = "order"
	}
	s.b.WriteString(
		`<g data-edge="` + class + `" data-from="` + escapeXML(w.from.key()) + `" data-to="` + escapeXML(w.to.key()) + `"><title>`,
	)
	s.b.WriteString(escapeXML(w.from.title + " → " + w.to.title))
	if w.edge.detail != "" {
		s.b.WriteString("\n" + escapeXML(w.edge.detail))
	}
	s.b.WriteString("</title>")
	if w.loop {
		s.selfLoop(class, w, x, y)
	} else {
		s.course(class, w, x, y)
	}
	s.b.WriteString("</g>\n")
}

// tipLength is how long an arrow's tip is; the line ends inside it.
const tipLength = 7.0

// course draws the line from point to point. Curves begin and end vertically.
func (s *sheet) course(class string, w *wire, x, y float64) {
	points := w.points
	end := points[len(points)-1]
	shorter := end.y - tipLength + 1
	if w.upwards {
		shorter = end.y + tipLength - 1
	}
	args := []any{"M", x + points[0].x, y + points[0].y}
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if i == len(points)-1 {
			b.y = shorter
		}
		if a.x == b.x {
			args = append(args, "V", y+b.y)
			continue
		}
		middle := y + (a.y+b.y)/2
		args = append(args, "C", x+a.x, middle, x+b.x, middle, x+b.x, y+b.y)
	}
	s.path(class+" wire", args...)
	s.tip(class+" tip", x+end.x, y+end.y, w.upwards)
}

func (s *sheet) selfLoop(class string, w *wire, x, y float64) {
	a, out, b := w.points[0], w.points[1], w.points[2]
	s.path(class+" wire", "M", x+a.x, y+a.y, "C", x+out.x, y+a.y-5, x+out.x, y+b.y+5, x+b.x+5, y+b.y)
	s.path(class+" tip", "M", x+b.x, y+b.y, "L", x+b.x+7, y+b.y-4, "V", y+b.y+4, "Z")
}

// tip draws the arrow's tip, pointing down or up.
func (s *sheet) tip(class string, x, y float64, up bool) {
	back := y - tipLength
	if up {
		back = y + tipLength
	}
	s.path(class, "M", x, y, "L", x-3.5, back, "H", x+3.5, "Z")
}

func (s *sheet) rect(class string, x, y, w, h, radius float64) {
	s.b.WriteString(
		`<rect class="` + class + `" x="` + num(x) + `" y="` + num(y) + `" width="` + num(w) + `" height="` + num(h) + `" rx="` + num(radius) + "\"/>\n",
	)
}

// text writes a line; y is its baseline.
func (s *sheet) text(class string, x, y float64, text string) {
	s.b.WriteString(`<text class="` + class + `" x="` + num(x) + `" y="` + num(y) + `">` + escapeXML(text) + "</text>\n")
}

// path writes commands, which are strings, and their numbers.
func (s *sheet) path(class string, args ...any) {
	s.b.WriteString(`<path class="` + class + `" d="`)
	command := true
	for _, a := range args {
		switch a := a.(type) {
		case string:
			s.b.WriteString(a)
			command = true
		case float64:
			if !command {
				s.b.WriteByte(' ')
			}
			s.b.WriteString(num(a))
			command = false
		}
	}
	s.b.WriteString("\"/>\n")
}

// num writes a number with at most two decimals.
func num(v float64) string {
	text := strconv.FormatFloat(v, 'f', 2, 64)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

// escapeXML makes a text safe in an element and in an attribute.
func escapeXML(text string) string {
	var b strings.Builder
	// A strings.Builder takes everything, so there is no error to pass on.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
