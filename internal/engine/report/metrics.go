package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// metric is the metadata of one artifact.
type metric struct {
	Task, Output string
	Values       []pair // numbers and other scalars
	Curve        *curve
	Matrix       *matrix
}

// curve is a ROC curve: points of false and true positive rates, from 0 to 1.
type curve struct {
	Points string // of a polyline in a square of 200
	Area   string
	Count  int
}

// matrix is a confusion matrix.
type matrix struct {
	Names []string
	Rows  []matrixRow
	More  int // categories that are not shown
}

type matrixRow struct {
	Name  string
	Cells []cell
}

// cell holds how many; Shade is 0 to 10, of the largest.
type cell struct {
	Text  string
	Shade int
}

// metricsOf reads the metadata of a task's artifacts, as far as there is anything to show.
func metricsOf(path string, artifacts map[string]string) []metric {
	var all []metric
	for _, output := range slices.Sorted(maps.Keys(artifacts)) {
		list, isLoop := metadataOf(artifacts[output])
		for i, data := range list {
			m := metric{Task: path, Output: output}
			if isLoop {
				m.Output = fmt.Sprintf("%s[%d]", output, i)
			}
			m.read(data)
			if len(m.Values) > 0 || m.Curve != nil || m.Matrix != nil {
				all = append(all, m)
			}
		}
	}
	return all
}

// metadataOf reads JSON: an object, or a list of such from a loop.
func metadataOf(text string) (list []map[string]any, isLoop bool) {
	if len(text) > maxDocument {
		return nil, false
	}
	decode := func(into any) bool {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		return d.Decode(into) == nil
	}
	var one map[string]any
	if decode(&one) {
		return []map[string]any{one}, false
	}
	if !decode(&list) {
		return nil, false
	}
	return list[:min(len(list), maxMetrics)], true
}

// What KFP calls the metadata of ClassificationMetrics.
const (
	rocKey    = "confidenceMetrics"
	matrixKey = "confusionMatrix"
)

func (m *metric) read(data map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(data)) {
		switch v := data[name].(type) {
		case []any:
			if name == rocKey {
				m.Curve = curveOf(v)
			}
		case map[string]any:
			if name == matrixKey {
				m.Matrix = matrixOf(v)
			}
		case nil:
		default:
			m.Values = append(m.Values, pair{name, cut(fmt.Sprint(v), maxValue)})
		}
	}
}

// number reads what JSON calls a number; false: it is none, or not finite.
func number(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// curveOf reads the points of a ROC curve; nil: there are not two.
func curveOf(list []any) *curve {
	type point struct{ x, y float64 }
	var points []point
	for _, v := range list {
		o, _ := v.(map[string]any)
		x, isX := number(o["falsePositiveRate"])
		y, isY := number(o["recall"])
		if isX && isY && x >= 0 && x <= 1 && y >= 0 && y <= 1 {
			points = append(points, point{x, y})
		}
	}
	if len(points) < 2 {
		return nil
	}
	slices.SortStableFunc(points, func(a, b point) int {
		switch {
		case a.x < b.x || a.x == b.x && a.y < b.y:
			return -1
		case a == b:
			return 0
		}
		return 1
	})
	area := 0.0
	for i := 1; i < len(points); i++ {
		area += (points[i].x - points[i-1].x) * (points[i].y + points[i-1].y) / 2
	}
	step := max(1, (len(points)+maxPoints-1)/maxPoints)
	var b strings.Builder
	for i, p := range points {
		if i%step == 0 || i == len(points)-1 {
			fmt.Fprintf(&b, "%s,%s ", coordinate(200*p.x), coordinate(200-200*p.y))
		}
	}
	return &curve{Points: strings.TrimSpace(b.String()), Area: strconv.FormatFloat(area, 'f', 3, 64), Count: len(points)}
}

func coordinate(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// matrixOf reads a confusion matrix; nil: it is none.
func matrixOf(o map[string]any) *matrix {
	specs, _ := o["annotationSpecs"].([]any)
	rows, _ := o["rows"].([]any)
	if len(specs) == 0 || len(rows) == 0 {
		return nil
	}
	m := &matrix{More: max(0, len(specs)-maxCategory)}
	for _, s := range specs[:min(len(specs), maxCategory)] {
		o, _ := s.(map[string]any)
		name, _ := o["displayName"].(string)
		m.Names = append(m.Names, cut(name, 60))
	}
	largest := 0.0
	eachCell(rows, func(_, _ int, v any) {
		if n, ok := number(v); ok {
			largest = max(largest, n)
		}
	})
	for i := range min(len(rows), len(m.Names)) {
		m.Rows = append(m.Rows, matrixRow{Name: m.Names[i], Cells: make([]cell, len(m.Names))})
	}
	eachCell(rows, func(i, j int, v any) {
		if i >= len(m.Rows) || j >= len(m.Names) {
			return
		}
		c := cell{Text: cut(fmt.Sprint(v), 20)}
		if n, ok := number(v); ok && largest > 0 && n > 0 {
			c.Shade = int(math.Round(10 * n / largest))
		}
		m.Rows[i].Cells[j] = c
	})
	return m
}

func eachCell(rows []any, see func(i, j int, v any)) {
	for i, r := range rows {
		o, _ := r.(map[string]any)
		cells, _ := o["row"].([]any)
		for j, v := range cells {
			see(i, j, v)
		}
	}
}
