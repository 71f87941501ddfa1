package geojson

import (
	"slices"
	"strings"

	"socle/referentials/importer/source"
)

// members counts, over the first rows, which of their members look like geometry.
type members struct {
	order []string
	seen  map[string]*evidence
}

type evidence struct{ shapes, points, other int }

func (m *members) add(row []byte) {
	if m.seen == nil {
		m.seen = map[string]*evidence{}
	}
	c := source.WalkJSON(row)
	for c.Enter(); c.Next(); {
		name := string(c.Name())
		kind := c.Kind()
		raw := c.Value()
		if kind == 'n' || len(m.order) > 4096 {
			continue
		}
		e := m.seen[name]
		if e == nil {
			e = new(evidence)
			m.seen[name] = e
			m.order = append(m.order, name)
		}
		switch {
		case kind == '{' && isShape(raw):
			e.shapes++
		case kind == '{' && isLonLat(raw), kind == '[' && isGeoPoint(name):
			e.points++
		default:
			e.other++
		}
	}
}

// choose gives the member that is the shape of a row and the one that is its position,
// each "" when there is none. Names of Opendatasoft's go first, then the first met.
func (m *members) choose() (shape, point string) {
	for _, name := range m.order {
		e := m.seen[name]
		if e.shapes > 0 && e.points+e.other == 0 && (shape == "" || name == "geo_shape") {
			shape = name
		}
		if e.points > 0 && e.shapes+e.other == 0 && (point == "" || isGeoPoint(name) && !isGeoPoint(point)) {
			point = name
		}
	}
	return shape, point
}

// isGeoPoint tells the names Opendatasoft gives to positions, which it writes as
// {"lon":…,"lat":…} or, in its first API, as [lat, lon].
func isGeoPoint(name string) bool {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("_- ", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
	return slices.Contains([]string{"geopoint", "geopoint2d", "geolocalisation", "geolocation"}, name)
}

// isShape tells a GeoJSON geometry, or a feature around one, from another object.
func isShape(raw []byte) bool {
	c := source.WalkJSON(raw)
	typed, body := false, false
	for c.Enter(); c.Next(); {
		switch string(c.Name()) {
		case "type":
			t := unquoteRaw(c.Value())
			typed = t == "Feature" || source.IsGeoJSONType(t)
		case "coordinates", "geometry", "geometries":
			body = true
			c.Value()
		default:
			c.Value()
		}
	}
	return typed && body
}

// isLonLat tells {"lon":…,"lat":…}.
func isLonLat(raw []byte) bool {
	c := source.WalkJSON(raw)
	lon, lat, others := false, false, 0
	for c.Enter(); c.Next(); {
		switch string(c.Name()) {
		case "lon":
			lon = c.Kind() == '0'
		case "lat":
			lat = c.Kind() == '0'
		default:
			others++
		}
		c.Value()
	}
	return lon && lat && others == 0
}
