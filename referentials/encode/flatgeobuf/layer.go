package flatgeobuf

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/gogama/flatgeobuf/flatgeobuf/flat"
	"github.com/gogama/flatgeobuf/packedrtree"
	flatbuffers "github.com/google/flatbuffers/go"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

// layer is what the header says.
type layer struct {
	name, title string
	geometry    geo.Type
	crs         crs.CRS
	wkt         string
	key         string
	fields      []referentials.Field
}

func (l *layer) describe(h encode.Header) {
	d := &h.Descriptor
	l.name, l.title = d.ID, either(d.Title)
	l.geometry, l.crs, l.key, l.fields = d.Geometry, h.CRS, d.Key, d.Fields
}

func either(t referentials.Text) string {
	if t.FR != "" {
		return t.FR
	}
	return t.EN
}

func columnType(t referentials.FieldType) flat.ColumnType {
	switch t {
	case referentials.Integer:
		return flat.ColumnTypeLong
	case referentials.Number:
		return flat.ColumnTypeDouble
	case referentials.Boolean:
		return flat.ColumnTypeBool
	case referentials.Date, referentials.DateTime:
		return flat.ColumnTypeDateTime
	case referentials.JSON:
		return flat.ColumnTypeJson
	}
	return flat.ColumnTypeString
}

// geometryType has the format's codes, which are those of WKB; 0 holds any type.
func geometryType(t geo.Type) flat.GeometryType {
	if t == geo.Any {
		return flat.GeometryTypeUnknown
	}
	return flat.GeometryType(t)
}

// dateMetadata marks a DateTime column that holds days.
const dateMetadata = `{"type":"date"}`

// header gives the size-prefixed header table. A tree of 0 says that there is none.
func (l *layer) header(count uint64, extent packedrtree.Box, tree uint16) []byte {
	b := flatbuffers.NewBuilder(4 << 10)
	columns := make([]flatbuffers.UOffsetT, len(l.fields))
	for i := range l.fields {
		columns[i] = l.column(b, &l.fields[i])
	}
	columnVector := b.CreateVectorOfTables(columns)
	system := l.system(b)
	name := b.CreateString(l.name)
	var title, envelope flatbuffers.UOffsetT
	if l.title != "" {
		title = b.CreateString(l.title)
	}
	if extent.XMin <= extent.XMax {
		flat.HeaderStartEnvelopeVector(b, 4)
		for _, v := range []float64{extent.YMax, extent.XMax, extent.YMin, extent.XMin} {
			b.PrependFloat64(v)
		}
		envelope = b.EndVector(4)
	}
	flat.HeaderStart(b)
	flat.HeaderAddName(b, name)
	if title != 0 {
		flat.HeaderAddTitle(b, title)
	}
	if envelope != 0 {
		flat.HeaderAddEnvelope(b, envelope)
	}
	flat.HeaderAddGeometryType(b, geometryType(l.geometry))
	flat.HeaderAddColumns(b, columnVector)
	flat.HeaderAddFeaturesCount(b, count)
	flat.HeaderAddIndexNodeSize(b, tree)
	if system != 0 {
		flat.HeaderAddCrs(b, system)
	}
	b.FinishSizePrefixed(flat.HeaderEnd(b))
	return b.FinishedBytes()
}

func (l *layer) column(b *flatbuffers.Builder, f *referentials.Field) flatbuffers.UOffsetT {
	name := b.CreateString(f.Name)
	var title, metadata flatbuffers.UOffsetT
	if t := either(f.Title); t != "" {
		title = b.CreateString(t)
	}
	if f.Type == referentials.Date {
		metadata = b.CreateString(dateMetadata)
	}
	flat.ColumnStart(b)
	flat.ColumnAddName(b, name)
	flat.ColumnAddType(b, columnType(f.Type))
	if title != 0 {
		flat.ColumnAddTitle(b, title)
	}
	if metadata != 0 {
		flat.ColumnAddMetadata(b, metadata)
	}
	if f.Name == l.key {
		flat.ColumnAddNullable(b, false)
		flat.ColumnAddUnique(b, true)
		flat.ColumnAddPrimaryKey(b, true)
	}
	return flat.ColumnEnd(b)
}

