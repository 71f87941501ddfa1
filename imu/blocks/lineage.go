package blocks

import (
	"context"

	"socle/geo/topology"
	"socle/imu/parallel"
	"socle/referentials"
)

// Fate is what became of a block from one vintage to the next.
type Fate string

// The fates.
const (
	Kept   Fate = "kept"   // the same block, under the same id
	Split  Fate = "split"  // one of several that a block was cut into
	Merged Fate = "merged" // made of several
	Moved  Fate = "moved"  // several before and after have parts in common
	Born   Fate = "born"   // where there was none
	Gone   Fate = "gone"   // where there is none
	Slight Fate = "slight" // so little in common that borders were drawn anew, no more
)

// Link tells what an old and a new block have in common. Old is empty for a block that is
// born, New for one that is gone.
type Link struct {
	Old      string  `json:"old,omitempty"`
	New      string  `json:"new,omitempty"`
	Fate     Fate    `json:"fate"`
	Area     float64 `json:"area"`      // m², in common
	OfOld    float64 `json:"share_old"` // of the area of the old block
	OfNew    float64 `json:"share_new"`
	old, new int
}

// slight is the share of both blocks below which what they have in common does not count:
// borders that were drawn anew.
const slight = 0.05

// nothing is the share of both blocks below which what they have in common is what rounding
// to a grid leaves, and is not told.
const nothing = 1e-5

// inherit measures blocks against those before. A block takes the id of the one it shares
// the most area with when that holds both ways and the area is more than half of both.
func (b *build) inherit(ctx context.Context, taken map[string]bool) error {
	blocks, previous := b.result.Blocks, b.in.Previous
	m := meshOf(blocks)
	found := make([][]part, chunk.Of(len(previous.Features)))
	areas := make([]float64, len(previous.Features))
	err := parallel.Each(ctx, len(areas), chunk, func() *topology.Overlap { return &topology.Overlap{} }, func(v *topology.Overlap, share, from, to int) error {
		var o topology.Outline
		for i := from; i < to; i++ {
			if previous.Features[i].Shape.Type.Dimension() != 2 {
				return at(referentials.Errorf(referentials.Invalid, "it is a %s, and a block is a polygon", previous.Features[i].Shape.Type), previous, i)
			}
			o.Measure(&previous.Features[i].Shape)
			areas[i] = o.Area()
			found[share] = m.overlaps(found[share], v, &o, i)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var redrawn []Link
	for _, parts := range found {
		for _, p := range parts {
			l := Link{Old: previous.Features[p.building].ID, Area: p.area, old: p.building, new: p.block}
			l.OfOld, l.OfNew = p.area/areas[p.building], p.area/blocks[p.block].Area
			if l.OfOld >= slight || l.OfNew >= slight {
				b.result.Lineage = append(b.result.Lineage, l)
			} else if l.OfOld >= nothing || l.OfNew >= nothing {
				l.Fate = Slight
				redrawn = append(redrawn, l)
			}
		}
	}
	b.judgeLinks(taken)
	b.result.Lineage = append(b.result.Lineage, redrawn...) // no value is lost on the way
	return nil
}

// judgeLinks gives every link its fate and blocks that stayed their ids.
func (b *build) judgeLinks(taken map[string]bool) {
	links := b.result.Lineage
	heirs, parents := make([]int, len(b.in.Previous.Features)), make([]int, len(b.result.Blocks))
	for _, l := range links {
		heirs[l.old]++
		parents[l.new]++
	}
	for k := range links {
		l := &links[k]
		switch {
		case l.OfOld > 0.5 && l.OfNew > 0.5: // at most one such link of an old or a new block
			l.Fate = Kept
			if !taken[l.Old] {
				taken[l.Old] = true
				b.result.Blocks[l.new].ID = l.Old
			}
		case heirs[l.old] > 1 && parents[l.new] == 1:
			l.Fate = Split
		case heirs[l.old] == 1 && parents[l.new] > 1:
			l.Fate = Merged
		default:
			l.Fate = Moved
		}
	}
	for i, n := range heirs {
		if n == 0 {
			links = append(links, Link{Old: b.in.Previous.Features[i].ID, Fate: Gone, old: i, new: -1})
		}
	}
	for k, n := range parents {
		if n == 0 {
			links = append(links, Link{Fate: Born, OfNew: 1, Area: b.result.Blocks[k].Area, old: -1, new: k})
		}
	}
	b.result.Lineage = links
	for i := range links {
		b.report.Lineage[links[i].Fate]++
	}
}

// nameLinks fills in the new ids once blocks have them.
func (b *build) nameLinks(place []int) {
	for k := range b.result.Lineage {
		if l := &b.result.Lineage[k]; l.new >= 0 {
			l.New = b.result.Blocks[place[l.new]].ID
		}
	}
}
