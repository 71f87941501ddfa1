// Package formats lists the output formats of Socle: one line each. The HTTP server and
// the export command read the same table.
package formats

import (
	"path/filepath"
	"slices"
	"strings"

	"socle/geo/crs"
	"socle/referentials/encode"
	"socle/referentials/encode/csv"
	"socle/referentials/encode/flatgeobuf"
	"socle/referentials/encode/geojson"
	"socle/referentials/encode/geojsonseq"
	"socle/referentials/encode/geopackage"
	"socle/referentials/encode/geoparquet"
	"socle/referentials/encode/jsonfg"
)

// All gives the formats of the server, the default one first.
func All() []encode.Format {
	return []encode.Format{
		geojson.Format(),
		jsonfg.Format(),
		geojsonseq.Format(),
		csv.Format(),
		flatgeobuf.Format(),
		geopackage.Format(),
		geoparquet.Format(),
	}
}

// files gives the formats of files: those of the server, and lines of GeoJSON.
func files() []encode.Format { return append(All(), geojsonseq.Lines()) }

// ByExtension gives the format of a file name.
func ByExtension(name string) (encode.Format, bool) {
	ext := strings.ToLower(filepath.Ext(name))
	for _, f := range files() {
		if slices.Contains(f.Extensions, ext) {
			return f, true
		}
	}
	return encode.Format{}, false
}

// Extensions gives the extensions of all formats, in their order.
func Extensions() []string {
	var all []string
	for _, f := range files() {
		all = append(all, f.Extensions...)
	}
	return all
}

// DefaultCRS is what a file of a format holds when nothing else is asked for: GeoJSON is
// longitude and latitude by its standard, the others keep the storage CRS.
func DefaultCRS(f encode.Format, storage crs.CRS) crs.CRS {
	if strings.HasPrefix(f.Name, "geojson") && !storage.IsZero() {
		return crs.CRS84
	}
	return storage
}

// YFirst tells whether a file of a format in a system puts northing or latitude first.
// JSON-FG follows the system's authority; files of GeoJSON are x first as everybody reads
// them, and the other formats always are.
func YFirst(f encode.Format, c crs.CRS) bool { return f.Name == "jsonfg" && crs.AxesSwapped(c) }
