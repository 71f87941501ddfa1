package main

import (
	"context"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/imu/blocks"
	"socle/referentials"
)

// readUnits counts what the rules of the parameters ask blocks to hold enough of.
func (r *imuReader) readUnits(ctx context.Context) error {
	for _, rule := range r.params.Units {
		units, err := r.units(ctx, rule)
		if err != nil {
			return err
		}
		r.input.Units = append(r.input.Units, *units)
	}
	return nil
}

// units counts a collection: where its features lie, or those that the rows of a table refer
// to, and how much each of them counts. Of several years it takes the last; what lies in none
// counts where all does.
func (r *imuReader) units(ctx context.Context, rule blocks.UnitRule) (*blocks.Units, error) {
	state, ok := r.states[rule.Source]
	if !ok {
		return nil, absent("units", rule.Source)
	}
	d := &state.Descriptor
	wrong := func(format string, args ...any) *referentials.Error {
		return referentials.Errorf(referentials.Invalid, format, args...).At("units, collection %s", d.ID)
	}
	field := -1
	if rule.Field != "" {
		if field = d.FieldIndex(rule.Field); field < 0 {
			return nil, wrong("it has no field %q", rule.Field)
		}
		if t := d.Fields[field].Type; t != referentials.Integer && t != referentials.Number {
			return nil, wrong("its field %q is a %s, and only numbers add up", rule.Field, t)
		}
	}
	where, err := r.places(ctx, d)
	if err != nil {
		return nil, err
	}
	if where == nil {
		return nil, wrong("its features lie nowhere, and none of its references leads to a collection of points").Do("import the collection it refers to")
	}
	year, last := d.TimeIndex(), int64(0)
	units := new(blocks.Units)
	engine := topology.NewEngine()
	defer engine.Close()
	err = r.store.Load(ctx, d.ID, 0, func(_ referentials.State, rows referentials.Rows) error {
		for row, err := range rows {
			if err != nil {
				return err
			}
			if year >= 0 {
				if y := yearOf(row.Values[year]); y > last {
					last, *units = y, blocks.Units{}
				} else if y < last {
					continue
				}
			}
			count := 1.0
			if field >= 0 {
				count = row.Values[field].Float()
			}
			if !(count > 0) {
				continue
			}
			at, ok, err := where(engine, row)
			switch {
			case err != nil:
				return wrong("feature %s: %w", row.Values[d.KeyIndex()], err)
			case !ok:
				units.Unplaced += count
			default:
				units.Places, units.Counts = append(units.Places, at), append(units.Counts, count)
			}
		}
		return nil
	})
	return units, err
}

// yearOf gives the year of a number or a time, 0 for none.
func yearOf(v referentials.Value) int64 {
	switch v.Type() {
	case referentials.Date, referentials.DateTime:
		return int64(v.Time().Year())
	}
	return v.Int()
}

// placer tells where a row lies, in metres.
type placer func(*topology.Engine, *referentials.Row) ([2]float64, bool, error)

// places tells how the rows of a collection are placed: by their own shapes, or by those of
// the points they refer to. It is nil when they are not.
func (r *imuReader) places(ctx context.Context, d *referentials.Descriptor) (placer, error) {
	if d.HasGeometry() {
		way, err := r.wayFrom(d)
		if err != nil {
			return nil, err
		}
		return func(e *topology.Engine, row *referentials.Row) ([2]float64, bool, error) {
			return placeOf(e, &row.Geom, way)
		}, nil
	}
	for f := range d.Fields {
		to, ok := r.states[d.Fields[f].Refers]
		if !ok || to.Descriptor.Geometry != geo.Point {
			continue
		}
		points, err := r.points(ctx, &to.Descriptor)
		if err != nil {
			return nil, err
		}
		return func(_ *topology.Engine, row *referentials.Row) ([2]float64, bool, error) {
			at, ok := points[row.Values[f].String()]
			return at, ok && !row.Values[f].IsNull(), nil
		}, nil
	}
	return nil, nil
}

// points reads where the points of a collection lie, by their keys.
func (r *imuReader) points(ctx context.Context, d *referentials.Descriptor) (map[string][2]float64, error) {
	way, err := r.wayFrom(d)
	if err != nil {
		return nil, err
	}
	points, key := map[string][2]float64{}, d.KeyIndex()
	return points, r.store.Load(ctx, d.ID, 0, func(_ referentials.State, rows referentials.Rows) error {
		for row, err := range rows {
			if err != nil {
				return err
			}
			if at, ok, _ := placeOf(nil, &row.Geom, way); ok {
				points[row.Values[key].String()] = at
			}
		}
		return nil
	})
}

// wayFrom gives the way from a collection's system to the plane, nil for none to go.
func (r *imuReader) wayFrom(d *referentials.Descriptor) (*crs.Transformer, error) {
	if d.CRS == r.plane {
		return nil, nil
	}
	way, err := r.ways.Between(d.CRS, r.plane)
	if err != nil {
		return nil, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", d.ID)
	}
	return way, nil
}

// placeOf gives a point of a shape: itself, or one well within. A shape that has no place in
// the plane, and lines, lie nowhere.
func placeOf(e *topology.Engine, g *geo.Geometry, way *crs.Transformer) (at [2]float64, ok bool, err error) {
	switch {
	case g.IsNull() || len(g.XY) < 2:
		return at, false, nil
	case g.Type.Dimension() == 0:
		at = [2]float64{g.XY[0], g.XY[1]}
	case g.Type.Dimension() == 2:
		if at[0], at[1], err = e.Inside(g); err != nil {
			return at, false, err
		}
	default:
		return at, false, nil
	}
	if way != nil {
		if lost, err := way.TryForward(at[:], nil); err != nil || len(lost) > 0 {
			return at, false, nil
		}
	}
	return at, true, nil
}
