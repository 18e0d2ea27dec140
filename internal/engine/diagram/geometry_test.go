package diagram

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// area is a rectangle.
type area struct {
	x, y, w, h float64
	what       string
}

func (a area) meets(b area) bool {
	const slack = 0.75 // of coordinates rounded to halves
	return a.x+slack < b.x+b.w && b.x+slack < a.x+a.w && a.y+slack < b.y+b.h && b.y+slack < a.y+a.h
}

func (a area) holds(p point) bool {
	const slack = 0.75
	return p.x > a.x+slack && p.x < a.x+a.w-slack && p.y > a.y+slack && p.y < a.y+a.h-slack
}

func TestSamplesAreWellLaidOut(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		if s.name == "hostile" { // has an edge to itself only; its names are no matter of geometry
			continue
		}
		d := build(s.pipeline, s.options)
		if err := checkPicture(layOut(d.main)); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		if err := checkTexts(SVG(s.pipeline, s.options)); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestPicturesAreWellLaidOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyPipeline(t, 24)
		if err := checkPicture(layOut(build(d.pipeline, d.options).main)); err != nil {
			t.Fatal(err)
		}
		if err := checkTexts(SVG(d.pipeline, d.options)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLargePictureIsWellLaidOut(t *testing.T) {
	t.Parallel()
	if err := checkPicture(layOut(build(layered(300), Options{}).main)); err != nil {
		t.Error(err)
	}
}

// checkPicture finds boxes that overlap or lie outside, and edges that run through boxes.
func checkPicture(p *picture) error {
	areas := make([]area, len(p.boxes))
	for i, b := range p.boxes {
		areas[i] = area{b.x, b.y, b.face.w, b.face.h, b.node.key()}
		if b.x < -0.75 || b.y < -0.75 || b.x+b.face.w > p.w+0.75 || b.y+b.face.h > p.h+0.75 {
			return fmt.Errorf("%s lies outside of the picture", b.node.key())
		}
		for _, other := range areas[:i] {
			if other.meets(areas[i]) {
				return fmt.Errorf("%s and %s overlap", other.what, areas[i].what)
			}
		}
		if err := checkFace(&p.boxes[i].face); err != nil {
			return err
		}
		if b.inner != nil {
			if w, h := b.face.front(); b.inner.w > w || b.face.header+b.inner.h > h {
				return fmt.Errorf("the inside of %s is larger than itself", b.node.key())
			}
			if err := checkPicture(b.inner); err != nil {
				return err
			}
		}
	}
	for _, w := range p.wires {
		if err := checkEnds(p, w); err != nil {
			return err
		}
		for _, at := range samplesOf(w) {
			for i, a := range areas {
				if a.holds(at) && (p.boxes[i].node != w.from || !p.boxes[i].face.stacked) && p.boxes[i].node != w.to {
					return fmt.Errorf("the edge from %s to %s runs through %s at %v", w.from.key(), w.to.key(), a.what, at)
				}
			}
		}
	}
	return nil
}

// checkEnds finds an edge that does not begin at the lower border of its box and end at the upper border of the other.
func checkEnds(p *picture, w wire) error {
	if w.loop {
		return nil
	}
	points := slices.Clone(w.points)
	from, to := w.from, w.to
	if w.upwards {
		slices.Reverse(points)
		from, to = to, from
	}
	for i := range p.boxes {
		b := &p.boxes[i]
		width, _ := b.face.front()
		within := func(at point) bool { return at.x >= b.x+4 && at.x <= b.x+width-4 }
		if begin := points[0]; b.node == from && !(within(begin) && begin.y == b.y+b.face.h) {
			return fmt.Errorf("the edge to %s begins at %v, beside %s", to.key(), begin, from.key())
		}
		if end := points[len(points)-1]; b.node == to && !(within(end) && end.y == b.y) {
			return fmt.Errorf("the edge from %s ends at %v, beside %s", from.key(), end, to.key())
		}
	}
	return nil
}

// checkFace finds texts that are wider than their box.
func checkFace(f *face) error {
	room, _ := f.front()
	fits := func(text string, w float64) error {
		if w > room {
			return fmt.Errorf("%q needs %.0f pixels and has %.0f", text, w, room)
		}
		return nil
	}
	if f.pill {
		return fits(f.title, width(f.title, pillSize, false)+8)
	}
	for _, s := range f.strips() {
		if err := fits(s.text, width(s.text, rowSize, false)+iconWidth+boxPadding); err != nil {
			return err
		}
	}
	return errors.Join(
		fits(f.title, width(f.title, titleSize, true)+8), fits(f.subtitle, width(f.subtitle, subtitleSize, false)+8),
	)
}

// samplesOf walks along an edge.
func samplesOf(w wire) []point {
	var list []point
	if w.loop {
		return nil
	}
	for i := 1; i < len(w.points); i++ {
		a, b := w.points[i-1], w.points[i]
		middle := (a.y + b.y) / 2
		for step := range 33 {
			t := float64(step) / 32
			u := 1 - t
			x := u*u*u*a.x + 3*u*u*t*a.x + 3*u*t*t*b.x + t*t*t*b.x
			y := u*u*u*a.y + 3*u*u*t*middle + 3*u*t*t*middle + t*t*t*b.y
			list = append(list, point{x, y})
		}
	}
	return list
}

// checkTexts finds texts that overlap each other or stick out of the page.
func checkTexts(svg []byte) error {
	type element struct {
		Class string  `xml:"class,attr"`
		X     float64 `xml:"x,attr"`
		Y     float64 `xml:"y,attr"`
		Text  string  `xml:",chardata"`
	}
	var page area
	var texts []area
	decoder := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "text" {
			if ok && start.Name.Local == "svg" {
				page = pageOf(start)
			}
			continue
		}
		var e element
		if err := decoder.DecodeElement(&e, &start); err != nil {
			return err
		}
		texts = append(texts, extent(e.Class, e.X, e.Y, e.Text))
	}
	for i, a := range texts {
		if a.x < page.x || a.x+a.w > page.w || a.y+a.h > page.h {
			return fmt.Errorf("%q sticks out of the page", a.what)
		}
		for _, b := range texts[:i] {
			if a.meets(b) {
				return fmt.Errorf("%q and %q overlap", a.what, b.what)
			}
		}
	}
	return nil
}

func pageOf(e xml.StartElement) area {
	var page area
	for _, a := range e.Attr {
		v, _ := strconv.ParseFloat(a.Value, 64)
		switch a.Name.Local {
		case "width":
			page.w = v
		case "height":
			page.h = v
		}
	}
	return page
}

// extent is the room that a text takes, by the style sheet.
func extent(class string, x, y float64, text string) area {
	size, bold, start := subtitleSize, false, false
	switch name, _, _ := strings.Cut(class, " "); name {
	case "name":
		size, bold = titleSize, true
	case "heading":
		size, bold, start = headingSize, true, true
	case "caption":
		start = true
	case "row":
		size, start = rowSize, true
	}
	w := width(text, size, bold)
	if !start {
		x -= w / 2
	}
	return area{x, y - 0.75*size, w, size * 0.95, text}
}
