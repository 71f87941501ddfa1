package topology

import (
	"context"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"socle/geo"
)

// maxSpan is how wide an arrangement may be, in steps of its grid: all it computes with
// then fits 128 bits, most of it a float64, and every answer is exact.
const maxSpan = 1 << 40

// maxCoordinate is how far from the origin it may lie, in steps: written as float64 in
// units of the coordinates, and read again, a point of the grid is the same one.
const maxCoordinate = 1 << 50

// Arranger collects lines and polygons that are to cut the plane.
type Arranger struct {
	perUnit  float64
	segments []segment
	ends     []lineEnd
}

// segment is a stretch of a source between two points of the grid. Along a ring of a
// polygon the inside is on its left.
type segment struct {
	a, b   gridPoint
	source uint32
	turn   int8 // 1 where it bounds a polygon, 0 on a line
}

type gridPoint struct{ x, y int64 }

// NewArranger makes an Arranger on a grid of so many steps in a unit of the coordinates:
// 1000 is millimetres for metres.
func NewArranger(perUnit int) *Arranger { return &Arranger{perUnit: float64(perUnit)} }

// Add adds the lines of g, or the rings of a polygon, under the number of a source. Rings
// are closed and turned, crossing or not; points are left out. It refuses coordinates that
// are not finite or too far for the grid, and leaves nothing of g then.
func (a *Arranger) Add(source uint32, g *geo.Geometry) error {
	if err := checkEnds(g); err != nil {
		return err
	}
	for _, v := range g.XY {
		if math.Abs(v)*a.perUnit > maxCoordinate {
			return fmt.Errorf("the coordinate %g is too far for a grid of %g", v, 1/a.perUnit)
		}
	}
	switch g.Type.Dimension() {
	case 1:
		for i := range g.Ends {
			a.addPath(source, 0, g.Ring(i), false)
		}
	case 2:
		for part := range g.Parts {
			from, to := g.RingsOf(part)
			for i := from; i < to; i++ {
				ring := g.Ring(i)
				a.addPath(source, 1, ring, (ringArea(ring) < 0) != (i > from))
				if n := len(ring); n > 4 && !isClosed(ring) {
					a.addPath(source, 1, []float64{ring[n-2], ring[n-1], ring[0], ring[1]}, (ringArea(ring) < 0) != (i > from))
				}
			}
		}
	}
	return nil
}

func (a *Arranger) addPath(source uint32, turn int8, xy []float64, backwards bool) {
	from := len(a.segments)
	for i := 2; i+1 < len(xy); i += 2 {
		p, q := a.snap(xy[i-2], xy[i-1]), a.snap(xy[i], xy[i+1])
		if backwards {
			p, q = q, p
		}
		if p != q {
			a.segments = append(a.segments, segment{p, q, source, turn})
		}
	}
	if to := len(a.segments); turn == 0 && to > from && a.segments[from].a != a.segments[to-1].b {
		a.ends = append(a.ends, lineEnd{a.segments[from].a, from, to, from}, lineEnd{a.segments[to-1].b, from, to, to - 1})
	}
}

func (a *Arranger) snap(x, y float64) gridPoint {
	return gridPoint{int64(math.Floor(x*a.perUnit + 0.5)), int64(math.Floor(y*a.perUnit + 0.5))}
}

// Fits tells whether a box is narrow enough for a grid of so many steps in a unit, and
// near enough to the origin.
func Fits(box orb.Bound, perUnit int) bool {
	width, far := 0.0, 0.0
	for axis := range 2 {
		width = max(width, box.Max[axis]-box.Min[axis])
		far = max(far, -box.Min[axis], box.Max[axis])
	}
	return width*float64(perUnit) < maxSpan-2 && far*float64(perUnit) < maxCoordinate-2
}

