// Package geojson writes GeoJSON (RFC 7946): a FeatureCollection in a stream, or one
// Feature as a document.
//
// The collection's own members (numberMatched, numberReturned, timeStamp, links) come
// after the features, because how many were returned is known only then. A feature's id
// is the value of the key field, a number when the key is an integer; the key is among
// the properties too, and no property is left out because it is null. Polygons are wound
// as the RFC asks. Longitude and latitude have at most 9 decimals; projected coordinates
// in the storage CRS are written exactly. An answer that is not in longitude and latitude
// names its system in a "crs" member, as GDAL and QGIS read and write it, unless its
// axes were swapped for HTTP, where the Content-Crs header is what counts.
package geojson

import (
	"io"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

// Format describes the format to the program.
func Format() encode.Format {
	return encode.Format{
		Name:       "geojson",
		MediaType:  "application/geo+json",
		Extensions: []string{".geojson", ".json"},
		AxisOrder:  true,
		New:        New,
		Feature:    AppendFeature,
	}
}

// New starts a FeatureCollection.
func New(w io.Writer, h encode.Header) (encode.Writer, error) {
	var members []byte
	if h.Descriptor.HasGeometry() && !h.YFirst {
		members = appendCRS(members, h.CRS)
	}
	return NewCollection(w, h, members, NewFeatures(h).Append), nil
}

// AppendFeature appends one feature as a document of its own, with the header's links.
// For many features make a [Features] once.
func AppendFeature(dst []byte, h encode.Header, row *referentials.Row) ([]byte, error) {
	dst, err := NewFeatures(h).Append(dst, row)
	if err != nil {
		return dst, err
	}
	dst = AppendLinks(dst[:len(dst)-1], h.Links)
	return append(dst, "}\n"...), nil
}

// appendCRS appends the "crs" member and its comma; longitude and latitude need none.
func appendCRS(dst []byte, c crs.CRS) []byte {
	if c.IsZero() || c == crs.CRS84 {
		return dst
	}
	dst = append(dst, `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:`...)
	dst = append(dst, c.Authority...)
	dst = append(dst, "::"...)
	dst = append(dst, c.Code...)
	return append(dst, `"}},`...)
}
