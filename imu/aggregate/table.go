package aggregate

import (
	"math"

	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Status tells nulls apart.
type Status string

// The statuses.
const (
	Shown  Status = "shown"
	Hidden Status = "hidden" // it would expose someone
	Empty  Status = "empty"  // no data
)

// Table is figures over the cells of one mesh. A figure is that of a cell, a bin of time
// and a category; the first of each cell and bin is that of all categories together. It
// holds nothing but what may leave, and is immutable.
type Table struct {
	collection *snapshot.Collection
	cells      []uint32 // rows of the collection
	measures   []referentials.Field
	by         *referentials.Field // nil when figures are not told by category
	bins       []string            // empty when they are not told by time
	categories []string            // empty when they are not told by category
	wide       bool

	values  [][]float64         // by measure: figure after figure, NaN for null
	reasons []disclosure.Reason // by figure
	partial []bool              // by figure; nil for none
}

// Collection names the mesh.
func (t *Table) Collection() string { return t.collection.Descriptor().ID }

// Len counts the cells.
func (t *Table) Len() int { return len(t.cells) }

// Measures are the columns, without those that say which figure it is.
func (t *Table) Measures() []referentials.Field { return t.measures }

// Bins are the stretches of time, none when figures are not told by time.
func (t *Table) Bins() []string { return t.bins }

// Categories are the values of the field that figures are told by.
func (t *Table) Categories() []string { return t.categories }

// Key gives the key of cell k.
func (t *Table) Key(k int) referentials.Value {
	return t.collection.Value(int(t.cells[k]), t.collection.Descriptor().KeyIndex())
}

// Row gives the row of cell k in the mesh, for its geometry.
func (t *Table) Row(k int) int { return int(t.cells[k]) }

// groups counts the figures of a cell.
func (t *Table) groups() int { return t.sheets() * t.figures() }

func (t *Table) sheets() int  { return max(1, len(t.bins)) }
func (t *Table) figures() int { return 1 + len(t.categories) }

// figure gives the place of cell k's figure of a bin and a category; category 0 is all.
func (t *Table) figure(k, bin, category int) int {
	return (k*t.sheets()+bin)*t.figures() + category
}

// Value gives measure m of cell k in a bin (0 when there are none) for a category, counted
// from 1, or all of them: 0. It is false for a null.
func (t *Table) Value(m, k, bin, category int) (float64, bool) {
	v := t.values[m][t.figure(k, bin, category)]
	return v, !math.IsNaN(v)
}

// Status tells whether a figure is shown, and Reason why not.
func (t *Table) Status(k, bin, category int) Status { return statusOf(t.Reason(k, bin, category)) }

// Reason is what the rules say of a figure.
func (t *Table) Reason(k, bin, category int) disclosure.Reason {
	return t.reasons[t.figure(k, bin, category)]
}

// Partial tells whether a figure leaves hidden parts out, as the law has it.
func (t *Table) Partial(k, bin, category int) bool {
	return t.partial != nil && t.partial[t.figure(k, bin, category)]
}

func statusOf(r disclosure.Reason) Status {
	switch {
	case r.Hidden():
		return Hidden
	case r == disclosure.Empty:
		return Empty
	}
	return Shown
}

// cellsOf are the rows of a mesh that are shown.
func cellsOf(n int, shown []bool) []uint32 {
	if shown == nil {
		return sequence(n)
	}
	cells := []uint32{}
	for k, is := range shown {
		if is {
			cells = append(cells, uint32(k))
		}
	}
	return cells
}

// table fills the table of one mesh: sheets of grid, and categories beside them.
type filling struct {
	*work
	sums, split *grid // split nil without categories
	areas       surfaces
	reasons     []disclosure.Reason // of sums; nil without rules
	splits      []disclosure.Reason // of split
	partial     []bool
}

// fill works the outputs out, and leaves out what is hidden.
func (f *filling) fill(t *Table) {
	n := len(t.cells) * t.groups()
	t.reasons = make([]disclosure.Reason, n)
	t.values = make([][]float64, len(f.plan.outputs))
	flat := make([]float64, n*len(t.values))
	for m := range t.values {
		t.values[m] = flat[m*n : (m+1)*n : (m+1)*n]
	}
	if f.partial != nil {
		t.partial = make([]bool, n)
	}
	at := 0
	for _, k := range t.cells {
		for b := range t.sheets() {
			row := int(k)*t.sheets() + b
			f.one(t, at, f.sums, f.reasons, row, int(k), b, -1)
			at++
			for c := range t.categories {
				f.one(t, at, f.split, f.splits, row*len(t.categories)+c, int(k), b, row)
				at++
			}
		}
	}
}

// one fills a figure: row of a grid, of cell k and sheet b; whole is the row of f.sums that
// a category is a part of, -1 for all of them together.
func (f *filling) one(t *Table, at int, g *grid, reasons []disclosure.Reason, row, k, b, whole int) {
	reason := disclosure.Shown
	if reasons != nil {
		reason = reasons[row]
	}
	some := false
	for m := range f.plan.outputs {
		v := math.NaN()
		if reason == disclosure.Shown {
			v = rounded(f.value(&f.plan.outputs[m], g, row, k, b, whole))
		}
		some = some || v == v
		t.values[m][at] = v
	}
	if !some && reason == disclosure.Shown {
		reason = disclosure.Empty
	}
	t.reasons[at] = reason
	if f.partial != nil && whole < 0 {
		t.partial[at] = f.partial[row]
	}
}

func (f *filling) value(o *output, g *grid, row, k, b, whole int) float64 {
	v := g.terms[o.num][row]
	below := 1.0
	switch {
	case o.den >= 0:
		below = g.terms[o.den][row]
	case o.scale == hectareScale:
		below = f.areas.hectares[k]
	case o.scale == shareScale && whole >= 0: // of its cell
		if below = f.sums.terms[o.num][whole]; f.reasons != nil && f.reasons[whole].Hidden() {
			return math.NaN()
		}
	case o.scale == shareScale && len(f.groups.categories) > 0:
		below = v
	case o.covered(f.plan):
		below = f.areas.planar[k]
	case o.scale == shareScale: // of all there is
		below = f.tower.all.terms[o.num][b]
		if f.verdicts != nil && (f.verdicts.all[b].Hidden() || f.verdicts.partialAll[b]) {
			return math.NaN()
		}
	}
	if below == 0 {
		return math.NaN()
	}
	if v /= below; math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
