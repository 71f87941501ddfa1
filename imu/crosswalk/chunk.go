package crosswalk

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/imu/parallel"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// chunkRows is how many rows a worker takes at a time.
const chunkRows parallel.Chunk = 1024

// layer reads the shapes of a collection in the system of the work.
type layer struct {
	*snapshot.Collection
	way *crs.Transformer // nil where shapes are in it as they are stored
}

// newLayer reads c in a system.
func newLayer(c *snapshot.Collection, system crs.CRS, ways *crs.Cache) (*layer, error) {
	l := &layer{Collection: c}
	if from := c.Descriptor().CRS; from != system {
		var err error
		if l.way, err = ways.Between(from, system); err != nil {
			return nil, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", c.Descriptor().ID)
		}
	}
	return l, nil
}

// shapes are those of consecutive rows. They are valid until the next read.
type shapes struct {
	list   []geo.Geometry
	xy     []float64
	failed []int
}

// read fills s with the shapes of some rows. What has no image in the system is null.
func (l *layer) read(s *shapes, from, to int) error {
	s.list, s.xy = s.list[:0], s.xy[:0]
	for i := from; i < to; i++ {
		g := l.Geometry(i)
		s.list = append(s.list, g)
		if l.way != nil {
			s.xy = append(s.xy, g.XY...)
		}
	}
	if l.way == nil {
		return nil
	}
	var err error
	if s.failed, err = l.way.TryForward(s.xy, s.failed[:0]); err != nil {
		return referentials.Errorf(referentials.Internal, "%w", err).At("collection %s", l.Descriptor().ID)
	}
	rest, lost := s.xy, s.failed
	for k, at := 0, 0; k < len(s.list); k++ {
		g := &s.list[k]
		n := len(g.XY)
		g.XY, rest, at = rest[:n:n], rest[n:], at+n/2
		for len(lost) > 0 && lost[0] < at {
			*g, lost = geo.Geometry{}, lost[1:]
		}
	}
	return nil
}

// lambert93 is where areas are measured when the mesh is in a system that is not true to
// scale: the legal plane of metropolitan France.
var lambert93 = crs.EPSG(2154)

// planeOf gives the system areas are measured in: that of the mesh, or Lambert-93 for a
// mesh in degrees or Web Mercator that lies where that is meant for.
func planeOf(mesh *snapshot.Collection) (crs.CRS, error) {
	system := mesh.Descriptor().CRS
	info, err := crs.Describe(system)
	if err != nil {
		return system, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", mesh.Descriptor().ID)
	}
	if info.TrueToScale() {
		return system, nil
	}
	plane, err := crs.Describe(lambert93)
	if err != nil {
		return system, referentials.Errorf(referentials.Internal, "%w", err)
	}
	b := mesh.Extent()
	covered := b.Min[0] > b.Max[0] || plane.Covers(b.Min[0], b.Min[1], 0) && plane.Covers(b.Max[0], b.Max[1], 0)
	switch {
	case covered:
		return lambert93, nil
	case info.Geographic:
		return system, referentials.Errorf(referentials.Unsupported, "its shapes are in degrees (%s), which have no area, and lie outside %s, where %s would do", system, plane.AreaName, lambert93).
			At("collection %s", mesh.Descriptor().ID).Do("import it in a projected system")
	}
	return system, nil // its shares of small shapes hold nonetheless
}
