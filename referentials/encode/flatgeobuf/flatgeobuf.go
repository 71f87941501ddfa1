// Package flatgeobuf writes FlatGeobuf 3 with its packed Hilbert R-tree, so that clients
// can fetch a window of a large file.
//
// The index goes before the features and orders them, and the header holds their number
// and extent: all are known only at the end. Features are therefore kept aside, in memory
// while they are few and in a temporary file after that, and the output begins at Close.
// A layer has no index when a feature has a null or empty geometry, which has no place on
// the curve, or when it has more than [MaxIndexed] features, whose tree would no longer be
// small; readers then scan it.
//
// The format knows no type for days: they are written in DateTime columns, as GDAL does,
// with {"type":"date"} as the column's metadata. Nulls are left out of a feature, which
// is how the format writes them.
package flatgeobuf

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/gogama/flatgeobuf/packedrtree"
	flatbuffers "github.com/google/flatbuffers/go"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

// Format describes the format to the program.
func Format() encode.Format {
	return encode.Format{
		Name:       "fgb",
		MediaType:  "application/flatgeobuf",
		Extensions: []string{".fgb"},
		Spatial:    true,
		New:        New,
	}
}

const (
	// MaxIndexed is the most features that are indexed; a tree of them takes about 100
	// bytes each while it is built.
	MaxIndexed = 2 << 20

	nodeSize   = 16 // children of a node of the tree, as everybody writes it
	writeAhead = 256 << 10

	// A feature of the format is a buffer of less than 1 GiB.
	maxVertices   = 32 << 20
	maxProperties = 256 << 20
)

// magic is the format's name with its major and patch versions.
const magic = "fgb\x03fgb\x01"

type writer struct {
	w       io.Writer
	layer   layer
	spool   spool
	builder *flatbuffers.Builder
	props   []byte
	parts   []flatbuffers.UOffsetT

	count   uint64
	extent  packedrtree.Box
	indexed bool
	refs    []packedrtree.Ref // Offset is the number of the feature until it is placed
	starts  []int64           // of each feature in the spool

	closed bool
	err    error
}

// New prepares a layer. It refuses a table, which the format cannot hold.
func New(w io.Writer, h encode.Header) (encode.Writer, error) {
	if !h.Descriptor.HasGeometry() {
		return nil, referentials.Errorf(referentials.Unsupported, "FlatGeobuf holds only layers with geometry").
			At("collection %s", h.Descriptor.ID).Do("choose csv, parquet or gpkg")
	}
	out := &writer{w: w, builder: flatbuffers.NewBuilder(4 << 10), extent: packedrtree.EmptyBox, indexed: true}
	out.layer.describe(h)
	if !h.CRS.IsZero() {
		var err error
		if out.layer.wkt, err = crs.WKT(h.CRS); err != nil {
			return nil, referentials.Errorf(referentials.Unsupported, "the output cannot name its reference system: %w", err)
		}
	}
	return out, nil
}

// Write keeps one feature.
func (w *writer) Write(row *referentials.Row) error {
	if w.err != nil {
		return w.err
	}
	if w.closed {
		return encode.ErrClosed
	}
	if n := row.Geom.NumVertices(); n > maxVertices {
		return w.fail(referentials.Errorf(referentials.TooLarge, "a feature has %d vertices; FlatGeobuf takes up to %d", n, maxVertices))
	}
	w.props = w.layer.appendProperties(w.props[:0], row.Values)
	if n := len(w.props); n > maxProperties {
		return w.fail(referentials.Errorf(referentials.TooLarge, "the values of a feature take %d bytes; FlatGeobuf takes up to %d", n, maxProperties))
	}
	feature := w.feature(&row.Geom)
	w.count++
	w.place(&row.Geom)
	if w.indexed {
		w.starts = append(w.starts, w.spool.size)
	}
	if err := w.spool.write(feature); err != nil {
		return w.fail(err)
	}
	return nil
}

// place notes where a feature lies, for the extent and the tree.
func (w *writer) place(g *geo.Geometry) {
	box := packedrtree.EmptyBox
	for i := 0; i+1 < len(g.XY); i += 2 {
		box.ExpandXY(g.XY[i], g.XY[i+1])
	}
	if len(g.XY) > 0 {
		w.extent.Expand(&box)
	}
	switch {
	case !w.indexed:
	case len(g.XY) == 0 || len(w.refs) == MaxIndexed:
		w.indexed, w.refs, w.starts = false, nil, nil
	default:
		w.refs = append(w.refs, packedrtree.Ref{Box: box, Offset: int64(len(w.refs))})
	}
}

func (w *writer) fail(err error) error {
	w.err = err
	w.spool.close()
	return err
}

// Close writes header, tree and features.
func (w *writer) Close() error {
	if w.closed || w.err != nil {
		w.closed = true
		return w.err
	}
	w.closed = true
	out := bufio.NewWriterSize(w.w, writeAhead)
	err := w.assemble(out)
	if err == nil {
		err = out.Flush()
	}
	w.err = err
	w.spool.close()
	w.refs, w.starts = nil, nil
	return w.err
}

func (w *writer) assemble(out *bufio.Writer) error {
	tree := uint16(nodeSize)
	if !w.indexed || w.count == 0 {
		tree = 0
	}
	header := w.layer.header(w.count, w.extent, tree)
	if _, err := out.WriteString(magic); err != nil {
		return err
	}
	if _, err := out.Write(header); err != nil {
		return err
	}
	if tree == 0 {
		return w.spool.copyTo(out)
	}
	w.starts = append(w.starts, w.spool.size)
	packedrtree.HilbertSort(w.refs, w.extent)
	order := make([]uint32, len(w.refs))
	var offset int64
	for i := range w.refs {
		number := w.refs[i].Offset
		order[i] = uint32(number)
		w.refs[i].Offset = offset
		offset += w.starts[number+1] - w.starts[number]
	}
	index, err := packedrtree.New(w.refs, tree)
	if err != nil {
		return err
	}
	if _, err := index.Marshal(out); err != nil {
		return err
	}
	var buf []byte
	for _, number := range order {
		if buf, err = w.spool.read(buf, w.starts[number], w.starts[number+1]); err != nil {
			return err
		}
		if _, err := out.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// appendProperties appends the values that are not null, each after its column's number.
func (l *layer) appendProperties(dst []byte, values []referentials.Value) []byte {
	for i, v := range values[:min(len(values), len(l.fields))] {
		if v.IsNull() {
			continue
		}
		dst = binary.LittleEndian.AppendUint16(dst, uint16(i))
		switch l.fields[i].Type {
		case referentials.Integer:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v.Int()))
		case referentials.Number:
			dst = appendFloat(dst, v.Float())
		case referentials.Boolean:
			b := byte(0)
			if v.Bool() {
				b = 1
			}
			dst = append(dst, b)
		default:
			at := len(dst)
			dst = append(dst, 0, 0, 0, 0)
			dst = v.Append(dst)
			binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
	}
	return dst
}
