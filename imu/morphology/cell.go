package morphology

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo/index"
	"socle/geo/topology"
)

// Cell is what is measured of one cell. What cannot be told is NaN: a height where nothing
// is built, a share of ground no layer was given of. A cell without a shape is all NaN.
type Cell struct {
	AreaM2    float64
	Buildings float64 // those that have most of their area here

	Coverage     float64 // CES
	FloorRatio   float64 // COS
	DensityPerHa float64
	VolumeM3     float64
	VolumeM      float64 // by m² of the cell

	MeanHeightM      float64
	HeightStdM       float64
	GeometricHeightM float64
	MeanLevels       float64

	Contiguity         float64
	CommonWallFraction float64
	FacadeDensity      float64
	AspectRatio        float64
	FrontalIndex       float64
	RoughnessM         float64

	FormFactor          float64
	Convexity           float64
	CircularCompactness float64
	RawCompactness      float64
	SpacingM            float64
	ClosedM2            float64

	RoadDensity     float64
	WaterShare      float64
	HighGreenShare  float64 // crowns, whatever they stand over
	LowGreenShare   float64
	RoadShare       float64
	ImperviousShare float64

	DwellingsPerHa float64

	EstimatedShare float64 // of the footprints, whose height is not measured
	DefaultShare   float64 // of the footprints, whose height and levels are not known

	Zone Zone
	Type string

	highGround float64 // high vegetation as ground
	usage      [OtherUsage + 1]float64
}

// sums is what adds up over the parts of buildings in a cell.
type sums struct {
	n, area, floors, volume, dwellings        float64
	estimated, guessed                        float64
	base, heights, squares, logs, weight      float64 // heights are above base, the first: equal ones have no spread
	walls, shared, perimeter, common, frontal float64
	form, convex, circle, raw, spacing        float64
	usage                                     [OtherUsage + 1]float64
}

func (s *sums) add(b *Building, f *Form, part float64, here bool) {
	a := part * f.AreaM2
	if here {
		s.n++
	}
	if s.weight == 0 {
		s.base = f.HeightM
	}
	s.weight += part
	s.area += a
	s.floors += part * f.FloorAreaM2
	s.volume += part * f.VolumeM3
	s.dwellings += part * f.Dwellings
	if f.HeightFrom != Measured {
		s.estimated += a
	}
	if f.HeightFrom == Default {
		s.guessed += a
	}
	above := f.HeightM - s.base
	s.heights += a * above
	s.squares += a * above * above
	s.logs += part * math.Log(f.HeightM)
	s.walls += part * f.PerimeterM * f.WallHeightM
	s.shared += part * f.SharedWallM2
	s.perimeter += part * f.PerimeterM
	s.common += part * f.SharedM
	s.frontal += part * f.FrontalM2
	s.form += a * f.FormFactor
	s.convex += a * f.Convexity
	s.circle += a * f.CircularCompactness
	s.raw += a * f.RawCompactness
	s.spacing += a * f.SpacingM
	s.usage[min(b.Usage, OtherUsage)] += part * f.FloorAreaM2
}

// fill turns sums into indicators. Division by nothing built gives NaN, which is meant.
func (c *Cell) fill(s *sums) {
	const hectare = 1e4
	c.Buildings = s.n
	c.Coverage, c.FloorRatio = s.area/c.AreaM2, s.floors/c.AreaM2
	c.DensityPerHa = s.n / c.AreaM2 * hectare
	c.VolumeM3, c.VolumeM = s.volume, s.volume/c.AreaM2
	above := s.heights / s.area
	c.MeanHeightM = s.base + above
	c.HeightStdM = math.Sqrt(max(0, s.squares/s.area-above*above))
	c.GeometricHeightM = math.Exp(s.logs / s.weight)
	c.MeanLevels = s.floors / s.area
	c.Contiguity, c.CommonWallFraction = s.shared/s.walls, s.common/s.perimeter
	c.FacadeDensity = (s.walls - s.shared) / c.AreaM2
	c.AspectRatio = aspectRatio(c.FacadeDensity, c.Coverage)
	c.FrontalIndex = s.frontal / c.AreaM2
	c.RoughnessM = roughness(c.FrontalIndex, c.GeometricHeightM)
	c.FormFactor, c.Convexity = s.form/s.area, s.convex/s.area
	c.CircularCompactness, c.RawCompactness = s.circle/s.area, s.raw/s.area
	c.SpacingM = s.spacing / s.area
	c.DwellingsPerHa = s.dwellings / c.AreaM2 * hectare
	c.EstimatedShare, c.DefaultShare = s.estimated/s.area, s.guessed/s.area
	for k := range s.usage {
		c.usage[k] = s.usage[k] / s.floors
	}
}

// aspectRatio is the height of a street's walls by its width, for the street canyon that
// has the cell's walls and open ground: two walls stand on each street, hence the half.
func aspectRatio(facades, coverage float64) float64 {
	if coverage >= 1 {
		return math.NaN()
	}
	return facades / (1 - coverage) / 2
}

// roughness is the effective roughness length of the ground, after Hanna and Britter: 0
// where nothing stands.
func roughness(frontal, height float64) float64 {
	if frontal == 0 {
		return 0
	}
	return min(3, min(frontal, 0.15)*height)
}

// cells is all that is looked up while cells are measured.
type cells struct {
	town                                *town
	mesh                                *mesh
	in                                  Input
	built, roads, courts                []share
	builtStarts, roadStarts, courtStart []uint32
	ground                              []Ground
	groundTree                          *index.Tree
	known                               [coverKinds]bool // kinds of ground
}

