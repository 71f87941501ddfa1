package synth

import (
	"cmp"
	"container/heap"
	"fmt"
	"math"
	"slices"
)

// irisZone is one IRIS: a connected set of blocks of one commune.
type irisZone struct {
	commune int32
	code    string // 9 digits
	name    string
	kind    string // H housing, A activity, D other, Z undivided commune
	weight  float64
	blocks  []int32 // faces
	people  people
}

// Sizes INSEE aims at, in inhabitants.
const (
	dividedFrom = 5_000 // communes under it are one IRIS
	irisMost    = 3_600
	irisLeast   = 700
	largeWorks  = 220_000.0 // m² of workshops that make an IRIS of their own
	largeFields = 600_000.0 // m² of fields and woods
)

// drawIris divides the communes. expected is the people expected in each face.
func (t *town) drawIris(expected []float64) []irisZone {
	byCommune := make([][]int32, len(t.communes))
	for _, f := range t.blocks {
		byCommune[t.faces[f].commune] = append(byCommune[t.faces[f].commune], f)
	}
	d := divider{town: t, expected: expected, near: t.neighbours(), part: make([]int32, len(t.head))}
	var all []irisZone
	for c, faces := range byCommune {
		sum := 0.0
		for _, f := range faces {
			sum += expected[f]
		}
		var zones []irisZone
		if sum < dividedFrom {
			zones = []irisZone{{kind: "Z", blocks: faces, weight: sum}}
		} else {
			zones = d.divide(faces)
		}
		all = append(all, t.nameIris(c, zones)...)
	}
	for i := range all {
		for _, f := range all[i].blocks {
			t.faces[f].iris = int32(i)
		}
	}
	return all
}

// border is a neighbour of a face and the length they share.
type border struct {
	face   int32
	length float64
}

func (t *town) neighbours() [][]border {
	near := make([][]border, len(t.head))
	for e := range t.line {
		h := int32(2 * e)
		a, b := t.face[h], t.face[twin(h)]
		if a == b || t.faces[a].commune != t.faces[b].commune {
			continue
		}
		l := t.at[t.org[h]].dist(t.at[t.dst(h)])
		near[a], near[b] = touch(near[a], b, l), touch(near[b], a, l)
	}
	return near
}

func touch(list []border, f int32, l float64) []border {
	for i := range list {
		if list[i].face == f {
			list[i].length += l
			return list
		}
	}
	return append(list, border{f, l})
}

type divider struct {
	*town
	expected []float64
	near     [][]border
	part     []int32 // scratch: the set a face is in
	stamp    int32
}

// divide makes the zones of a commune: its large works and fields apart, then housing cut
// in halves until small enough, then what is too small joined to a neighbour.
func (d *divider) divide(faces []int32) []irisZone {
	group := func(f int32) int {
		switch d.faces[f].zone {
		case activity:
			return 1
		case country, wood:
			return 2
		}
		return 0
	}
	least := []float64{0, largeWorks, largeFields}
	kinds := []string{"H", "A", "D"}
	var zones []irisZone
	var rest []int32
	for g := 1; g <= 2; g++ {
		var of []int32
		for _, f := range faces {
			if group(f) == g {
				of = append(of, f)
			}
		}
		for _, c := range d.components(of) {
			area := 0.0
			for _, f := range c {
				area += signedArea(d.polygon(f))
			}
			if area < least[g] {
				rest = append(rest, c...)
				continue
			}
			zones = append(zones, irisZone{kind: kinds[g], blocks: c})
		}
	}
	for _, f := range faces {
		if group(f) == 0 {
			rest = append(rest, f)
		}
	}
	slices.Sort(rest)
	for _, c := range d.components(rest) {
		d.halve(c, &zones)
	}
	return d.mergeSmall(zones)
}

// components splits faces into connected sets.
func (d *divider) components(faces []int32) [][]int32 {
	d.stamp++
	for _, f := range faces {
		d.part[f] = d.stamp
	}
	in := d.stamp
	d.stamp++
	var all [][]int32
	for _, f := range faces {
		if d.part[f] != in {
			continue
		}
		set := []int32{f}
		d.part[f] = d.stamp
		for i := 0; i < len(set); i++ {
			for _, n := range d.near[set[i]] {
				if d.part[n.face] == in {
					d.part[n.face] = d.stamp
					set = append(set, n.face)
				}
			}
		}
		slices.Sort(set)
		all = append(all, set)
	}
	return all
}

