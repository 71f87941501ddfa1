package aggregate

import (
	"socle/imu/crosswalk"
	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// release fills the tables and tells how.
func (w *work) release() (*Release, error) {
	rel := &Release{Receipt: w.receipt()}
	rel.Table = w.table(w.r.Mesh, w.shown)
	if w.groups.category != nil {
		by := w.r.Source.Descriptor().Fields[w.r.Source.Descriptor().FieldIndex(w.r.By)]
		rel.Table.by, rel.Table.categories, rel.Table.wide = &by, w.groups.categories, w.r.Wide
	}
	f := filling{work: w, sums: w.tower.cells, split: w.categories}
	var err error
	if f.areas, err = w.surfaces(w.r.Mesh); err != nil {
		return nil, err
	}
	if w.verdicts != nil {
		f.reasons, f.splits = w.verdicts.cells, w.verdicts.categories
	}
	f.fill(rel.Table)
	rel.Receipt.Figures.count(rel.Table)
	for k := range w.tower.levels {
		l := &w.tower.levels[k]
		t := w.table(l.collection, nil)
		f := filling{work: w, sums: l.sums}
		if w.verdicts != nil {
			f.reasons, f.partial = w.verdicts.levels[k], w.verdicts.partial[k]
		}
		if f.areas, err = w.surfaces(l.collection); err != nil {
			return nil, err
		}
		f.fill(t)
		rel.Receipt.Figures.count(t)
		rel.Parents = append(rel.Parents, t)
	}
	if len(rel.Parents) > 0 {
		rel.Receipt.Notes = append(rel.Receipt.Notes, say(
			"Un niveau supérieur est la somme des mailles qui lui appartiennent et de ce qui l'atteint directement.",
			"A level above is the sum of the cells that belong to it and of what reaches it by itself."))
	}
	rel.Receipt.Balance = w.balances()
	return rel, nil
}

func (w *work) table(c *snapshot.Collection, shown []bool) *Table {
	t := &Table{collection: c, cells: cellsOf(c.Len(), shown)}
	if !w.groups.implicit {
		t.bins, t.wide = w.groups.bins, w.r.Wide && len(w.groups.bins) > 0
	}
	for i := range w.plan.outputs {
		o := &w.plan.outputs[i]
		field := o.field
		if !splits(w.matrix) && w.plan.whole(o) {
			field.Type = referentials.Integer
		}
		t.measures = append(t.measures, field)
	}
	return t
}

// splits tells whether features are split among cells: the matrix has weights other than 1.
func splits(m *crosswalk.Matrix) bool {
	for k := range m.Cells() {
		if sources, weights := m.Cell(k); len(sources) > 0 {
			return weights != nil
		}
	}
	return false
}

func (n *Tally) count(t *Table) {
	for i, r := range t.reasons {
		switch r {
		case disclosure.Shown:
			n.Shown++
		case disclosure.Empty:
			n.Empty++
		case disclosure.Threshold:
			n.Threshold++
		case disclosure.Dominance:
			n.Dominance++
		default:
			n.Complementary++
		}
		if t.partial != nil && t.partial[i] {
			n.Partial++
		}
	}
}