// Arrangement is the plane cut by lines: vertices on a grid, edges that meet only at
// vertices, and the faces between them. Face 0 is the unbounded one. It is a function of
// the set of lines alone: not of the number of processors. It is safe for concurrent use.
type Arrangement struct {
	// Rounds is how often lines were put on the grid until none crossed: one is enough
	// but for what rounding brings together.
	Rounds int

	perUnit  float64
	points   []gridPoint // by x, then y
	edges    []arcEdge   // by ends
	strands  []strand    // of all edges, in order
	faceOf   []uint32    // of each half-edge, the face on its left: 2e runs from a to b, 2e+1 back
	next     []uint32    // of each half-edge, the one after it around its face
	around   []uint32    // half-edges by their first vertex, counterclockwise
	starts   []uint32    // of each vertex in around
	place    []uint32    // of each half-edge in around
	twice    []Steps     // of each face, twice its area in steps
	covering [][]cover   // of each face, the sources it is inside of
}

// arcEdge is an edge between two vertices, a before b.
type arcEdge struct{ a, b, strand uint32 }

// strand is a source that runs along an edge.
type strand struct {
	source uint32
	turn   int32 // how often its inside is on the left of a→b, less on the right
}

// cover is how often a source's rings wind around a face.
type cover struct {
	source uint32
	turn   int32
}

// Arrange cuts the plane. It fails when ctx ends, or when the lines are further apart
// than the grid allows.
func (a *Arranger) Arrange(ctx context.Context) (*Arrangement, error) {
	m := &Arrangement{perUnit: a.perUnit}
	if len(a.segments) == 0 {
		m.twice, m.covering = make([]Steps, 1), make([][]cover, 1)
		return m, nil
	}
	if err := m.node(ctx, a.segments); err != nil {
		return nil, err
	}
	if err := m.findFaces(ctx); err != nil {
		return nil, err
	}
	return m, m.windFaces()
}

// NumEdges counts edges.
func (m *Arrangement) NumEdges() int { return len(m.edges) }

// NumFaces counts faces, the unbounded one included.
func (m *Arrangement) NumFaces() int { return len(m.twice) }

// Sides gives the faces on the left and on the right of an edge.
func (m *Arrangement) Sides(edge int) (left, right uint32) {
	return m.faceOf[2*edge], m.faceOf[2*edge+1]
}

// EachSource tells the sources that run along an edge, in their order, once each.
func (m *Arrangement) EachSource(edge int, do func(source uint32)) {
	for _, s := range m.strandsOf(edge) {
		do(s.source)
	}
}

func (m *Arrangement) strandsOf(edge int) []strand {
	to := uint32(len(m.strands))
	if edge+1 < len(m.edges) {
		to = m.edges[edge+1].strand
	}
	return m.strands[m.edges[edge].strand:to]
}

// EachCover tells the polygons a face lies in, in the order of their numbers.
func (m *Arrangement) EachCover(face uint32, do func(source uint32)) {
	for _, c := range m.covering[face] {
		if c.turn != 0 {
			do(c.source)
		}
	}
}

// Length is that of an edge.
func (m *Arrangement) Length(edge int) float64 {
	a, b := m.points[m.edges[edge].a], m.points[m.edges[edge].b]
	return math.Hypot(float64(b.x-a.x), float64(b.y-a.y)) / m.perUnit
}

// Ends gives the two points of an edge.
func (m *Arrangement) Ends(edge int) (x0, y0, x1, y1 float64) {
	a, b := m.points[m.edges[edge].a], m.points[m.edges[edge].b]
	return float64(a.x) / m.perUnit, float64(a.y) / m.perUnit, float64(b.x) / m.perUnit, float64(b.y) / m.perUnit
}

// Steps gives the area of a face exactly: sums of it prove a partition without rounding.
// It is 0 for the unbounded face.
func (m *Arrangement) Steps(face uint32) Steps { return m.twice[face] }

// Area is that of a face, in square units of the coordinates.
func (m *Arrangement) Area(face uint32) float64 { return m.AreaOf(m.twice[face]) }

// AreaOf turns a sum of Steps into square units of the coordinates.
func (m *Arrangement) AreaOf(steps Steps) float64 {
	return steps.float64() / (2 * m.perUnit * m.perUnit)
}
