package blocks

import (
	"cmp"
	"container/heap"
	"context"
	"math"
	"slices"

	"socle/geo/topology"
)

// patch is a region while pieces are joined.
type patch struct {
	steps     topology.Steps // its area
	perimeter float64
	borders   map[uint32]border // with the patches of its unit
	water     bool              // it is a stretch of large water, which may be thin
	into      uint32            // the patch it has joined, itself while it stands
	round     int               // how often it has changed, to tell stale entries of the queue
}

// border is what two patches have in common, in metres.
type border struct{ cut, open, main float64 }

// merge joins what is too small or too thin to a neighbour, the smallest first.
func (b *build) merge(ctx context.Context) error {
	b.findPatches()
	for f, r := range b.region {
		if r != none {
			b.patches[r].water = b.large[f]&inWater != 0
		}
	}
	q := &queue{}
	for r := range b.patches {
		b.push(q, uint32(r))
	}
	heap.Init(q)
	var stuck []uint32
	for steps := 0; q.Len() > 0; steps++ {
		if steps%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		next := heap.Pop(q).(entry)
		p := &b.patches[next.patch]
		if p.into != next.patch || p.round != next.round {
			continue
		}
		why := b.fault(p)
		if why == wellMade {
			continue
		}
		to, ok := b.longest(p, func(n border) float64 { return n.open })
		if !ok {
			stuck = append(stuck, next.patch)
			continue
		}
		b.report.joined(why)
		b.push(q, b.join(next.patch, to))
	}
	b.crossMain(stuck)
	b.number()
	return nil
}

// findPatches measures regions and their common borders.
func (b *build) findPatches() {
	b.patches = make([]patch, b.regions)
	for r := range b.patches {
		b.patches[r].into, b.patches[r].borders = uint32(r), map[uint32]border{}
	}
	for f, r := range b.region {
		if r != none {
			b.patches[r].steps = b.patches[r].steps.Plus(b.net.Steps(uint32(f)))
		}
	}
	for e := range b.net.NumEdges() {
		left, right := b.net.Sides(e)
		r, s := b.region[left], b.region[right]
		if r == s {
			continue
		}
		length, kind := b.net.Length(e), b.limits(e)
		for _, side := range [2][2]uint32{{r, s}, {s, r}} {
			if side[0] == none {
				continue
			}
			p := &b.patches[side[0]]
			p.perimeter += length
			if kind == unitLimit || side[1] == none {
				continue
			}
			n := p.borders[side[1]]
			switch kind {
			case mainLimit:
				n.main += length
			case cutLimit:
				n.cut += length
			default:
				n.open += length
			}
			p.borders[side[1]] = n
		}
	}
}

// fault is why a patch does not stand alone.
type fault uint8

const (
	wellMade fault = iota
	tooSmall
	tooThin
)

func (b *build) fault(p *patch) fault {
	area := b.net.AreaOf(p.steps)
	switch {
	case area < b.params.MinArea:
		return tooSmall
	case p.water:
	case 2*area < b.params.MinWidth*p.perimeter,
		area < b.params.SliverArea && 4*math.Pi*area < b.params.SliverCompact*p.perimeter*p.perimeter:
		return tooThin
	}
	return wellMade
}

// longest gives the neighbour that shares the most border of a sort, of equals the one of
// the lowest number.
func (b *build) longest(p *patch, length func(border) float64) (to uint32, ok bool) {
	most := 0.0
	for n, border := range p.borders {
		if l := length(border); l > most || l == most && ok && n < to {
			to, most, ok = n, l, true
		}
	}
	return to, ok && most > 0
}

// join puts a patch into another, which it gives. The work is as much as the neighbours of
// the one that goes, the smaller.
func (b *build) join(from, to uint32) uint32 {
	p, q := &b.patches[from], &b.patches[to]
	shared := q.borders[from]
	q.perimeter += p.perimeter - 2*(shared.cut+shared.open+shared.main)
	q.steps = q.steps.Plus(p.steps)
	for n, add := range p.borders {
		other := &b.patches[n]
		delete(other.borders, from)
		if n == to {
			continue
		}
		sum := q.borders[n]
		sum.cut, sum.open, sum.main = sum.cut+add.cut, sum.open+add.open, sum.main+add.main
		q.borders[n], other.borders[to] = sum, sum
	}
	p.into, p.borders = to, nil
	q.round++
	return to
}

// crossMain lets pieces shut in by main limits join a neighbour across one, each once and
// the smallest first: those below a size, and strips of any length, as between two
// carriageways, which lead no block to the other side. What stays is told in the report.
func (b *build) crossMain(stuck []uint32) {
	slices.SortFunc(stuck, func(r, s uint32) int {
		if c := b.patches[r].steps.Compare(b.patches[s].steps); c != 0 {
			return c
		}
		return cmp.Compare(r, s)
	})
	for _, r := range stuck {
		p := &b.patches[r]
		if p.into != r || b.fault(p) == wellMade {
			continue
		}
		if to, ok := b.longest(p, func(n border) float64 { return n.open + n.main }); ok && b.mayCross(p) {
			b.report.Crossed++
			b.join(r, to)
			continue
		}
		if b.fault(p) == tooSmall {
			b.report.KeptSmall++
		} else {
			b.report.KeptThin++
		}
	}
}

func (b *build) mayCross(p *patch) bool {
	area, below := b.net.AreaOf(p.steps), b.params.CrossMainBelow
	return area < below || below > 0 && 2*area < b.params.MinWidth*p.perimeter
}

// number gives faces the numbers of the patches that stand.
func (b *build) number() {
	numbers := make([]uint32, len(b.patches))
	count := uint32(0)
	for r := range b.patches {
		if b.patches[r].into == uint32(r) {
			numbers[r] = count
			b.patches[count].steps, b.patches[count].perimeter = b.patches[r].steps, b.patches[r].perimeter
			count++
		}
	}
	for f, r := range b.region {
		if r == none {
			continue
		}
		for b.patches[r].into != r {
			r = b.patches[r].into
		}
		b.region[f] = numbers[r]
	}
	b.regions = int(count)
	b.report.MainInside += b.mainInside()
}

// queue holds patches, the smallest first.
type queue []entry

type entry struct {
	steps topology.Steps
	patch uint32
	round int
}

func (b *build) push(q *queue, r uint32) {
	p := &b.patches[r]
	heap.Push(q, entry{p.steps, r, p.round})
}

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	if c := q[i].steps.Compare(q[j].steps); c != 0 {
		return c < 0
	}
	return q[i].patch < q[j].patch
}

// Push adds an entry, for container/heap.
func (q *queue) Push(x any) { *q = append(*q, x.(entry)) }

// Pop takes the last, for container/heap.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
