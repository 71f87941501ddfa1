package crosswalk

import (
	"cmp"
	"context"
	"math"
	"slices"

	"socle/imu/parallel"
	"socle/referentials"
)

// passageColumns are the fields of a table of passage.
type passageColumns struct{ from, to, share int }

// passageColumns finds them as such tables are commonly written: beside the key, the first
// two fields that measure nothing are the keys of a feature and of a cell, and the first
// number is the share of the feature that is the cell's. Weight.Field may name another share.
func (r *Request) passageColumns() (passageColumns, error) {
	d := r.Weights.Descriptor()
	c := passageColumns{-1, -1, -1}
	for i := range d.Fields {
		f := &d.Fields[i]
		switch {
		case i == d.KeyIndex():
		case f.Type == referentials.Number && c.share < 0 && (r.Weight.Field == "" || r.Weight.Field == f.Name):
			c.share = i
		case f.Type != referentials.String && f.Type != referentials.Integer || f.Role == referentials.Extensive || f.Role == referentials.Intensive:
		case c.from < 0:
			c.from = i
		case c.to < 0:
			c.to = i
		}
	}
	if c.share < 0 || c.to < 0 {
		return c, invalid("it is no table of passage").At("weights %s", d.ID).
			Do("give a table of which, beside its key, the first fields are the key of a feature, the key of a cell and the share of the feature that is the cell's")
	}
	return c, nil
}

// roundedShares is how much more than one the shares of a feature may come to.
const roundedShares = 1e-6

// buildPassage shares features out as a table says.
func buildPassage(ctx context.Context, r *Request) (*Matrix, error) {
	columns, err := r.passageColumns()
	if err != nil {
		return nil, err
	}
	field := r.Source.Descriptor().KeyIndex()
	if r.Field != "" {
		if field, err = fieldOf(r.Source, r.Field); err != nil {
			return nil, err
		}
	}
	ways, err := r.readPassage(columns)
	if err != nil {
		return nil, err
	}
	d := r.newDraft(ByPassage)
	d.matrix.outside = make([]float64, r.Source.Len())
	err = parallel.Each(ctx, r.Source.Len(), chunkRows, func() struct{} { return struct{}{} }, func(_ struct{}, chunk, from, to int) error {
		for i := from; i < to; i++ {
			way := ways[r.Source.Value(i, field).String()]
			pairs, sum := slices.Clone(way.pairs), way.sum
			if len(pairs) == 0 || r.Source.Value(i, field).IsNull() {
				d.matrix.level[i] = d.unmatched()
				d.tell(chunk, func() Fate { return fate(r.Source, i, 1, "the table of passage leads to no cell from it") })
				continue
			}
			if out := weigh(pairs, func(p *pair) float64 { return p.weight }, sum, 1, r.Base); out > roundedShares {
				d.matrix.outside[i] = out
				d.tell(chunk, func() Fate { return fate(r.Source, i, out, "the table of passage leads elsewhere with some of it") })
			}
			d.keep(chunk, i, pairs)
		}
		return d.grown(len(d.chunks[chunk]))
	})
	if err != nil {
		return nil, err
	}
	return d.finish(ctx, r.Mesh.Len(), false)
}

// way is where a table of passage leads from a feature.
type way struct {
	pairs []pair // by cell
	sum   float64
}

func (r *Request) readPassage(c passageColumns) (map[string]way, error) {
	ways := map[string]way{}
	var order []string // of the table, so that the first thing wrong is always the same
	t := r.Weights
	for i := range t.Len() {
		from, to, share := t.Value(i, c.from), t.Value(i, c.to), t.Value(i, c.share)
		if from.IsNull() || to.IsNull() || share.IsNull() {
			continue // of a feature that came, or went
		}
		v := share.Float()
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, invalid("its share %v is none", v).At("weights %s, row %s", t.Descriptor().ID, t.Value(i, t.Descriptor().KeyIndex()).String())
		}
		cell, ok := r.Mesh.Find(to.String())
		if !ok || v == 0 {
			continue
		}
		w, known := ways[from.String()]
		if !known {
			order = append(order, from.String())
		}
		w.pairs, w.sum = append(w.pairs, pair{cell: uint32(cell), weight: v}), w.sum+v
		ways[from.String()] = w
	}
	for _, from := range order {
		w := ways[from]
		if w.sum > 1+roundedShares {
			return nil, invalid("the shares of %q add up to %g", from, w.sum).At("weights %s", t.Descriptor().ID).
				Do("name with weight= the field that holds shares of features, not of cells")
		}
		slices.SortFunc(w.pairs, func(a, b pair) int { return cmp.Compare(a.cell, b.cell) })
		for k := 1; k < len(w.pairs); k++ {
			if w.pairs[k].cell == w.pairs[k-1].cell {
				return nil, invalid("%q leads to a cell twice", from).At("weights %s", t.Descriptor().ID)
			}
		}
	}
	return ways, nil
}
