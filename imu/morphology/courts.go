package morphology

import (
	"cmp"
	"context"
	"slices"

	"socle/geo"
	"socle/geo/topology"
)

// court is ground that buildings enclose together.
type court struct {
	shape  geo.Geometry
	areaM2 float64 // without what is built in it
}

// findCourts finds the courts of every group of buildings that share walls: the holes of
// the group that are not the holes of a building. Only a group whose walls close a ring
// can have one, which spares making one shape of all others.
func (t *town) findCourts(ctx context.Context, tell *teller) error {
	groups := t.groups()
	found := make([][]court, chunkSize.Of(len(groups)))
	err := spread(ctx, len(groups), tell.stage("courts"), topology.NewEngine, func(e *topology.Engine, chunk, from, to int) error {
		for k := from; k < to; k++ {
			found[chunk] = append(found[chunk], t.courtsOf(e, groups[k])...)
		}
		return nil
	})
	t.courts = slices.Concat(found...)
	return err
}

// groups gives the sets of buildings that share walls and may enclose something.
func (t *town) groups() [][]uint32 {
	leader := make([]uint32, len(t.forms))
	for i := range leader {
		leader[i] = uint32(i)
	}
	find := func(i uint32) uint32 {
		for leader[i] != i {
			leader[i] = leader[leader[i]]
			i = leader[i]
		}
		return i
	}
	for _, c := range t.contacts {
		a, b := find(c.a), find(c.b)
		leader[max(a, b)] = min(a, b)
	}
	pieces := make(map[uint32]int)
	for _, c := range t.contacts {
		pieces[find(c.a)] += int(c.pieces)
	}
	members := make(map[uint32][]uint32, len(pieces))
	for i := range leader {
		if l := find(uint32(i)); pieces[l] > 0 {
			members[l] = append(members[l], uint32(i))
		}
	}
	var out [][]uint32
	for l, list := range members {
		if pieces[l] >= len(list) {
			out = append(out, list)
		}
	}
	slices.SortFunc(out, func(a, b []uint32) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// courtsOf makes one shape of a group and gives its holes. A group GEOS cannot join, as
// one with a broken footprint, has none.
func (t *town) courtsOf(e *topology.Engine, group []uint32) []court {
	shapes := make([]geo.Geometry, len(group))
	for k, i := range group {
		shapes[k] = t.buildings[i].Geom
	}
	joined, err := e.Union(shapes...)
	if err != nil {
		return nil
	}
	return enclosed(&joined, shapes)
}

// enclosed gives the holes of a group of buildings joined, without what are holes of one
// building alone.
func enclosed(joined *geo.Geometry, group []geo.Geometry) []court {
	var out []court
	var overlap topology.Overlap
	var hole topology.Outline
	var alone []geo.Geometry
	for k := range group {
		alone = append(alone, holesOf(&group[k])...)
	}
	own := meshOf(alone)
	for _, shape := range holesOf(joined) {
		hole.Measure(&shape)
		c := court{shape: shape, areaM2: hole.Area()}
		for _, k := range own.near(nil, hole.Bound()) {
			c.areaM2 -= overlap.Area(&hole, &own.outlines[k])
		}
		if c.areaM2 > 1e-6*hole.Area() {
			out = append(out, c)
		}
	}
	return out
}

// ringShape makes a polygon of a ring, whatever way it turns.
func ringShape(xy []float64) geo.Geometry {
	return geo.Geometry{Type: geo.Polygon, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}, Parts: []uint32{1}}
}

func holesOf(g *geo.Geometry) []geo.Geometry {
	var out []geo.Geometry
	for part := range g.Parts {
		from, to := g.RingsOf(part)
		for i := from + 1; i < to; i++ {
			out = append(out, ringShape(g.Ring(i)))
		}
	}
	return out
}
