package blocks

import (
	"container/heap"
	"context"

	"socle/geo"
	"socle/geo/topology"
	"socle/referentials"
)

// regionKind is what a region is.
type regionKind struct {
	unit   uint32
	nature Nature
}

// refine splits blocks of mixed form and takes spikes off. The lines it cuts along go
// through a second arrangement, of the outlines of blocks and of these lines, so that the
// pieces are as exact a partition as the blocks were.
func (b *build) refine(ctx context.Context) error {
	if err := b.describe(ctx); err != nil {
		return err
	}
	split, err := b.splitMixed(ctx)
	if err != nil {
		return err
	}
	isSplit := false
	for k := range split {
		isSplit = isSplit || len(split[k].Ends) > 0
	}
	for round := range 2 {
		spikes, found := b.findSpikes()
		if round == 1 && !isSplit || !isSplit && !found {
			break // only splitting makes new spikes
		}
		if err := b.recut(ctx, split, spikes); err != nil {
			return err
		}
		split = nil
	}
	return nil
}

// describe traces regions and tells what they mostly are.
func (b *build) describe(ctx context.Context) error {
	if err := b.trace(ctx); err != nil {
		return err
	}
	b.kinds = make([]regionKind, b.regions)
	parts := make([][3]topology.Steps, b.regions) // of water, vegetation and single use
	for f, r := range b.region {
		if r == none {
			continue
		}
		b.kinds[r].unit = b.unit[f]
		for k, t := range [3]traits{inWater, inVegetation, inArea} {
			if b.large[f]&t != 0 {
				parts[r][k] = parts[r][k].Plus(b.net.Steps(uint32(f)))
				break // what lies on water is water
			}
		}
	}
	for r := range b.kinds {
		b.kinds[r].nature = IsBlock
		for k, nature := range [3]Nature{IsWater, IsVegetation, IsArea} {
			if parts[r][k].Plus(parts[r][k]).Compare(b.patches[r].steps) > 0 {
				b.kinds[r].nature = nature
			}
		}
	}
	return nil
}

func (b *build) trace(ctx context.Context) (err error) {
	b.shapes, err = b.net.Trace(ctx, b.region, b.regions)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return referentials.Errorf(referentials.Internal, "a block has no outline: %w", err)
	}
	return nil
}

// pieces is what a second arrangement is made from. Its sources are, in this order, the
// outlines of the blocks there were, what of them are main limits, the lines that split
// each block and those that take its spikes off.
type pieces struct {
	blocks uint32
	owner  []uint32 // of each face, the block it lies in
	unit   []uint32 // of each block
}

func (p *pieces) isMain(source uint32) bool { return source == p.blocks }

// splits tells whether a source splits a block; with spikes, whether it cuts it at all.
func (p *pieces) splits(source, block uint32, spikes bool) bool {
	return source == p.blocks+1+block || spikes && p.tips(source, block)
}

func (p *pieces) tips(source, block uint32) bool { return source == 2*p.blocks+1+block }

