// Package mvt writes Mapbox Vector Tiles, version 2.1 of the specification to the letter:
// rings wound and closed as it wants, nothing degenerate, typed values, tables without
// doubles, and the same bytes for the same calls.
//
// It knows nothing of where shapes come from: coordinates are already those of the tile,
// x to the right and y down, the tile itself being 0 to [Extent].
package mvt

import (
	"encoding/binary"
	"math/bits"
)

// Extent is the side of a tile in its own coordinates.
const Extent = 4096

// GeomType is the geometry type of a feature, with the specification's number.
type GeomType uint8

// The geometry types.
const (
	Point      GeomType = 1
	LineString GeomType = 2
	Polygon    GeomType = 3
)

// Encoder writes layers one after the other. It keeps its memory from one to the next, so
// that a reused Encoder does not allocate per feature. It is not safe for concurrent use.
//
//	e.BeginLayer("voies", []string{"id_voie", "nom"})
//	for … {
//		e.BeginFeature(mvt.LineString)
//		e.AddLine(xy)
//		if !e.HasGeometry() {
//			continue // nothing is left of it at this scale
//		}
//		e.SetID(12)
//		e.String(0, "…")
//		e.EndFeature()
//	}
//	tile = e.EndLayer(tile)
//
// Strings must not change until EndLayer.
type Encoder struct {
	name     string
	keys     keyTable
	values   valueTable
	batch    batch
	features []byte
	count    int
	tagged   int // bytes of all tags

	// The feature at work.
	geomType GeomType
	id       uint64
	hasID    bool
	row      int
	outline  []byte // that it was given; nil when it has a geometry of its own
	geometry geometry
}

// Field numbers of the protobuf messages, shifted and joined with their wire types.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5

	tileLayers = 3<<3 | wireBytes

	layerName     = 1<<3 | wireBytes
	layerFeatures = 2<<3 | wireBytes
	layerKeys     = 3<<3 | wireBytes
	layerValues   = 4<<3 | wireBytes
	layerExtent   = 5<<3 | wireVarint
	layerVersion  = 15<<3 | wireVarint

	featureID       = 1<<3 | wireVarint
	featureTags     = 2<<3 | wireBytes
	featureType     = 3<<3 | wireVarint
	featureGeometry = 4<<3 | wireBytes

	specVersion = 2
)

// BeginLayer starts a layer of that name. Values will be given by position in keys, whose
// names must differ.
func (e *Encoder) BeginLayer(name string, keys []string) {
	e.name, e.count, e.tagged, e.geometry.repaired = name, 0, 0, 0
	e.features = e.features[:0]
	e.batch.empty()
	e.batch.width, e.batch.columns, e.batch.order = 0, nil, e.batch.order[:0]
	e.keys.reset(keys)
	e.values.reset()
}

// UseValues lets the layer take values from a list, by [Encoder.Value]. Integers that are
// given by Int are the same as those of the list; other values of the list must be taken
// from it alone.
func (e *Encoder) UseValues(v *Values) { e.values.use(v) }

// BeginFeature starts a feature, forgetting one that was not ended.
func (e *Encoder) BeginFeature(t GeomType) {
	e.begin(nil)
	e.geomType = t
	e.geometry.reset()
}

// BeginOutline is BeginFeature for one with the outline of another, which must not change until
// EndLayer.
func (e *Encoder) BeginOutline(outline []byte) { e.begin(outline) }

func (e *Encoder) begin(outline []byte) {
	e.outline, e.hasID, e.row = outline, false, noRow
	e.batch.forget()
}

// HasGeometry tells whether anything was left of what was added.
func (e *Encoder) HasGeometry() bool {
	if e.outline != nil {
		return true
	}
	e.geometry.endPolygon()
	return e.geometry.vertices > 0
}

// SetID gives the feature its number.
func (e *Encoder) SetID(id uint64) { e.id, e.hasID = id, true }

func (e *Encoder) tag(key int, value uint32) {
	e.batch.tags = appendUvarint(e.batch.tags, uint64(e.keys.number(key)))
	e.batch.tags = appendUvarint(e.batch.tags, uint64(value))
}

