package arcs

import (
	"cmp"
	"math/bits"
	"slices"
)

// none is the number of no node and no arc.
const none = ^uint32(0)

// graph is made of the different places of a layer, its nodes.
type graph struct {
	nodes []uint32 // of each vertex
	xy    []uint32 // of each node
	near  []uint32 // two neighbours of each node
	count []uint8  // different neighbours of each node; junction when not two
	from  []uint8  // zoom of each node
	owner []uint32 // arc of each node, none for junctions
	arcs  []arc
}

// arc is a stretch of border between two junctions, or a ring that has none.
type arc struct {
	nodes []uint32 // ends included; those that are left
	loop  bool
	least int // nodes between the ends, or of a loop, that stay
}

const junction = 3

func newGraph(p Paths) *graph {
	n := len(p.XY) / 2
	g := &graph{nodes: make([]uint32, n)}
	g.number(p.XY)
	m := len(g.xy) / 2
	g.near, g.count = make([]uint32, 2*m), make([]uint8, m)
	g.from, g.owner = make([]uint8, m), make([]uint32, m)
	first := uint32(0)
	for i, end := range p.Ends {
		path := g.nodes[first:end]
		first = end
		if len(path) == 0 {
			continue
		}
		before := path[len(path)-1]
		line := p.isLine(i)
		if line {
			g.count[path[0]], g.count[before] = junction, junction
			before = path[0]
		}
		for _, at := range path {
			g.join(at, before)
			g.join(before, at)
			before = at
		}
	}
	for i := range g.owner {
		g.owner[i] = none
	}
	return g
}

func (p *Paths) isLine(i int) bool { return p.Lines != nil && p.Lines[i] }

// number finds the node of each vertex by a table of places.
func (g *graph) number(xy []uint32) {
	size := bits.Len(uint(len(xy))) // two slots a vertex, or more
	table := make([]uint32, 1<<size)
	mask := uint64(len(table) - 1)
	g.xy = make([]uint32, 0, len(xy))
	for v := range g.nodes {
		x, y := xy[2*v], xy[2*v+1]
		at := hash(x, y) & mask
		for {
			n := table[at]
			if n == 0 {
				g.xy = append(g.xy, x, y)
				n = uint32(len(g.xy) / 2)
				table[at] = n
			}
			if n--; g.xy[2*n] == x && g.xy[2*n+1] == y {
				g.nodes[v] = n
				break
			}
			at = (at + 1) & mask
		}
	}
}

// hash mixes a place well in its low bits.
func hash(x, y uint32) uint64 {
	h := (uint64(x)<<32 | uint64(y)) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// join notes that a node has a neighbour.
func (g *graph) join(n, neighbour uint32) {
	near := g.near[2*n : 2*n+2]
	switch c := g.count[n]; {
	case n == neighbour || c == junction:
	case c > 0 && near[0] == neighbour || c > 1 && near[1] == neighbour:
	case c == 2:
		g.count[n] = junction
	default:
		near[c] = neighbour
		g.count[n]++
	}
}

func (g *graph) isJunction(n uint32) bool { return g.count[n] != 2 }

// stretch names the ends of an arc, or of an edge between junctions.
type stretch struct {
	ends uint64
	arc  uint32 // none for an edge
}

// cut makes the arcs. Those that have both ends in common keep a vertex in between, or
// they would fall together.
func (g *graph) cut(p Paths) {
	var stretches []stretch
	first := uint32(0)
	for i, end := range p.Ends {
		path := g.nodes[first:end]
		first = end
		start := slices.IndexFunc(path, g.isJunction)
		switch {
		case len(path) == 0:
		case start < 0:
			g.addLoop(path)
		default:
			stretches = g.addArcs(path, start, p.isLine(i), stretches)
		}
	}
	slices.SortFunc(stretches, func(a, b stretch) int { return cmp.Or(cmp.Compare(a.ends, b.ends), cmp.Compare(a.arc, b.arc)) })
	stretches = slices.Compact(stretches)
	for i, s := range stretches {
		alone := (i == 0 || stretches[i-1].ends != s.ends) && (i+1 == len(stretches) || stretches[i+1].ends != s.ends)
		if s.arc != none && !alone {
			g.arcs[s.arc].least = max(g.arcs[s.arc].least, 1)
		}
	}
}

// fewest is how many vertices a ring without junctions keeps: buildings stay boxes.
const fewest = 4

func (g *graph) addLoop(path []uint32) {
	if g.owner[path[0]] != none {
		return // the hole that another shape fills
	}
	nodes := slices.Compact(slices.Clone(path))
	if last := len(nodes) - 1; last > 0 && nodes[0] == nodes[last] {
		nodes = nodes[:last]
	}
	g.add(arc{nodes: nodes, loop: true, least: fewest})
}

func (g *graph) addArcs(path []uint32, start int, line bool, stretches []stretch) []stretch {
	n := len(path)
	steps := n
	if line {
		steps = n - 1
	}
	from := start
	for k := 1; k <= steps; k++ {
		to := start + k
		if !g.isJunction(path[to%n]) {
			continue
		}
		a, b := path[from%n], path[to%n]
		s := stretch{uint64(min(a, b))<<32 | uint64(max(a, b)), none}
		if from+1 < to {
			inner := path[(from+1)%n]
			if g.owner[inner] == none {
				nodes := make([]uint32, 0, to-from+1)
				for i := from; i <= to; i++ {
					if at := path[i%n]; len(nodes) == 0 || nodes[len(nodes)-1] != at {
						nodes = append(nodes, at)
					}
				}
				next := arc{nodes: nodes}
				if a == b {
					next.least = 2
				}
				g.add(next)
			}
			s.arc = g.owner[inner]
		}
		if a != b || s.arc != none {
			stretches = append(stretches, s)
		}
		from = to
	}
	return stretches
}

func (g *graph) add(a arc) {
	inner := a.nodes
	if !a.loop {
		inner = inner[1 : len(inner)-1]
	}
	for _, n := range inner {
		g.owner[n] = uint32(len(g.arcs))
	}
	g.arcs = append(g.arcs, a)
}
