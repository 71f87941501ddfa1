package synth

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// plan is the territory before its streets: the communes, their limits and the great
// lines that cross them. Everything else is grown from it.
type plan struct {
	seed     uint64
	communes []commune // 0 is the city
	limits   []limit
	river    river
	rail     []pt
}

type commune struct {
	name     string
	code     string // 5 digits
	postcode string
	centre   pt
	radius   float64 // of the built-up area, m
	outline  []pt
	gates    []gate
}

// gate is where the road to a neighbour crosses the limit.
type gate struct {
	at pt
	to int // the neighbour, -1 outside
}

// limit is the border between two communes, or with the outside (-1).
type limit struct {
	points []pt
	sides  [2]int
}

type river struct {
	name        string
	line        []pt
	left, right []pt // banks
}

// Sizing. The city takes half of the addresses; the constants are the ground an address
// takes on average, streets, parks and workshops included.
const (
	cityShare       = 0.5
	cityGround      = 392.0 // m² per address
	villageGround   = 470.0
	cityMargin      = 1.22 // radius of the city's commune over that of its built-up area
	firstCode       = 35500
	firstPostcode   = 35900
	smallMetropolis = 20_000 // addresses from which there is a second ring of communes
)

// makePlan lays out a city and rings of communes around it, as bricks of a round wall;
// ground scales the land of each address.
func makePlan(addresses int, seed uint64, ground float64) *plan {
	p := &plan{seed: seed}
	r := stream(seed, "plan", 0)
	n := float64(addresses) * ground
	urban := math.Sqrt(n * cityShare * cityGround / math.Pi)
	height := 3600 * math.Pow(n/100_000, 0.3)
	rings := 1
	if addresses >= smallMetropolis {
		rings = 2
	}
	radius := urban*cityMargin + 60
	circles := make([]circle, rings+1)
	for i := range circles {
		circles[i].radius = radius + height*float64(i)
	}
	var cells []brick
	for k := 1; k <= rings; k++ {
		mid := radius + height*(float64(k)-0.5)
		cells = append(cells, bricks(r, circles, k, max(4, int(math.Round(2*math.Pi*mid/height))))...)
	}
	for i := range circles {
		circles[i].settle(r, height)
	}
	p.communes = make([]commune, len(cells)+1)
	p.drawLimits(r, circles, cells, height)
	p.shapeCommunes(circles)
	p.settleVillages(r, n, urban)
	p.drawRiver(r, urban, radius+height*(float64(rings)+0.6), height)
	p.drawRail(r, urban, radius+height*(float64(rings)+0.6), height)
	nameCommunes(p)
	return p
}

// circle is a round limit between two rings of communes, with the vertices where the
// radial limits touch it.
type circle struct {
	radius float64
	nodes  []corner
}

type corner struct {
	angle float64
	at    pt
}

// brick is a commune of a ring, between two angles.
type brick struct {
	ring     int
	from, to float64
}

func bricks(r *rand.Rand, circles []circle, ring, n int) []brick {
	start := r.Float64() * 2 * math.Pi
	step := 2 * math.Pi / float64(n)
	angles := make([]float64, n)
	for j := range angles {
		a := turn(start + step*(float64(j)+between(r, -0.22, 0.22)))
		// Meet a radial limit of the ring below rather than pass close by it.
		for _, o := range circles[ring-1].nodes {
			if d := math.Abs(turn(a-o.angle+math.Pi) - math.Pi); d < step*0.18 {
				a = o.angle
			}
		}
		angles[j] = a
	}
	slices.Sort(angles)
	cells := make([]brick, n)
	for j, a := range angles {
		cells[j] = brick{ring, a, angles[(j+1)%n]}
		for _, c := range []*circle{&circles[ring-1], &circles[ring]} {
			if !slices.ContainsFunc(c.nodes, func(o corner) bool { return o.angle == a }) {
				c.nodes = append(c.nodes, corner{angle: a})
			}
		}
	}
	return cells
}

