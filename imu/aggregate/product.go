package aggregate

import (
	"context"
	"math"

	"socle/imu/parallel"
)

// shares is how features share themselves out among cells: a crosswalk.Matrix, or one made
// of what it leaves over.
type shares interface {
	Cells() int
	Cell(k int) (sources []uint32, weights []float64)
	Areas(k int) []float64
}

// kind is how a term combines the features of a cell.
type kind uint8

const (
	rows      kind = iota // Σw: features
	total                 // Σw·v
	overlap               // ΣA·v, A the area in common
	overlaps              // ΣA
	minimum               //
	maximum               //
	second                // the second largest of w·v
	largest               // the largest of w·v
	quantile              //
	flank                 // the lesser of what lies below and above a quantile
	deviation             // √(Σw·y·(v−m)²/Σw·y), m their mean
)

// adds tells the kinds whose value for a set is the sum of those for its parts.
func (k kind) adds() bool { return k <= overlaps }

// term is one column of sums over cells. Features with a null value take no part.
type term struct {
	kind   kind
	values []float64 // by feature, NaN for null; nil for rows and overlaps
	over   []float64 // deviation: what weighs, nil for 1
	level  float64   // quantile and flank
}

// grid is the terms of every cell and group: term by term, cell after cell, the groups of a
// cell side by side. NaN is a figure nothing went into.
type grid struct {
	cells, groups int
	terms         [][]float64
}

// chunkCells is how many cells a core takes at a time.
const chunkCells parallel.Chunk = 256

