package snapshot

import (
	"math"

	"github.com/paulmach/orb"

	"socle/geo"
)

// Vertices live in chunks, so that loading never copies what it has read, chunks can be
// projected side by side, and an edit adds a few vertices without touching the others.
// A feature never straddles two chunks: one with more vertices than a chunk has one to
// itself.
//
//	where[i]  chunk<<16 | first vertex in it
//	heads[i]  position in rings of a record:
//	          MultiPoint        vertices
//	          (Multi)LineString lines, ends…
//	          (Multi)Polygon    rings, parts, ends…, parts…
//
// Ends count from the feature's own first vertex, so a view is three slices of what is
// stored and costs no allocation.
const (
	chunkBits     = 16
	chunkVertices = 1 << chunkBits
)

// shapes holds the geometry of every row, in the storage CRS and in CRS84. It is
// immutable but for room past the end of its last chunk and of rings.
type shapes struct {
	uniform geo.Type   // type of every row, Any when types tells
	types   []geo.Type // nil when uniform
	where   []uint32
	heads   []uint32 // nil when every row is a Point
	rings   []uint32

	stored  [][]float64
	lonLat  [][]float64 // the very chunks of stored when those are longitude, latitude
	wasted  int         // vertices that no row shows any more
	lost    int         // rows that have no image in CRS84
	derived bool        // lonLat differs from stored

	boxes []orb.Bound // longitude, latitude; nil when every row is a Point

	extent        orb.Bound // longitude, latitude
	widest        float64   // side of the widest or highest box, in degrees
	storageExtent orb.Bound
}

func (s *shapes) typeOf(i int) geo.Type {
	if s.types == nil {
		return s.uniform
	}
	return s.types[i]
}

// view gives the geometry of row i over chunks.
func (s *shapes) view(chunks [][]float64, i int) geo.Geometry {
	t := s.typeOf(i)
	if t == geo.None {
		return geo.Geometry{}
	}
	at := s.where[i]
	chunk, first := chunks[at>>chunkBits], 2*int(at&(chunkVertices-1))
	if t == geo.Point {
		return geo.Geometry{Type: t, XY: chunk[first : first+2 : first+2]}
	}
	g := geo.Geometry{Type: t}
	head := int(s.heads[i])
	n := int(s.rings[head])
	switch t.Dimension() {
	case 1:
		g.Ends = s.rings[head+1 : head+1+n : head+1+n]
		n = int(g.Ends[n-1])
	case 2:
		ends := head + 2
		parts := ends + n
		m := int(s.rings[head+1])
		g.Ends = s.rings[ends:parts:parts]
		g.Parts = s.rings[parts : parts+m : parts+m]
		n = int(g.Ends[n-1])
	}
	last := first + 2*n
	g.XY = chunk[first:last:last]
	return g
}

// lonLatView gives row i in CRS84, null when it has no image there.
func (s *shapes) lonLatView(i int) geo.Geometry {
	g := s.view(s.lonLat, i)
	if s.lost > 0 && g.Type != geo.None && math.IsInf(s.box(i).Min[0], 1) {
		return geo.Geometry{}
	}
	return g
}

// box gives the box of row i in CRS84, empty when it has none.
func (s *shapes) box(i int) orb.Bound {
	if s.boxes != nil {
		return s.boxes[i]
	}
	if s.typeOf(i) != geo.Point {
		return geo.EmptyBound()
	}
	at := s.where[i]
	first := 2 * int(at&(chunkVertices-1))
	chunk := s.lonLat[at>>chunkBits]
	return pointBox(chunk[first], chunk[first+1])
}

// pointBox is the box of a point, empty when it is not finite.
func pointBox(x, y float64) orb.Bound {
	if !finite(x) || !finite(y) {
		return geo.EmptyBound()
	}
	return orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x, y}}
}

func finite(v float64) bool { return v-v == 0 }

// placedBox is the box of flat pairs, empty as soon as one of them is not finite: a
// feature of which a part has no image is shown nowhere rather than torn.
func placedBox(xy []float64) orb.Bound {
	b := geo.BoundOf(xy)
	if !finite(b.Min[0]) || !finite(b.Min[1]) || !finite(b.Max[0]) || !finite(b.Max[1]) {
		return geo.EmptyBound()
	}
	return b
}

// isPlaced tells whether a box holds anything.
func isPlaced(b orb.Bound) bool { return b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1] }

func (s *shapes) bytes() int {
	n := cap(s.types) + 4*cap(s.where) + 4*cap(s.heads) + 4*cap(s.rings) + 32*cap(s.boxes)
	for _, c := range s.stored {
		n += 8 * cap(c)
	}
	if s.derived {
		for _, c := range s.lonLat {
			n += 8 * cap(c)
		}
	}
	return n
}
