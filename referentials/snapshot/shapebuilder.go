package snapshot

import (
	"math"
	"runtime"
	"slices"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// maxChunks is how many chunks where[i] can tell apart.
const maxChunks = 1 << (32 - chunkBits)

// projector puts flat pairs into CRS84 in place; those without an image become +Inf.
type projector func(xy []float64) error

// projectorFrom gives the way from a storage CRS to CRS84, nil when there is none to go.
// The ways are kept: finding one can take PROJ a good part of a second.
func projectorFrom(ways *crs.Cache, c crs.CRS) (projector, error) {
	if c == crs.CRS84 || c == crs.EPSG(4326) {
		return nil, nil
	}
	t, err := ways.Between(c, crs.CRS84)
	if err != nil {
		return nil, referentials.Errorf(referentials.Unsupported, "its coordinates cannot be put into longitude and latitude: %w", err)
	}
	return func(xy []float64) error {
		_, err := t.TryForward(xy, nil)
		for i, v := range xy {
			xy[i] = math.RoundToEven(v*lonLatSteps) / lonLatSteps
		}
		return err
	}, nil
}

// lonLatSteps is how many steps a degree has in the longitudes and latitudes that Socle
// derives: 0.1 mm on the ground, the last decimal that it serves. What is searched is then
// just what clients were shown, and a box drawn around it holds it.
const lonLatSteps = 1e9

// shapeBuilder grows shapes. It owns the goroutines that project full chunks meanwhile;
// finish or abandon waits for them.
type shapeBuilder struct {
	shapes
	project   projector
	workers   errgroup.Group
	read      int  // vertices appended by this builder
	projected int  // ordinates of the last chunk that are projected already
	editing   bool // it adds to the shapes of an earlier revision
}

// newShapeBuilder starts shapes of about n rows of a declared type.
func newShapeBuilder(declared geo.Type, n int, project projector) *shapeBuilder {
	b := &shapeBuilder{project: project}
	b.uniform, b.derived = declared, project != nil
	b.where = make([]uint32, 0, n)
	switch declared {
	case geo.Point:
	case geo.Any:
		b.types = make([]geo.Type, 0, n)
		b.heads = make([]uint32, 0, n)
	default:
		b.heads = make([]uint32, 0, n)
	}
	b.workers.SetLimit(runtime.GOMAXPROCS(0))
	return b
}

// newShapeEditor starts the shapes that follow old, for about n rows. It writes past the
// end of what old sees, never within it: only one editor of the same old may be finished.
func newShapeEditor(old *shapes, n int, project projector) *shapeBuilder {
	b := &shapeBuilder{project: project, editing: true}
	b.uniform, b.derived = old.uniform, old.derived
	b.where = make([]uint32, 0, n)
	if old.types != nil {
		b.types = make([]geo.Type, 0, n)
	}
	if old.heads != nil {
		b.heads = make([]uint32, 0, n)
	}
	b.rings, b.wasted = old.rings, old.wasted
	b.stored, b.lonLat = slices.Clone(old.stored), slices.Clone(old.lonLat)
	if last := len(old.stored) - 1; last >= 0 {
		b.projected = len(old.stored[last])
	}
	b.workers.SetLimit(runtime.GOMAXPROCS(0))
	return b
}

// appendRun adds the rows from..to of the shapes this builder was started from.
func (b *shapeBuilder) appendRun(old *shapes, from, to int) {
	if (b.types == nil) == (old.types == nil) && (b.heads == nil) == (old.heads == nil) && b.uniform == old.uniform {
		b.where = append(b.where, old.where[from:to]...)
		if b.types != nil {
			b.types = append(b.types, old.types[from:to]...)
		}
		if b.heads != nil {
			b.heads = append(b.heads, old.heads[from:to]...)
		}
		return
	}
	for i := from; i < to; i++ {
		head := uint32(0)
		if old.heads != nil {
			head = old.heads[i]
		}
		b.appendPlace(old.typeOf(i), old.where[i], head)
	}
}

// appendPlace adds a row that shows what is stored at where and head.
func (b *shapeBuilder) appendPlace(t geo.Type, where, head uint32) {
	if b.types == nil && t != b.uniform {
		n := len(b.where)
		b.types = slices.Repeat([]geo.Type{b.uniform}, n)
		b.types = slices.Grow(b.types, cap(b.where)-n)
		b.uniform = geo.Any
	}
	if b.types != nil {
		b.types = append(b.types, t)
	}
	if b.heads == nil && t != geo.Point {
		b.heads = make([]uint32, len(b.where), cap(b.where))
	}
	if b.heads != nil {
		b.heads = append(b.heads, head)
	}
	b.where = append(b.where, where)
}

// append adds a row with a shape of its own.
func (b *shapeBuilder) append(g *geo.Geometry) error {
	if g.Type == geo.None {
		b.appendPlace(geo.None, 0, 0)
		return nil
	}
	if err := g.Check(); err != nil {
		return referentials.Errorf(referentials.Internal, "the store gave a broken geometry: %w", err)
	}
	where, err := b.room(g.NumVertices())
	if err != nil {
		return err
	}
	last := len(b.stored) - 1
	b.stored[last] = append(b.stored[last], g.XY...)
	b.read += g.NumVertices()
	head := uint32(len(b.rings))
	switch g.Type.Dimension() {
	case 0:
		if g.Type == geo.MultiPoint {
			b.rings = append(b.rings, uint32(g.NumVertices()))
		}
	case 1:
		b.rings = append(append(b.rings, uint32(len(g.Ends))), g.Ends...)
	case 2:
		b.rings = append(b.rings, uint32(len(g.Ends)), uint32(len(g.Parts)))
		b.rings = append(append(b.rings, g.Ends...), g.Parts...)
	}
	b.appendPlace(g.Type, where, head)
	return nil
}

// room makes sure that the last chunk takes n more vertices and says where they go.
func (b *shapeBuilder) room(n int) (uint32, error) {
	last := len(b.stored) - 1
	if last >= 0 {
		used := len(b.stored[last]) / 2
		if used+n <= chunkVertices {
			return uint32(last<<chunkBits | used), nil
		}
		b.seal(last)
	}
	if last+1 >= maxChunks {
		return 0, referentials.Errorf(referentials.TooLarge, "its geometries hold too many vertices to be kept in memory")
	}
	// As much again as was read so far, up to a full chunk: small collections and small
	// edits stay small.
	capacity := max(n, min(chunkVertices, b.read))
	b.stored = append(b.stored, make([]float64, 0, 2*capacity))
	b.lonLat = append(b.lonLat, nil)
	return uint32((last + 1) << chunkBits), nil
}

// seal has what is new in the last chunk projected; the chunk will not grow any more.
func (b *shapeBuilder) seal(last int) {
	from := b.projected
	b.projected = 0
	if !b.derived {
		b.lonLat[last] = b.stored[last]
		return
	}
	fresh := b.stored[last][from:]
	if len(fresh) == 0 {
		return
	}
	known := b.lonLat[last]
	if known == nil {
		known = make([]float64, 0, len(fresh))
	}
	b.lonLat[last] = append(known, fresh...)
	out := b.lonLat[last][from:]
	b.workers.Go(func() error { return b.project(out) })
}

// finish completes the shapes. The builder must not be used afterwards.
func (b *shapeBuilder) finish() (*shapes, error) {
	if last := len(b.stored) - 1; last >= 0 {
		if c := b.stored[last]; !b.editing && cap(c) > len(c)+len(c)/8 {
			b.stored[last] = append(make([]float64, 0, len(c)), c...)
		}
		b.seal(last)
	}
	if err := b.workers.Wait(); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "%w", err)
	}
	s := b.shapes
	if !b.editing {
		s.rings = slices.Clone(s.rings)
	}
	s.measure()
	return &s, nil
}

// abandon waits for the workers of a builder that will not be finished.
func (b *shapeBuilder) abandon() { _ = b.workers.Wait() }

// measure computes boxes and extents.
func (s *shapes) measure() {
	s.boxes, s.lost, s.widest = nil, 0, 0
	s.extent, s.storageExtent = geo.EmptyBound(), geo.EmptyBound()
	if s.uniform != geo.Point {
		s.boxes = make([]orb.Bound, len(s.where))
	}
	for i := range s.where {
		box := geo.EmptyBound()
		if s.typeOf(i) != geo.None {
			stored, lonLat := s.view(s.stored, i), s.view(s.lonLat, i)
			s.storageExtent = geo.Union(s.storageExtent, stored.Bound())
			if box = placedBox(lonLat.XY); !isPlaced(box) {
				s.lost++
			}
			s.widest = max(s.widest, box.Max[0]-box.Min[0], box.Max[1]-box.Min[1])
			s.extent = geo.Union(s.extent, box)
		}
		if s.boxes != nil {
			s.boxes[i] = box
		}
	}
}
