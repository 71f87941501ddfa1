package morphology

import (
	"math"

	"github.com/paulmach/orb"

	"socle/geo"
)

// distance gives how far apart two buildings are, or best if that is less.
func (w *neighbours) distance(i, j int, best float64) float64 {
	return shapeDistance(&w.buildings[i].Geom, w.boxes[i], &w.buildings[j].Geom, w.boxes[j], best)
}

// shapeDistance gives the distance between a polygon and a polygon or line, 0 where they
// have a point in common, or best if that is less.
func shapeDistance(a *geo.Geometry, boxA orb.Bound, b *geo.Geometry, boxB orb.Bound, best float64) float64 {
	if boxA.Intersects(boxB) && (holds(a, b.XY[0], b.XY[1]) || holds(b, a.XY[0], a.XY[1])) {
		return 0
	}
	square := best * best
	eachEdge(a, func(x0, y0, x1, y1 float64) {
		if square == 0 || boxSquare(edgeBox(x0, y0, x1, y1), boxB) >= square {
			return
		}
		e := edgeBox(x0, y0, x1, y1)
		eachEdge(b, func(u0, v0, u1, v1 float64) {
			if boxSquare(e, edgeBox(u0, v0, u1, v1)) < square {
				square = min(square, segmentSquare(x0, y0, x1, y1, u0, v0, u1, v1))
			}
		})
	})
	return math.Sqrt(square)
}

func edgeBox(x0, y0, x1, y1 float64) orb.Bound {
	return orb.Bound{Min: orb.Point{min(x0, x1), min(y0, y1)}, Max: orb.Point{max(x0, x1), max(y0, y1)}}
}

func boxSquare(a, b orb.Bound) float64 {
	dx := max(0, a.Min[0]-b.Max[0], b.Min[0]-a.Max[0])
	dy := max(0, a.Min[1]-b.Max[1], b.Min[1]-a.Max[1])
	return dx*dx + dy*dy
}

func boxDistance(a, b orb.Bound) float64 { return math.Sqrt(boxSquare(a, b)) }

// segmentSquare is the square of the distance between two segments.
func segmentSquare(ax, ay, bx, by, cx, cy, dx, dy float64) float64 {
	side := func(px, py, qx, qy, rx, ry float64) float64 { return (qx-px)*(ry-py) - (qy-py)*(rx-px) }
	if side(ax, ay, bx, by, cx, cy)*side(ax, ay, bx, by, dx, dy) < 0 && side(cx, cy, dx, dy, ax, ay)*side(cx, cy, dx, dy, bx, by) < 0 {
		return 0
	}
	return min(pointSquare(ax, ay, cx, cy, dx, dy), pointSquare(bx, by, cx, cy, dx, dy),
		pointSquare(cx, cy, ax, ay, bx, by), pointSquare(dx, dy, ax, ay, bx, by))
}

// pointSquare is the square of the distance from a point to a segment.
func pointSquare(px, py, ax, ay, bx, by float64) float64 {
	ux, uy, vx, vy := bx-ax, by-ay, px-ax, py-ay
	t := 0.0
	if n := ux*ux + uy*uy; n > 0 {
		t = min(1, max(0, (ux*vx+uy*vy)/n))
	}
	ex, ey := vx-t*ux, vy-t*uy
	return ex*ex + ey*ey
}

// holds tells whether a point lies in a polygon; on its border it may say either.
func holds(g *geo.Geometry, x, y float64) bool {
	if g.Type.Dimension() != 2 {
		return false
	}
	odd := false
	eachEdge(g, func(x0, y0, x1, y1 float64) {
		if (y0 > y) != (y1 > y) && x < x0+(x1-x0)*(y-y0)/(y1-y0) {
			odd = !odd
		}
	})
	return odd
}
