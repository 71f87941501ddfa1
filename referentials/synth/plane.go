package synth

import "math"

// pt is a place in metres east and north of the town's origin. Every vertex that is kept
// lies on whole centimetres, the resolution of the address file.
type pt struct{ x, y float64 }

func (p pt) add(q pt) pt           { return pt{p.x + q.x, p.y + q.y} }
func (p pt) sub(q pt) pt           { return pt{p.x - q.x, p.y - q.y} }
func (p pt) mul(k float64) pt      { return pt{p.x * k, p.y * k} }
func (p pt) dot(q pt) float64      { return p.x*q.x + p.y*q.y }
func (p pt) cross(q pt) float64    { return p.x*q.y - p.y*q.x }
func (p pt) len() float64          { return math.Sqrt(p.x*p.x + p.y*p.y) }
func (p pt) left() pt              { return pt{-p.y, p.x} }
func (p pt) dist(q pt) float64     { return p.sub(q).len() }
func (p pt) angle() float64        { return math.Atan2(p.y, p.x) }
func lerp(a, b pt, t float64) pt   { return pt{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }
func polar(r, angle float64) pt    { return pt{r * math.Cos(angle), r * math.Sin(angle)} }
func centimetre(v float64) float64 { return math.Round(v*100) / 100 }
func (p pt) round() pt             { return pt{centimetre(p.x), centimetre(p.y)} }

func (p pt) unit() pt {
	if l := p.len(); l > 0 {
		return p.mul(1 / l)
	}
	return pt{1, 0}
}

// signedArea is positive for rings that turn left. The ring need not repeat its first vertex.
func signedArea(ring []pt) float64 {
	if len(ring) == 0 {
		return 0
	}
	sum, o := 0.0, ring[0]
	for i := range ring {
		sum += ring[i].sub(o).cross(ring[(i+1)%len(ring)].sub(o))
	}
	return sum / 2
}

// inside counts crossings of a ray to the east.
func inside(ring []pt, p pt) bool {
	in := false
	for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
		a, b := ring[i], ring[j]
		if (a.y > p.y) != (b.y > p.y) && p.x < (b.x-a.x)*(p.y-a.y)/(b.y-a.y)+a.x {
			in = !in
		}
	}
	return in
}

func centroid(ring []pt) pt {
	var c pt
	o, area := ring[0], 0.0
	for i := range ring {
		a, b := ring[i].sub(o), ring[(i+1)%len(ring)].sub(o)
		w := a.cross(b)
		area += w
		c = c.add(a.add(b).mul(w))
	}
	if area == 0 {
		return o
	}
	return o.add(c.mul(1 / (3 * area)))
}

// interior gives a point inside the ring: its centroid, or else the middle of the widest
// run of a horizontal line through it.
func interior(ring []pt) pt {
	c := centroid(ring)
	if inside(ring, c) {
		return c
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range ring {
		lo, hi = min(lo, p.y), max(hi, p.y)
	}
	best, width := c, -1.0
	for k := 1; k < 8; k++ {
		y := lo + (hi-lo)*float64(k)/8.003
		for _, run := range chords(ring, pt{0, y}, pt{1, 0}) {
			if w := run[1].x - run[0].x; w > width {
				best, width = lerp(run[0], run[1], 0.5), w
			}
		}
	}
	return best
}

// chords gives the runs of a line that lie inside the ring, in order.
func chords(ring []pt, origin, dir pt) [][2]pt {
	var at []float64
	n := dir.left()
	for i := range ring {
		a, b := ring[i].sub(origin), ring[(i+1)%len(ring)].sub(origin)
		da, db := a.dot(n), b.dot(n)
		if (da > 0) == (db > 0) {
			continue
		}
		at = append(at, lerp(a, b, da/(da-db)).dot(dir))
	}
	for i := 1; i < len(at); i++ {
		for j := i; j > 0 && at[j] < at[j-1]; j-- {
			at[j], at[j-1] = at[j-1], at[j]
		}
	}
	var runs [][2]pt
	for i := 0; i+1 < len(at); i += 2 {
		runs = append(runs, [2]pt{origin.add(dir.mul(at[i])), origin.add(dir.mul(at[i+1]))})
	}
	return runs
}

// toSegment is the distance from p to the segment ab.
func toSegment(p, a, b pt) float64 {
	d := b.sub(a)
	l2 := d.dot(d)
	if l2 == 0 {
		return p.dist(a)
	}
	t := min(1, max(0, p.sub(a).dot(d)/l2))
	return p.dist(a.add(d.mul(t)))
}

// crossing tells whether the open segments ab and cd cross, and where on ab.
func crossing(a, b, c, d pt) (t float64, ok bool) {
	r, s := b.sub(a), d.sub(c)
	den := r.cross(s)
	if den == 0 {
		return 0, false
	}
	ac := c.sub(a)
	t = ac.cross(s) / den
	u := ac.cross(r) / den
	return t, t >= 0 && t <= 1 && u >= 0 && u <= 1
}

// box is the smallest rectangle, of any direction that an edge has, around the ring: its
// centre, its long axis and its sides.
func box(ring []pt) (centre, axis pt, long, short float64) {
	best := math.Inf(1)
	for i := range ring {
		e := ring[(i+1)%len(ring)].sub(ring[i])
		if e.len() < 1 {
			continue
		}
		u := e.unit()
		v := u.left()
		ulo, uhi, vlo, vhi := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
		for _, p := range ring {
			a, b := p.dot(u), p.dot(v)
			ulo, uhi, vlo, vhi = min(ulo, a), max(uhi, a), min(vlo, b), max(vhi, b)
		}
		w, h := uhi-ulo, vhi-vlo
		if w*h >= best {
			continue
		}
		best = w * h
		centre = u.mul((ulo + uhi) / 2).add(v.mul((vlo + vhi) / 2))
		axis, long, short = u, w, h
		if h > w {
			axis, long, short = v, h, w
		}
	}
	return centre, axis, long, short
}

// disjoint tells whether two convex polygons keep apart, or overlap by less than slack
// metres. Polygons turn left.
func disjoint(a, b []pt, slack float64) bool {
	return separated(a, b, slack) || separated(b, a, slack)
}

func separated(a, b []pt, slack float64) bool {
	for i := range a {
		o := a[i]
		n := a[(i+1)%len(a)].sub(o)
		if n.len() < 0.5 { // too short to give a direction
			continue
		}
		n = n.unit().left()
		outside := true
		for _, p := range b {
			if p.sub(o).dot(n) > slack {
				outside = false
				break
			}
		}
		if outside {
			return true
		}
	}
	return false
}
