package mvt

// tidyLine appends a line to dst without the vertices that change nothing: those equal to
// the one before and those on the straight way between their neighbours.
func tidyLine(dst, xy []int32) []int32 {
	for i := 0; i+1 < len(xy); i += 2 {
		x, y := xy[i], xy[i+1]
		n := len(dst)
		if n >= 2 && dst[n-2] == x && dst[n-1] == y {
			continue
		}
		if n >= 4 {
			if cross, dot := turn(dst[n-4], dst[n-3], dst[n-2], dst[n-1], x, y); cross == 0 && dot > 0 {
				dst[n-2], dst[n-1] = x, y
				continue
			}
		}
		dst = append(dst, x, y)
	}
	return dst
}

// tidyRing appends a ring to dst, open, without repeated vertices and without spikes, which
// enclose nothing. A vertex on a straight side stays: a neighbour may turn there. What is
// left may have no vertex at all.
func tidyRing(dst, xy []int32) []int32 {
	for i := 0; i+1 < len(xy); i += 2 {
		dst = cut(append(dst, xy[i], xy[i+1]))
	}
	// Across the joint the ring goes on as anywhere else.
	from := 0
	for len(dst)-from >= 6 {
		n := len(dst)
		switch {
		case dst[from] == dst[n-2] && dst[from+1] == dst[n-1], spike(dst[n-4], dst[n-3], dst[n-2], dst[n-1], dst[from], dst[from+1]):
			dst = dst[:n-2]
		case spike(dst[n-2], dst[n-1], dst[from], dst[from+1], dst[from+2], dst[from+3]):
			from += 2
		default:
			return append(dst[:0], dst[from:]...)
		}
	}
	return dst[:0]
}

// cut takes away the vertices before the last that the last one makes needless.
func cut(path []int32) []int32 {
	for {
		n := len(path)
		switch {
		case n >= 4 && path[n-4] == path[n-2] && path[n-3] == path[n-1]:
			path = path[:n-2]
		case n >= 6 && spike(path[n-6], path[n-5], path[n-4], path[n-3], path[n-2], path[n-1]):
			path[n-4], path[n-3] = path[n-2], path[n-1]
			path = path[:n-2]
		default:
			return path
		}
	}
}

// spike tells whether the way from b to c goes back along that from a to b.
func spike(ax, ay, bx, by, cx, cy int32) bool {
	cross, dot := turn(ax, ay, bx, by, cx, cy)
	return cross == 0 && dot < 0
}

// turn gives the cross and dot products of the steps from a to b and from b to c.
func turn(ax, ay, bx, by, cx, cy int32) (cross, dot int64) {
	ux, uy := int64(bx)-int64(ax), int64(by)-int64(ay)
	vx, vy := int64(cx)-int64(bx), int64(cy)-int64(by)
	return ux*vy - uy*vx, ux*vx + uy*vy
}

// DoubleArea is twice the signed area of a ring by the surveyor's formula: positive when
// it turns clockwise as drawn, y down. The closing vertex may be there or not.
func DoubleArea(xy []int32) int64 {
	sum := int64(0)
	if len(xy) < 6 {
		return 0
	}
	px, py := int64(xy[len(xy)-2]), int64(xy[len(xy)-1])
	for i := 0; i+1 < len(xy); i += 2 {
		x, y := int64(xy[i]), int64(xy[i+1])
		sum += px*y - x*py
		px, py = x, y
	}
	return sum
}

func reverse(xy []int32) {
	for i, j := 0, len(xy)-2; i < j; i, j = i+2, j-2 {
		xy[i], xy[i+1], xy[j], xy[j+1] = xy[j], xy[j+1], xy[i], xy[i+1]
	}
}