// turn brings an angle into [0, 2π).
func turn(a float64) float64 {
	a = math.Mod(a, 2*math.Pi)
	if a < 0 {
		a += 2 * math.Pi
	}
	return a
}

func (c *circle) settle(r *rand.Rand, height float64) {
	slices.SortFunc(c.nodes, func(a, b corner) int { return cmp.Compare(a.angle, b.angle) })
	for i := range c.nodes {
		n := &c.nodes[i]
		n.at = polar(c.radius+height*between(r, -0.13, 0.13), n.angle).round()
	}
}

func (c *circle) find(angle float64) int {
	return slices.IndexFunc(c.nodes, func(o corner) bool { return o.angle == angle })
}

// drawLimits makes the limits: arcs of the circles, then the radial ones.
func (p *plan) drawLimits(r *rand.Rand, circles []circle, cells []brick, height float64) {
	holds := func(b brick, a float64) bool { return turn(a-b.from) < turn(b.to-b.from) }
	at := func(ring int, a float64) int {
		if ring == 0 {
			return 0
		}
		return slices.IndexFunc(cells, func(b brick) bool { return b.ring == ring && holds(b, a) }) + 1
	}
	for i, c := range circles {
		for j, from := range c.nodes {
			to := c.nodes[(j+1)%len(c.nodes)]
			span := turn(to.angle - from.angle)
			mid := from.angle + span/2
			outer := -1
			if i+1 < len(circles) {
				outer = at(i+1, mid)
			}
			base := func(t float64) pt {
				return polar(from.at.len()+(to.at.len()-from.at.len())*t, from.angle+span*t)
			}
			p.limits = append(p.limits, limit{wander(r, from.at, to.at, base, height*0.05), [2]int{at(i, mid), outer}})
		}
	}
	for i, b := range cells {
		in, out := circles[b.ring-1], circles[b.ring]
		from, to := in.nodes[in.find(b.from)].at, out.nodes[out.find(b.from)].at
		before := slices.IndexFunc(cells, func(o brick) bool { return o.ring == b.ring && o.to == b.from })
		base := func(t float64) pt { return lerp(from, to, t) }
		p.limits = append(p.limits, limit{wander(r, from, to, base, height*0.05), [2]int{i + 1, before + 1}})
	}
}

// wander draws a line between two places along base, t from 0 to 1, that strays up to amp sideways and keeps
// its ends and, nearly, its middle, where a road will cross it.
func wander(r *rand.Rand, from, to pt, base func(float64) pt, amp float64) []pt {
	const pieces = 32
	noise := field(r.Uint64())
	points := make([]pt, pieces+1)
	for i := range points {
		t := float64(i) / pieces
		side := base(t + 0.001).sub(base(t - 0.001)).unit().left()
		calm := math.Sin(math.Pi*t) * min(1, math.Abs(t-0.5)*5)
		off := noise.at(t*5, 0)*0.75 + noise.at(t*13, 7)*0.35
		points[i] = base(t).add(side.mul(off * amp * calm)).round()
	}
	points[0], points[pieces] = from, to // exactly, for limits to meet
	return points
}

// shapeCommunes joins the limits into outlines and notes the gates.
func (p *plan) shapeCommunes(circles []circle) {
	for c := range p.communes {
		var parts [][]pt
		for _, l := range p.limits {
			if l.sides[0] != c && l.sides[1] != c {
				continue
			}
			parts = append(parts, l.points)
			other := l.sides[0] + l.sides[1] - c
			if l.points[0].dist(l.points[len(l.points)-1]) > 0.15*p.gauge(circles) {
				p.communes[c].gates = append(p.communes[c].gates, gate{l.points[len(l.points)/2], other})
			}
		}
		p.communes[c].outline = join(parts)
		if c > 0 {
			p.communes[c].centre = centroid(p.communes[c].outline)
		}
	}
}

func (p *plan) gauge(circles []circle) float64 {
	return circles[len(circles)-1].radius - circles[len(circles)-2].radius
}

