package blocks

import (
	"context"

	"socle/geo/topology"
	"socle/imu/parallel"
	"socle/referentials"
)

// outline makes blocks of the regions there are.
func (b *build) outline(ctx context.Context) error {
	blocks := make([]Block, b.regions)
	for r := range blocks {
		p := &b.patches[r]
		blocks[r] = Block{Unit: int(b.kinds[r].unit), Nature: b.kinds[r].nature, Shape: b.shapes[r],
			Area: b.net.AreaOf(p.steps), Perimeter: p.perimeter}
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
	var blocks, faces topology.Steps
	for r := range b.patches[:b.regions] {
		blocks = blocks.Plus(b.patches[r].steps)
	}
	own := make([]topology.Steps, len(b.in.Zone.Features))
	for f, u := range b.unit {
		if u != none {
			faces = faces.Plus(b.net.Steps(uint32(f)))
			own[u] = own[u].Plus(b.net.Steps(uint32(f)))
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