func (d *divider) weigh(faces []int32) float64 {
	sum := 0.0
	for _, f := range faces {
		sum += d.expected[f]
	}
	return sum
}

// halve cuts a connected set into connected halves of like population until they are small.
func (d *divider) halve(faces []int32, zones *[]irisZone) {
	sum := d.weigh(faces)
	if sum <= irisMost || len(faces) < 2 {
		*zones = append(*zones, irisZone{kind: "H", blocks: faces, weight: sum})
		return
	}
	grown := d.grow(faces, sum/2)
	d.stamp++
	for _, f := range grown {
		d.part[f] = d.stamp
	}
	in := d.stamp
	rest := slices.DeleteFunc(slices.Clone(faces), func(f int32) bool { return d.part[f] == in })
	parts := d.components(rest)
	if len(parts) == 0 {
		*zones = append(*zones, irisZone{kind: "H", blocks: faces, weight: sum})
		return
	}
	largest := 0
	for i := range parts {
		if d.weigh(parts[i]) > d.weigh(parts[largest]) {
			largest = i
		}
	}
	for i := range parts {
		if i != largest {
			grown = append(grown, parts[i]...)
		}
	}
	if len(grown) == len(faces) {
		*zones = append(*zones, irisZone{kind: "H", blocks: faces, weight: sum})
		return
	}
	slices.Sort(grown)
	d.halve(grown, zones)
	d.halve(parts[largest], zones)
}

// grow gathers faces from one end of a set, along its long axis, up to a population.
func (d *divider) grow(faces []int32, goal float64) []int32 {
	places := make([]pt, len(faces))
	for i, f := range faces {
		places[i] = centroid(d.polygon(f))
	}
	axis := spreadAxis(places)
	d.stamp++
	in := d.stamp
	key := make(map[int32]float64, len(faces))
	start := 0
	for i, f := range faces {
		d.part[f] = in
		key[f] = places[i].dot(axis)
		if key[f] < key[faces[start]] {
			start = i
		}
	}
	d.stamp++
	queue := &faceHeap{key: key}
	queue.push(faces[start])
	d.part[faces[start]] = d.stamp
	var out []int32
	sum := 0.0
	for queue.Len() > 0 && sum < goal && len(out) < len(faces)-1 {
		f := heap.Pop(queue).(int32)
		out = append(out, f)
		sum += d.expected[f]
		for _, n := range d.near[f] {
			if d.part[n.face] == in {
				d.part[n.face] = d.stamp
				queue.push(n.face)
			}
		}
	}
	return out
}

// spreadAxis is the direction in which places are most spread.
func spreadAxis(places []pt) pt {
	var c pt
	for _, p := range places {
		c = c.add(p)
	}
	c = c.mul(1 / float64(len(places)))
	var xx, xy, yy float64
	for _, p := range places {
		q := p.sub(c)
		xx, xy, yy = xx+q.x*q.x, xy+q.x*q.y, yy+q.y*q.y
	}
	return polar(1, 0.5*math.Atan2(2*xy, xx-yy))
}

type faceHeap struct {
	faces []int32
	key   map[int32]float64
}

func (h *faceHeap) Len() int           { return len(h.faces) }
func (h *faceHeap) Less(i, j int) bool { return cmp.Less(h.key[h.faces[i]], h.key[h.faces[j]]) }
func (h *faceHeap) Swap(i, j int)      { h.faces[i], h.faces[j] = h.faces[j], h.faces[i] }
func (h *faceHeap) Push(x any)         { h.faces = append(h.faces, x.(int32)) }
func (h *faceHeap) push(f int32)       { heap.Push(h, f) }
func (h *faceHeap) Pop() any {
	f := h.faces[len(h.faces)-1]
	h.faces = h.faces[:len(h.faces)-1]
	return f
}

