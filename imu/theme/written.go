package theme

import (
	"cmp"
	"context"
	"slices"

	"socle/imu/aggregate"
	"socle/referentials"
	"socle/referentials/address"
	"socle/referentials/snapshot"
)

// register gives the index that written addresses are found in.
func (d *Desk) register(ctx context.Context) (*address.Index, error) {
	if d.index == nil {
		return nil, referentials.Errorf(referentials.Unsupported, "written addresses are not looked for here").At("source-address")
	}
	return d.index(ctx)
}

// place puts the rows of a collection at the addresses that are written in its columns, as
// far as they tell a cell: of the mesh, else of one above it.
func (d *Desk) place(ctx context.Context, s *snapshot.Snapshot, q *Question, own *snapshot.Collection, columns []string) (*snapshot.Collection, *aggregate.Strata, error) {
	r, err := d.request(s, q, own)
	if err != nil {
		return nil, nil, err
	}
	x, err := d.register(ctx)
	if err != nil {
		return nil, nil, err
	}
	meshes := append([]*snapshot.Collection{r.Mesh}, r.Parents...)
	if levels := chain(s); r.Protected() && !d.trusted && slices.Contains(levels, r.Mesh) {
		meshes = levels // it is told on all of them together
	}
	var tiers []address.Tier
	for _, c := range d.withAbove(s, meshes) {
		if shown, ok := s.Public().Collection(c.Descriptor().ID); ok {
			tiers = append(tiers, address.Tier{Mesh: c.Descriptor().ID, Cell: address.NewMesh(shown).At})
		}
	}
	out, placed, err := address.Place(ctx, x, own, columns, tiers)
	if err != nil {
		return nil, nil, err
	}
	strata := &aggregate.Strata{Of: placed.Of}
	for _, k := range placed.Kinds {
		strata.Kinds = append(strata.Kinds, aggregate.Stratum{Level: k.Level, Mesh: k.Mesh})
	}
	return out, strata, nil
}

// withAbove adds to a mesh, the first one, and levels above it those that it refers to, and
// puts the finest first: rows that fit in none of those that are asked for may fit there.
func (d *Desk) withAbove(s *snapshot.Snapshot, meshes []*snapshot.Collection) []*snapshot.Collection {
	all := slices.Clone(meshes)
	for _, c := range d.reached(s, meshes[0]) {
		if of := c.Descriptor(); of.Mesh && of.IsPublic() && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	all = slices.DeleteFunc(all, func(c *snapshot.Collection) bool { return c != meshes[0] && c.Descriptor().Geometry.Dimension() != 2 })
	slices.SortStableFunc(all[1:], func(a, b *snapshot.Collection) int { return cmp.Compare(b.Len(), a.Len()) })
	return all
}
