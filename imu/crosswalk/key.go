package crosswalk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"socle/geo"
	"socle/geo/crs"
	"socle/imu/parallel"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// hub is a collection that references lead through: where each of its rows ends.
type hub struct {
	*snapshot.Collection
	far  int      // references from here to the mesh, the shortest way
	cell []uint32 // by row: of the mesh, or none; nil for the mesh itself
}

// link is a field that leads to a hub.
type link struct {
	field int
	to    *hub
}

// buildKey follows references: from each feature to the mesh itself, or to a row of a
// collection that leads there in turn. The shortest way comes first; a feature whose
// reference is null or leads nowhere takes the next. A collection of points that refers
// to nothing leads to the cells its points lie in.
func buildKey(ctx context.Context, r *Request) (*Matrix, error) {
	hubs, err := r.hubs(ctx)
	if err != nil {
		return nil, err
	}
	links, err := r.links(hubs)
	if err != nil {
		return nil, err
	}
	levels := make([]Level, 0, len(links))
	level := make([]uint8, len(links))
	for k, l := range links {
		name := ByKey
		if l.to.cell != nil {
			name = Level(l.to.Descriptor().ID)
		}
		at := slices.Index(levels, name)
		if at < 0 {
			at = len(levels)
			levels = append(levels, name)
		}
		level[k] = uint8(at)
	}
	d := r.newDraft(levels...)
	cell := make([]uint32, r.Source.Len())
	err = parallel.Each(ctx, len(cell), chunkRows, func() struct{} { return struct{}{} }, func(_ struct{}, chunk, from, to int) error {
		for i := from; i < to; i++ {
			reached, k := follow(r.Source, links, i)
			cell[i] = reached
			if k >= 0 {
				d.matrix.level[i] = level[k]
				continue
			}
			d.matrix.level[i] = d.unmatched()
			d.tell(chunk, func() Fate { return fate(r.Source, i, 1, lost(r.Source, links, i, r.Mesh)) })
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d.assign(r.Mesh.Len(), cell), nil
}

// follow gives the cell of row i and the first link that leads to it, -1 when none does.
func follow(c *snapshot.Collection, links []link, i int) (cell uint32, by int) {
	for k, l := range links {
		row, ok := target(c, l, i)
		if !ok {
			continue
		}
		if l.to.cell == nil {
			return uint32(row), k
		}
		if l.to.cell[row] != none {
			return l.to.cell[row], k
		}
	}
	return none, -1
}

// target finds the row that a link of row i names.
func target(c *snapshot.Collection, l link, i int) (int, bool) {
	v := c.Value(i, l.field)
	switch {
	case v.IsNull():
		return 0, false
	case v.Type() == referentials.String:
		return l.to.Find(v.Str())
	}
	return l.to.Find(v.String())
}

// lost says why no link of row i leads to a cell.
func lost(c *snapshot.Collection, links []link, i int, mesh *snapshot.Collection) string {
	var why []string
	for _, l := range links {
		v, name := c.Value(i, l.field), c.Descriptor().Fields[l.field].Name
		_, found := target(c, l, i)
		switch {
		case v.IsNull():
			why = append(why, fmt.Sprintf("its %s is null", name))
		case !found:
			why = append(why, fmt.Sprintf("its %s %s is not in %s", name, v.String(), l.to.Descriptor().ID))
		default:
			why = append(why, fmt.Sprintf("its %s %s leads to no cell of %s", name, v.String(), mesh.Descriptor().ID))
		}
	}
	return strings.Join(why, "; ")
}

// hubs works back from the mesh through the collections that refer to it, nearest first.
func (r *Request) hubs(ctx context.Context) ([]*hub, error) {
	hubs := []*hub{{Collection: r.Mesh}}
	known := func(c *snapshot.Collection) bool {
		id := c.Descriptor().ID
		return slices.ContainsFunc(hubs, func(h *hub) bool { return h.Descriptor().ID == id })
	}
	for {
		var found []*hub
		for _, c := range r.Through {
			if c == nil || known(c) || c.Descriptor().ID == r.Source.Descriptor().ID {
				continue
			}
			links := linksOf(c, hubs)
			if len(links) == 0 {
				continue
			}
			h := &hub{Collection: c, far: links[0].to.far + 1, cell: make([]uint32, c.Len())}
			err := parallel.Each(ctx, c.Len(), chunkRows, func() struct{} { return struct{}{} }, func(_ struct{}, _, from, to int) error {
				for i := from; i < to; i++ {
					h.cell[i], _ = follow(c, links, i)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			found = append(found, h)
		}
		if len(found) == 0 {
			placed, err := r.placed(ctx, known)
			if err != nil || placed == nil {
				return hubs, err
			}
			found = append(found, placed)
		}
		for _, h := range found {
			if !known(h.Collection) {
				hubs = append(hubs, h)
			}
		}
	}
}

// placed gives a collection of points that leads to the mesh by where its points lie.
func (r *Request) placed(ctx context.Context, known func(*snapshot.Collection) bool) (*hub, error) {
	for _, c := range r.Through {
		if c == nil || known(c) || c.Descriptor().ID == r.Source.Descriptor().ID ||
			c.Descriptor().Geometry != geo.Point || !mayHold(r.Mesh.Descriptor().Geometry, 2) {
			continue
		}
		var ways crs.Cache
		defer ways.Close()
		system := r.Mesh.Descriptor().CRS
		mesh, err := newCells(ctx, r.Mesh, system, &ways, false)
		if err != nil {
			return nil, err
		}
		l, err := newLayer(c, system, &ways)
		if err != nil {
			return nil, err
		}
		cell, _, err := mesh.locate(ctx, l)
		return &hub{Collection: c, far: len(r.Through) + 1, cell: cell}, err
	}
	return nil, nil
}

// linksOf gives the references of c to hubs, those to the nearest first.
func linksOf(c *snapshot.Collection, hubs []*hub) (links []link) {
	d := c.Descriptor()
	for f := range d.Fields {
		for _, h := range hubs {
			if d.Fields[f].Refers == h.Descriptor().ID {
				links = append(links, link{f, h})
			}
		}
	}
	slices.SortStableFunc(links, func(a, b link) int { return a.to.far - b.to.far })
	return links
}

// links gives the ways that start at the source.
func (r *Request) links(hubs []*hub) ([]link, error) {
	d, mesh := r.Source.Descriptor(), r.Mesh.Descriptor()
	links := linksOf(r.Source, hubs)
	if d.ID == mesh.ID && r.Field == "" { // each to itself
		links = append([]link{{d.KeyIndex(), hubs[0]}}, links...)
	}
	if r.Field != "" {
		f, err := fieldOf(r.Source, r.Field)
		if err != nil {
			return nil, err
		}
		links = slices.DeleteFunc(links, func(l link) bool { return l.field != f })
		switch refers := d.Fields[f].Refers; {
		case refers == "":
			return []link{{f, hubs[0]}}, nil // on the word of whoever asks
		case len(links) == 0:
			return nil, invalid("its field %q refers to %q, which leads to no cell of %s", r.Field, refers, mesh.ID).
				At("collection %s", d.ID).Do("give the collections that references lead through, or share out by method %s", Point)
		}
	}
	if len(links) > 0 {
		return links, nil
	}
	var refers []string
	for k := range d.Fields {
		if to := d.Fields[k].Refers; to != "" {
			refers = append(refers, d.Fields[k].Name+" to "+to)
		}
	}
	e := invalid("no field of it refers to anything").At("collection %s", d.ID)
	if len(refers) > 0 {
		e = invalid("none of its references (%s) leads to %s", listed(refers), mesh.ID).At("collection %s", d.ID)
	}
	return nil, e.Do("name the field that holds the key of a cell, give the collections that references lead through, or take another method")
}
