package synth

import (
	"math"
	"slices"
)

// polyline is a line of the frame before it is noded.
type polyline struct {
	points []pt
	line   int32
}

// node cuts polylines where they cross and gives the map's points and links. Crossings are
// rounded to the centimetre and joined to points close by, which bends lines a little and
// can make them cross anew: it cuts again until nothing changes.
func node(lines []polyline) ([]pt, []link) {
	at, links := cutCrossings(lines)
	const enough = 12
	for range enough {
		moved := joinClose(at)
		again := make([]polyline, len(links))
		for i, l := range links {
			again[i] = polyline{[]pt{moved[l.a], moved[l.b]}, l.line}
		}
		was := len(links)
		at, links = cutCrossings(again)
		if len(links) == was {
			break
		}
	}
	return at, links
}

// closeBy is the distance under which points of the frame are one, in metres.
const closeBy = 0.5

// joinClose gives each point the first one of those within closeBy of it.
func joinClose(at []pt) []pt {
	bins := map[[2]int][]pt{}
	out := make([]pt, len(at))
	for i, p := range at {
		x, y := int(math.Floor(p.x/closeBy)), int(math.Floor(p.y/closeBy))
		out[i] = p
		found := false
		for dx := -1; dx <= 1 && !found; dx++ {
			for dy := -1; dy <= 1 && !found; dy++ {
				for _, q := range bins[[2]int{x + dx, y + dy}] {
					if p.dist(q) < closeBy {
						out[i], found = q, true
						break
					}
				}
			}
		}
		if !found {
			bins[[2]int{x, y}] = append(bins[[2]int{x, y}], p)
		}
	}
	return out
}

// cutCrossings cuts polylines where they cross, each crossing rounded to the centimetre.
func cutCrossings(lines []polyline) ([]pt, []link) {
	type segment struct {
		a, b pt
		line int32
		cuts []pt
	}
	var segs []segment
	cell := 1.0
	for _, l := range lines {
		for i := 0; i+1 < len(l.points); i++ {
			a, b := l.points[i].round(), l.points[i+1].round()
			if a != b {
				segs = append(segs, segment{a: a, b: b, line: l.line})
				cell = max(cell, a.dist(b))
			}
		}
	}
	bins := map[[2]int][]int{}
	for i, s := range segs {
		for x := int(math.Floor(min(s.a.x, s.b.x) / cell)); x <= int(math.Floor(max(s.a.x, s.b.x)/cell)); x++ {
			for y := int(math.Floor(min(s.a.y, s.b.y) / cell)); y <= int(math.Floor(max(s.a.y, s.b.y)/cell)); y++ {
				k := [2]int{x, y}
				for _, j := range bins[k] {
					o := &segs[j]
					if s.a == o.a || s.a == o.b || s.b == o.a || s.b == o.b {
						continue
					}
					if t, ok := crossing(s.a, s.b, o.a, o.b); ok {
						p := lerp(s.a, s.b, t).round()
						segs[i].cuts = append(segs[i].cuts, p)
						o.cuts = append(o.cuts, p)
					}
				}
				bins[k] = append(bins[k], i)
			}
		}
	}
	index := map[pt]int32{}
	var at []pt
	id := func(p pt) int32 {
		v, ok := index[p]
		if !ok {
			v = int32(len(at))
			index[p] = v
			at = append(at, p)
		}
		return v
	}
	var links []link
	for _, s := range segs {
		slices.SortFunc(s.cuts, func(p, q pt) int {
			switch dp, dq := p.dist(s.a), q.dist(s.a); {
			case dp < dq:
				return -1
			case dp > dq:
				return 1
			}
			return 0
		})
		from := id(s.a)
		for _, p := range append(s.cuts, s.b) {
			to := id(p)
			if to != from {
				links = append(links, link{from, to, s.line})
			}
			from = to
		}
	}
	return at, links
}
