// Package morphology measures the form of a town: each building, and each cell of a mesh
// of any kind (blocks, IRIS, a grid). It gives the indicators that planners and climate
// scientists use, the local climate zone of a cell and a class in plain words.
//
// Shapes are flat geometries in one projected system, in metres. A building that lies
// across cells gives each the share of its area that lies there, of all that adds up:
// footprint, floors, volume, walls, dwellings. It is counted once, in the cell that has
// most of it.
//
// What a file does not say about a building is estimated by stated rules (see [Rules]) and
// flagged; an indicator that cannot be told is NaN here and null in a collection.
package morphology

import (
	"context"
	"math"

	"socle/geo"
	"socle/geo/index"
	"socle/referentials"
)

// Building is a footprint and what is known of it. Zero, a negative number or NaN is not
// known. The shape is a valid polygon or multipolygon.
type Building struct {
	Geom        geo.Geometry
	HeightM     float64 // from the ground to the top of the roof
	WallHeightM float64 // from the ground to the gutter
	Levels      float64
	Dwellings   float64
	Usage       Usage
}

// Usage is what a building is for, as far as classes of form need to know.
type Usage uint8

// The usages.
const (
	UnknownUsage Usage = iota
	Residential
	Commercial // shops, offices, services
	LightIndustry
	HeavyIndustry
	OtherUsage // of worship, farming, sports, annexes
)

// Road is a line of a street. A width of 0 is not known: the road then has a length but
// covers no ground.
type Road struct {
	Geom   geo.Geometry
	WidthM float64
}

// Ground is a polygon of land cover.
type Ground struct {
	Geom geo.Geometry
	Kind Cover
}

// Input is what is measured.
type Input struct {
	Cells     []geo.Geometry
	Buildings []Building
	Roads     []Road // nil: not known, so that what needs them is NaN
	Ground    []Ground
	Known     []Cover // kinds of ground that are known, beside those that Ground has: a layer may be empty
}

// Options tunes the measure. The zero value of each is its default.
type Options struct {
	Rules    Rules
	Typology *Typology                         // the built-in one
	Progress func(stage string, share float64) // may be nil; called from several goroutines, never at once
}

// Result is what was measured: one Form for each building and one Cell for each cell, in
// the order of the input.
type Result struct {
	Forms   []Form
	Cells   []Cell
	Classes []referentials.Term // that cells may be of
	Report  Report
}

// Report counts what had to be decided.
type Report struct {
	Buildings         int `json:"buildings"`
	HeightMeasured    int `json:"heightMeasured"`
	HeightFromLevels  int `json:"heightFromLevels"`
	HeightDefault     int `json:"heightDefault"`
	LevelsMeasured    int `json:"levelsMeasured"`
	LevelsFromHeight  int `json:"levelsFromHeight"`
	LevelsDefault     int `json:"levelsDefault"`
	WithoutShape      int `json:"withoutShape"`  // left out: no polygon, or no area
	AcrossCells       int `json:"acrossCells"`   // shared between cells
	PartlyOutside     int `json:"partlyOutside"` // some of it lies in no cell
	Outside           int `json:"outside"`       // all of it does
	CellsWithoutShape int `json:"cellsWithoutShape"`
}

// Measure computes every indicator. The same input gives the same bytes on any number of
// processors. Errors are of code Invalid for shapes that are broken; a context that ends
// gives its own.
func Measure(ctx context.Context, in Input, o Options) (*Result, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	typology := o.Typology
	if typology == nil {
		var err error
		if typology, err = BuiltinTypology(); err != nil {
			return nil, err
		}
	}
	tell := newTeller(o.Progress)
	town, err := newTown(ctx, in, o.Rules.orDefault(), tell)
	if err != nil {
		return nil, err
	}
	mesh, err := newMesh(ctx, in.Cells, tell)
	if err != nil {
		return nil, err
	}
	r := &Result{Forms: town.forms, Classes: typology.Terms()}
	if r.Cells, err = measureCells(ctx, town, mesh, in, tell); err != nil {
		return nil, err
	}
	for i := range r.Cells {
		typology.classify(&r.Cells[i])
	}
	r.Report = town.report(mesh)
	return r, nil
}

func (in *Input) check() error {
	for i := range in.Cells {
		if err := checkShape(&in.Cells[i], "cell", i, 2); err != nil {
			return err
		}
	}
	for i := range in.Buildings {
		if err := checkShape(&in.Buildings[i].Geom, "building", i, 2); err != nil {
			return err
		}
	}
	for i := range in.Roads {
		if err := checkShape(&in.Roads[i].Geom, "road", i, 1); err != nil {
			return err
		}
	}
	for i := range in.Ground {
		if err := checkShape(&in.Ground[i].Geom, "ground", i, 2); err != nil {
			return err
		}
		if in.Ground[i].Kind >= coverKinds {
			return referentials.Errorf(referentials.Invalid, "it is of no known kind").At("ground %d", i)
		}
	}
	for _, kind := range in.Known {
		if kind >= coverKinds {
			return referentials.Errorf(referentials.Invalid, "there is no kind %d of ground", kind)
		}
	}
	return nil
}

// checkShape refuses what would lead astray; a null shape only has nothing to measure.
func checkShape(g *geo.Geometry, what string, i, dimension int) error {
	if g.IsNull() {
		return nil
	}
	if g.Type.Dimension() != dimension {
		return referentials.Errorf(referentials.Invalid, "it is a %s", g.Type).At("%s %d", what, i).
			Do("give polygons for cells, buildings and ground, lines for roads")
	}
	if err := g.Check(); err != nil {
		return referentials.Errorf(referentials.Invalid, "%w", err).At("%s %d", what, i).Do("repair the shape first")
	}
	return nil
}

// town is the buildings, ready to be measured against each other and against cells.
type town struct {
	buildings []Building // with shapes whose inside is on the left of every edge
	forms     []Form
	tree      *index.Tree
	contacts  []contact
	courts    []court
	dwellings bool // some building's are known
}

// known tells a quantity from the ways a file has of not giving it.
func known(v float64) bool { return v > 0 && !math.IsInf(v, 1) }
