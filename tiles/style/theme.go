package style

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"socle/referentials"
)

// Theme is how figures on cells are drawn: in classes of about as many cells each, what is
// hidden hatched, what has no data left empty.
type Theme struct {
	Pattern string     `json:"pattern"` // of hidden cells, an image of the sprite
	Line    Layer      `json:"line"`
	Hidden  Layer      `json:"hidden"`
	Empty   Layer      `json:"empty"`
	Fill    Layer      `json:"fill"`
	Classes [][]string `json:"classes"` // colours of 1, 2, … classes, light to dark
}

// Figures are a collection whose rows are cells with a figure each.
type Figures struct {
	Measure, Status int   // fields
	Of              []int // fields that tell figures of one cell apart: a period, a category
	// Which of the figures of a cell is drawn, by Of: a text, or null for all categories.
	Drawn []referentials.Value
}

// What the status of a figure is called.
const (
	shown  = "shown"
	hidden = "hidden"
)

// Legend tells what a theme's colours mean.
type Legend struct {
	Field   string            `json:"field"`
	Title   referentials.Text `json:"title,omitzero"`
	Unit    string            `json:"unit,omitempty"`
	Classes []Class           `json:"classes"`
	Hidden  string            `json:"hidden"` // the colour below the hatching
	Empty   string            `json:"empty"`
}

// Class is the cells from one figure up to another, the last one included.
type Class struct {
	From   float64 `json:"from"`
	Until  float64 `json:"until"`
	Colour string  `json:"colour"`
}

// FiguresOf finds the figures of a collection that a release was made into; ok is false when
// it has none to draw. The first measure is the one that was asked for first.
func FiguresOf(d *referentials.Descriptor) (f Figures, ok bool) {
	if d.Geometry.Dimension() != 2 {
		return f, false
	}
	f.Measure, f.Status = -1, -1
	for i := range d.Fields {
		field := &d.Fields[i]
		number := field.Type == referentials.Number || field.Type == referentials.Integer
		switch {
		case f.Measure < 0 && number && (field.Role == referentials.Extensive || field.Role == referentials.Intensive):
			f.Measure = i
		case f.Measure < 0 && field.Role == referentials.Category:
			f.Of = append(f.Of, i)
		case f.Measure >= 0 && f.Status < 0 && field.Role == referentials.Category:
			f.Status = i
		}
	}
	return f, f.Status >= 0
}

// Draw chooses the figures of all categories in the last period, and gives those shown. Rows
// are as many as n, and value reads them.
func (f *Figures) Draw(n int, value func(row, field int) referentials.Value) []float64 {
	f.Drawn = make([]referentials.Value, len(f.Of))
	for k, field := range f.Of {
		all := false
		for i := range n {
			v := value(i, field)
			all = all || v.IsNull()
			if !v.IsNull() && (f.Drawn[k].IsNull() || v.String() > f.Drawn[k].String()) {
				f.Drawn[k] = v
			}
		}
		if all {
			f.Drawn[k] = referentials.Null
		}
	}
	var out []float64
	for i := range n {
		drawn := true
		for k, field := range f.Of {
			drawn = drawn && value(i, field).String() == f.Drawn[k].String()
		}
		if v := value(i, f.Measure); drawn && !v.IsNull() && v.Float() == v.Float() {
			out = append(out, v.Float())
		}
	}
	return out
}

// of gives the layers that figures are drawn with, and their legend. Values are those of the
// cells that are shown, in any order.
func (t *Theme) of(d *referentials.Descriptor, f *Figures, values []float64) ([]Layer, Legend) {
	m := &d.Fields[f.Measure]
	breaks := breaksOf(values, len(t.Classes))
	legend := Legend{Field: m.Name, Title: m.Title, Unit: m.Unit, Classes: []Class{}, Hidden: colourOf(&t.Hidden), Empty: colourOf(&t.Empty)}
	var out []Layer
	add := func(l Layer, name string, which ...any) {
		l.ID, l.Filter = d.ID+"-"+name, f.filter(d, which)
		out = append(out, l.of(d.ID))
	}
	status, value := []any{"get", d.Fields[f.Status].Name}, []any{"get", m.Name}
	add(t.Empty, "empty", []any{"!=", status, shown}, []any{"!=", status, hidden})
	// A layer for each class, and not one with steps, which QGIS 3.22 does not draw: there it
	// is the legend besides.
	for k := range max(len(breaks)-1, 0) {
		class := Class{breaks[k], breaks[k+1], t.Classes[len(breaks)-2][k]}
		which := []any{[]any{"==", status, shown}}
		if k > 0 {
			which = append(which, []any{">=", value, class.From})
		}
		if k < len(breaks)-2 {
			which = append(which, []any{"<", value, class.Until})
		}
		fill := t.Fill
		fill.Paint = painted(&fill, "fill-color", class.Colour)
		add(fill, fmt.Sprint("fill-", k+1), which...)
		legend.Classes = append(legend.Classes, class)
	}
	pattern := t.Hidden
	pattern.Paint = painted(&Layer{}, "fill-pattern", t.Pattern)
	add(t.Hidden, "hidden", []any{"==", status, hidden})
	add(pattern, "hatching", []any{"==", status, hidden})
	add(t.Line, "line")
	return out, legend
}

// filter keeps the figures that are drawn, and of them those that all conditions keep.
func (f *Figures) filter(d *referentials.Descriptor, which []any) json.RawMessage {
	all := []any{"all"}
	for k, field := range f.Of {
		name := d.Fields[field].Name
		if v := f.Drawn[k]; v.IsNull() { // tiles leave nulls out
			all = append(all, []any{"!", []any{"has", name}})
		} else {
			all = append(all, []any{"==", []any{"get", name}, v.String()})
		}
	}
	all = append(all, which...)
	var text json.RawMessage // texts and lists have a JSON form
	switch len(all) {
	case 1:
	case 2:
		text, _ = json.Marshal(all[1])
	default:
		text, _ = json.Marshal(all)
	}
	return text
}

// painted gives the paint of a layer with one property set.
func painted(l *Layer, property string, value any) json.RawMessage {
	paint := map[string]any{}
	_ = json.Unmarshal(l.Paint, &paint) // it was read from the book
	paint[property] = value
	text, _ := json.Marshal(paint) // numbers that are shown, and texts
	return text
}

func colourOf(l *Layer) string {
	var paint struct {
		Colour string `json:"fill-color"`
	}
	_ = json.Unmarshal(l.Paint, &paint) // it was read from the book
	return paint.Colour
}

// breaksOf cuts values into classes of about as many each, at most most: the least, where
// each further class begins, and the greatest. Bounds are short numbers where that moves no
// value to another class; equal values stay together, so there may be fewer classes.
func breaksOf(values []float64, most int) []float64 {
	if len(values) == 0 {
		return nil
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	least, greatest := sorted[0], sorted[len(sorted)-1]
	out, last := []float64{least}, least
	for k := 1; k < most; k++ {
		v := sorted[k*len(sorted)/most]
		if v == last {
			continue
		}
		first, _ := slices.BinarySearch(sorted, v)
		out, last = append(out, short(sorted[first-1], v)), v
	}
	return append(out, greatest)
}

// short gives a number above low, up to high, of as few digits as there is one.
func short(low, high float64) float64 {
	if high == 0 {
		return 0
	}
	size := int(math.Floor(math.Log10(math.Abs(high))))
	for digits := 1; digits < 15; digits++ {
		power := digits - 1 - size
		v := math.Floor(high*math.Pow10(power)) / math.Pow10(power)
		if v > low && v <= high {
			return v
		}
	}
	return high
}
