// Package blocks delineates urban blocks: it cuts a zone by streets, rail, water and large
// areas, joins what is too small or too thin to a neighbour, and tells which building lies
// in which block.
//
// The result is an exact partition. All lines are put on one grid of integers, on which
// faces share their vertices and areas add up without rounding; a block is a set of faces.
// The same input gives the same bytes on any number of processors. Every decision is
// counted in the [Report].
//
// Coordinates are metres on a plane: callers bring shapes to one projected system.
package blocks

import (
	"context"

	"socle/geo"
	"socle/geo/topology"
	"socle/referentials"
)

// Kind is what a layer is to the delineation.
type Kind string

// The kinds.
const (
	Streets    Kind = "streets"    // lines that cut, but for ways of little weight and those below or above ground
	Rail       Kind = "rail"       // lines that cut
	Lines      Kind = "lines"      // any other lines that cut
	Water      Kind = "water"      // bodies that stand apart where they are large
	Vegetation Kind = "vegetation" // woods that stand apart where they are large
	Areas      Kind = "areas"      // areas of a single use that stand apart where they are large
	Parcels    Kind = "parcels"    // polygons whose borders cut, whatever their size
)

// Feature is one shape of a layer.
type Feature struct {
	ID     string       // names it in messages and reports
	Shape  geo.Geometry // metres
	Values []string     // of the layer's fields, "" where there is none
}

// Layer is a set of features with the attributes rules look at.
type Layer struct {
	Name     string
	Kind     Kind     // of barriers
	Fields   []string // in lower case
	Features []Feature
}

// Input is what is built from.
type Input struct {
	Zone      Layer   // polygons side by side, communes most of all: a block lies in one of them
	Barriers  []Layer // none at all gives one block for each piece of the zone
	Buildings *Layer  // polygons or points; may be nil
	Units     []Units // of each rule of the parameters
	Previous  *Layer  // the blocks of an earlier vintage, whose ids are kept; may be nil

	// Progress, when set, is told of every stage as it begins.
	Progress func(stage string)
}

// Nature is what a block mostly is.
type Nature string

// The natures.
const (
	IsBlock      Nature = "îlot"
	IsWater      Nature = "eau"
	IsVegetation Nature = "végétation"
	IsArea       Nature = "zone"
)

// Block is one cell of the partition.
type Block struct {
	ID        string
	Unit      int     // position of its feature in the zone
	Nature    Nature  //
	Area      float64 // m²
	Perimeter float64 // m, holes included
	Buildings int     // that lie mostly in it
	Footprint float64 // m², of all buildings, within it
	Shape     geo.Geometry

	inside [2]float64 // a point that is well within it
}

// Result is what is built.
type Result struct {
	Blocks    []Block // by unit, then by id
	Assigned  []int   // of each building its block, -1 where it lies in none
	Lineage   []Link  // with a previous vintage
	Report    Report
	buildings []part
}

// Build delineates the blocks of a zone. Errors name the layer and the feature at fault.
func Build(ctx context.Context, in *Input, p *Params) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	b := &build{in: in, params: p, report: newReport(in)}
	for _, stage := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"lines", b.arrange},
		{"faces", b.placeFaces},
		{"merging", b.merge},
		{"splitting", b.refine},
		{"units", b.gather},
		{"outlines", b.outline},
		{"buildings", b.assign},
		{"names", b.name},
	} {
		if in.Progress != nil {
			in.Progress(stage.name)
		}
		if err := stage.run(ctx); err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	b.finish()
	return &b.result, nil
}

// build is a delineation under way.
type build struct {
	in     *Input
	params *Params
	report Report
	result Result

	steps   int      // of the grid, in a metre
	sources []source // by their number in the arrangement, units of the zone first
	net     *topology.Arrangement
	unit    []uint32 // of each face, its unit; none outside the zone
	large   []traits // of each face, the large bodies it lies in
	region  []uint32 // of each face, its region; then its block
	regions int
	patches []patch // of each region
	limits  func(edge int) limitKind
	shapes  []geo.Geometry // of each region that stands
	kinds   []regionKind
}

// traits is a set of kinds of areas.
type traits uint8

const (
	inWater traits = 1 << iota
	inVegetation
	inArea
)

// none marks what belongs to nothing.
const none = topology.NoRegion

// source is a feature that takes part in the arrangement.
type source struct {
	layer int // in barriers, -1 for the zone
	kind  Kind
	main  bool // blocks are not joined across it
}

// at says which feature an error is about.
func at(e *referentials.Error, layer *Layer, i int) *referentials.Error {
	return e.At("collection %s, feature %s", layer.Name, layer.Features[i].ID)
}