// Value gives the feature a value of the list, by its code.
func (e *Encoder) Value(key int, code uint32) { e.tag(key, e.values.listed(code)) }

// String gives the feature a text.
func (e *Encoder) String(key int, v string) { e.tag(key, e.values.text(v)) }

// Int gives the feature an integer.
func (e *Encoder) Int(key int, v int64) {
	if e.values.list != nil && v >= 0 {
		if code, ok := e.values.list.uint(uint64(v)); ok {
			e.Value(key, code)
			return
		}
	}
	e.tag(key, e.values.integer(v))
}

// Double gives the feature a number.
func (e *Encoder) Double(key int, v float64) { e.tag(key, e.values.double(v)) }

// Bool gives the feature a truth value.
func (e *Encoder) Bool(key int, v bool) { e.tag(key, e.values.boolean(v)) }

// EndFeature completes the feature, unless it has no geometry, and tells whether it did.
func (e *Encoder) EndFeature() bool {
	outline := e.outline
	if outline == nil {
		if !e.HasGeometry() {
			return false
		}
		b := &e.batch
		n := len(b.outlines)
		b.outlines = e.AppendOutline(b.outlines)
		outline = b.outlines[n:]
	}
	e.wait(outline, e.id, e.hasID, e.row)
	return true
}

// AddFeature begins and ends a feature with an outline, a number unless it is negative, and the
// values of a row of the table if there is one.
func (e *Encoder) AddFeature(outline []byte, id int64, row int) {
	e.batch.forget()
	e.wait(outline, uint64(id), id >= 0, row)
}

// Features counts the features of the layer so far.
func (e *Encoder) Features() int { return e.count }

// Repaired counts the polygons of the layer so far whose rings had to be made anew.
func (e *Encoder) Repaired() int { return e.geometry.repaired }

// Size tells how many bytes EndLayer would append now.
func (e *Encoder) Size() int {
	if e.count == 0 {
		return 0
	}
	e.flush()
	return lengthSize(e.layerSize())
}

// Sizes tells how many bytes features and values take so far.
func (e *Encoder) Sizes() (features, values int) {
	e.flush()
	return len(e.features), len(e.values.buf)
}

// WithoutGeometry tells how many bytes of Size no geometry could spare: attributes, and
// what features take besides.
func (e *Encoder) WithoutGeometry() int {
	e.flush()
	const least = 2 + 2 + 2 + 2 // message, tags, type and geometry
	return e.tagged + least*e.count + len(e.keys.buf) + len(e.values.buf)
}

func (e *Encoder) layerSize() int {
	return lengthSize(len(e.name)) + len(e.features) + len(e.keys.buf) + len(e.values.buf) +
		1 + varintSize(Extent) + 2
}

// EndLayer appends the layer to dst, unless it has no feature: a tile is the plain
// sequence of its layers.
func (e *Encoder) EndLayer(dst []byte) []byte {
	if e.count == 0 {
		return dst
	}
	e.flush()
	dst = binary.AppendUvarint(append(dst, tileLayers), uint64(e.layerSize()))
	dst = append(dst, layerVersion, specVersion)
	dst = binary.AppendUvarint(append(dst, layerName), uint64(len(e.name)))
	dst = append(dst, e.name...)
	dst = append(dst, e.features...)
	dst = append(dst, e.keys.buf...)
	dst = append(dst, e.values.buf...)
	return binary.AppendUvarint(append(dst, layerExtent), Extent)
}

// appendUvarint is made for numbers of one byte, or two.
func appendUvarint(dst []byte, v uint64) []byte {
	switch {
	case v < 1<<7:
		return append(dst, byte(v))
	case v < 1<<14:
		return append(dst, byte(v)|0x80, byte(v>>7))
	}
	return binary.AppendUvarint(dst, v)
}

// lengthSize is how many bytes a field of n bytes takes with its number and length.
func lengthSize(n int) int { return 1 + varintSize(uint64(n)) + n }

// varintSize is a seventh of the bits of v, rounded up.
func varintSize(v uint64) int { return (9*bits.Len64(v|1) + 64) / 64 }
