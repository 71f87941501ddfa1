package topology

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Overlap measures what outlines have in common, without making it. It is scratch memory:
// one for each worker.
//
// An outline is the signed sum of the strips to the left of its edges: at any height, what
// lies left of an edge with the inside on its left counts once, what lies left of one with
// the inside on its right counts less one, and the sum is 1 inside and 0 outside. What two
// outlines share is then the sum over pairs of edges of the strip left of both, whose area
// is an integral of the lesser of two straight lines. No crossing has to be found first and
// no case is special: borders that are shared, touch or coincide only in part add nothing,
// or cancel. The result is as continuous as the shapes, with an error of the last digits.
type Overlap struct {
	inner, other, third, met []strip
}

// strip is what lies to the left of an edge, from one height to another, in a frame whose
// origin is the lower left corner of the smaller outline.
type strip struct {
	low, high float64
	x, slope  float64 // of the edge at low, and by unit of height
	sign      float64
}

// unsureDigits is how large a result must be, by the sum of the sizes of its terms, to be
// more than what rounding left over.
const unsureDigits = 64 * 0x1p-53

// Area gives the area that two measured outlines have in common. Outlines that only touch
// have none.
func (v *Overlap) Area(a, b *Outline) float64 {
	if boxesApart(a.bound, b.bound) {
		return 0
	}
	if sizeOf(b.bound) < sizeOf(a.bound) {
		a, b = b, a
	}
	var meets bool
	if v.other, meets = b.strips(v.other[:0], a.bound); !meets {
		return a.whollyIn(b)
	}
	v.inner, _ = a.strips(v.inner[:0], a.bound)
	return min(measure(v.inner, v.other), a.area, b.area)
}

// Area3 gives the area that three measured outlines have in common.
func (v *Overlap) Area3(a, b, c *Outline) float64 {
	if sizeOf(b.bound) < sizeOf(a.bound) {
		a, b = b, a
	}
	if sizeOf(c.bound) < sizeOf(a.bound) {
		a, c = c, a
	}
	if boxesApart(a.bound, b.bound) || boxesApart(a.bound, c.bound) {
		return 0
	}
	var byB, byC bool
	v.other, byB = b.strips(v.other[:0], a.bound)
	v.third, byC = c.strips(v.third[:0], a.bound)
	if !byB && a.whollyIn(b) == 0 || !byC && a.whollyIn(c) == 0 {
		return 0
	}
	v.inner, _ = a.strips(v.inner[:0], a.bound)
	switch {
	case !byB && !byC:
		return a.area
	case !byC:
		return min(measure(v.inner, v.other), a.area, b.area)
	case !byB:
		return min(measure(v.inner, v.third), a.area, c.area)
	}
	v.met = meet(v.met[:0], v.inner, v.other)
	return min(measure(v.met, v.third), a.area, b.area, c.area)
}

func sizeOf(b orb.Bound) float64 { return (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]) }

// whollyIn gives the area of a where no edge of b meets the box of a: all of it or nothing.
func (o *Outline) whollyIn(b *Outline) float64 {
	if b.Covers(o.shape.XY[0], o.shape.XY[1]) {
		return o.area
	}
	return 0
}

// strips appends the strips that count within a box, in the frame of its corner, and tells
// whether an edge meets the box. Edges below, above and to the left of it count nothing.
func (o *Outline) strips(dst []strip, box orb.Bound) (_ []strip, meets bool) {
	if len(o.bands.starts) == 0 {
		for i := range o.shape.Ends {
			ring := o.shape.Ring(i)
			back := o.turned[i]
			for k := 2; k+1 < len(ring); k += 2 {
				e := edge{ring[k-2], ring[k-1], ring[k], ring[k+1]}
				if max(e.y0, e.y1) < box.Min[1] || min(e.y0, e.y1) > box.Max[1] || e.x0 < box.Min[0] && e.x1 < box.Min[0] {
					continue
				}
				if back {
					e = edge{e.x1, e.y1, e.x0, e.y0}
				}
				meets = meets || segmentMeetsBox(e.x0, e.y0, e.x1, e.y1, box)
				dst = appendStrip(dst, e, box)
			}
		}
		return dst, meets
	}
	l := &o.bands
	first, last := l.band(box.Min[1]), l.band(box.Max[1])
	for k := first; k <= last; k++ {
		for _, e := range l.edges[l.starts[k]:l.starts[k+1]] {
			low := min(e.y0, e.y1)
			if max(e.y0, e.y1) < box.Min[1] || low > box.Max[1] || e.x0 < box.Min[0] && e.x1 < box.Min[0] {
				continue
			}
			if k > first && l.band(low) < k { // it was met in a band below
				continue
			}
			meets = meets || segmentMeetsBox(e.x0, e.y0, e.x1, e.y1, box)
			dst = appendStrip(dst, e, box)
		}
	}
	return dst, meets
}

