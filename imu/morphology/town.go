package morphology

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/index"
)

// newTown measures the buildings: their shapes, then the walls they share and how far
// apart they are, then the courts they enclose.
func newTown(ctx context.Context, in Input, rules Rules, tell *teller) (*town, error) {
	t := &town{buildings: slices.Clone(in.Buildings), forms: make([]Form, len(in.Buildings))}
	boxes := make([]orb.Bound, len(in.Buildings))
	err := spread(ctx, len(t.buildings), tell.stage("buildings"), func() *hull { return new(hull) }, func(h *hull, _, from, to int) error {
		for i := from; i < to; i++ {
			b, f := &t.buildings[i], &t.forms[i]
			*f, boxes[i] = noForm(), geo.EmptyBound()
			if known(b.Dwellings) {
				f.Dwellings = b.Dwellings
			}
			if b.Geom.IsNull() {
				continue
			}
			h.shape(&b.Geom, f)
			if !f.hasShape() {
				*f = noForm()
				continue
			}
			b.Geom = turned(&b.Geom)
			boxes[i] = b.Geom.Bound()
			rules.stand(b, f)
			f.fill()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.dwellings = slices.ContainsFunc(in.Buildings, func(b Building) bool { return known(b.Dwellings) })
	t.tree = index.Build(boxes)
	if err := t.meet(ctx, boxes, tell); err != nil {
		return nil, err
	}
	return t, t.findCourts(ctx, tell)
}

// meet measures the buildings against their neighbours.
func (t *town) meet(ctx context.Context, boxes []orb.Bound, tell *teller) error {
	chunks := make([][]contact, chunkSize.Of(len(t.buildings)))
	start := func() *neighbours { return &neighbours{town: t, boxes: boxes} }
	err := spread(ctx, len(t.buildings), tell.stage("neighbours"), start, func(w *neighbours, chunk, from, to int) error {
		w.contacts = nil
		for i := from; i < to; i++ {
			if t.forms[i].hasShape() {
				w.measure(i)
			}
		}
		chunks[chunk] = w.contacts
		return nil
	})
	t.contacts = slices.Concat(chunks...)
	return err
}

// report counts what was decided.
func (t *town) report(m *mesh) Report {
	r := Report{Buildings: len(t.forms), CellsWithoutShape: m.empty}
	for i := range t.forms {
		f := &t.forms[i]
		if !f.hasShape() {
			r.WithoutShape++
			continue
		}
		switch f.HeightFrom {
		case Measured:
			r.HeightMeasured++
		case FromLevels:
			r.HeightFromLevels++
		default:
			r.HeightDefault++
		}
		switch f.LevelsFrom {
		case Measured:
			r.LevelsMeasured++
		case FromHeight:
			r.LevelsFromHeight++
		default:
			r.LevelsDefault++
		}
	}
	for _, fate := range m.fates {
		switch {
		case fate.cells == 0 && fate.shape:
			r.Outside++
		case fate.outside:
			r.PartlyOutside++
		}
		if fate.cells > 1 {
			r.AcrossCells++
		}
	}
	return r
}
