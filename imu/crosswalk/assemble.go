package crosswalk

import (
	"context"
	"sync/atomic"

	"socle/referentials"
)

// pair is one entry of a matrix before all are put in order.
type pair struct {
	cell, source uint32
	weight, area float64
}

// draft is a matrix in the making: workers fill rows of source and chunks of pairs, which
// are put in order at the end.
type draft struct {
	matrix *Matrix
	chunks [][]pair
	fates  [][]Fate
	count  atomic.Int64
}

// newDraft begins a matrix whose sources are matched at some levels, or not.
func (r *Request) newDraft(levels ...Level) *draft {
	m := &Matrix{
		method: r.Method, base: r.Base, level: make([]uint8, r.Source.Len()),
		sourceID: r.Source.Descriptor().ID, sourceTag: r.Source.Tag(), meshID: r.Mesh.Descriptor().ID, meshTag: r.Mesh.Tag(),
	}
	for _, l := range append(levels, Unmatched) {
		m.levels = append(m.levels, LevelCount{Level: l})
	}
	return &draft{matrix: m, chunks: make([][]pair, chunkRows.Of(r.Source.Len())), fates: make([][]Fate, chunkRows.Of(r.Source.Len()))}
}

// unmatched is the number of that level.
func (d *draft) unmatched() uint8 { return uint8(len(d.matrix.levels) - 1) }

// tell keeps the fate of a feature, if there is room.
func (d *draft) tell(chunk int, f func() Fate) {
	if len(d.fates[chunk]) < maxFates {
		d.fates[chunk] = append(d.fates[chunk], f())
	}
}

// grown counts pairs and refuses too many, before they fill the memory.
func (d *draft) grown(pairs int) error {
	if d.count.Add(int64(pairs)) > MaxEntries {
		return referentials.Errorf(referentials.TooLarge, "features and cells have more than %d pairs in common", MaxEntries).
			At("crosswalk %s to %s", d.matrix.sourceID, d.matrix.meshID).Do("take a coarser source or mesh")
	}
	return nil
}

// finish counts levels and puts pairs in order: by cell, then source.
func (d *draft) finish(ctx context.Context, cells int, measured bool) (*Matrix, error) {
	m := d.matrix
	d.close()
	total := 0
	m.starts = make([]uint32, cells+1)
	for _, pairs := range d.chunks {
		for k := range pairs {
			m.starts[pairs[k].cell+1]++
		}
		total += len(pairs)
	}
	for k := range cells {
		m.starts[k+1] += m.starts[k]
	}
	m.sources = make([]uint32, total)
	m.weights = make([]float64, total)
	if measured {
		m.areas = make([]float64, total)
	}
	next := append([]uint32(nil), m.starts[:cells]...)
	for k, pairs := range d.chunks {
		if k%64 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for i := range pairs {
			p := &pairs[i]
			at := next[p.cell]
			next[p.cell]++
			m.sources[at] = p.source
			m.weights[at] = p.weight
			if measured {
				m.areas[at] = p.area
			}
		}
	}
	return m, nil
}

// close counts levels and gathers fates.
func (d *draft) close() {
	m := d.matrix
	for _, l := range m.level {
		m.levels[l].Count++
	}
	for _, fates := range d.fates {
		m.fates = append(m.fates, fates[:min(len(fates), maxFates-len(m.fates))]...)
	}
}

// assign finishes a matrix of which each source has one cell, or none, whole.
func (d *draft) assign(cells int, cell []uint32) *Matrix {
	m := d.matrix
	d.close()
	m.starts = make([]uint32, cells+1)
	matched := 0
	for _, c := range cell {
		if c != none {
			m.starts[c+1]++
			matched++
		}
	}
	for k := range cells {
		m.starts[k+1] += m.starts[k]
	}
	m.sources = make([]uint32, matched)
	next := append([]uint32(nil), m.starts[:cells]...)
	for i, c := range cell {
		if c != none {
			m.sources[next[c]] = uint32(i)
			next[c]++
		}
	}
	return m
}