func appendStrip(dst []strip, e edge, box orb.Bound) []strip {
	s := strip{sign: 1}
	switch {
	case e.y0 < e.y1:
	case e.y0 > e.y1:
		e = edge{e.x1, e.y1, e.x0, e.y0}
		s.sign = -1
	default:
		return dst // nothing is left of a horizontal edge
	}
	s.low, s.high, s.x = e.y0-box.Min[1], e.y1-box.Min[1], e.x0-box.Min[0]
	s.slope = (e.x1 - e.x0) / (e.y1 - e.y0)
	return append(dst, s)
}

// manyPairs is from how many pairs on strips are sorted, so that most are never looked at.
const manyPairs = 1 << 12

// measure gives the area that two sums of strips have in common.
func measure(a, b []strip) float64 {
	sum, sizes := 0.0, 0.0
	add := func(e, f *strip) {
		low, high := max(e.low, f.low), min(e.high, f.high)
		height := high - low
		el, fl := e.x+(low-e.low)*e.slope, f.x+(low-f.low)*f.slope
		eh, fh := el+height*e.slope, fl+height*f.slope
		// Twice the integral of the lesser of the two lines.
		var twice float64
		switch dl, dh := el-fl, eh-fh; {
		case dl <= 0 && dh <= 0:
			twice = (el + eh) * height
		case dl >= 0 && dh >= 0:
			twice = (fl + fh) * height
		case dl < 0:
			twice = (fl+fh)*height + dl*(dl/(dl-dh))*height
		default:
			twice = (fl+fh)*height + dh*(dh/(dh-dl))*height
		}
		sum += e.sign * f.sign * twice
		sizes += math.Abs(twice)
	}
	eachPair(a, b, add)
	if sum <= unsureDigits*sizes {
		return 0
	}
	return sum / 2
}

// meet appends the strips of what two sums of strips have in common.
func meet(dst, a, b []strip) []strip {
	eachPair(a, b, func(e, f *strip) {
		low, high := max(e.low, f.low), min(e.high, f.high)
		el, fl := e.x+(low-e.low)*e.slope, f.x+(low-f.low)*f.slope
		dl := el - fl
		dh := dl + (high-low)*(e.slope-f.slope)
		s := strip{low: low, high: high, x: el, slope: e.slope, sign: e.sign * f.sign}
		first, then := e, f
		if dl > 0 || dl == 0 && dh > 0 {
			first, then = f, e
			s.x, s.slope = fl, f.slope
		}
		if (dl < 0) == (dh < 0) || dl == 0 || dh == 0 {
			dst = append(dst, s)
			return
		}
		s.high = low + (high-low)*(dl/(dl-dh))
		if s.low < s.high {
			dst = append(dst, s)
		}
		if s.low, s.high = s.high, high; s.low < s.high {
			s.x, s.slope = first.x+(s.low-first.low)*first.slope, then.slope
			dst = append(dst, s)
		}
	})
	return dst
}

// eachPair gives the pairs of strips that have some height in common. It may sort both.
func eachPair(a, b []strip, do func(e, f *strip)) {
	if len(a)*len(b) < manyPairs {
		for j := range b {
			f := &b[j]
			for i := range a {
				if e := &a[i]; e.low < f.high && f.low < e.high {
					do(e, f)
				}
			}
		}
		return
	}
	// Of both in the order of their lower ends, each meets those that begin below its own
	// end and are not yet over: the ones over are dropped on the way.
	byLow := func(s, t strip) int {
		return cmp.Or(cmp.Compare(s.low, t.low), cmp.Compare(s.high, t.high), cmp.Compare(s.x, t.x), cmp.Compare(s.slope, t.slope), cmp.Compare(s.sign, t.sign))
	}
	slices.SortFunc(a, byLow)
	slices.SortFunc(b, byLow)
	var openA, openB []*strip
	for i, j := 0, 0; i < len(a) || j < len(b); {
		if j == len(b) || i < len(a) && a[i].low <= b[j].low {
			openB = meetOpen(openB, a[i].low, func(f *strip) { do(&a[i], f) })
			openA = append(openA, &a[i])
			i++
			continue
		}
		openA = meetOpen(openA, b[j].low, func(e *strip) { do(e, &b[j]) })
		openB = append(openB, &b[j])
		j++
	}
}

// meetOpen gives the strips that reach above a height and forgets the others.
func meetOpen(open []*strip, low float64, do func(*strip)) []*strip {
	kept := open[:0]
	for _, s := range open {
		if s.high > low {
			kept = append(kept, s)
			do(s)
		}
	}
	return kept
}
