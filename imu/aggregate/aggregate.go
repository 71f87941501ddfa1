// Package aggregate puts the values of one collection on the cells of another, safely: one
// request gives a theme on blocks, districts or a grid, with proof of how.
//
//	Request ─▶ plan: roles choose, or refuse ─▶ crosswalk × columns ─▶ disclosure ─▶ Release + Receipt
//
// The roles of fields decide how a measure is combined: a quantity is summed, a rate is
// averaged with its weight, and what cannot be combined is refused, with the reason. What
// comes out is a [Release], the only thing that may leave: whoever asks never sees the
// features that made it, and figures that would expose someone are not in it.
package aggregate

import (
	"context"

	"socle/geo/crs"
	"socle/imu/crosswalk"
	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// Request asks for measures of a source on a mesh. Collections are whole ones, confidential
// fields included; the mesh must be public.
type Request struct {
	Source, Mesh *snapshot.Collection
	Measures     []Measure

	By   string // a field: one figure for each of its values
	Wide bool   // one row for each cell and one column for each value, not one row for each
	Bin  Bin    // of the source's time

	Method  crosswalk.Method // "" is Auto
	Base    crosswalk.Base   // "" is crosswalk.Sum
	Field   string           // Key: where to start; see crosswalk.Request
	Through []*snapshot.Collection
	Weights *snapshot.Collection
	Weight  crosswalk.WeightSpec

	// Filters of the source's rows and of the cells, bound to the whole descriptors of
	// Source and Mesh; nil keeps all. FilterText is for the receipt.
	Where, MeshWhere *filter.Node
	FilterText       string
	Systems          *crs.Cache // for spatial filters; nil makes one

	// Profile is the disclosure profile, "" for the one the source demands. Profiles are
	// those known, nil for the built-in ones. Year is that of the data, 0 when it is told
	// by their time or vintage.
	Profile  string
	Profiles disclosure.Profiles
	Year     int

	// Strata sort the rows for the receipt; nil for none.
	Strata *Strata

	// OneWay judges a protected source by all its quantities, whichever are asked for, so that
	// the same figures are hidden in every answer: two that hide different ones give both away.
	// Measures of anything else of it are Refused.
	OneWay bool

	// Parents are levels above the mesh that are released with it, the finest first: what
	// is hidden below is carried by them.
	Parents []*snapshot.Collection
}

// Crosswalks gives matrices: a crosswalk.Cache.
type Crosswalks interface {
	Get(ctx context.Context, r crosswalk.Request) (*crosswalk.Matrix, error)
}

// check tells what cannot be asked, before any work.
func (r *Request) check() error {
	switch {
	case r.Source == nil || r.Mesh == nil:
		return referentials.Errorf(referentials.Invalid, "an aggregate leads from a source to a mesh").Do("name two collections")
	case len(r.Measures) == 0:
		return referentials.Errorf(referentials.Invalid, "no measure is asked for").At("measure").Do("write count, or sum(x) for a field x")
	case len(r.Measures) > MaxMeasures:
		return referentials.Errorf(referentials.TooLarge, "more than %d measures are asked for at once", MaxMeasures).At("measure")
	}
	for _, c := range append([]*snapshot.Collection{r.Mesh}, r.Parents...) {
		if c == nil {
			return referentials.Errorf(referentials.Invalid, "a level above the mesh is missing").At("parents")
		}
		d := c.Descriptor()
		if k := d.KeyIndex(); !d.IsPublic() || !d.Fields[k].IsPublic() {
			return referentials.Errorf(referentials.Refused, "its cells may not be shown, so nothing is shown on them").
				At("mesh %s", d.ID).Do("take an open collection as the mesh")
		}
	}
	return nil
}
