package blocks

import (
	"context"

	"socle/geo/topology"
	"socle/imu/parallel"
	"socle/referentials"
)

// outline makes the shapes of blocks and tells what they are.
func (b *build) outline(ctx context.Context) error {
	shapes, err := b.net.Trace(ctx, b.region, b.regions)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return referentials.Errorf(referentials.Internal, "a block has no outline: %w", err)
	}
	blocks := make([]Block, b.regions)
	parts := make([][3]int64, b.regions) // of water, vegetation and single use
	for f, r := range b.region {
		if r == none {
			continue
		}
		blocks[r].Unit = int(b.unit[f])
		for k, t := range [3]traits{inWater, inVegetation, inArea} {
			if b.large[f]&t != 0 {
				parts[r][k] += b.net.Steps(uint32(f))
				break // what lies on water is water
			}
		}
	}
	for r := range blocks {
		p := &b.patches[r]
		blocks[r].Shape = shapes[r]
		blocks[r].Area, blocks[r].Perimeter = b.net.AreaOf(p.steps), p.perimeter
		blocks[r].Nature = IsBlock
		for k, nature := range [3]Nature{IsWater, IsVegetation, IsArea} {
			if 2*parts[r][k] > p.steps {
				blocks[r].Nature = nature
			}
		}
	}
	b.result.Blocks = blocks
	if err := placeInside(ctx, blocks); err != nil {
		return err
	}
	b.prove()
	return nil
}

// placeInside finds a point well within every block.
func placeInside(ctx context.Context, blocks []Block) error {
	return parallel.Each(ctx, len(blocks), chunk, func() *topology.Engine { return topology.NewEngine() }, func(e *topology.Engine, _, from, to int) error {
		for i := from; i < to; i++ {
			x, y, err := e.Inside(&blocks[i].Shape)
			if err != nil {
				return referentials.Errorf(referentials.Internal, "block %d: %w", i, err)
			}
			blocks[i].inside = [2]float64{x, y}
		}
		return nil
	})
}

// prove adds up faces in whole steps: the blocks of a unit against the faces that its
// polygons wind around, and those against what the polygons measured as they were given.
func (b *build) prove() {
	var blocks, faces int64
	for r := range b.patches[:b.regions] {
		blocks += b.patches[r].steps
	}
	own := make([]int64, len(b.in.Zone.Features))
	for f, u := range b.unit {
		if u != none {
			faces += b.net.Steps(uint32(f))
			own[u] += b.net.Steps(uint32(f))
		}
	}
	b.report.BlocksArea, b.report.GridArea = b.net.AreaOf(blocks), b.net.AreaOf(faces)
	b.report.Exact = blocks == faces
	for u := range own {
		f := &b.in.Zone.Features[u]
		given, got := topology.Area(&f.Shape), b.net.AreaOf(own[u])
		if diff := got - given; diff > 1e-6*given || diff < -1e-6*given {
			b.report.warn("%s, feature %s: it measures %.2f m², its blocks %.2f m²: it overlaps another, or crosses itself", b.in.Zone.Name, f.ID, given, got)
		}
	}
}
