package crs

import "github.com/paulmach/orb"

// edgeSteps is how many pieces the edges of a box are cut into before they are
// transformed, because a straight edge is a curve elsewhere.
const edgeSteps = 8

// Cover gives a box in longitude, latitude that holds the image of a box by ways, one after
// the other, the last of which leads to CRS84. It is the world when that cannot be told:
// where a part has no image, or the image is so wide that it may wrap around the world or
// hold a pole.
//
// To find again what was transformed from one system to two others, go back by the same
// way: those two may differ by more than rounding.
func Cover(box orb.Bound, ways ...*Transformer) (orb.Bound, error) {
	var edges []float64
	for i := range edgeSteps + 1 {
		f := float64(i) / edgeSteps
		x, y := box.Min[0]+f*(box.Max[0]-box.Min[0]), box.Min[1]+f*(box.Max[1]-box.Min[1])
		edges = append(edges, x, box.Min[1], x, box.Max[1], box.Min[0], y, box.Max[0], y)
	}
	var failed []int
	for _, t := range ways {
		var err error
		if failed, err = t.TryForward(edges, failed); err != nil {
			return world, err
		}
	}
	out := orb.Bound{Min: orb.Point{edges[0], edges[1]}, Max: orb.Point{edges[0], edges[1]}}
	for i := 2; i < len(edges); i += 2 {
		out = out.Extend(orb.Point{edges[i], edges[i+1]})
	}
	width, height := out.Max[0]-out.Min[0], out.Max[1]-out.Min[1]
	if len(failed) > 0 || !(width <= 90 && height <= 60) {
		return world, nil
	}
	// What bulges between two steps, and the centimetre by which going there and back
	// may miss: PROJ's equal-area inverses have errors of half a millimetre.
	pad := 0.02*max(width, height) + 1e-7
	out.Min[0], out.Min[1] = out.Min[0]-pad, out.Min[1]-pad
	out.Max[0], out.Max[1] = out.Max[0]+pad, out.Max[1]+pad
	return out, nil
}
