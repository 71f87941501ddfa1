package importer

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// usePlace makes two columns the geometry.
func (in *input) usePlace(p place) {
	in.place, in.xy = p, [2]int{in.column(p.x), in.column(p.y)}
}

// position makes g the point that the columns of in.place give, null when one of them is
// empty or not a number.
func (in *input) position(rec *source.Record, g *geo.Geometry) {
	g.Reset()
	if x, y, ok := pairAt(rec, in.xy[0], in.xy[1]); ok {
		g.Type = geo.Point
		g.Add(x, y)
	}
}

// pairAt reads two columns as a position. 0, 0 is how many tables write "not known".
func pairAt(rec *source.Record, xColumn, yColumn int) (x, y float64, ok bool) {
	x, okX := numberAt(rec, xColumn)
	y, okY := numberAt(rec, yColumn)
	return x, y, okX && okY && (x != 0 || y != 0)
}

func numberAt(rec *source.Record, column int) (float64, bool) {
	switch v := valueAt(rec, column); v.Type() {
	case referentials.Integer, referentials.Number:
		return v.Float(), true
	case referentials.String:
		return parseNumber(v.Str())
	}
	return 0, false
}

// pairNames are the names of columns that hold a position, with the system they say.
var pairNames = []place{
	{"lon", "lat", crs.CRS84}, {"long", "lat", crs.CRS84}, {"lng", "lat", crs.CRS84}, {"longitude", "latitude", crs.CRS84},
	{"x_wgs84", "y_wgs84", crs.CRS84}, {"coord_x_wgs84", "coord_y_wgs84", crs.CRS84},
	{"x_cc48", "y_cc48", crs.EPSG(3948)}, {"x_lambcc48", "y_lambcc48", crs.EPSG(3948)},
	{"x_l93", "y_l93", crs.EPSG(2154)}, {"x_lamb93", "y_lamb93", crs.EPSG(2154)}, {"x_lambert93", "y_lambert93", crs.EPSG(2154)},
	{"lambert_93_x", "lambert_93_y", crs.EPSG(2154)}, {"lambert93_x", "lambert93_y", crs.EPSG(2154)},
	{"x", "y", crs.CRS{}}, {"coord_x", "coord_y", crs.CRS{}}, {"x_coord", "y_coord", crs.CRS{}},
}

// findPlace gives the first pair of columns whose names tell of a position.
func findPlace(columns []string) place {
	folded := make(map[string]bool, len(columns))
	for _, c := range columns {
		folded[fold(c)] = true
	}
	for _, p := range pairNames {
		if folded[p.x] && folded[p.y] {
			return p
		}
	}
	return place{}
}
