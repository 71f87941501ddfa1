package synth

import (
	"cmp"
	"math"
	"slices"
)

// class is the rank of a way. Classes from street on carry a name.
type class uint8

const (
	nothing    class = iota // a commune limit that no way follows
	bank                    // a river bank without quay
	railway                 // main line
	motorway                // the ring road
	boulevard               // urban ring
	avenue                  // way out of the city
	road                    // between villages
	quay                    // along the river, in town
	mainStreet              // between districts
	street                  // within a district
	lane                    // within a housing estate
	track                   // in the country
)

// half is the half-width of the ground a class takes, in metres.
func (c class) half() float64 {
	return [...]float64{nothing: 1.5, bank: 3, railway: 8, motorway: 18, boulevard: 13, avenue: 10, road: 6,
		quay: 8, mainStreet: 7.5, street: 5.5, lane: 4.5, track: 4}[c]
}

func (c class) named() bool { return c >= motorway }

// open tells ways that houses may front.
func (c class) open() bool { return c >= boulevard }

func (c class) String() string {
	return [...]string{"", "", "", "rapide", "boulevard", "avenue", "route", "quai", "principale", "rue", "desserte", "chemin"}[c]
}

// way is a street, or a railway or a bank, that edges of the map belong to.
type way struct {
	class   class
	commune int32
	id      int32 // id_voie
	goal    int32 // the commune a road leads to, -1 for none
	name    streetName
	edges   []int32 // half-edges in order, once the map is complete
	length  float64
}

// frameLine is a line of the plan and what is known of it before the map is noded.
type frameLine struct {
	points []pt
	class  class
	goal   int32
	breaks float64 // length after which the street may change its name at a junction
}

// town is the whole map as it grows.
type town struct {
	*plan
	*planar
	ways   []way   // by line
	byID   []int32 // the named ones, by id_voie
	faces  []faceInfo
	blocks []int32 // the faces that are blocks, in the order of the files
}

// faceInfo is what is known of a face of the map.
type faceInfo struct {
	commune int32
	zone    zone
	final   bool // not cut any more
	iris    int32
	number  int32 // rank among blocks
}

// layFrame draws limits, river, railway and main roads into a first map.
func layFrame(p *plan) *town {
	lines := p.frameLines()
	poly := make([]polyline, len(lines))
	for i, l := range lines {
		poly[i] = polyline{l.points, int32(i)}
	}
	at, links := node(poly)
	edge := p.outerLimit()
	links = slices.DeleteFunc(links, func(l link) bool {
		return lines[l.line].class != nothing && !inside(edge, lerp(at[l.a], at[l.b], 0.5))
	})
	m := newPlanar(at, links)
	t := &town{plan: p, planar: m, faces: make([]faceInfo, len(m.head))}
	t.faces[0] = faceInfo{commune: -1, final: true, iris: -1, number: -1}
	ribbon := append(slices.Clone(p.river.left), reversed(p.river.right)...)
	for f := 1; f < len(m.head); f++ {
		c := interior(m.polygon(int32(f)))
		t.faces[f] = faceInfo{commune: p.communeAt(c), zone: country, iris: -1, number: -1}
		if inside(ribbon, c) {
			t.faces[f].zone, t.faces[f].final = water, true
		}
	}
	t.adoptStrays()
	t.nameFrame(lines)
	return t
}

func reversed(ps []pt) []pt {
	ps = slices.Clone(ps)
	slices.Reverse(ps)
	return ps
}

// outerLimit is the outline of the whole territory.
func (p *plan) outerLimit() []pt {
	var parts [][]pt
	for _, l := range p.limits {
		if l.sides[1] < 0 {
			parts = append(parts, l.points)
		}
	}
	return join(parts)
}

// adoptStrays gives faces that limits cut out of every outline, where two of them cross, to
// the commune of a neighbour.
func (t *town) adoptStrays() {
	for again := true; again; {
		again = false
		for f := int32(1); f < int32(len(t.head)); f++ {
			for _, h := range t.ring(f, nil) {
				if g := t.face[twin(h)]; t.faces[f].commune < 0 && g > 0 && t.faces[g].commune >= 0 {
					t.faces[f].commune = t.faces[g].commune
					again = true
				}
			}
		}
	}
}

func (p *plan) communeAt(q pt) int32 {
	for c := range p.communes {
		if inside(p.communes[c].outline, q) {
			return int32(c)
		}
	}
	return -1
}

// frameLines lists the lines in order of precedence: where two coincide the first wins.
func (p *plan) frameLines() []frameLine {
	var lines []frameLine
	add := func(points []pt, c class, goal int32, breaks float64) {
		lines = append(lines, frameLine{points: points, class: c, goal: goal, breaks: breaks})
	}
	for _, l := range p.limits {
		add(l.points, nothing, -1, 0)
	}
	add(p.river.left, bank, -1, 500)
	add(p.river.right, bank, -1, 500)
	add(p.rail, railway, -1, 1e9)
	r := stream(p.seed, "frame", 0)
	for c := range p.communes {
		v := &p.communes[c]
		shape := field(r.Uint64())
		ring := func(radius float64) []pt {
			n := max(20, int(2*math.Pi*radius/45))
			ps := make([]pt, n+1)
			for i := range ps {
				a := 2 * math.Pi * float64(i%n) / float64(n)
				k := 1 + 0.13*shape.at(3+1.1*math.Cos(a), 3+1.1*math.Sin(a))*1.6 + 0.02*shape.at(9+5*math.Cos(a), radius/300+5*math.Sin(a))
				ps[i] = v.centre.add(polar(radius*k, a)).round()
			}
			return ps
		}
		inner := v.radius * 0.33
		if c == 0 {
			inner = oldTownRadius(v.radius)
			for q := inner; q < v.radius*0.8; q *= 2.1 {
				add(ring(q), boulevard, -1, 800)
			}
			if v.radius > 1200 {
				add(ring(v.radius*1.05), motorway, -1, 6000)
			} else {
				add(ring(v.radius*0.98), boulevard, -1, 800)
			}
		} else if v.radius > 60 {
			add(ring(inner), mainStreet, -1, 500)
		}
		p.addRadials(c, inner, shape, add)
	}
	return lines
}