// mergeSmall joins housing zones of too few people to the neighbour with the longest border.
func (d *divider) mergeSmall(zones []irisZone) []irisZone {
	owner := map[int32]int{}
	for i, z := range zones {
		for _, f := range z.blocks {
			owner[f] = i
		}
	}
	for {
		small := -1
		for i, z := range zones {
			if z.kind == "H" && z.weight < irisLeast && len(z.blocks) > 0 && (small < 0 || z.weight < zones[small].weight) {
				small = i
			}
		}
		if small < 0 {
			break
		}
		shared := make([]float64, len(zones))
		for _, f := range zones[small].blocks {
			for _, n := range d.near[f] {
				shared[owner[n.face]] += n.length
			}
		}
		shared[small] = 0
		best := 0
		for i := range shared {
			if shared[i] > shared[best] {
				best = i
			}
		}
		if shared[best] == 0 {
			zones[small].kind = "D" // an island of its own
			continue
		}
		for _, f := range zones[small].blocks {
			owner[f] = best
		}
		zones[best].blocks = append(zones[best].blocks, zones[small].blocks...)
		zones[best].weight += zones[small].weight
		zones[small] = irisZone{}
	}
	return slices.DeleteFunc(zones, func(z irisZone) bool { return len(z.blocks) == 0 })
}

// perQuarter is how many IRIS share the first two digits of their number.
const perQuarter = 15

// nameIris numbers the zones of a commune, from the centre outwards, and names them.
func (t *town) nameIris(c int, zones []irisZone) []irisZone {
	v := &t.communes[c]
	r := stream(t.seed, "iris", c)
	centre := make(map[int32]pt, len(zones))
	for i := range zones {
		slices.Sort(zones[i].blocks)
		centre[zones[i].blocks[0]] = t.middle(zones[i].blocks)
	}
	// Quarters are sectors of rings around the centre.
	rank := func(z irisZone) (int, float64) {
		q := centre[z.blocks[0]].sub(v.centre)
		return int(q.len() / v.radius * 3), turn(q.angle())
	}
	slices.SortFunc(zones, func(a, b irisZone) int {
		ra, aa := rank(a)
		rb, ab := rank(b)
		return cmp.Or(cmp.Compare(ra, rb), cmp.Compare(aa, ab), cmp.Compare(a.blocks[0], b.blocks[0]))
	})
	taken := map[string]bool{}
	for i := range zones {
		z := &zones[i]
		z.commune = int32(c)
		if z.kind == "Z" {
			z.code, z.name = v.code+"0000", v.name
			continue
		}
		z.code = fmt.Sprintf("%s%02d%02d", v.code, 1+i/perQuarter, 1+i%perQuarter)
		q := centre[z.blocks[0]].sub(v.centre)
		wind := []string{"Est", "Nord-Est", "Nord", "Nord-Ouest", "Ouest", "Sud-Ouest", "Sud", "Sud-Est"}[int(turn(q.angle()+math.Pi/8)/(math.Pi/4))%8]
		for try := 0; ; try++ {
			switch {
			case z.kind == "A":
				z.name = "Z.A. " + wind
			case z.kind == "D":
				z.name = "Rural " + wind
			case try < 20:
				z.name = quarterName(one(r, places))
			default:
				z.name = quarterName(one(r, places)) + " " + wind
			}
			if try > 60 || z.kind != "H" && try > 0 {
				z.name = fmt.Sprintf("%s %d", z.name, i+1)
			}
			if !taken[z.name] {
				break
			}
		}
		taken[z.name] = true
	}
	return zones
}

func quarterName(thing string) string {
	s := ofThing("", thing)
	switch s.particle {
	case "du":
		return "Le " + s.proper
	case "de la":
		return "La " + s.proper
	case "des":
		return "Les " + s.proper
	case "de l'":
		return "L'" + s.proper
	}
	return s.proper
}

func (t *town) middle(faces []int32) pt {
	var c pt
	sum := 0.0
	for _, f := range faces {
		ring := t.polygon(f)
		a := signedArea(ring)
		c = c.add(centroid(ring).mul(a))
		sum += a
	}
	return c.mul(1 / sum)
}
