package blocks

import (
	"context"

	"socle/geo/topology"
)

// placeFaces finds the unit of every face and the large bodies it lies in, and joins faces
// that nothing cuts apart.
func (b *build) placeFaces(context.Context) error {
	n := b.net.NumFaces()
	b.unit, b.large = make([]uint32, n), make([]traits, n)
	for f := range n {
		b.unit[f] = none
		several := false
		b.net.EachCover(uint32(f), func(s uint32) {
			switch src := &b.sources[s]; {
			case src.layer < 0 && b.unit[f] == none:
				b.unit[f] = s
			case src.layer < 0:
				several = true
			default:
				b.large[f] |= src.kind.trait()
			}
		})
		if b.unit[f] != none {
			b.report.Faces++
		}
		if several {
			b.report.ZoneOverlap += b.net.Area(uint32(f))
		}
	}
	b.keepLarge(inWater, Water, b.params.MinWater)
	b.keepLarge(inVegetation, Vegetation, b.params.MinVegetation)
	b.keepLarge(inArea, Areas, b.params.MinSingleUse)
	for e := range b.net.NumEdges() {
		if left, right := b.net.Sides(e); left == right && b.unit[left] != none {
			b.report.Loose++
			b.report.LooseLength += b.net.Length(e)
		}
	}
	b.limits = b.limit
	b.joinFaces()
	b.report.Pieces = b.regions
	return nil
}

// joinFaces makes regions of the faces that no limit parts.
func (b *build) joinFaces() {
	n := b.net.NumFaces()
	sets := newSets(n)
	for e := range b.net.NumEdges() {
		if left, right := b.net.Sides(e); left != right && b.limits(e) == noLimit {
			sets.join(left, right)
		}
	}
	b.region, b.regions = make([]uint32, n), 0
	number := make([]uint32, n)
	for f := range number {
		number[f] = none
	}
	for f := range b.region {
		b.region[f] = none
		if b.unit[f] == none {
			continue
		}
		root := sets.root(uint32(f))
		if number[root] == none {
			number[root] = uint32(b.regions)
			b.regions++
		}
		b.region[f] = number[root]
	}
}

func (k Kind) trait() traits {
	switch k {
	case Water:
		return inWater
	case Vegetation:
		return inVegetation
	case Areas:
		return inArea
	}
	return 0
}

// keepLarge takes a trait off the faces of bodies below a size. Polygons that touch are
// one body, whatever runs between them.
func (b *build) keepLarge(t traits, kind Kind, least float64) {
	sets := newSets(len(b.large))
	for e := range b.net.NumEdges() {
		if left, right := b.net.Sides(e); b.large[left]&b.large[right]&t != 0 {
			sets.join(left, right)
		}
	}
	area := make([]topology.Steps, len(b.large))
	for f := range b.large {
		if b.large[f]&t != 0 {
			root := sets.root(uint32(f))
			area[root] = area[root].Plus(b.net.Steps(uint32(f)))
		}
	}
	kept := &Bodies{Kind: kind}
	for f := range b.large {
		if b.large[f]&t == 0 {
			continue
		}
		root := sets.root(uint32(f))
		isLarge := b.net.AreaOf(area[root]) >= least
		if root == uint32(f) && isLarge {
			kept.Large++
		} else if root == uint32(f) {
			kept.Small++
		}
		if !isLarge {
			b.large[f] &^= t
		}
	}
	if kept.Large+kept.Small > 0 {
		b.report.Bodies = append(b.report.Bodies, *kept)
	}
}

// limitKind is what an edge is to the blocks on its sides.
type limitKind uint8

const (
	noLimit   limitKind = iota
	cutLimit            // within a block, between pieces of it
	limit               // blocks may be joined across it
	mainLimit           // only pieces with no other neighbour are
	unitLimit           // never
)

// limit tells what an edge is.
func (b *build) limit(edge int) limitKind {
	left, right := b.net.Sides(edge)
	if b.unit[left] != b.unit[right] {
		return unitLimit
	}
	if (b.large[left]^b.large[right])&inWater != 0 {
		return mainLimit
	}
	found := noLimit
	if b.large[left] != b.large[right] {
		found = limit
	}
	overWater := b.large[left]&b.large[right]&inWater != 0 && !b.params.BridgesCutWater
	b.net.EachSource(edge, func(s uint32) {
		src := &b.sources[s]
		switch {
		case src.layer < 0 || src.kind.areal(): // its sides have told already
		case overWater:
		case src.main:
			found = mainLimit
		default:
			found = max(found, limit)
		}
	})
	return found
}

// sets joins numbers into sets; the root of a set is its least number.
type sets []uint32

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = uint32(i)
	}
	return s
}

func (s sets) root(i uint32) uint32 {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

func (s sets) join(i, j uint32) {
	i, j = s.root(i), s.root(j)
	s[max(i, j)] = min(i, j)
}
