package tiles

import (
	"socle/geo/crs"
	"socle/geo/workers"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles/arcs"
)

// layer is a public collection at one revision, ready to be drawn. Its features are along
// a Hilbert curve, so that those of a tile are together in memory; a position is the place
// of one in that order.
type layer struct {
	collection *snapshot.PublicCollection
	grid       *Grid            // nil: Web Mercator
	way        *crs.Transformer // from the collection to the grid, while the layer is built; nil: none is needed
	policy     referentials.TilePolicy
	points     bool // it is made of single points

	rows  []uint32 // row of each position
	dims  []int8   // dimension of each
	boxes boxes
	columns

	// Path k, a line or an open ring, has vertices ends[k-1] to ends[k]; position i has
	// paths first[i] to first[i+1]. Points are paths of their own.
	first []uint32
	ends  []uint32
	holes []bool   // which paths are holes in the shell before them
	xy    []uint32 // x, y of every vertex, in world units; shells turn clockwise, y down
	from  []uint8  // zoom from which each vertex is drawn

	shades   []shade    // of each position; nil when there is no polygon
	outlines []outlines // of each zoom from the least one of the policy on
	labels   []uint32   // x, y of a place well inside each position; nil when not asked for
}

// buildLayer makes a layer, with a buffer of so many tile units where its policy has none.
func buildLayer(c *snapshot.PublicCollection, buffer int32) *layer {
	l := &layer{collection: c}
	l.build(buffer)
	return l
}

func (l *layer) build(buffer int32) {
	l.policy = policyIn(l.collection.Descriptor(), l.grid)
	if l.policy.Buffer == 0 {
		l.policy.Buffer = uint16(buffer)
	}
	order := l.order()
	l.rows = make([]uint32, len(order))
	for k := range order {
		l.rows[k] = order[k].row
	}
	var group workers.Group
	group.Go(func() error {
		l.fill(l.collection, l.rows, l.policy.Fields)
		return nil
	})
	l.lay()
	lines := make([]bool, len(l.ends))
	polygons := false
	for k, dim := range l.dims {
		for path := l.first[k]; path < l.first[k+1]; path++ {
			lines[path] = dim < 2
		}
		polygons = polygons || dim == 2
	}
	if l.points {
		l.from = make([]uint8, len(l.xy)/2)
	} else {
		l.from = arcs.Appearances(arcs.Paths{XY: l.xy, Ends: l.ends, Lines: lines}, int(l.policy.MinZoom), int(l.policy.MaxZoom))
	}
	if polygons {
		l.shade(order)
	}
	if !l.points {
		l.outline()
	}
	if l.policy.Labels {
		l.label()
	}
	_ = group.Wait() // no worker fails
}

// lay takes the shapes to world units.
func (l *layer) lay() {
	n := len(l.rows)
	l.dims, l.first = make([]int8, n), make([]uint32, n+1)
	starts := make([]uint32, n+1) // of vertices
	l.points = OfPoints(l.collection)
	for k, row := range l.rows {
		g := l.collection.LonLat(int(row))
		l.dims[k] = int8(g.Type.Dimension())
		paths, vertices := max(1, len(g.Ends)), g.NumVertices()
		if l.dims[k] == 2 {
			vertices -= len(g.Ends)
		}
		l.first[k+1], starts[k+1] = l.first[k]+uint32(paths), starts[k]+uint32(vertices)
	}
	l.ends, l.holes = make([]uint32, l.first[n]), make([]bool, l.first[n])
	l.xy = make([]uint32, 2*int(starts[n]))
	leaves := make([]rect, n)
	inRuns(n, func(from, to int) {
		for k := from; k < to; k++ {
			leaves[k] = l.project(k, starts[k])
		}
	})
	l.boxes = newBoxes(leaves)
}

// project takes one shape to world units and gives its box.
func (l *layer) project(k int, start uint32) rect {
	g := l.shape(int(l.rows[k]))
	out := l.xy[2*start:]
	at := start
	path := l.first[k]
	put := func(xy []float64) {
		for v := 0; v+1 < len(xy); v += 2 {
			x, y := l.grid.units(xy[v], xy[v+1])
			out[0], out[1] = x, y
			out = out[2:]
			at++
		}
	}
	switch l.dims[k] {
	case 2:
		for part := range g.Parts {
			ring, end := g.RingsOf(part)
			for shell := ring; ring < end; ring++ {
				xy := g.Ring(ring)
				begin := at
				put(xy[:len(xy)-2])
				turn(l.xy[2*begin:2*at], ring != shell)
				l.ends[path], l.holes[path] = at, ring != shell
				path++
			}
		}
	case 1:
		for i := range g.Ends {
			put(g.Ring(i))
			l.ends[path] = at
			path++
		}
	default:
		put(g.XY)
		l.ends[path] = at
	}
	r := noRect
	for v := start; v < at; v++ {
		x, y := l.xy[2*v], l.xy[2*v+1]
		r.add(&rect{x, y, x, y})
	}
	return r
}

// turn makes a ring go the way its kind does.
func turn(xy []uint32, hole bool) {
	if (doubleArea(xy) < 0) == hole {
		return
	}
	for i, j := 0, len(xy)-2; i < j; i, j = i+2, j-2 {
		xy[i], xy[i+1], xy[j], xy[j+1] = xy[j], xy[j+1], xy[i], xy[i+1]
	}
}

// doubleArea is twice the signed area of an open ring in square world units, positive when
// it turns clockwise, y down. It works from the first vertex, so that no digits are lost.
func doubleArea(xy []uint32) float64 {
	sum := 0.0
	for i := 2; i+3 < len(xy); i += 2 {
		ux, uy := float64(xy[i])-float64(xy[0]), float64(xy[i+1])-float64(xy[1])
		vx, vy := float64(xy[i+2])-float64(xy[0]), float64(xy[i+3])-float64(xy[1])
		sum += float64(ux*vy) - float64(vx*uy) // rounded apart, on every machine
	}
	return sum
}

// path gives the range of vertices of a path.
func (l *layer) path(k uint32) (from, to uint32) {
	if k > 0 {
		from = l.ends[k-1]
	}
	return from, l.ends[k]
}

// within appends to dst the positions whose box meets the window and whose row is kept, in
// order.
func (l *layer) within(window *rect, keep func(row int) bool, dst []uint32) []uint32 {
	if len(l.rows) == 0 {
		return dst
	}
	dst = l.boxes.search(window, dst)
	if keep == nil {
		return dst
	}
	out := dst[:0]
	for _, k := range dst {
		if keep(int(l.rows[k])) {
			out = append(out, k)
		}
	}
	return out
}

// ringsOf gives the paths of a polygon and its holes, of which the first is k.
func (l *layer) ringsOf(k, end uint32) (next uint32) {
	for k++; k < end && l.holes[k]; k++ {
	}
	return k
}