// multiply combines features into cells. codes gives each feature's group, -1 for none; nil
// puts all in group 0. Each cell is summed by one core in the order of its features, so that
// the cores change nothing.
func multiply(ctx context.Context, s shares, terms []term, codes []int32, groups int) (*grid, error) {
	g := &grid{cells: s.Cells(), groups: groups, terms: make([][]float64, len(terms))}
	for t := range terms {
		g.terms[t] = make([]float64, g.cells*groups)
	}
	start := func() *multiplier { return &multiplier{grid: g, shares: s, codes: codes} }
	err := parallel.Each(ctx, g.cells, chunkCells, start, func(m *multiplier, _, from, to int) error {
		for k := from; k < to; k++ {
			m.cell(k, terms)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// multiplier is what one core works with.
type multiplier struct {
	*grid
	shares  shares
	codes   []int32
	weights []float64   // scratch by group
	means   []float64   // scratch by group
	lost    []float64   // scratch by group: what rounding took of a sum
	sets    [][]float64 // samples by group
}

func (m *multiplier) cell(k int, terms []term) {
	sources, weights := m.shares.Cell(k)
	for t := range terms {
		out := m.terms[t][k*m.groups : (k+1)*m.groups]
		for g := range out {
			out[g] = math.NaN()
		}
		if len(sources) == 0 {
			continue
		}
		switch e := &terms[t]; e.kind {
		case rows:
			m.count(sources, weights, out)
		case total:
			m.sum(e.values, sources, weights, out)
		case overlap, overlaps:
			m.sum(e.values, sources, m.shares.Areas(k), out)
		case deviation:
			m.deviation(e, sources, weights, out)
		case quantile, flank:
			m.quantile(e, sources, out)
		default:
			m.extreme(e, sources, weights, out)
		}
	}
}

// group gives the group of a feature.
func (m *multiplier) group(i uint32) int32 {
	if m.codes == nil {
		return 0
	}
	return m.codes[i]
}

func (m *multiplier) count(sources []uint32, weights, out []float64) {
	if m.codes == nil && weights == nil {
		out[0] = float64(len(sources))
		return
	}
	clear(out) // a cell that features reach has none of a group, rather than no data
	if weights != nil {
		m.add(nil, sources, weights, out)
		return
	}
	for _, i := range sources {
		if g := m.group(i); g >= 0 {
			out[g]++
		}
	}
}

func (m *multiplier) sum(values []float64, sources []uint32, weights, out []float64) {
	if m.codes != nil || values == nil {
		m.add(values, sources, weights, out)
		return
	}
	var sum compensated
	some := false
	for p, i := range sources {
		v := values[i]
		if v != v {
			continue
		}
		if weights != nil {
			v *= weights[p]
		}
		sum.add(v)
		some = true
	}
	if some {
		out[0] = sum.sum()
	}
}

// add sums by group; nil values and weights are 1.
func (m *multiplier) add(values []float64, sources []uint32, weights, out []float64) {
	lost := m.scratch(&m.lost)
	for p, i := range sources {
		g, v := m.group(i), 1.0
		if values != nil {
			v = values[i]
		}
		if g < 0 || v != v {
			continue
		}
		if weights != nil {
			v *= weights[p]
		}
		if out[g] != out[g] {
			out[g] = 0
		}
		sum := compensated{out[g], lost[g]}
		sum.add(v)
		out[g], lost[g] = sum.total, sum.lost
	}
	for g, l := range lost {
		if l != 0 {
			out[g] += l
		}
	}
}

// extreme gives minimum and maximum of values, and largest and second of contributions.
func (m *multiplier) extreme(e *term, sources []uint32, weights, out []float64) {
	var most []float64
	if e.kind == second {
		most = m.scratch(&m.means)
	}
	for p, i := range sources {
		g, v := m.group(i), e.values[i]
		if g < 0 || v != v {
			continue
		}
		if weights != nil && e.kind >= second {
			v *= weights[p]
		}
		switch {
		case e.kind == minimum:
			if !(out[g] <= v) {
				out[g] = v
			}
		case e.kind != second:
			if !(out[g] >= v) {
				out[g] = v
			}
		case v > most[g]:
			out[g], most[g] = most[g], v
		case !(out[g] >= v):
			out[g] = v
		}
	}
}

// scratch gives zeros by group.
func (m *multiplier) scratch(s *[]float64) []float64 {
	if *s == nil {
		*s = make([]float64, m.groups)
	}
	clear(*s)
	return *s
}

// deviation takes the mean first and then what is around it, so that it loses no digits.
func (m *multiplier) deviation(e *term, sources []uint32, weights, out []float64) {
	masses, means := m.scratch(&m.weights), m.scratch(&m.means)
	each := func(add func(g int32, w, v float64)) {
		for p, i := range sources {
			g, v, w := m.group(i), e.values[i], 1.0
			if e.over != nil {
				w = e.over[i]
			}
			if g < 0 || v != v || w != w {
				continue
			}
			if weights != nil {
				w *= weights[p]
			}
			add(g, w, v)
		}
	}
	each(func(g int32, w, v float64) {
		masses[g] += w
		means[g] += w * v
	})
	for g := range masses {
		if masses[g] > 0 {
			means[g] /= masses[g]
			out[g] = 0
		}
	}
	each(func(g int32, w, v float64) { out[g] += w * (v - means[g]) * (v - means[g]) })
	for g := range masses {
		out[g] = math.Sqrt(out[g] / masses[g])
	}
}

// quantile is of the features' own values, each counted once.
func (m *multiplier) quantile(e *term, sources []uint32, out []float64) {
	if m.sets == nil {
		m.sets = make([][]float64, m.groups)
	}
	for g := range m.sets {
		m.sets[g] = m.sets[g][:0]
	}
	for _, i := range sources {
		if g, v := m.group(i), e.values[i]; g >= 0 && v == v {
			m.sets[g] = append(m.sets[g], v)
		}
	}
	for g, set := range m.sets {
		if len(set) == 0 {
			continue
		}
		q := quantileOf(set, e.level)
		if e.kind == quantile {
			out[g] = q
			continue
		}
		below, above := 0, 0
		for _, v := range set {
			if v < q {
				below++
			}
			if v > q {
				above++
			}
		}
		out[g] = float64(min(below, above))
	}
}
