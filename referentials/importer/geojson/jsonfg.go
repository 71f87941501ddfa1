package geojson

import (
	"bytes"
	"fmt"

	"socle/geo/crs"
	"socle/referentials/importer/source"
)

// refer takes the first coordRefSys of the file, wherever it stands; a null names none.
func (r *Reader) refer(raw []byte) {
	if r.ref.IsZero() && len(raw) > 0 && raw[0] != 'n' {
		if r.ref = r.coordRefSys(raw); !r.ref.IsZero() {
			r.refText, r.swapped = bytes.Clone(raw), crs.AxesSwapped(r.ref)
		}
	}
}

// coordRefSys gives the plane system that a member names: by a URI or a safe CURIE, by a
// reference, in PROJJSON, or as the first of an array, whose other systems are heights.
// Zero, and a note, when there is none.
func (r *Reader) coordRefSys(raw []byte) crs.CRS {
	c := source.WalkJSON(raw)
	if c.Kind() == '[' {
		c.Enter()
		c.Next()
	}
	text := ""
	switch c.Kind() {
	case '"':
		text = unquote(c.Value())
	case '{':
		var kind, href string
		var value []byte
		for c.Enter(); c.Next(); {
			switch string(c.Name()) {
			case "type":
				kind = unquoteRaw(c.Value())
			case "href":
				if c.Kind() == '"' {
					href = unquote(c.Value())
					continue
				}
				c.Value()
			case "value":
				value = c.Value()
			default:
				c.Value()
			}
		}
		if text = href; kind == "PROJJSON" {
			if system, err := crs.Identify(string(value)); err == nil {
				return system
			}
		}
	}
	if system, err := crs.Parse(dropHeight(text)); err == nil {
		if plane, err := crs.Identify(system.String()); err == nil && system != crs.CRS84 {
			return plane
		}
		return system
	}
	r.note("its \"coordRefSys\" member, %.80s, names no coordinate reference system that is known", raw)
	return crs.CRS{}
}

// dropHeight turns CRS84h, longitude, latitude and height, into CRS84.
func dropHeight(name string) string {
	if n := len(name) - 1; n >= 6 && name[n] == 'h' && name[n-5:n] == "CRS84" {
		return name[:n]
	}
	return name
}

// inDegrees tells whether the declared system is longitude and latitude on WGS 84, so
// that "geometry" and "place" may stand for each other.
func (r *Reader) inDegrees() bool {
	return r.ref.IsZero() || r.ref == crs.CRS84 || r.ref == crs.EPSG(4326)
}

// sameSystem checks the coordRefSys of one feature against the file's.
func (r *Reader) sameSystem(raw []byte) error {
	if bytes.Equal(raw, r.refText) || len(raw) > 0 && raw[0] == 'n' {
		return nil
	}
	if system := r.coordRefSys(raw); !system.IsZero() && system != r.ref {
		return fmt.Errorf("its reference system is %s; that of the features before it is %s", system, r.ref)
	}
	return nil
}

// placeKind gives the type of a place, and the system it names itself as drafts of the
// standard allowed.
func placeKind(raw []byte) (kind string, system []byte) {
	c := source.WalkJSON(raw)
	for c.Enter(); c.Next(); {
		switch string(c.Name()) {
		case "type":
			kind = unquoteRaw(c.Value())
		case "coordRefSys":
			system = c.Value()
		default:
			c.Value()
		}
	}
	return kind, system
}

// unplaced says why a place whose shape is none of GeoJSON's is not read.
func unplaced(kind string) error {
	what := "not a shape that is known"
	switch kind {
	case "Polyhedron", "MultiPolyhedron", "Prism", "MultiPrism":
		what = "a solid"
	case "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve", "MultiSurface":
		what = "a curve"
	}
	return fmt.Errorf("its place is a %.40s, %s: points, lines and polygons are kept; give a footprint, or segments", kind, what)
}

// place reads a shape over the geometry; false when its type is none of GeoJSON's.
func (d *decoder) place(raw []byte) (read bool, err error) {
	if kind, _ := placeKind(raw); !source.IsGeoJSONType(kind) {
		return false, nil
	}
	c := source.WalkJSON(raw)
	if d.rec.HasZ, err = source.DecodeGeoJSON(&c, &d.rec.Geom); err != nil {
		return false, fmt.Errorf("its place: %w", err)
	}
	return true, nil
}

// settlePlace makes the record's shape of what was found: the place when it was read,
// else the geometry where it is in the same system.
func (d *decoder) settlePlace(placed bool, place []byte) error {
	r := d.r
	if placed || r.layout.projected && !r.layout.place {
		swapAxes(d.rec.Geom.XY, r.swapped)
	}
	if placed {
		return nil
	}
	there := len(place) > 0 && place[0] == '{'
	kind := ""
	if there {
		kind, _ = placeKind(place)
	}
	switch lacking := d.rec.Geom.IsNull(); {
	case there && !source.IsGeoJSONType(kind) && (lacking || r.layout.place && !r.inDegrees()):
		return unplaced(kind)
	case there && lacking:
		return fmt.Errorf("it has a place but no geometry, unlike the features before it")
	case r.layout.place && !lacking && !r.inDegrees():
		return fmt.Errorf("it has a geometry in degrees but no place in the declared system")
	}
	return nil
}

// swapAxes turns positions written y first into x, y.
func swapAxes(xy []float64, swapped bool) {
	if !swapped {
		return
	}
	for i := 0; i+1 < len(xy); i += 2 {
		xy[i], xy[i+1] = xy[i+1], xy[i]
	}
}
