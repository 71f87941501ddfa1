package api

import (
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// wgs84 is longitude and latitude with latitude written first.
var wgs84 = crs.EPSG(4326)

// system is a reference system that a collection can be asked for in.
type system struct {
	crs     crs.CRS
	swapped bool // written y first
	stored  bool // its coordinates are those of the store, not of CRS84
}

// systems keeps what is known of reference systems and the way from each to CRS84. Only
// storage systems come in here, so it is bounded by the collections.
type systems struct {
	mu    sync.Mutex
	known map[crs.CRS]*known
}

type known struct {
	swapped  bool
	toLonLat *crs.Transformer
}

func (s *systems) of(c crs.CRS) (*known, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.known[c]; k != nil {
		return k, nil
	}
	t, err := crs.NewTransformer(c, crs.CRS84)
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "%w", err)
	}
	if s.known == nil {
		s.known = map[crs.CRS]*known{}
	}
	k := &known{crs.AxesSwapped(c), t}
	s.known[c] = k
	return k, nil
}

func (s *systems) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.known {
		k.toLonLat.Close()
	}
	s.known = nil
}

// offered gives the systems that a collection's coordinates can be had in: CRS84 first,
// as the standard's default. A table has none.
func offered(d *referentials.Descriptor) []crs.CRS {
	if !d.HasGeometry() {
		return nil
	}
	out := []crs.CRS{crs.CRS84, wgs84}
	if d.CRS != crs.CRS84 && d.CRS != wgs84 {
		out = append(out, d.CRS)
	}
	return out
}

// choose reads the system that a parameter names, CRS84 when it names none.
func (s *systems) choose(d *referentials.Descriptor, parameter, value string) (system, error) {
	if value == "" {
		return system{crs: crs.CRS84}, nil
	}
	c, err := crs.Parse(value)
	if err != nil {
		return system{}, referentials.Errorf(referentials.Invalid, "%w", err).At("parameter %s", parameter)
	}
	switch c {
	case crs.CRS84:
		return system{crs: c}, nil
	case wgs84:
		return system{crs: c, swapped: true}, nil
	case d.CRS:
		k, err := s.of(c)
		if err != nil {
			return system{}, err
		}
		return system{crs: c, swapped: k.swapped, stored: true}, nil
	}
	list := ""
	for i, c := range offered(d) {
		if i > 0 {
			list += ", "
		}
		list += c.URI()
	}
	e := referentials.Errorf(referentials.Invalid, "collection %q is not offered in %s", d.ID, c).At("parameter %s", parameter)
	if list == "" {
		return system{}, e.Do("it has no geometry")
	}
	return system{}, e.Do("use one of: %s", list)
}

// window is what a bbox asks for.
type window struct {
	lonLat []orb.Bound // where to look: two boxes across the antimeridian
	exact  []orb.Bound // what to meet, in the storage CRS when stored, else in CRS84
	stored bool
}

// edgeSteps is how many pieces the edges of a box are cut into before they are projected,
// because a straight edge is a curve elsewhere.
const edgeSteps = 16

// newWindow makes a window of a box as a client wrote it.
func (s *systems) newWindow(box orb.Bound, in system) (*window, error) {
	if in.swapped {
		box.Min[0], box.Min[1] = box.Min[1], box.Min[0]
		box.Max[0], box.Max[1] = box.Max[1], box.Max[0]
	}
	bad := func(what string) (*window, error) {
		return nil, referentials.Errorf(referentials.Invalid, "%s", what).At("parameter bbox").
			Do("write it as west,south,east,north, in the axis order of bbox-crs")
	}
	if box.Min[1] > box.Max[1] {
		return bad("its south is north of its north")
	}
	if !in.stored {
		if box.Min[0] <= box.Max[0] {
			return &window{lonLat: []orb.Bound{box}, exact: []orb.Bound{box}}, nil
		}
		west, east := box, box
		west.Max[0], east.Min[0] = 180, -180
		both := []orb.Bound{west, east}
		return &window{lonLat: both, exact: both}, nil
	}
	if box.Min[0] > box.Max[0] {
		return bad("its west is east of its east")
	}
	lonLat, err := s.cover(box, in.crs)
	if err != nil {
		return nil, err
	}
	return &window{lonLat: []orb.Bound{lonLat}, exact: []orb.Bound{box}, stored: true}, nil
}

// cover gives a CRS84 box that holds all of a box of another system, or the world when
// that cannot be told.
func (s *systems) cover(box orb.Bound, c crs.CRS) (orb.Bound, error) {
	k, err := s.of(c)
	if err != nil {
		return box, err
	}
	var edges []float64
	for i := range edgeSteps + 1 {
		t := float64(i) / edgeSteps
		x, y := box.Min[0]+t*(box.Max[0]-box.Min[0]), box.Min[1]+t*(box.Max[1]-box.Min[1])
		edges = append(edges, x, box.Min[1], x, box.Max[1], box.Min[0], y, box.Max[0], y)
	}
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	failed, err := k.toLonLat.TryForward(edges, nil)
	if err != nil {
		return world, referentials.Errorf(referentials.Internal, "%w", err)
	}
	out := geo.BoundOf(edges)
	width, height := out.Max[0]-out.Min[0], out.Max[1]-out.Min[1]
	// A box that wide may wrap around the world or hold a pole.
	if len(failed) > 0 || math.IsInf(width, 0) || width > 90 || height > 60 {
		return world, nil
	}
	const margin = 0.02 // of the size, for what bulges between two steps
	pad := margin*max(width, height) + 1e-9
	out.Min[0], out.Min[1] = out.Min[0]-pad, out.Min[1]-pad
	out.Max[0], out.Max[1] = out.Max[0]+pad, out.Max[1]+pad
	return out, nil
}

// matches gives the rows that meet the window, in order.
func (w *window) matches(c *snapshot.PublicCollection) []uint32 {
	var rows []uint32
	for k, look := range w.lonLat {
		c.Search(look, func(i int) bool {
			if k > 0 && c.Box(i).Intersects(w.lonLat[0]) && w.meets(c, i, w.exact[0]) {
				return true // found in the first box already
			}
			if w.meets(c, i, w.exact[k]) {
				rows = append(rows, uint32(i))
			}
			return true
		})
	}
	slices.Sort(rows)
	return rows
}

// meets tells whether row i meets a box.
func (w *window) meets(c *snapshot.PublicCollection, i int, box orb.Bound) bool {
	if !w.stored {
		if b := c.Box(i); geo.Union(box, b) == box {
			return true
		}
		g := c.LonLat(i)
		return g.Meets(box)
	}
	g := c.Geometry(i)
	return g.Meets(box)
}