func measureCells(ctx context.Context, t *town, m *mesh, in Input, tell *teller) ([]Cell, error) {
	w := cells{town: t, mesh: m, in: in}
	n := len(in.Cells)
	built, err := m.placeBuildings(ctx, t, tell)
	if err != nil {
		return nil, err
	}
	roads, err := m.placeRoads(ctx, in.Roads, tell)
	if err != nil {
		return nil, err
	}
	w.built, w.builtStarts = byCell(built, n)
	w.roads, w.roadStarts = byCell(roads, n)
	w.courts, w.courtStart = byCell(m.placeCourts(t.courts), n)
	if err := w.readGround(ctx, tell); err != nil {
		return nil, err
	}
	out := make([]Cell, n)
	start := func() *overlay { return new(overlay) }
	err = spread(ctx, n, tell.stage("indicators"), start, func(o *overlay, _, from, to int) error {
		for c := from; c < to; c++ {
			if c%16 == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			out[c] = w.cell(c, o)
		}
		return nil
	})
	return out, err
}

// readGround gathers what covers the ground: the polygons given, and roads as wide as they are.
func (w *cells) readGround(ctx context.Context, tell *teller) error {
	w.ground = append(w.ground, w.in.Ground...)
	for i := range w.ground {
		w.known[w.ground[i].Kind] = true
	}
	for _, kind := range w.in.Known {
		w.known[kind] = true
	}
	if slices.ContainsFunc(w.in.Roads, func(r Road) bool { return known(r.WidthM) }) {
		w.known[RoadCover] = true
		wide := make([]Ground, len(w.in.Roads))
		err := spread(ctx, len(wide), tell.stage("road surfaces"), topology.NewEngine, func(e *topology.Engine, _, from, to int) error {
			for i := from; i < to; i++ {
				r := &w.in.Roads[i]
				if r.Geom.IsNull() || !known(r.WidthM) {
					continue
				}
				surface, err := e.Buffer(r.WidthM/2, r.Geom)
				if err == nil { // a line GEOS cannot widen covers nothing
					wide[i] = Ground{surface, RoadCover}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		w.ground = append(w.ground, wide...)
	}
	boxes := make([]orb.Bound, len(w.ground))
	for i := range w.ground {
		boxes[i] = w.ground[i].Geom.Bound()
	}
	w.groundTree = index.Build(boxes)
	return nil
}

func (w *cells) cell(k int, o *overlay) Cell {
	c := noCell()
	c.AreaM2 = w.mesh.outlines[k].Area()
	if c.AreaM2 <= 0 {
		c.AreaM2 = math.NaN()
		return c
	}
	var s sums
	built := w.built[w.builtStarts[k]:w.builtStarts[k+1]]
	for _, p := range built {
		f := &w.town.forms[p.of]
		s.add(&w.town.buildings[p.of], f, p.part, f.Cell == k)
	}
	c.fill(&s)
	c.ClosedM2 = 0
	for _, p := range w.courts[w.courtStart[k]:w.courtStart[k+1]] {
		c.ClosedM2 += p.part * w.town.courts[p.of].areaM2
	}
	if w.in.Roads != nil {
		length := 0.0
		for _, p := range w.roads[w.roadStarts[k]:w.roadStarts[k+1]] {
			length += p.part
		}
		c.RoadDensity = length / c.AreaM2
	}
	if !w.town.dwellings {
		c.DwellingsPerHa = math.NaN()
	}
	if w.known != [coverKinds]bool{} {
		w.overlay(k, &c, o, built)
	}
	c.Zone = c.zone()
	return c
}

// overlay measures the land cover of a cell.
func (w *cells) overlay(k int, c *Cell, o *overlay, built []share) {
	shape := &w.in.Cells[k]
	o.start(shape)
	for _, p := range built {
		o.cover(&w.town.buildings[p.of].Geom, BuildingCover)
	}
	box := shape.Bound()
	w.groundTree.Search(box, func(id uint32) bool {
		o.cover(&w.ground[id].Geom, w.ground[id].Kind)
		return true
	})
	o.measure()
	of := func(area float64, kind Cover) float64 {
		if !w.known[kind] {
			return math.NaN()
		}
		return min(1, area/c.AreaM2)
	}
	c.WaterShare, c.HighGreenShare = of(o.onTop[Water], Water), of(o.crowns, HighVegetation)
	c.highGround = of(o.onTop[HighVegetation], HighVegetation)
	c.LowGreenShare, c.RoadShare = of(o.onTop[LowVegetation], LowVegetation), of(o.onTop[RoadCover], RoadCover)
	c.ImperviousShare = of(o.onTop[Impervious], Impervious)
}

func noCell() Cell {
	nan := math.NaN()
	c := Cell{Buildings: nan, Coverage: nan, FloorRatio: nan, DensityPerHa: nan, VolumeM3: nan, VolumeM: nan,
		MeanHeightM: nan, HeightStdM: nan, GeometricHeightM: nan, MeanLevels: nan,
		Contiguity: nan, CommonWallFraction: nan, FacadeDensity: nan, AspectRatio: nan, FrontalIndex: nan, RoughnessM: nan,
		FormFactor: nan, Convexity: nan, CircularCompactness: nan, RawCompactness: nan, SpacingM: nan, ClosedM2: nan,
		RoadDensity: nan, WaterShare: nan, HighGreenShare: nan, LowGreenShare: nan, RoadShare: nan, ImperviousShare: nan,
		DwellingsPerHa: nan, EstimatedShare: nan, DefaultShare: nan, highGround: nan, Zone: unknownZone()}
	for k := range c.usage {
		c.usage[k] = nan
	}
	return c
}
