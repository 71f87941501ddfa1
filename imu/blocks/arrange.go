package blocks

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/topology"
	"socle/referentials"
)

// gridSteps are the grids to choose from, in steps per metre, the coarsest first. Their
// steps have few decimals, and so have coordinates.
var gridSteps = []int{100, 200, 500, 1000, 2000, 4000, 5000, 8000, 10_000, 20_000, 40_000, 50_000, 80_000,
	100_000, 200_000, 400_000, 500_000, 800_000, 1_000_000, 2_000_000, 4_000_000, 5_000_000, 8_000_000,
	10_000_000, 20_000_000, 40_000_000, 50_000_000, 80_000_000, 100_000_000}

// areaKept is how much of its area a zone may win or lose on the grid.
const areaKept = 1e-9

// arrange puts the zone and all barriers on one grid and cuts the plane by them.
func (b *build) arrange(ctx context.Context) error {
	box, err := b.checkZone()
	if err != nil {
		return err
	}
	if err := b.checkBuildings(); err != nil {
		return err
	}
	steps := b.params.StepsPerMetre
	if steps == 0 {
		steps = b.chooseGrid(box)
	}
	if !topology.Fits(box, steps) {
		return referentials.Errorf(referentials.TooLarge, "it is %.0f km wide and %.0f km high, too much for the grid", (box.Max[0]-box.Min[0])/1000, (box.Max[1]-box.Min[1])/1000).
			At("collection %s", b.in.Zone.Name).Do("build a part of it, or set a coarser steps_per_metre")
	}
	b.steps, b.report.Grid = steps, 1/float64(steps)
	arranger := topology.NewArranger(steps)
	for i := range b.in.Zone.Features {
		if err := arranger.Add(uint32(i), &b.in.Zone.Features[i].Shape); err != nil {
			return at(referentials.Errorf(referentials.Invalid, "%w", err), &b.in.Zone, i)
		}
		b.sources = append(b.sources, source{layer: -1})
	}
	// What lies beyond the zone cuts nothing in it, and would only make the grid coarser.
	window := box.Pad(windowMargin)
	for k := range b.in.Barriers {
		if err := b.addBarriers(arranger, k, &window); err != nil {
			return err
		}
	}
	if b.report.GapsClosed, b.report.GapsLength, err = arranger.CloseGaps(ctx, b.params.CloseGaps); err != nil {
		return err
	}
	net, err := arranger.Arrange(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return referentials.Errorf(referentials.Internal, "the lines cannot be put on the grid: %w", err)
	}
	b.net = net
	b.report.Edges, b.report.Rounds = net.NumEdges(), net.Rounds
	return nil
}

// chooseGrid gives the coarsest grid that keeps the area of the zone, or the finest it fits
// on. A vertex moves by half a diagonal of a step as it is put on the grid, and an edge by
// as much again where it is led through others, so that no border moves by two steps.
func (b *build) chooseGrid(box orb.Bound) int {
	perimeter := 0.0
	for i := range b.in.Zone.Features {
		g := &b.in.Zone.Features[i].Shape
		for k := range g.Ends {
			ring := g.Ring(k)
			for j := 2; j < len(ring); j += 2 {
				perimeter += math.Hypot(ring[j]-ring[j-2], ring[j+1]-ring[j-1])
			}
		}
	}
	steps := gridSteps[0]
	for _, finer := range gridSteps[1:] {
		if 2*perimeter <= areaKept*b.report.ZoneArea*float64(steps) || !topology.Fits(box, finer) {
			break
		}
		steps = finer
	}
	return steps
}

// overshoot is how far lines are drawn beyond what they are to reach, in metres: far enough
// to cross it on the grid, and whatever the places computed in floating point.
func (b *build) overshoot() float64 { return max(2/float64(b.steps), 2e-6) }

// checkZone refuses a zone that is not made of polygons.
func (b *build) checkZone() (box orb.Bound, err error) {
	zone := &b.in.Zone
	box = geo.EmptyBound()
	if len(zone.Features) == 0 {
		return box, referentials.Errorf(referentials.Invalid, "it holds no feature, so there is nothing to cut into blocks").
			At("collection %s", zone.Name).Do("name a collection of communes or of another zone")
	}
	for i := range zone.Features {
		g := &zone.Features[i].Shape
		if err := g.Check(); err != nil {
			return box, at(referentials.Errorf(referentials.Invalid, "%w", err), zone, i).Do("repair it, as the import does")
		}
		if g.Type.Dimension() != 2 {
			return box, at(referentials.Errorf(referentials.Invalid, "it is a %s, and a zone is made of polygons", g.Type), zone, i)
		}
		b.report.ZoneArea += topology.Area(g)
		box = geo.Union(box, g.Bound())
	}
	return box, nil
}

// checkBuildings refuses shapes that cannot be measured; those that are missing are counted
// later.
func (b *build) checkBuildings() error {
	layer := b.in.Buildings
	if layer == nil {
		return nil
	}
	for i := range layer.Features {
		g := &layer.Features[i].Shape
		if g.IsNull() {
			continue
		}
		if err := g.Check(); err != nil {
			return at(referentials.Errorf(referentials.Invalid, "%w", err), layer, i).Do("repair it, as the import does")
		}
	}
	return nil
}

// addBarriers adds the features of a layer that cut, and counts the others.
func (b *build) addBarriers(arranger *topology.Arranger, k int, window *orb.Bound) error {
	layer, told := &b.in.Barriers[k], &b.report.Layers[k]
	rules := b.params.Rules[layer.Kind]
	keep, drop, main := newMatcher(layer, rules.Keep), newMatcher(layer, rules.Drop), newMatcher(layer, rules.Main)
	areal := layer.Kind.areal()
	for i := range layer.Features {
		f := &layer.Features[i]
		if rule := drop.match(f); rule != "" {
			told.Dropped[rule]++
			continue
		}
		if len(keep.columns) > 0 && keep.match(f) == "" {
			told.Dropped[keep.asks(layer)]++
			continue
		}
		if d := f.Shape.Type.Dimension(); d < 1 || areal && d != 2 {
			told.Unfit++
			continue
		}
		shape, ok := clipLines(&f.Shape, window)
		if !ok {
			told.Beyond++
			continue
		}
		if err := arranger.Add(uint32(len(b.sources)), &shape); err != nil {
			return at(referentials.Errorf(referentials.Invalid, "%w", err), layer, i).Do("repair or leave out the feature")
		}
		s := source{layer: k, kind: layer.Kind, main: rules.AllMain || main.match(f) != ""}
		if s.main && !areal {
			told.Main++
		}
		told.Used++
		b.sources = append(b.sources, s)
	}
	return nil
}

// areal tells kinds whose inside counts.
func (k Kind) areal() bool { return k == Water || k == Vegetation || k == Areas }
