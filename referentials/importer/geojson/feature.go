package geojson

import (
	"errors"

	"socle/referentials/importer/source"
)

func (d *decoder) feature(c source.JSONCursor) error {
	placed, bare := false, false
	var place, time []byte
	var properties source.JSONCursor
	whole := c
	for c.Enter(); c.Next(); {
		var err error
		switch name := c.Name(); string(name) {
		case "type":
			if t := unquoteBytes(c.Value()); string(t) != "Feature" && source.IsGeoJSONType(string(t)) {
				bare = true
			}
		case "id":
			err = d.identify(c.Value())
		case "geometry":
			if placed {
				c.Value()
				continue
			}
			d.rec.HasZ, err = source.DecodeGeoJSON(&c, &d.rec.Geom)
		case "place":
			place = c.Value()
			if d.r.layout.place && len(place) > 0 && place[0] == '{' {
				placed, err = d.place(place)
			}
		case "properties":
			switch c.Kind() {
			case '{':
				properties = c
				err = d.properties(&c, "", "", "")
			case 'n':
				c.Value()
			default:
				err = errors.New("its properties are not an object")
			}
		case "time":
			time = c.Value()
		case "coordRefSys":
			err = d.r.sameSystem(c.Value())
		case "bbox", "links", "coordinates", "geometries", "conformsTo", "featureSchema":
			c.Value()
		default:
			d.tellForeign(name)
			c.Value()
		}
		if err != nil {
			return err
		}
	}
	if bare {
		var err error
		d.rec.HasZ, err = source.DecodeGeoJSON(&whole, &d.rec.Geom)
		return err
	}
	if time != nil {
		if err := d.addTime(time, properties.Value()); err != nil {
			return err
		}
	}
	return d.settlePlace(placed, place)
}

// tellForeign notes once the members of features that no field is made of.
func (d *decoder) tellForeign(name []byte) {
	const most = 20
	if len(d.foreign) >= most || d.foreign[string(name)] {
		return
	}
	d.foreign[string(name)] = true
	d.r.note("member %q of features, beside their properties, is left out", name)
}
