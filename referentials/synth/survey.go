package synth

import (
	"cmp"
	"context"
	"slices"

	"socle/referentials"
)

// metropolis is everything that is known before the first building: the map, its blocks,
// how many addresses each front has and the IRIS.
type metropolis struct {
	*town
	fronts *fronts
	iris   []irisZone
	total  int // addresses
}

// survey makes the map. Land is added until all addresses fit.
func survey(ctx context.Context, addresses int, seed uint64) (*metropolis, error) {
	for ground := 1.0; ground < 8; ground *= 1.3 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t := layFrame(makePlan(addresses, seed, ground))
		t.growStreets()
		t.orderWays()
		t.nameStreets()
		for f := int32(1); f < int32(len(t.head)); f++ {
			t.blocks = append(t.blocks, f)
		}
		fr := t.makeFronts()
		if _, ok := t.shareAddresses(fr, addresses); !ok {
			continue
		}
		t.numberStreets(fr)
		m := &metropolis{town: t, fronts: fr, total: addresses}
		m.iris = t.drawIris(m.expectedPeople())
		m.orderBlocks()
		return m, nil
	}
	return nil, referentials.Errorf(referentials.Internal, "%d addresses find no room", addresses).
		Do("try another seed")
}

// expectedPeople guesses the people of each face from its addresses.
func (m *metropolis) expectedPeople() []float64 {
	const perDwelling = 1.9
	people := make([]float64, len(m.head))
	for _, s := range m.fronts.sides {
		people[s.block] += float64(s.n) * specs[m.faces[s.block].zone].homes * perDwelling
	}
	return people
}

// orderBlocks sorts blocks by commune and IRIS, the order of every file made block by block.
func (m *metropolis) orderBlocks() {
	slices.SortFunc(m.blocks, func(a, b int32) int {
		return cmp.Or(cmp.Compare(m.faces[a].commune, m.faces[b].commune), cmp.Compare(m.faces[a].iris, m.faces[b].iris), cmp.Compare(a, b))
	})
	n, commune := int32(0), int32(-1)
	for _, f := range m.blocks {
		if c := m.faces[f].commune; c != commune {
			n, commune = 0, c
		}
		n++
		m.faces[f].number = n
	}
}
