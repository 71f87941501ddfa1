package snapshot

import (
	"context"

	"github.com/paulmach/orb"

	"socle/geo/crs"
	"socle/geo/index"
	"socle/referentials"
)

// maxRows is how many rows a collection in memory can have: rows are numbered in 32 bits
// with one number to spare.
const maxRows = 1<<32 - 2

// hint bounds what is set aside on the word of a version before its rows have come.
const hint = 4 << 20

// LoadPublic reads what anyone may see of the current version of a collection, for work
// that follows no changes. Refused when that is nothing.
func LoadPublic(ctx context.Context, store referentials.Store, id string) (*PublicCollection, error) {
	c, err := load(ctx, store, id, new(crs.Cache))
	if err != nil {
		return nil, err
	}
	p, ok := publish(c)
	if !ok {
		return nil, referentials.Errorf(referentials.Refused, "its rows may not leave as they are: access is %s, disclosure profile %q",
			c.state.Descriptor.Access, c.state.Descriptor.Profile).At("collection %s", id).Do("its values leave inside aggregates that pass the profile")
	}
	return p, nil
}

// Build makes a collection of rows that no store keeps. The state must be told from those
// of all other rows by its collection, version and revision: see [Collection.Tag].
func Build(ctx context.Context, state referentials.State, rows referentials.Rows) (*Collection, error) {
	var ways crs.Cache
	defer ways.Close()
	return build(ctx, state, rows, &ways)
}

// load reads the current version of a collection.
func load(ctx context.Context, store referentials.Store, id string, ways *crs.Cache) (*Collection, error) {
	var c *Collection
	err := store.Load(ctx, id, 0, func(state referentials.State, rows referentials.Rows) error {
		var err error
		c, err = build(ctx, state, rows, ways)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// build makes a collection of its rows.
func build(ctx context.Context, state referentials.State, rows referentials.Rows, ways *crs.Cache) (*Collection, error) {
	d := &state.Descriptor
	if err := d.Validate(); err != nil {
		return nil, err
	}
	room := int(min(max(state.Version.Rows, 0), hint))
	columns := make([]columnBuilder, len(d.Fields))
	for f := range d.Fields {
		columns[f] = newColumnBuilder(&d.Fields[f], room)
	}
	var shaper *shapeBuilder
	if d.HasGeometry() {
		project, err := projectorFrom(ways, d.CRS)
		if err != nil {
			return nil, err
		}
		shaper = newShapeBuilder(d.Geometry, room, project)
		defer shaper.abandon()
	}
	n := 0
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		if n&1023 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if n == maxRows {
			return nil, referentials.Errorf(referentials.TooLarge, "it has more than %d rows", int64(maxRows))
		}
		if err := appendRow(columns, shaper, row); err != nil {
			return nil, err
		}
		n++
	}
	c := &Collection{state: state, n: n, columns: make([]column, len(columns))}
	for f, b := range columns {
		c.columns[f] = b.finish()
	}
	var err error
	if shaper != nil {
		if c.shapes, err = shaper.finish(); err != nil {
			return nil, err
		}
		c.tree = index.Build(c.shapes.allBoxes())
	}
	k := d.KeyIndex()
	if c.keys, err = newKeyIndex(c.columns[k], d.Fields[k].Type, n); err != nil {
		return nil, err
	}
	return c, nil
}

func appendRow(columns []columnBuilder, shaper *shapeBuilder, row *referentials.Row) error {
	if len(row.Values) != len(columns) {
		return referentials.Errorf(referentials.Internal, "the store gave %d values for %d fields", len(row.Values), len(columns))
	}
	for f, b := range columns {
		if err := b.append(row.Values[f]); err != nil {
			return err
		}
	}
	if shaper == nil {
		return nil
	}
	return shaper.append(&row.Geom)
}

// allBoxes gives a box for every row.
func (s *shapes) allBoxes() []orb.Bound {
	if s.boxes != nil {
		return s.boxes
	}
	boxes := make([]orb.Bound, len(s.where))
	for i := range boxes {
		boxes[i] = s.box(i)
	}
	return boxes
}