// join chains lines that touch at their ends into a ring that turns left.
func join(parts [][]pt) []pt {
	used := make([]bool, len(parts))
	ring := slices.Clone(parts[0][:len(parts[0])-1])
	end := parts[0][len(parts[0])-1]
	used[0] = true
	for end != ring[0] {
		found := false
		for i, part := range parts {
			if used[i] {
				continue
			}
			first, last := part[0], part[len(part)-1]
			if last == end {
				part = slices.Clone(part)
				slices.Reverse(part)
				first, last = last, first
			}
			if first == end {
				ring = append(ring, part[:len(part)-1]...)
				end, used[i], found = last, true, true
				break
			}
		}
		if !found {
			break
		}
	}
	if signedArea(ring) < 0 {
		slices.Reverse(ring)
	}
	return ring
}

// settleVillages shares the addresses outside the city among the communes.
func (p *plan) settleVillages(r *rand.Rand, addresses, urban float64) {
	p.communes[0].radius = urban
	weights := make([]float64, len(p.communes))
	sum := 0.0
	for c := 1; c < len(weights); c++ {
		weights[c] = math.Exp(0.6 * r.NormFloat64())
		if near := p.communes[c].centre.len(); near < urban*2.6 {
			weights[c] *= 1.6
		}
		sum += weights[c]
	}
	for c := 1; c < len(weights); c++ {
		v := &p.communes[c]
		share := addresses * (1 - cityShare) * weights[c] / sum
		v.radius = math.Sqrt(share * villageGround / math.Pi)
		// Keep the village off its limits.
		room := math.Inf(1)
		for i, a := range v.outline {
			room = min(room, toSegment(v.centre, a, v.outline[(i+1)%len(v.outline)]))
		}
		v.radius = min(v.radius, room*0.8)
		v.centre = v.centre.add(polar((room-v.radius)*0.35*r.Float64(), r.Float64()*2*math.Pi))
	}
}

// drawRiver runs a river across the map, just south of the old town.
func (p *plan) drawRiver(r *rand.Rand, urban, reach, height float64) {
	width := min(46, max(9, urban*0.012))
	dir := polar(1, between(r, -0.4, 0.4))
	noise, wide := field(r.Uint64()), field(r.Uint64())
	south := -oldTownRadius(urban) * 1.22
	swing := height * 0.22
	step := max(width*1.6, 30)
	n := int(2*reach/step) + 1
	for i := 0; i <= n; i++ {
		s := -reach + 2*reach*float64(i)/float64(n)
		// Meanders are wide in the country and small between the quays.
		free := smooth(min(1, math.Abs(s)/(urban*1.3)))
		wave := height * 0.55
		off := south + swing*free*1.6*noise.at(s/wave, 3) + width*1.5*noise.at(s/(urban*0.35), 11)
		p.river.line = append(p.river.line, dir.mul(s).add(dir.left().mul(off)))
	}
	line := p.river.line
	for i := range line {
		t := line[min(i+1, len(line)-1)].sub(line[max(i-1, 0)]).unit().left()
		half := width / 2 * (1 + 0.25*wide.at(float64(i)/9, 0))
		p.river.left = append(p.river.left, line[i].add(t.mul(half)))
		p.river.right = append(p.river.right, line[i].sub(t.mul(half)))
	}
}

// drawRail runs a railway across the map, past the station south of the river.
func (p *plan) drawRail(r *rand.Rand, urban, reach, height float64) {
	dir := polar(1, between(r, 0.5, 0.9))
	noise := field(r.Uint64())
	off0 := -oldTownRadius(urban) * 1.9
	n := int(2*reach/max(60, urban*0.03)) + 1
	for i := 0; i <= n; i++ {
		s := -reach + 2*reach*float64(i)/float64(n)
		free := smooth(min(1, math.Abs(s)/(urban*1.4)))
		off := off0 + height*0.25*free*noise.at(s/(height*0.9), 5)
		p.rail = append(p.rail, dir.mul(s).add(dir.left().mul(off)))
	}
}

func oldTownRadius(urban float64) float64 { return min(max(urban*0.17, 70), 620) }
