package geojson_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/geojson"
	"socle/referentials/importer/source"
)

type fataler interface{ Fatal(...any) }

func file(t fataler, text string) *source.File {
	f, err := source.FromBytes(context.Background(), "x.geojson", []byte(text), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func reader(t fataler, text string, opt geojson.Options) *geojson.Reader {
	r, err := geojson.Open(context.Background(), file(t, text), opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines writes a whole file, a line per feature: id, typed values, geometry or error.
func lines(r *geojson.Reader) (out []string, fatal error) {
	for rec, err := range r.Records(context.Background()) {
		if err != nil {
			return out, err
		}
		if rec.Err != nil {
			out = append(out, "! "+rec.Err.Error())
			continue
		}
		var parts []string
		if !rec.ID.IsNull() {
			parts = append(parts, "id="+rec.ID.String())
		}
		fields := r.Fields()
		for i, v := range rec.Values {
			if name := fields[i].Name; v.IsNull() {
				parts = append(parts, name+"=∅")
			} else {
				parts = append(parts, fmt.Sprintf("%s=%s:%s", name, v.Type()[:1], v))
			}
		}
		if g := &rec.Geom; !g.IsNull() {
			s := fmt.Sprintf("%s%v", g.Type, g.XY)
			if len(g.Ends) > 1 || len(g.Parts) > 1 {
				s += fmt.Sprintf("%v %v", g.Ends, g.Parts)
			}
			if rec.HasZ {
				s += "z"
			}
			parts = append(parts, s)
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out, nil
}

const (
	p12 = `{"type":"Point","coordinates":[1,2]}`
	f12 = `{"type":"Feature","geometry":` + p12 + `,"properties":{"a":1}}`
)

// placed is a JSON-FG feature.
func placed(place, geometry string) string {
	return `{"type":"Feature","place":` + place + `,"geometry":` + geometry + `,"properties":{}}`
}

const solid = `{"type":"Prism","base":` + p12 + `,"lower":0,"upper":3}`

func TestLayouts(t *testing.T) {
	l93 := crs.EPSG(2154)
	definition, err := crs.PROJJSON(l93)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		title, text string
		opt         geojson.Options
		want        string
		crs         crs.CRS
		layer       string
		note        string
	}{
		{"collection", `{"type":"FeatureCollection","features":[` + f12 + `]}`, geojson.Options{}, "a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"byte order mark", "\ufeff" + `{"features":[` + f12 + `],"type":"FeatureCollection"}`, geojson.Options{}, "a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"crs after the features", `{"features":[` + f12 + `],"x":[[{}]],"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}}}`, geojson.Options{}, "a=i:1 Point[1 2]", l93, "", ""},
		{"crs by number", `{"crs":{"type":"EPSG","properties":{"code":2154}},"name":"L","features":[` + f12 + `]}`, geojson.Options{}, "a=i:1 Point[1 2]", l93, "L", ""},
		{"crs not known", `{"crs":{"type":"name","properties":{"name":"Lambert"}},"features":[` + f12 + `]}`, geojson.Options{}, "a=i:1 Point[1 2]", crs.CRS{}, "", "names no coordinate reference system"},
		{"crs null", `{"crs":null,"features":[` + f12 + `]}`, geojson.Options{}, "a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"JSON-FG place", `{"coordRefSys":"[EPSG:2154]","features":[{"type":"Feature","geometry":` + p12 + `,"place":{"type":"Point","coordinates":[350000,6780000]},"properties":{}},` + f12 + `]}`, geojson.Options{},
			"Point[350000 6.78e+06] / ! feature 2: it has a geometry in degrees but no place in the declared system", l93, "", ""},
		{"JSON-FG without place", `{"coordRefSys":"http://www.opengis.net/def/crs/EPSG/0/2154","features":[{"type":"Feature","geometry":` + p12 + `,"place":null,"properties":{}}]}`, geojson.Options{}, "Point[1 2]", crs.CRS{}, "", ""},
		{"coordRefSys of geometry", `{"coordRefSys":{"type":"Reference","href":"http://www.opengis.net/def/crs/EPSG/0/2154"},"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[350000,6780000]},"properties":{}}]}`, geojson.Options{}, "Point[350000 6.78e+06]", l93, "", ""},
		{"y first", `{"coordRefSys":"http://www.opengis.net/def/crs/EPSG/0/3035","features":[` + placed(`{"type":"Point","coordinates":[2890000,3450000]}`, "null") + `]}`, geojson.Options{}, "Point[3.45e+06 2.89e+06]", crs.EPSG(3035), "", ""},
		{"y first, geometry alone", `{"coordRefSys":"[EPSG:3035]","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[2890000,3450000]},"properties":{}}]}`, geojson.Options{}, "Point[3.45e+06 2.89e+06]", crs.EPSG(3035), "", ""},
		{"latitude first, beside longitude first", `{"coordRefSys":"[EPSG:4326]","features":[` + placed(`{"type":"Point","coordinates":[48,-1.5]}`, p12) + `,` + placed("null", p12) + `]}`, geojson.Options{}, "Point[-1.5 48] / Point[1 2]", crs.EPSG(4326), "", ""},
		{"coordRefSys after the places", `{"features":[` + placed(`{"type":"Point","coordinates":[2890000,3450000]}`, "null") + `],"coordRefSys":"[EPSG:3035]"}`, geojson.Options{}, "Point[3.45e+06 2.89e+06]", crs.EPSG(3035), "", ""},
		{"coordRefSys with heights", `{"featureType":"t","coordRefSys":["http://www.opengis.net/def/crs/EPSG/0/2154","http://www.opengis.net/def/crs/EPSG/0/5720"],"features":[` + placed(`{"type":"Point","coordinates":[1,2,3]}`, "null") + `]}`, geojson.Options{}, "Point[1 2]z", l93, "t", ""},
		{"coordRefSys of plane and heights", `{"coordRefSys":{"type":"Reference","href":"http://www.opengis.net/def/crs/EPSG/0/7415","epoch":2017.2},"features":[` + placed(`{"type":"Point","coordinates":[1,2,3]}`, "null") + `]}`, geojson.Options{}, "Point[1 2]z", crs.EPSG(28992), "", ""},
		{"coordRefSys in PROJJSON", `{"coordRefSys":{"type":"PROJJSON","value":` + definition + `},"features":[` + placed(p12, "null") + `]}`, geojson.Options{}, "Point[1 2]", l93, "", ""},
		{"CRS84h", `{"coordRefSys":"http://www.opengis.net/def/crs/OGC/0/CRS84h","features":[` + placed(`{"type":"Point","coordinates":[1,2,3]}`, "null") + `]}`, geojson.Options{}, "Point[1 2]z", crs.CRS84, "", ""},
		{"coordRefSys not known", `{"coordRefSys":{"type":"Local"},"features":[` + placed(p12, "null") + `]}`, geojson.Options{}, "Point[1 2]", crs.CRS{}, "", `{"type":"Local"}, names no coordinate reference system`},
		{"one feature with its system", `{"type":"Feature","conformsTo":["c"],"coordRefSys":"[EPSG:2154]","place":` + p12 + `,"geometry":null,"properties":{"a":1}}`, geojson.Options{}, "a=i:1 Point[1 2]", l93, "", ""},
		{"lines of two systems", `{"type":"Feature","coordRefSys":"[EPSG:2154]","place":` + p12 + `,"geometry":null,"properties":{}}` + "\n" +
			`{"type":"Feature","coordRefSys":"EPSG:2154","place":` + p12 + `,"geometry":null,"properties":{}}` + "\n" +
			`{"type":"Feature","coordRefSys":"EPSG:3948","place":` + p12 + `,"geometry":null,"properties":{}}`, geojson.Options{},
			"Point[1 2] / Point[1 2] / ! feature 3: its reference system is EPSG:3948; that of the features before it is EPSG:2154", l93, "", ""},
		{"place with its system", `{"features":[` + placed(`{"type":"Point","coordRefSys":"[EPSG:2154]","coordinates":[1,2]}`, "null") + `]}`, geojson.Options{}, "Point[1 2]", l93, "", ""},
		{"solids with footprints", `{"coordRefSys":"[EPSG:5555]","features":[` + placed(solid, p12) + `,` + placed(solid, "null") + `]}`, geojson.Options{},
			"Point[1 2] / ! feature 2: its place is a Prism, a solid: points, lines and polygons are kept; give a footprint, or segments", crs.CRS{}, "", `its places are solids or curves (Prism), which are not kept: shapes are read from "geometry", in degrees`},
		{"a solid among places", `{"coordRefSys":"[EPSG:2154]","features":[` + placed(p12, "null") + `,` + placed(solid, p12) + `,` + placed(`{"type":"CircularString","coordinates":[]}`, "null") + `,` + placed(`{"type":"Spline"}`, "null") + `]}`, geojson.Options{},
			"Point[1 2] / ! feature 2: its place is a Prism, a solid: points, lines and polygons are kept; give a footprint, or segments" +
				" / ! feature 3: its place is a CircularString, a curve: points, lines and polygons are kept; give a footprint, or segments" +
				" / ! feature 4: its place is a Spline, not a shape that is known: points, lines and polygons are kept; give a footprint, or segments", l93, "", ""},
		{"a solid in degrees", `{"features":[` + placed(p12, "null") + `,` + placed(solid, p12) + `]}`, geojson.Options{}, "Point[1 2] / Point[1 2]", crs.CRS{}, "", ""},
		{"place that is wrong", `{"coordRefSys":"[EPSG:2154]","features":[` + placed(`{"type":"Point","coordinates":["x"]}`, "null") + `]}`, geojson.Options{}, `! feature 1: its place: a coordinate is "x", not a number`, l93, "", ""},
		{"empty collection", `{"type":"FeatureCollection","features":[]}`, geojson.Options{}, "", crs.CRS{}, "", ""},
		{"feature", f12, geojson.Options{}, "a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"geometry", p12, geojson.Options{}, "Point[1 2]", crs.CRS{}, "", ""},
		{"lines of features", f12 + "\n" + f12 + "\r\n\n", geojson.Options{}, "a=i:1 Point[1 2] / a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"record separators", "\x1e" + f12 + "\n\x1e" + f12 + "\n", geojson.Options{}, "a=i:1 Point[1 2] / a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"two collections", `{"features":[` + f12 + `]}` + "\n" + `{"features":[` + f12 + `]}`, geojson.Options{}, "a=i:1 Point[1 2] / a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"array of features", `[` + f12 + `]`, geojson.Options{}, "a=i:1 Point[1 2]", crs.CRS{}, "", ""},
		{"lines of objects", "{\"a\":1}\n{\"a\":\"x\"}\n", geojson.Options{}, "a=i:1 / a=s:x", crs.CRS{}, "", ""},
		{"empty array", `[]`, geojson.Options{}, "", crs.CRS{}, "", ""},
		{"ODS 2", `[{"geo_point_2d":{"lon":1,"lat":2},"geo_shape":{"type":"Feature","geometry":` + p12 + `,"properties":{}},"n":"x"},{"geo_point_2d":null,"geo_shape":null,"n":null}]`, geojson.Options{}, "n=s:x Point[1 2] / n=∅", crs.CRS{}, "", "is left out"},
		{"ODS 2 bare geometry", `{"total_count":1,"results":[{"geo_shape":` + p12 + `,"n":"x"}]}`, geojson.Options{}, "n=s:x Point[1 2]", crs.CRS{}, "", ""},
		{"ODS 2 point alone", `[{"n":"x","geo_point_2d":{"lon":1.5,"lat":2}},{"n":"y","geo_point_2d":null}]`, geojson.Options{}, "n=s:x Point[1.5 2] / n=s:y", crs.CRS{}, "", ""},
		{"ODS 1", `{"nhits":1,"facet_groups":[{"x":1}],"records":[{"recordid":"r","fields":{"n":"x","geo_point_2d":[2,1],"geo_shape":` + p12 + `},"geometry":{"type":"Point","coordinates":[9,9]}}]}`, geojson.Options{}, "id=r n=s:x Point[1 2]", crs.CRS{}, "", "is left out"},
		{"ODS 1 point", `{"records":[{"recordid":"r","fields":{"n":"x","geo_point_2d":[2,1]}}]}`, geojson.Options{}, "id=r n=s:x Point[1 2]", crs.CRS{}, "", ""},
		{"shape among other things", `[{"a":1,"geom":` + p12 + `},{"a":2,"geom":{"type":"x"}}]`, geojson.Options{}, `a=i:1 geom=j:{"type":"Point","coordinates":[1,2]} / a=i:2 geom=j:{"type":"x"}`, crs.CRS{}, "", ""},
		{"wrapped", `{"recap":{"n":[1]},"batiments":[{"a":1,"geom":` + p12 + `}]}`, geojson.Options{}, "a=i:1 Point[1 2]", crs.CRS{}, "batiments", ""},
		{"wrapped twice", `{"u":[{"a":1}],"v":[{"b":2}]}`, geojson.Options{Layer: "v"}, "b=i:2", crs.CRS{}, "v", ""},
		{"Latin-1", `{"features":[{"type":"Feature","geometry":null,"properties":{"n":"All` + "\xe9" + `e"}}]}`, geojson.Options{}, "n=s:Allée", crs.CRS{}, "", "ISO-8859-15"},
		{"UTF-16", "\xff\xfe[\x00{\x00\"\x00a\x00\"\x00:\x001\x00}\x00]\x00", geojson.Options{}, "a=i:1", crs.CRS{}, "", "UTF-16"},
	} {
		t.Run(c.title, func(t *testing.T) {
			r := reader(t, c.text, c.opt)
			got, err := lines(r)
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, " / "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
			if r.CRS() != c.crs || r.Layer() != c.layer {
				t.Errorf("crs %s layer %q", r.CRS(), r.Layer())
			}
			notes := strings.Join(r.Notes(), "\n")
			if (notes == "") != (c.note == "") || !strings.Contains(notes, c.note) {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestFeatures(t *testing.T) {
	ring := `[[0,0],[1,0],[1,1],[0,0]]`
	geometry := func(s string) string { return `{"type":"Feature","geometry":` + s + `,"properties":null}` }
	properties := func(s string) string { return `{"type":"Feature","geometry":null,"properties":{` + s + `}}` }
	for _, c := range []struct{ title, text, want string }{
		{"types", properties(`"i":-7,"n":1.0,"e":1e3,"s":"x","t":true,"f":false,"o":{ "b" : [1, "a b"], "a":2},"l":[ "35024" ],"z":null`),
			`i=i:-7 n=n:1 e=n:1000 s=s:x t=b:true f=b:false o=j:{"b":[1,"a b"],"a":2} l=j:["35024"] z=∅`},
		{"escapes", properties(`"\u00e9t\u00e9":"\ud83d\ude00 \"q\" \/","é":"\n"`), "été=s:😀 \"q\" / é=s:\n"},
		{"long numbers", properties(`"a":9223372036854775807,"b":12345678901234567890,"c":0.1`), "a=i:9223372036854775807 b=s:12345678901234567890 c=n:0.1"},
		{"number out of range", properties(`"a":1e999`), `! feature 1: property "a": number 1e999 is out of range`},
		{"lone surrogate", properties(`"a":"\ud800"`), `! feature 1: property "a": a text has an escape that is not a character`},
		{"empty text is a value", properties(`"a":""`), "a=s:"},
		{"id", `{"type":"Feature","id":"w\u00e9","geometry":null,"properties":{}}`, "id=wé"},
		{"number id", `{"id":17,"type":"Feature","geometry":null,"properties":{}}`, "id=17"},
		{"decimal id", `{"id":1.5,"type":"Feature","geometry":null,"properties":{}}`, "id=1.5"},
		{"type last", `{"properties":{"a":1},"geometry":{"coordinates":[1,2,3],"type":"Point"},"type":"Feature"}`, "a=i:1 Point[1 2]z"},
		{"properties not an object", `{"type":"Feature","geometry":null,"properties":[1]}`, "! feature 1: its properties are not an object"},
		{"no properties", `{"type":"Feature","geometry":` + p12 + `}`, "Point[1 2]"},
		{"not an object", `{"features":[3,` + f12 + `]}`, "! feature 1: it is 3, not an object / a=i:1 Point[1 2]"},
		{"z and m", geometry(`{"type":"LineString","coordinates":[[0,0,1],[1,1,2,3]]}`), "LineString[0 0 1 1]z"},
		{"polygon with hole", geometry(`{"type":"Polygon","coordinates":[` + ring + `,` + ring + `]}`), "Polygon[0 0 1 0 1 1 0 0 0 0 1 0 1 1 0 0][4 8] [2]"},
		{"multipolygon", geometry(`{"type":"MultiPolygon","coordinates":[[` + ring + `],[` + ring + `]]}`), "MultiPolygon[0 0 1 0 1 1 0 0 0 0 1 0 1 1 0 0][4 8] [1 2]"},
		{"multipoint", geometry(`{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}`), "MultiPoint[1 2 3 4]"},
		{"multilinestring", geometry(`{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}`), "MultiLineString[1 2 3 4 5 6 7 8][2 4] []"},
		{"ring left open", geometry(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}`), "Polygon[0 0 1 0 1 1]"},
		{"empty", geometry(`{"type":"Polygon","coordinates":[]}`), ""},
		{"empty point", geometry(`{"type":"Point","coordinates":[ ]}`), ""},
		{"collection of one dimension", geometry(`{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[` + ring + `]},{"type":"MultiPolygon","coordinates":[[` + ring + `]]}]}`), "MultiPolygon[0 0 1 0 1 1 0 0 0 0 1 0 1 1 0 0][4 8] [1 2]"},
		{"collection that mixes", geometry(`{"type":"GeometryCollection","geometries":[` + p12 + `,{"type":"LineString","coordinates":[[0,0],[1,1]]}]}`), "! feature 1: its geometry collection mixes a MultiPoint with a LineString"},
		{"wrong nesting", geometry(`{"type":"Polygon","coordinates":[[0,0],[1,0]]}`), "! feature 1: its coordinates are not nested as its type wants"},
		{"too deep", geometry(`{"type":"Point","coordinates":[[0,0]]}`), "! feature 1: its coordinates are not nested as its type wants"},
		{"text coordinate", geometry(`{"type":"Point","coordinates":["1",2]}`), `! feature 1: a coordinate is "1", not a number`},
		{"null coordinate", geometry(`{"type":"Point","coordinates":[null,2]}`), "! feature 1: a coordinate is null, not a number"},
		{"one ordinate", geometry(`{"type":"Point","coordinates":[1]}`), "! feature 1: a position has 1 ordinates, at least 2 are needed"},
		{"huge coordinate", geometry(`{"type":"Point","coordinates":[1e999,2]}`), "! feature 1: coordinate 1e999 is out of range"},
		{"curve", geometry(`{"type":"CircularString","coordinates":[[1,2]]}`), `! feature 1: "CircularString" is not a GeoJSON geometry type`},
		{"no type", geometry(`{"coordinates":[1,2]}`), "! feature 1: its geometry has no type"},
		{"no coordinates", geometry(`{"type":"Point"}`), "! feature 1: its Point has no coordinates"},
		{"text geometry", geometry(`"POINT (1 2)"`), "! feature 1: its geometry is not an object"},
	} {
		t.Run(c.title, func(t *testing.T) {
			got, err := lines(reader(t, c.text, geojson.Options{}))
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, " / "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
	deep := strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 20) + p12 + strings.Repeat(`]}`, 20)
	if got, _ := lines(reader(t, geometry(deep), geojson.Options{})); !strings.Contains(got[0], "nested too deep") {
		t.Errorf("%s", got)
	}
}

func TestTime(t *testing.T) {
	timed := func(time, properties string) string {
		return `{"type":"Feature","time":` + time + `,"geometry":null,"properties":{` + properties + `}}`
	}
	for _, c := range []struct{ title, text, want, note string }{
		{"repeated by a property", timed(`{"date":"2020-02-29"}`, `"maj":"2020-02-29"`) + timed("null", `"maj":null`), "maj=s:2020-02-29 / maj=∅", ""},
		{"interval repeated", timed(`{"interval":["2020-01-01",".."]}`, `"du":"2020-01-01","au":null`), "du=s:2020-01-01 au=∅", ""},
		{"year repeated", timed(`{"interval":["0987-01-01","0987-12-31"]}`, `"annee":987`), "annee=i:987", ""},
		{"not a year", timed(`{"interval":["2019-01-01","2020-12-31"]}`, `"annee":2019`), "annee=i:2019 time_start=s:2019-01-01 time_end=s:2020-12-31", ""},
		{"date", timed(`{"date":"2020-02-29"}`, `"a":1`) + timed("null", `"a":2`), "a=i:1 time=s:2020-02-29 / a=i:2 time=∅", ""},
		{"new in one", timed(`{"date":"2020-02-29"}`, `"maj":"2020-02-29"`) + timed(`{"date":"2020-02-28"}`, `"maj":"2020-02-29"`),
			"maj=s:2020-02-29 time=s:2020-02-29 / maj=s:2020-02-29 time=s:2020-02-28", ""},
		{"timestamp over date", timed(`{"date":"2020-02-29","timestamp":"2020-02-29T12:00:00Z"}`, ``), "time=s:2020-02-29T12:00:00Z", ""},
		{"interval", timed(`{"interval":["2020-01-01","2020-12-31"]}`, ``) + timed(`{"interval":["..","2021-12-31"]}`, ``),
			"time_start=s:2020-01-01 time_end=s:2020-12-31 / time_start=∅ time_end=s:2021-12-31", ""},
		{"beside a property of that name", timed(`{"date":"2020-02-29"}`, `"time":"noon"`), "time=s:noon jsonfg_time=s:2020-02-29", ""},
		{"of another kind", timed(`{"season":"spring"}`, `"a":1`) + timed(`"now"`, `"a":2`), "a=i:1 / a=i:2", `the "time" of feature 1, {"season":"spring"}, is neither`},
	} {
		t.Run(c.title, func(t *testing.T) {
			r := reader(t, c.text, geojson.Options{})
			for range 2 {
				got, err := lines(r)
				if err != nil {
					t.Fatal(err)
				}
				if s := strings.Join(got, " / "); s != c.want {
					t.Errorf("got  %s\nwant %s", s, c.want)
				}
			}
			if notes := strings.Join(r.Notes(), "\n"); (notes == "") != (c.note == "") || !strings.Contains(notes, c.note) {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestFieldsFirstSeen(t *testing.T) {
	text := `{"features":[` +
		`{"type":"Feature","geometry":null,"properties":{"b":1,"a":2}},` +
		`{"type":"Feature","geometry":null,"properties":{"c":3,"a":4,"a":5,"a":6}},` +
		`{"type":"Feature","geometry":null,"properties":{"a":"x","b":"y","a":7},"title":"t"}]}`
	r := reader(t, text, geojson.Options{})
	for range 2 { // a second walk knows all fields and counts nothing again
		got, err := lines(r)
		if err != nil {
			t.Fatal(err)
		}
		s := strings.ReplaceAll(strings.Join(got, " / "), " c=∅", "")
		if s != "b=i:1 a=i:2 / b=∅ a=i:6 c=i:3 / b=s:y a=i:7" {
			t.Errorf("%s", s)
		}
		want := `member "title" of features, beside their properties, is left out|property "a" is repeated within 2 features, first in feature 2; the last value is kept`
		if notes := strings.Join(r.Notes(), "|"); notes != want {
			t.Errorf("%s", notes)
		}
	}
}

func TestRaw(t *testing.T) {
	second := `{ "type":"Feature",  "geometry": null, "properties":{"n":"é"} }`
	text := `{"features":[ ` + f12 + ` , ` + second + `]}`
	var got []string
	for rec := range reader(t, text, geojson.Options{}).Records(context.Background()) {
		got = append(got, string(rec.Raw()))
	}
	if len(got) != 2 || got[0] != f12 || got[1] != second {
		t.Errorf("%q", got)
	}
}

func TestFatal(t *testing.T) {
	many := strings.Repeat(f12+",\n", 2000)
	for _, c := range []struct {
		title, text string
		code        referentials.Code
		want        []string
	}{
		{"NaN", `{"features":[` + "\n" + f12 + ",\n" + `{"type":"Feature","geometry":null,"properties":{"a":NaN}}]}`, referentials.Invalid, []string{"x.geojson, line 3, byte ", "feature 2: NaN is not JSON", "write null"}},
		{"Infinity", `{"features":[{"properties":{"a":-Infinity},"geometry":null}]}`, referentials.Invalid, []string{"line 1", "Infinity is not JSON"}},
		{"comma missing", `{"features":[` + many + f12 + "\n" + f12 + `]}`, referentials.Invalid, []string{"line 2002", "feature 2002"}},
		{"truncated", `{"features":[` + many + f12[:20], referentials.Invalid, []string{"feature 2001", "truncated"}},
		{"truncated between features", `{"features":[` + f12, referentials.Invalid, []string{"feature 2", "truncated"}},
		{"plain value", `[1,2]`, referentials.Invalid, []string{"neither features nor a list of objects"}},
		{"object of nothing", `{"error_code":"x","message":"quota"}`, referentials.Invalid, []string{"error_code, message"}},
		{"empty object", `{}`, referentials.Invalid, []string{"one empty object"}},
		{"several lists", `{"u":[{"a":1}],"v":[{"b":2}]}`, referentials.Invalid, []string{"u, v", "name one"}},
		{"TopoJSON", `{"type":"Topology","objects":{}}`, referentials.Unsupported, []string{"TopoJSON"}},
		{"Esri JSON", `{"features":[{"attributes":{"a":1},"geometry":{"rings":[]}}]}`, referentials.Unsupported, []string{"Esri JSON"}},
		{"garbage after", `{"features":[` + f12 + `]} x`, referentials.Invalid, []string{"feature 2", "invalid character"}},
		{"endless depth", strings.Repeat("[", 20_000), referentials.Invalid, []string{"depth"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			r, err := geojson.Open(context.Background(), file(t, c.text), geojson.Options{})
			if err == nil {
				_, err = lines(r)
			}
			if referentials.CodeOf(err) != c.code {
				t.Fatalf("%v", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q lacks %q", err, w)
				}
			}
		})
	}
}

func TestBounds(t *testing.T) {
	long := `{"features":[` + f12 + `,{"type":"Feature","geometry":null,"properties":{"a":"` + strings.Repeat("x", 1<<20) + `"}}]}`
	r, err := geojson.Open(context.Background(), file(t, long), geojson.Options{MaxFeature: 1 << 18})
	if err == nil {
		_, err = lines(r)
	}
	if referentials.CodeOf(err) != referentials.TooLarge || !strings.Contains(err.Error(), "feature 2") {
		t.Errorf("%v", err)
	}
	var wide strings.Builder
	for i := range referentials.MaxFields + 1 {
		fmt.Fprintf(&wide, "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"a%d\":1}}\n", i)
	}
	r = reader(t, wide.String(), geojson.Options{})
	var last error
	for _, err := range r.Records(context.Background()) {
		last = err
	}
	if referentials.CodeOf(last) != referentials.TooLarge {
		t.Errorf("%v", last)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r = reader(t, `{"features":[`+strings.Repeat(f12+",", 100_000)+f12+`]}`, geojson.Options{})
	n := 0
	for _, err := range r.Records(ctx) {
		if n++; err != nil {
			break
		}
		cancel()
	}
	if n > 10_000 {
		t.Errorf("%d features after the end of the context", n)
	}
}

func TestMixedEncoding(t *testing.T) {
	text := `{"features":[{"type":"Feature","geometry":null,"properties":{"n":"éèàç"}},{"type":"Feature","geometry":null,"properties":{"n":"` + "\xe9" + `"}}]}`
	got, err := lines(reader(t, text, geojson.Options{}))
	if err != nil || len(got) != 2 || got[0] != "n=s:éèàç" || !strings.Contains(got[1], "mixes encodings") {
		t.Errorf("%q %v", got, err)
	}
}

// TestAgainstStandardLibrary reads what encoding/json writes.
func TestAgainstStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type object = map[string]any
		value := rapid.OneOf(
			rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
			rapid.Map(rapid.String(), func(s string) any { return s }),
			rapid.Map(rapid.Int64(), func(i int64) any { return i }),
			rapid.Map(rapid.Float64Range(-1e15, 1e15), func(f float64) any { return f }),
			rapid.Map(rapid.SliceOfN(rapid.String(), 0, 3), func(s []string) any { return s }),
		)
		var features []object
		want := rapid.SliceOfN(rapid.MapOfN(rapid.String(), value, 0, 6), 1, 8).Draw(t, "features")
		for i, p := range want {
			features = append(features, object{"type": "Feature", "properties": p, "geometry": object{"type": "Point", "coordinates": []float64{float64(i), 1}}})
		}
		text, err := json.Marshal(object{"type": "FeatureCollection", "features": features})
		if err != nil {
			t.Fatal(err)
		}
		r := reader(t, string(text), geojson.Options{})
		n := 0
		for rec, err := range r.Records(context.Background()) {
			if err != nil || rec.Err != nil {
				t.Fatal(err, rec.Err)
			}
			if rec.Geom.Type != geo.Point || rec.Geom.XY[0] != float64(n) {
				t.Fatalf("feature %d has %v", n, rec.Geom)
			}
			found := 0
			for i, v := range rec.Values {
				w, ok := want[n][r.Fields()[i].Name]
				if !ok && v.IsNull() {
					continue
				}
				found++
				exact, err := json.Marshal(w)
				if err != nil {
					t.Fatal(err)
				}
				same := false
				switch w := w.(type) {
				case nil:
					same = v.IsNull()
				case bool:
					same = v == referentials.BooleanValue(w)
				case string:
					same = v == referentials.StringValue(strings.ToValidUTF8(w, "\ufffd"))
				case int64:
					same = v == referentials.IntegerValue(w)
				case float64:
					same = v.Float() == w && (v.Type() == referentials.Number || v.Type() == referentials.Integer)
				case []string:
					same = v == referentials.JSONValue(string(exact))
				}
				if !same {
					t.Fatalf("%q: %v (%s), want %s", r.Fields()[i].Name, v, v.Type(), exact)
				}
			}
			if found != len(want[n]) {
				t.Fatalf("feature %d: %d of %d properties", n, found, len(want[n]))
			}
			n++
		}
		if n != len(want) {
			t.Fatalf("%d features", n)
		}
	})
}

func FuzzRecords(f *testing.F) {
	for _, s := range []string{
		`{"type":"FeatureCollection","features":[` + f12 + `]}`, f12 + "\n" + f12, "\x1e" + f12,
		`[{"geo_point_2d":{"lon":1,"lat":2},"geo_shape":{"type":"Feature","geometry":` + p12 + `},"n":"x"}]`,
		`{"records":[{"recordid":"r","fields":{"n":"x","geo_point_2d":[2,1]}}]}`, `{"r":{},"b":[{"a":1}]}`,
		`{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[` + p12 + `]},"properties":{"a":"\ud800","a":1}}`,
		`{"coordRefSys":"[EPSG:3035]","features":[` + placed(solid, p12) + `,{"type":"Feature","time":{"interval":["2020-01-01",".."]},"place":` + p12 + `,"properties":{"time":1}}]}`,
		`{"coordRefSys":"[EPSG:2154]","features":[{"type":"Feature","place":` + p12 + `,"geometry":null,"properties":{"l":[1, {"x":"}"}]}}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx := context.Background()
		in, err := source.FromBytes(ctx, "x.json", data, source.Options{})
		if err != nil {
			return
		}
		r, err := geojson.Open(ctx, in, geojson.Options{MaxFeature: 1 << 16})
		if err != nil {
			return
		}
		n := int64(0)
		for rec, err := range r.Records(ctx) {
			if err != nil {
				return
			}
			if n++; rec.Number != n {
				t.Fatalf("feature %d is numbered %d", n, rec.Number)
			}
			if rec.Err != nil {
				continue
			}
			if len(rec.Values) > len(r.Fields()) {
				t.Fatalf("%d values for %d fields", len(rec.Values), len(r.Fields()))
			}
			for _, v := range rec.Values {
				if v.Type() == referentials.JSON && !json.Valid([]byte(v.Str())) {
					t.Fatalf("%q is not JSON", v.Str())
				}
			}
			rec.Raw()
		}
	})
}
