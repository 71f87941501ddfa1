// Package jsonfg writes OGC Features and Geometries JSON 1.0 (JSON-FG): a
// FeatureCollection in a stream, or one Feature as a document.
//
// A document is GeoJSON that also says what standard GeoJSON cannot: the type of its
// features, their time and a shape in any reference system. Shapes in longitude and
// latitude are in "geometry" and "place" is null. In every other system they are in
// "place", exactly as they are stored or rounded to 0.05 mm, and "geometry" is null, which
// the standard's Core allows: the same shape twice would double the answer, and who wants
// degrees asks for CRS84. Positions in "place" follow the axis order of the system's
// authority, so [encode.Header.YFirst] has to say what it is.
//
// All else is as in package geojson: ids, properties with their nulls, members that come
// after the features.
package jsonfg

import (
	"io"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/geojson"
)

// Format describes the format to the program.
func Format() encode.Format {
	return encode.Format{
		Name:       "jsonfg",
		MediaType:  "application/fg+json",
		Extensions: []string{".jsonfg"},
		AxisOrder:  true,
		New:        New,
		Feature:    AppendFeature,
	}
}

// conformsTo are the conformance classes of the documents.
const conformsTo = `"conformsTo":["http://www.opengis.net/spec/json-fg-1/1.0/conf/core","http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas"],`

// New starts a FeatureCollection.
func New(w io.Writer, h encode.Header) (encode.Writer, error) {
	l := newLayer(h)
	members := l.appendMembers(nil)
	if dimension := h.Descriptor.Geometry.Dimension(); dimension >= 0 {
		members = append(members, `"geometryDimension":`...)
		members = append(members, byte('0'+dimension), ',')
	}
	return geojson.NewCollection(w, h, members, l.appendFeature), nil
}

// AppendFeature appends one feature as a document of its own, with the header's links.
func AppendFeature(dst []byte, h encode.Header, row *referentials.Row) ([]byte, error) {
	l := newLayer(h)
	l.alone = l.appendMembers(nil)
	dst, err := l.appendFeature(dst, row)
	if err != nil {
		return dst, err
	}
	dst = geojson.AppendLinks(dst[:len(dst)-1], h.Links)
	return append(dst, "}\n"...), nil
}

// layer is what is known before the first row.
type layer struct {
	features *geojson.Features
	id       string
	system   crs.CRS // of "place", none when shapes are in "geometry"
	time     span
	alone    []byte // members that a feature has when no collection is around it
}

func newLayer(h encode.Header) *layer {
	l := &layer{id: h.Descriptor.ID, time: spanOf(h.Descriptor.Fields)}
	if h.Descriptor.HasGeometry() {
		l.system = placed(h)
	}
	l.features = geojson.NewFeatures(h)
	l.features.Precision = encode.PrecisionOf(h)
	return l
}

// placed gives the system that "place" is written in. EPSG:4326 is CRS84 but for the
// order of its axes, and the header may name either.
func placed(h encode.Header) crs.CRS {
	switch wgs84 := crs.EPSG(4326); {
	case h.CRS != crs.CRS84 && h.CRS != wgs84:
		return h.CRS
	case h.YFirst:
		return wgs84
	}
	return crs.CRS{}
}

// appendMembers appends the members that the root of a document has, each with a comma.
func (l *layer) appendMembers(dst []byte) []byte {
	dst = append(dst, conformsTo...)
	dst = append(dst, `"featureType":`...)
	dst = geojson.AppendString(dst, l.id)
	dst = append(dst, ',')
	if !l.system.IsZero() {
		dst = append(dst, `"coordRefSys":`...)
		dst = geojson.AppendString(dst, l.system.URI())
		dst = append(dst, ',')
	}
	return dst
}

func (l *layer) appendFeature(dst []byte, row *referentials.Row) ([]byte, error) {
	dst = l.features.AppendHead(dst, row)
	dst = append(dst, ',')
	dst = append(dst, l.alone...)
	if l.time.from >= 0 {
		dst = append(dst, `"time":`...)
		dst = l.time.append(dst, row.Values)
		dst = append(dst, ',')
	}
	shape, none := `"geometry":`, `,"place":null`
	if !l.system.IsZero() {
		shape, none = `"place":`, `,"geometry":null`
	}
	dst = append(dst, shape...)
	dst, err := l.features.AppendGeometry(dst, row)
	if err != nil {
		return dst, err
	}
	dst = append(dst, none...)
	dst = l.features.AppendProperties(dst, row)
	return append(dst, '}'), nil
}