// addRadials draws the ways from a centre to the gates of its commune.
func (p *plan) addRadials(c int, inner float64, shape field, add func([]pt, class, int32, float64)) {
	v := &p.communes[c]
	slices.SortFunc(v.gates, func(a, b gate) int {
		return cmp.Compare(a.at.sub(v.centre).angle(), b.at.sub(v.centre).angle())
	})
	last := math.Inf(-1)
	for i, g := range v.gates {
		to := g.at.sub(v.centre)
		a := to.angle()
		if a-last < 0.3 {
			continue
		}
		last = a
		from := v.centre.add(to.unit().mul(inner * 0.6))
		length := g.at.dist(from)
		n := max(4, int(length/70))
		ps := make([]pt, n+1)
		side := to.unit().left()
		for k := range ps {
			s := float64(k) / float64(n)
			off := 0.05 * length * math.Sin(math.Pi*s) * shape.at(s*3, float64(20+i))
			ps[k] = lerp(from, g.at, s).add(side.mul(off)).round()
		}
		cl, breaks := road, 3000.0
		if c == 0 {
			cl, breaks = avenue, 1200.0
		}
		add(ps, cl, int32(g.to), breaks)
	}
}

// nameFrame turns the frame's lines into ways: one per run of edges within a commune, cut
// at junctions when long. A bank becomes a quay in the heart of the city.
func (t *town) nameFrame(lines []frameLine) {
	byLine := make([][]int32, len(lines))
	for e, l := range t.line {
		byLine[l] = append(byLine[l], int32(e))
	}
	for l, edges := range byLine {
		if lines[l].class == nothing {
			for _, e := range edges {
				t.line[e] = -1
			}
			continue
		}
		for _, run := range t.runs(edges) {
			t.nameRun(lines[l], run)
		}
	}
}

// nameRun makes ways along a run of half-edges.
func (t *town) nameRun(l frameLine, run []int32) {
	current, length := int32(-1), 0.0
	for _, h := range run {
		c, cl := t.edgeCommune(h), l.class
		a, b := t.at[t.org[h]], t.at[t.dst(h)]
		city := &t.communes[0]
		if cl == bank && c == 0 && lerp(a, b, 0.5).dist(city.centre) < city.radius*0.6 {
			cl = quay
		}
		if cl == avenue && a.dist(city.centre) > city.radius*1.05 {
			cl = road
		}
		fresh := current < 0 || t.ways[current].commune != c || t.ways[current].class != cl ||
			(length > l.breaks && t.degree(h) > 3)
		if fresh {
			current, length = int32(len(t.ways)), 0
			t.ways = append(t.ways, way{class: cl, commune: c, goal: l.goal})
		}
		t.line[h>>1] = current
		length += a.dist(b)
	}
}

// edgeCommune is the commune of an edge, of its left face where a limit runs along it.
func (t *town) edgeCommune(h int32) int32 {
	if f := t.face[h]; f != 0 {
		return t.faces[f].commune
	}
	return t.faces[t.face[twin(h)]].commune
}

// runs orders edges into paths of half-edges, following each path through vertices where
// exactly two of them meet.
func (t *town) runs(edges []int32) [][]int32 {
	touch := map[int32][]int32{}
	for _, e := range edges {
		for _, h := range []int32{2 * e, 2*e + 1} {
			touch[t.org[h]] = append(touch[t.org[h]], h)
		}
	}
	done := map[int32]bool{}
	var all [][]int32
	walk := func(h int32) {
		var run []int32
		for !done[h>>1] {
			done[h>>1] = true
			run = append(run, h)
			out := touch[t.dst(h)]
			if len(out) != 2 {
				break
			}
			g := out[0]
			if g == twin(h) {
				g = out[1]
			}
			h = g
		}
		if len(run) > 0 {
			all = append(all, run)
		}
	}
	for _, e := range edges { // from the ends first, then what is left are loops
		for _, h := range []int32{2 * e, 2*e + 1} {
			if len(touch[t.org[h]]) != 2 && !done[e] {
				walk(h)
			}
		}
	}
	for _, e := range edges {
		if !done[e] {
			walk(2 * e)
		}
	}
	return all
}

// importance ranks ways from 1, the greatest, to 6, as the national road map does.
func (c class) importance() int {
	return [...]int{motorway: 1, boulevard: 3, avenue: 3, road: 3, quay: 4, mainStreet: 4, street: 5, lane: 5, track: 6}[c]
}

// carriageway is the width of the roadway, in metres.
func (c class) carriageway() float64 {
	return [...]float64{motorway: 15, boulevard: 12, avenue: 9, road: 6.5, quay: 7, mainStreet: 7, street: 5.5, lane: 5, track: 3.5}[c]
}