// recut cuts blocks along lines, one shape each, and joins the pieces that cannot stand.
func (b *build) recut(ctx context.Context, split, spikes []geo.Geometry) error {
	arranger := topology.NewArranger(b.steps)
	p := &pieces{blocks: uint32(b.regions), unit: make([]uint32, b.regions)}
	main := geo.Geometry{Type: geo.MultiLineString}
	for e := range b.net.NumEdges() {
		left, right := b.net.Sides(e)
		if b.region[left] != b.region[right] && b.limits(e) == mainLimit {
			x0, y0, x1, y1 := b.net.Ends(e)
			main.Add(x0, y0)
			main.Add(x1, y1)
			main.EndRing()
		}
	}
	var failed error
	add := func(source uint32, g *geo.Geometry) {
		if len(g.Ends) == 0 || failed != nil {
			return
		}
		failed = arranger.Add(source, g)
	}
	for r := range b.shapes {
		p.unit[r] = b.kinds[r].unit
		add(uint32(r), &b.shapes[r])
	}
	add(p.blocks, &main)
	for k, lines := range [2][]geo.Geometry{split, spikes} {
		for r := range lines {
			add(p.blocks+1+uint32(k)*p.blocks+uint32(r), &lines[r])
		}
	}
	var net *topology.Arrangement
	if failed == nil {
		net, failed = arranger.Arrange(ctx)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failed != nil {
		return referentials.Errorf(referentials.Internal, "blocks cannot be split: %w", failed)
	}
	b.net = net
	b.placePieces(p)
	b.joinFaces()
	b.findPatches()
	b.mergePieces(p)
	b.number()
	b.kinds = b.inheritKinds(p)
	return b.trace(ctx)
}

// placePieces tells of each face the block it lies in, and what edges are.
func (b *build) placePieces(p *pieces) {
	n := b.net.NumFaces()
	p.owner, b.unit = make([]uint32, n), make([]uint32, n)
	for f := range n {
		p.owner[f], b.unit[f] = none, none
		b.net.EachCover(uint32(f), func(source uint32) {
			if p.owner[f] == none {
				p.owner[f], b.unit[f] = source, p.unit[source]
			}
		})
	}
	b.limits = func(edge int) limitKind {
		left, right := b.net.Sides(edge)
		own, found := p.owner[left], noLimit
		if own != p.owner[right] {
			if found = limit; b.unit[left] != b.unit[right] {
				return unitLimit
			}
			b.net.EachSource(edge, func(s uint32) {
				if p.isMain(s) {
					found = mainLimit
				}
			})
			return found
		}
		if own != none {
			b.net.EachSource(edge, func(s uint32) {
				if p.splits(s, own, true) {
					found = cutLimit
				}
			})
		}
		return found
	}
}

// mergePieces gives the tips of spikes to the neighbour beyond, and joins pieces that are
// too small or too thin to another of their block, the smallest first.
func (b *build) mergePieces(p *pieces) {
	isTip, isPiece, isBody := make([]bool, b.regions), make([]bool, b.regions), make([]bool, b.regions)
	body := p.bodies(b)
	for _, r := range body {
		if r == none {
			b.report.Vanished++
		} else {
			isBody[r] = true
		}
	}
	for e := range b.net.NumEdges() {
		left, right := b.net.Sides(e)
		if p.owner[left] != p.owner[right] || p.owner[left] == none || b.region[left] == b.region[right] {
			continue
		}
		b.net.EachSource(e, func(s uint32) {
			small, large := b.region[left], b.region[right]
			if b.patches[small].steps.Compare(b.patches[large].steps) > 0 || small == body[p.owner[left]] {
				small, large = large, small
			}
			switch {
			case p.tips(s, p.owner[left]) && b.net.AreaOf(b.patches[small].steps) < b.params.tipArea():
				isTip[small] = true
			case p.splits(s, p.owner[left], false):
				isPiece[small], isPiece[large] = true, true
			}
		})
	}
	b.countPieces(p, func(r uint32) bool { return isPiece[r] && !isTip[r] })
	q := &queue{}
	for r := range b.patches {
		if isTip[r] || isPiece[r] || !isBody[r] {
			b.push(q, uint32(r))
		}
	}
	heap.Init(q)
	for q.Len() > 0 {
		next := heap.Pop(q).(entry)
		if patch := &b.patches[next.patch]; patch.into != next.patch || patch.round != next.round {
			continue
		}
		r := next.patch
		to, ok := b.longest(&b.patches[r], func(n border) float64 { return n.cut })
		switch {
		case isTip[r]:
			if beyond, found := b.longest(&b.patches[r], func(n border) float64 { return n.open }); found {
				b.report.Spikes++
				to, ok = beyond, true
			} else {
				b.report.SpikesKept++
			}
		case isPiece[r]:
			if ok = ok && b.isUnfit(r); ok {
				b.report.Rejoined++
			}
		case isBody[r]:
			ok = false
		case !ok: // rounding has parted a step-wide block
			to, ok = b.longest(&b.patches[r], func(n border) float64 { return n.open + n.main })
		}
		if ok {
			b.push(q, b.join(r, to)) // which may be a tip itself
		}
	}
}

// isUnfit tells whether a piece of a block cannot stand.
func (b *build) isUnfit(r uint32) bool {
	p := &b.patches[r]
	area := b.net.AreaOf(p.steps)
	return area < b.params.Split.MinArea || 2*area < b.params.MinWidth*p.perimeter
}

// bodies gives the largest region of each block, of equals the first.
func (p *pieces) bodies(b *build) []uint32 {
	body := make([]uint32, p.blocks)
	for k := range body {
		body[k] = none
	}
	for f, own := range p.owner {
		if own == none {
			continue
		}
		if r := b.region[f]; body[own] == none || b.patches[r].steps.Compare(b.patches[body[own]].steps) > 0 {
			body[own] = r
		}
	}
	return body
}

// countPieces counts the blocks that are split and the pieces they are split into.
func (b *build) countPieces(p *pieces, isPiece func(region uint32) bool) {
	counted, isSplit := make([]bool, b.regions), make([]bool, p.blocks)
	for f, own := range p.owner {
		r := b.region[f]
		if own == none || counted[r] || !isPiece(r) {
			continue
		}
		counted[r] = true
		b.report.SplitInto++
		if !isSplit[own] {
			isSplit[own] = true
			b.report.SplitBlocks++
		}
	}
}

// inheritKinds gives regions what the block was that most of each lay in.
func (b *build) inheritKinds(p *pieces) []regionKind {
	kinds, most := make([]regionKind, b.regions), make([]topology.Steps, b.regions)
	for f, r := range b.region {
		if steps := b.net.Steps(uint32(f)); r != none && steps.Compare(most[r]) > 0 {
			kinds[r], most[r] = b.kinds[p.owner[f]], steps
		}
	}
	return kinds
}
