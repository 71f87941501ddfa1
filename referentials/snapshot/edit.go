package snapshot

import (
	"cmp"
	"slices"

	"socle/geo/crs"
	"socle/geo/index"
	"socle/referentials"
)

// edits are changes in terms of the rows of one revision.
type edits struct {
	touched []touch             // by position, ascending
	added   []*referentials.Row // after the last row, in order
	removed int                 // how many of touched have no row
}

// touch replaces the row at a position, or removes it when row is nil.
type touch struct {
	at  int
	row *referentials.Row
}

// resolve finds the rows that changes are about. Gone when rows have other places among the
// others than before, as some do that were deleted and inserted again: edits move none.
func (c *Collection) resolve(changes []referentials.Change) (*edits, error) {
	e := new(edits)
	last := -1 // upserts come in the order of the rows
	for k := range changes {
		change := &changes[k]
		at, known := c.keys.find(change.Key)
		switch change.Op {
		case referentials.Delete:
			if known {
				e.touched = append(e.touched, touch{at: at})
				e.removed++
			}
		case referentials.Upsert:
			if len(change.Row.Values) != len(c.columns) {
				return nil, referentials.Errorf(referentials.Internal, "the store gave %d values for %d fields", len(change.Row.Values), len(c.columns))
			}
			if known {
				if at < last || len(e.added) > 0 {
					return nil, referentials.Errorf(referentials.Gone, "rows have changed their places")
				}
				last = at
				e.touched = append(e.touched, touch{at, &change.Row})
			} else {
				e.added = append(e.added, &change.Row)
			}
		default:
			return nil, referentials.Errorf(referentials.Internal, "the store gave an unknown operation %q", change.Op)
		}
	}
	slices.SortFunc(e.touched, func(a, b touch) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(e.touched); i++ {
		if e.touched[i].at == e.touched[i-1].at {
			return nil, referentials.Errorf(referentials.Internal, "the store gave two changes of one row")
		}
	}
	return e, nil
}

// moves tells whether rows change their numbers or their count.
func (e *edits) moves() bool { return e.removed > 0 || len(e.added) > 0 }

// walk goes through the n rows before and the added ones in the order of the rows after:
// run with each stretch that stays, put with each row that is new or replaces row at
// (-1: none).
func (e *edits) walk(n int, run func(from, to int), put func(at int, row *referentials.Row) error) error {
	from := 0
	for _, t := range e.touched {
		if from < t.at {
			run(from, t.at)
		}
		from = t.at + 1
		if t.row == nil {
			continue
		}
		if err := put(t.at, t.row); err != nil {
			return err
		}
	}
	if from < n {
		run(from, n)
	}
	for _, row := range e.added {
		if err := put(-1, row); err != nil {
			return err
		}
	}
	return nil
}

// edited gives the collection after changes, at a revision of the same version. It shares
// with c every column, the shapes and the indexes that did not change.
func (c *Collection) edited(revision int64, changes []referentials.Change, ways *crs.Cache) (*Collection, error) {
	e, err := c.resolve(changes)
	if err != nil {
		return nil, err
	}
	next := *c
	next.state.Version.Revision = revision
	next.n = c.n - e.removed + len(e.added)
	next.state.Version.Rows = int64(next.n)
	next.columns = slices.Clone(c.columns)
	for f, old := range c.columns {
		if next.columns[f], err = editColumn(old, f, e, c.n, next.n); err != nil {
			return nil, err
		}
	}
	if c.shapes != nil {
		if err := next.editShapes(c, e, ways); err != nil {
			return nil, err
		}
	}
	if e.moves() {
		d := &c.state.Descriptor
		k := d.KeyIndex()
		if next.keys, err = newKeyIndex(next.columns[k], d.Fields[k].Type, next.n); err != nil {
			return nil, err
		}
	}
	next.past = c.remember(&next, e)
	return &next, nil
}

func editColumn(old column, f int, e *edits, before, after int) (column, error) {
	same := !e.moves() && !slices.ContainsFunc(e.touched, func(t touch) bool {
		return old.value(t.at) != t.row.Values[f]
	})
	if same {
		return old, nil
	}
	b := old.builder(after)
	err := e.walk(before,
		func(from, to int) { b.appendRun(old, from, to) },
		func(_ int, row *referentials.Row) error { return b.append(row.Values[f]) })
	if err != nil {
		return nil, err
	}
	return b.finish(), nil
}

// sameShape tells whether a row keeps the geometry of row at.
func (c *Collection) sameShape(at int, row *referentials.Row) bool {
	old := c.Geometry(at)
	g := &row.Geom
	return old.Type == g.Type && slices.Equal(old.XY, g.XY) && slices.Equal(old.Ends, g.Ends) && slices.Equal(old.Parts, g.Parts)
}

// editShapes makes the shapes and the tree of c, which starts as a copy of before.
func (c *Collection) editShapes(before *Collection, e *edits, ways *crs.Cache) error {
	old := before.shapes
	if !e.moves() && !slices.ContainsFunc(e.touched, func(t touch) bool { return !before.sameShape(t.at, t.row) }) {
		return nil
	}
	project, err := projectorFrom(ways, c.state.Descriptor.CRS)
	if err != nil {
		return err
	}
	b := newShapeEditor(old, c.n, project)
	defer b.abandon()
	for _, t := range e.touched {
		if t.row == nil || !before.sameShape(t.at, t.row) {
			g := before.Geometry(t.at)
			b.wasted += g.NumVertices()
		}
	}
	err = e.walk(before.n,
		func(from, to int) { b.appendRun(old, from, to) },
		func(at int, row *referentials.Row) error {
			if at >= 0 && before.sameShape(at, row) {
				b.appendRun(old, at, at+1)
				return nil
			}
			return b.append(&row.Geom)
		})
	if err != nil {
		return err
	}
	if c.shapes, err = b.finish(); err != nil {
		return err
	}
	c.tree = editTree(before, c, e)
	return nil
}

// editTree follows a few edits on a copy and builds anew after many, or when rows have
// other numbers than before.
func editTree(before, after *Collection, e *edits) *index.Tree {
	if e.removed > 0 || len(e.touched)+len(e.added) > before.n/8 {
		return index.Build(after.shapes.allBoxes())
	}
	tree := before.tree.Copy()
	for _, t := range e.touched {
		was, is := before.Box(t.at), after.Box(t.at)
		if was != is {
			tree.Delete(was, uint32(t.at))
			tree.Insert(is, uint32(t.at))
		}
	}
	for i := before.n; i < after.n; i++ {
		tree.Insert(after.Box(i), uint32(i))
	}
	return tree
}

// wasteful tells whether so much of the memory is past versions' that loading the
// collection again is better than editing it further.
func (c *Collection) wasteful() bool {
	if c.shapes == nil {
		return false
	}
	live := -c.shapes.wasted
	for _, chunk := range c.shapes.stored {
		live += len(chunk) / 2
	}
	return c.shapes.wasted > live+chunkVertices
}