// system names the reference system by number, and by its definition for readers that do
// not have the register. Coordinates are x, y whatever the authority says, so that CRS84
// is written as EPSG:4326, which readers know better.
func (l *layer) system(b *flatbuffers.Builder) flatbuffers.UOffsetT {
	if l.crs.IsZero() {
		return 0
	}
	named := l.crs
	if named == crs.CRS84 {
		named = crs.EPSG(4326)
	}
	org, definition := b.CreateString(named.Authority), b.CreateString(l.wkt)
	code, err := strconv.ParseInt(named.Code, 10, 32)
	var text flatbuffers.UOffsetT
	if err != nil {
		text = b.CreateString(named.Code)
	}
	flat.CrsStart(b)
	flat.CrsAddOrg(b, org)
	if err == nil {
		flat.CrsAddCode(b, int32(code))
	} else {
		flat.CrsAddCodeString(b, text)
	}
	flat.CrsAddWkt(b, definition)
	return flat.CrsEnd(b)
}

// feature gives the size-prefixed table of a shape with the properties at hand, valid
// until the next one.
func (w *writer) feature(g *geo.Geometry) []byte {
	b := w.builder
	b.Reset()
	var geometry, properties flatbuffers.UOffsetT
	// A shape without vertices is no geometry: readers take its table for a broken one.
	if g.Type != geo.None && len(g.XY) > 0 {
		geometry = w.geometry(g)
	}
	if len(w.props) > 0 {
		properties = b.CreateByteVector(w.props)
	}
	flat.FeatureStart(b)
	if geometry != 0 {
		flat.FeatureAddGeometry(b, geometry)
	}
	if properties != 0 {
		flat.FeatureAddProperties(b, properties)
	}
	b.FinishSizePrefixed(flat.FeatureEnd(b))
	return b.FinishedBytes()
}

func (w *writer) geometry(g *geo.Geometry) flatbuffers.UOffsetT {
	b := w.builder
	if g.Type != geo.MultiPolygon {
		ends := g.Ends
		if g.Type == geo.LineString {
			ends = nil
		}
		return shape(b, g.Type, g.XY, ends, 0)
	}
	w.parts = w.parts[:0]
	for i := range g.Parts {
		from, to := g.RingsOf(i)
		first := uint32(0)
		if from > 0 {
			first = g.Ends[from-1]
		}
		w.parts = append(w.parts, shape(b, geo.Polygon, g.XY[2*first:2*g.Ends[to-1]], g.Ends[from:to], first))
	}
	parts := b.CreateVectorOfTables(w.parts)
	flat.GeometryStart(b)
	flat.GeometryAddType(b, flat.GeometryTypeMultiPolygon)
	flat.GeometryAddParts(b, parts)
	return flat.GeometryEnd(b)
}

// shape writes one Geometry table. Ends are given less first. A polygon of one ring needs
// none; lines do even when there is but one, or GDAL stops reading.
func shape(b *flatbuffers.Builder, t geo.Type, xy []float64, ends []uint32, first uint32) flatbuffers.UOffsetT {
	flat.GeometryStartXyVector(b, len(xy))
	for i := len(xy) - 1; i >= 0; i-- {
		b.PlaceFloat64(xy[i])
	}
	vertices := b.EndVector(len(xy))
	var endVector flatbuffers.UOffsetT
	if len(ends) > 1 || t == geo.MultiLineString {
		flat.GeometryStartEndsVector(b, len(ends))
		for i := len(ends) - 1; i >= 0; i-- {
			b.PlaceUint32(ends[i] - first)
		}
		endVector = b.EndVector(len(ends))
	}
	flat.GeometryStart(b)
	flat.GeometryAddType(b, geometryType(t))
	if endVector != 0 {
		flat.GeometryAddEnds(b, endVector)
	}
	flat.GeometryAddXy(b, vertices)
	return flat.GeometryEnd(b)
}

func appendFloat(dst []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}
