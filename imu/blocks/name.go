package blocks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// name gives blocks their ids: that of the block before, where one stayed, and otherwise
// one told from the unit and a point well within, in decimetres. It puts blocks in the
// order of units and ids.
func (b *build) name(ctx context.Context) error {
	blocks := b.result.Blocks
	taken := map[string]bool{}
	if b.in.Previous != nil {
		if err := b.inherit(ctx, taken); err != nil {
			return err
		}
	}
	for k := range blocks {
		if blocks[k].ID != "" {
			continue
		}
		unit := b.in.Zone.Features[blocks[k].Unit].ID
		id := fmt.Sprintf("%s-%07d-%07d", unit, int64(10*blocks[k].inside[0]), int64(10*blocks[k].inside[1]))
		for n := 2; taken[id]; n++ {
			id = fmt.Sprintf("%s-%07d-%07d-%d", unit, int64(10*blocks[k].inside[0]), int64(10*blocks[k].inside[1]), n)
		}
		taken[id] = true
		blocks[k].ID = id
	}
	order := make([]int, len(blocks))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(i, j int) int {
		if c := cmp.Compare(blocks[i].Unit, blocks[j].Unit); c != 0 {
			return c
		}
		return cmp.Compare(blocks[i].ID, blocks[j].ID)
	})
	sorted, place := make([]Block, len(blocks)), make([]int, len(blocks))
	for to, from := range order {
		sorted[to], place[from] = blocks[from], to
	}
	for i, k := range b.result.Assigned {
		if k >= 0 {
			b.result.Assigned[i] = place[k]
		}
	}
	b.result.Blocks = sorted
	b.nameLinks(place)
	return nil
}
