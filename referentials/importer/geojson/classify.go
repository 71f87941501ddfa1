package geojson

import (
	"socle/referentials/importer/source"
)

// kinds is what one element shows of itself.
type kinds struct {
	feature, esri bool
	lonLat        bool   // its geometry fits in degrees
	fields        []byte // Opendatasoft's envelope

	place            string // the type of its JSON-FG place, "" for none
	system           []byte // its own coordRefSys, or its place's
	time, properties []byte
}

func classify(raw []byte) (k kinds) {
	k.lonLat = true
	c := source.WalkJSON(raw)
	typed, geometry, attributes := false, false, false
	var own, placed []byte
	for c.Enter(); c.Next(); {
		switch name := string(c.Name()); {
		case name == "type":
			t := unquoteRaw(c.Value())
			typed = t == "Feature" || source.IsGeoJSONType(t)
		case name == "geometry" && c.Kind() == '{':
			geometry = true
			k.lonLat = fitsDegrees(c.Value())
		case name == "geometry" && c.Kind() == 'n':
			geometry = true
			c.Value()
		case name == "properties" && c.Kind() == '{':
			k.properties = c.Value()
		case name == "attributes" && c.Kind() == '{':
			attributes = true
			c.Value()
		case name == "place" && c.Kind() == '{':
			k.place, placed = placeKind(c.Value())
		case name == "coordRefSys":
			own = c.Value()
		case name == "time":
			k.time = c.Value()
		case name == "fields" && c.Kind() == '{':
			k.fields = c.Value()
		default:
			c.Value()
		}
	}
	k.feature = typed || geometry && k.properties != nil
	k.esri = attributes && !typed && k.properties == nil
	if k.system = own; own == nil {
		k.system = placed
	}
	return k
}

// sampleJSONFG notes what a feature has beyond GeoJSON.
func (r *Reader) sampleJSONFG(k *kinds) {
	if !k.feature {
		return
	}
	r.refer(k.system)
	r.layout.place = r.layout.place || source.IsGeoJSONType(k.place)
	if m, err := readTime(k.time); k.time != nil && err == nil && !m.within(k.properties) {
		r.layout.time = true
	}
	c := source.WalkJSON(k.properties)
	if c.Kind() != '{' {
		return
	}
	for c.Enter(); c.Next(); c.Value() {
		if name := string(c.Name()); name == "time" || name == "time_start" || name == "time_end" {
			r.layout.timeName = "jsonfg_time"
		}
	}
}
