package api

import (
	"context"
	"net/http"
	"strconv"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/snapshot"
)

// projection is what of a collection's features an answer shows.
type projection struct {
	descriptor referentials.Descriptor // of what is shown
	fields     []int                   // in the collection's descriptor
	bare       bool                    // geometry is left out
	keyIsID    bool                    // the key was not asked for as a property
}

// newProjection reads properties and skipGeometry. The key is always shown, if only as the
// id: without it a feature could not be found again.
func newProjection(d *referentials.Descriptor, q *parameters) (*projection, error) {
	p := &projection{descriptor: *d, fields: make([]int, len(d.Fields))}
	for i := range p.fields {
		p.fields[i] = i
	}
	bare, err := q.truth("skipGeometry")
	if err != nil {
		return nil, err
	}
	if bare && d.HasGeometry() {
		p.bare, p.descriptor.Geometry, p.descriptor.CRS = true, geo.None, crs.CRS{}
	}
	if !q.values.Has("properties") {
		return p, nil
	}
	wanted, err := q.fields("properties", d)
	if err != nil {
		return nil, err
	}
	key := d.KeyIndex()
	shown := make([]bool, len(d.Fields))
	for _, f := range wanted {
		if f >= 0 { // the geometry is shown anyway
			shown[f] = true
		}
	}
	p.keyIsID, shown[key] = !shown[key], true
	p.fields, p.descriptor.Fields = p.fields[:0], nil
	for i := range d.Fields {
		if shown[i] {
			p.fields = append(p.fields, i)
			p.descriptor.Fields = append(p.descriptor.Fields, d.Fields[i])
		}
	}
	return p, nil
}

// block is how many features are brought to another system at once.
const block = 256

// reader reads features in the system that they are asked for in.
type reader struct {
	collection *snapshot.PublicCollection
	projection *projection
	way        *crs.Transformer // nil: coordinates are at hand
	lonLat     bool             // those of CRS84, when way is nil

	first  int // position of the block's first feature
	shapes []geo.Geometry
	xy     []float64
	failed []int
}

func (s *systems) newReader(c *snapshot.PublicCollection, p *projection, in system) (*reader, error) {
	r := &reader{collection: c, projection: p, first: -1}
	switch stored := c.Descriptor().CRS; {
	case p.bare || stored.IsZero() || in.crs == stored:
	case in.crs == crs.CRS84 || in.crs == wgs84:
		r.lonLat = true
	default:
		way, err := s.ways.Between(stored, in.crs)
		if err != nil {
			return nil, referentials.Errorf(referentials.Internal, "%w", err)
		}
		r.way = way
	}
	return r, nil
}

// read fills row with the feature at position k of n, whose row in the collection is at(k).
func (r *reader) read(k, n int, at func(k int) int, row *referentials.Row) error {
	i := at(k)
	row.Values = row.Values[:0]
	for _, f := range r.projection.fields {
		row.Values = append(row.Values, r.collection.Value(i, f))
	}
	row.Geom = geo.Geometry{}
	switch {
	case r.projection.bare:
	case r.way != nil:
		if r.first < 0 || k < r.first || k >= r.first+len(r.shapes) {
			if err := r.bring(k, min(n, k+block), at); err != nil {
				return err
			}
		}
		row.Geom = r.shapes[k-r.first]
	case r.lonLat:
		row.Geom = r.collection.LonLat(i)
	default:
		row.Geom = r.collection.Geometry(i)
	}
	return nil
}

// bring transforms the shapes of features from to to. One that has a point without an
// image is left out whole.
func (r *reader) bring(from, to int, at func(k int) int) (err error) {
	r.first, r.shapes, r.xy = from, r.shapes[:0], r.xy[:0]
	for k := from; k < to; k++ {
		g := r.collection.Geometry(at(k))
		r.shapes = append(r.shapes, g)
		r.xy = append(r.xy, g.XY...)
	}
	if r.failed, err = r.way.TryForward(r.xy, r.failed[:0]); err != nil {
		return referentials.Errorf(referentials.Internal, "%w", err)
	}
	begin, failed := 0, r.failed
	for j := range r.shapes {
		g := &r.shapes[j]
		end := begin + len(g.XY)
		g.XY = r.xy[begin:end:end]
		lost := len(failed) > 0 && 2*failed[0] < end
		for len(failed) > 0 && 2*failed[0] < end {
			failed = failed[1:]
		}
		if lost {
			*g = geo.Geometry{}
		}
		begin = end
	}
	return nil
}

// writeRows writes n rows, each as read fills it.
func writeRows(ctx context.Context, w http.ResponseWriter, f *encode.Format, h encode.Header, n int, read func(k int, row *referentials.Row) error) (err error) {
	g := &gate{w: w}
	out, err := f.New(g, h)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // formats with a temporary file need to be closed, but have nothing to say
			g.shut = err
			_ = out.Close()
		}
	}()
	var row referentials.Row
	for k := range n {
		if k&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := read(k, &row); err != nil {
			return err
		}
		if err := out.Write(&row); err != nil {
			return err
		}
	}
	return out.Close()
}

// gate lets nothing through once it is shut.
type gate struct {
	w    http.ResponseWriter
	shut error
}

// Size announces the length of the answer: the connection then needs no chunks. Whoever
// compresses takes it back.
func (g *gate) Size(n int) {
	if g.shut == nil {
		g.w.Header().Set("Content-Length", strconv.Itoa(n))
	}
}

func (g *gate) Write(b []byte) (int, error) {
	if g.shut != nil {
		return 0, g.shut
	}
	return g.w.Write(b)
}
