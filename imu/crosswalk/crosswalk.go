// Package crosswalk tells how the features of one collection share themselves out among
// the cells of a mesh: a sparse matrix whose rows are cells, whose columns are source
// features and whose weights are the share of a feature's value that belongs to a cell.
//
// There are four ways to make one: by key, through the references of the collections; by
// point in polygon; by area; and by the weight of a third collection, such as the floors
// of buildings (dasymetric). Whatever the way, each source feature has a stated fate, and
// what no cell got is told, so that nothing appears or vanishes.
package crosswalk

import (
	"context"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// Method is a way to share features out among cells.
type Method string

// The methods.
const (
	Key        Method = "key"        // by references, whatever lies where
	Point      Method = "point"      // whole, to the cell that holds the feature's point
	Area       Method = "area"       // by the area of what a cell and the feature have in common
	Dasymetric Method = "dasymetric" // by the weight of other features in both
	Passage    Method = "passage"    // as a table says
)

// Base is what shares are of, where a feature reaches outside the mesh: Area, Dasymetric
// and Passage.
type Base string

// The bases.
const (
	Sum   Base = "sum"   // of what lies in the mesh: its weights add up to 1, all mass is kept
	Total Base = "total" // of the whole feature: what lies outside the mesh is told
)

// Request says what to share out, among what, and how. Collections are whole ones, with
// what must not be shown: a Matrix made of one that is not public is not public either.
type Request struct {
	Source *snapshot.Collection
	Mesh   *snapshot.Collection
	Method Method
	Base   Base // "" is Sum

	// Key: the collections that references may lead through, in any order, and the field
	// of the source to start at ("": every reference that leads to the mesh, the shortest
	// way first, so that a feature takes the next where one is null or leads nowhere).
	Through []*snapshot.Collection
	Field   string

	// Dasymetric: the collection that weighs, and what of it. Passage: the table; Field then
	// is the field of the source that it leads from, "" the key.
	Weights *snapshot.Collection
	Weight  WeightSpec
}

// WeightSpec says what a feature of the weighing collection weighs. The zero value is the
// area of its footprint.
type WeightSpec struct {
	Field string     // a number such as levels, height or dwellings
	Minus string     // a number taken from it: the ridge's altitude less the ground's is a height
	Kind  WeightKind // "" is Quantity for an extensive measure and for points, PerArea otherwise
}

// WeightKind tells quantities of a feature from measures per square metre of it.
type WeightKind string

// The kinds.
const (
	PerArea  WeightKind = "per-area" // footprint × field: levels make floor space, heights volume
	Quantity WeightKind = "quantity" // field, spread evenly over the footprint: dwellings
)

// Build makes the matrix. The same collections give the same bytes on any number of
// processors. Errors are of code Invalid for what cannot be meant, Unsupported for what
// is not offered, TooLarge for more than MaxEntries; a context that ends gives its own.
func Build(ctx context.Context, r Request) (*Matrix, error) {
	if r.Base == "" {
		r.Base = Sum
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	switch r.Method {
	case Key:
		return buildKey(ctx, &r)
	case Point:
		return buildPoint(ctx, &r)
	case Area:
		return buildArea(ctx, &r)
	case Dasymetric:
		return buildDasymetric(ctx, &r)
	case Passage:
		return buildPassage(ctx, &r)
	}
	return nil, referentials.Errorf(referentials.Internal, "method %q is not built", r.Method)
}
