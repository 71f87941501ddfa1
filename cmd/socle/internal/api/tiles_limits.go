package api

import (
	"math"

	"github.com/paulmach/orb"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
	"socle/tiles/matrix"
)

// boxIn gives a box in the system of a set that holds a collection, empty when it has no
// shapes. Where a part of it has no image there, it is everything.
func (a *API) boxIn(s *matrix.Set, c *snapshot.PublicCollection) (orb.Bound, error) {
	e := c.Extent()
	switch {
	case !(e.Min[0] <= e.Max[0]):
		return e, nil
	case s.ID == matrix.WebMercatorQuad:
		return orb.Bound{Min: mercator(e.Min), Max: mercator(e.Max)}, nil
	case c.Descriptor().CRS == s.CRS:
		return c.StorageExtent(), nil
	}
	way, err := a.systems.ways.Between(crs.CRS84, s.CRS)
	if err != nil {
		return orb.Bound{}, referentials.Errorf(referentials.Internal, "%w", err)
	}
	return image(e, way)
}

// edgeSteps is how many pieces edges are cut into before they are transformed, because a
// straight edge is a curve elsewhere.
const edgeSteps = 8

// image gives a box that holds the image of a box.
func image(box orb.Bound, way *crs.Transformer) (orb.Bound, error) {
	var edges []float64
	for i := range edgeSteps + 1 {
		f := float64(i) / edgeSteps
		x, y := box.Min[0]+f*(box.Max[0]-box.Min[0]), box.Min[1]+f*(box.Max[1]-box.Min[1])
		edges = append(edges, x, box.Min[1], x, box.Max[1], box.Min[0], y, box.Max[0], y)
	}
	failed, err := way.TryForward(edges, nil)
	if err != nil {
		return orb.Bound{}, referentials.Errorf(referentials.Internal, "%w", err)
	}
	if len(failed) > 0 {
		return orb.Bound{Min: orb.Point{-math.MaxFloat64, -math.MaxFloat64}, Max: orb.Point{math.MaxFloat64, math.MaxFloat64}}, nil
	}
	out := orb.Bound{Min: orb.Point{edges[0], edges[1]}, Max: orb.Point{edges[0], edges[1]}}
	for i := 2; i < len(edges); i += 2 {
		out = out.Extend(orb.Point{edges[i], edges[i+1]})
	}
	// What bulges between two steps: an arc of ten degrees rises a two-hundredth of its
	// chord, and an eighth of it by the square of that less.
	pad := 0.005 * max(out.Max[0]-out.Min[0], out.Max[1]-out.Min[1])
	return out.Pad(pad), nil
}

// mercator gives the metres of Web Mercator of a longitude and latitude, within its square.
func mercator(p orb.Point) orb.Point {
	const radius, highest = 6378137, 85.05112877980659
	lat := max(-highest, min(highest, p[1]))
	return orb.Point{p[0] * (math.Pi / 180 * radius), math.Asinh(math.Tan(lat*(math.Pi/180))) * radius}
}

// limitsOf gives the tiles of a tileset, level by level: those that meet a collection at the
// levels it is drawn at. Clients that come closer draw the deepest ones larger.
func (a *API) limitsOf(s *matrix.Set, ask *tileAsk) ([]matrix.Limits, error) {
	limits := []matrix.Limits{}
	boxes, zooms, err := a.reachOf(s, ask)
	if err != nil {
		return nil, err
	}
	for level := range s.Levels {
		if l, ok := limitsAt(s, level, boxes, zooms); ok {
			limits = append(limits, l)
		}
	}
	return limits, nil
}

// reachOf gives where, in the system of a set, and at which levels, the layers are.
func (a *API) reachOf(s *matrix.Set, ask *tileAsk) (boxes []orb.Bound, levels [][2]int, err error) {
	for i := range ask.parts {
		c := ask.parts[i].collection
		box, err := a.boxIn(s, c)
		if err != nil {
			return nil, nil, err
		}
		low, high := tiles.Zooms(c.Descriptor())
		boxes, levels = append(boxes, box), append(levels, [2]int{low + s.Deeper, high + s.Deeper})
	}
	return boxes, levels, nil
}

// limitsAt gives the limits of a level: of the layers that begin at or above it, to the deepest
// level that any has.
func limitsAt(s *matrix.Set, level int, boxes []orb.Bound, levels [][2]int) (out matrix.Limits, any bool) {
	deepest := 0
	for _, l := range levels {
		deepest = max(deepest, l[1])
	}
	for i := range boxes {
		if level < levels[i][0] || level > deepest {
			continue
		}
		l, ok := s.Limits(boxes[i], level)
		switch {
		case !ok:
		case !any:
			out, any = l, true
		default:
			out.MinTileRow, out.MaxTileRow = min(out.MinTileRow, l.MinTileRow), max(out.MaxTileRow, l.MaxTileRow)
			out.MinTileCol, out.MaxTileCol = min(out.MinTileCol, l.MinTileCol), max(out.MaxTileCol, l.MaxTileCol)
		}
	}
	return out, any
}
