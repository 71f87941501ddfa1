package style

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/catalog"
)

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var readField = regexp.MustCompile(`\["(?:get|has|in)",\s*"([^"]+)"`)

// fits is which types of layers draw what.
var fits = map[string][]int{"circle": {0}, "line": {1, 2}, "fill": {2}}

// TestReferentials: each of the catalogue that has a shape has looks, which ask for nothing
// that its tiles do not carry.
func TestReferentials(t *testing.T) {
	b := book(t)
	names := map[string]bool{}
	known := 0
	for _, d := range catalog.All() {
		layers, ok := b.Referentials[d.ID]
		if ok != d.HasGeometry() {
			t.Errorf("%s: looks %v, shape %v", d.ID, ok, d.HasGeometry())
		}
		if ok {
			known++
		}
		for _, l := range layers {
			if names[l.ID] || !strings.HasPrefix(l.ID, d.ID+"-") {
				t.Errorf("%s: layer %q", d.ID, l.ID)
			}
			names[l.ID] = true
			if !slices.Contains(fits[l.Type], d.Geometry.Dimension()) {
				t.Errorf("%s: %s cannot draw %s", l.ID, l.Type, d.Geometry)
			}
			if l.MinZoom != nil && *l.MinZoom < float64(d.Tiles.MinZoom) {
				t.Errorf("%s begins at zoom %v, before its tiles", l.ID, *l.MinZoom)
			}
			for _, m := range readField.FindAllStringSubmatch(string(l.Filter)+string(l.Paint), -1) {
				if !slices.Contains(d.Tiles.Fields, m[1]) {
					t.Errorf("%s reads %q, which its tiles do not carry", l.ID, m[1])
				}
			}
			if strings.Contains(string(l.Layout), "text-") {
				t.Errorf("%s has labels: they need glyphs", l.ID)
			}
		}
	}
	if known != len(b.Referentials) {
		t.Errorf("%d referentials have looks, of which the catalogue knows %d", len(b.Referentials), known)
	}
	for _, p := range b.Territory {
		if !names[p.Layer] {
			t.Errorf("the territory shows %q, which is no layer", p.Layer)
		}
	}
}

func TestOf(t *testing.T) {
	b := book(t)
	for kind, want := range map[geo.Type]string{
		geo.MultiPoint:   "background mine-point",
		geo.LineString:   "background mine-line",
		geo.MultiPolygon: "background mine-fill mine-line",
		geo.Any:          "background mine-polygon-fill mine-polygon-line mine-line-line mine-point-point",
		geo.Point:        "background mine-point",
	} {
		layers := b.Of(&referentials.Descriptor{ID: "mine", Geometry: kind})
		var ids []string
		for i, l := range layers {
			ids = append(ids, l.ID)
			if i > 0 && (l.Source != sourceName || l.SourceLayer != "mine") {
				t.Errorf("%s: %s is drawn from %q", kind, l.ID, l.SourceLayer)
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}

// TestFewPoints draws points that are shown from afar larger than those of which there are many.
func TestFewPoints(t *testing.T) {
	b := book(t)
	radius := func(minZoom uint8) (out string) {
		layers := b.Of(&referentials.Descriptor{ID: "mine", Geometry: geo.MultiPoint, Tiles: referentials.TilePolicy{MinZoom: minZoom, MaxZoom: 16}})
		var paint struct {
			Radius json.RawMessage `json:"circle-radius"`
		}
		if err := json.Unmarshal(layers[1].Paint, &paint); err != nil || len(layers) != 2 || layers[1].ID != "mine-point" {
			t.Fatalf("%+v: %v", layers, err)
		}
		return string(paint.Radius)
	}
	if few, many := radius(5), radius(11); few != `["interpolate",["linear"],["zoom"],5,2.2,10,3.2,16,6]` || many != `["interpolate",["exponential",1.5],["zoom"],8,1,13,2.2,18,5]` {
		t.Errorf("few: %s, many: %s", few, many)
	}
}

// TestClasses fills polygons by the first field on tiles whose values have colours, other
// layers and other collections as before.
func TestClasses(t *testing.T) {
	b := book(t)
	d := referentials.Descriptor{ID: "mine", Geometry: geo.MultiPolygon, Tiles: referentials.TilePolicy{Fields: []string{"plain", "kind"}}, Fields: []referentials.Field{
		{Name: "hidden", Terms: []referentials.Term{{Value: "x", Colour: "#000000"}}},
		{Name: "plain", Terms: []referentials.Term{{Value: "x"}}},
		{Name: "kind", Title: referentials.Text{FR: "Genre", EN: "Kind"}, Terms: []referentials.Term{{Value: "a", Title: referentials.Text{FR: "Un", EN: "One"}, Colour: "#112233"}, {Value: "b"}}},
	}}
	layers := b.Of(&d)
	if got := string(layers[1].Paint); !strings.Contains(got, `"fill-color":["match",["get","kind"],["a"],"#112233","#e4e0d8"]`) || !strings.Contains(got, `"fill-opacity"`) {
		t.Error(got)
	}
	if got := string(layers[1].Metadata); !strings.Contains(got, `"fr":"Un"`) || !strings.Contains(got, `"en":"Kind"`) || layers[2].Metadata != nil {
		t.Error(got)
	}
	if strings.Contains(string(b.Kinds["polygon"][0].Paint), "match") {
		t.Error("the looks of others have changed")
	}
	imu, _ := catalog.Lookup("imu")
	if got := string(b.Of(&imu)[1].Paint); !strings.Contains(got, `"tissu"`) || !strings.Contains(got, `["centre_ancien"],"#6b2b1f"`) {
		t.Error(got)
	}
}

func TestTerritory(t *testing.T) {
	b := book(t)
	layers, ids := b.OfTerritory(func(id string) bool { return id != "imu" })
	if !slices.Equal(ids, []string{"communes", "batiments", "voies", "iris", "adresses"}) {
		t.Errorf("it shows %v", ids)
	}
	if last := layers[len(layers)-1]; last.ID != "adresses-point" || last.MinZoom == nil || *last.MinZoom != 16 {
		t.Errorf("addresses: %+v", last)
	}
	if b.Referentials["adresses"][0].MinZoom != nil {
		t.Error("the territory has changed the looks of addresses")
	}
	if layers, ids := b.OfTerritory(func(string) bool { return false }); len(layers) != 1 || ids != nil {
		t.Errorf("of nothing: %v, %v", layers, ids)
	}
}

// TestStyle checks what every reader of styles relies on.
func TestStyle(t *testing.T) {
	b := book(t)
	layers, _ := b.OfTerritory(func(string) bool { return true })
	body, err := json.Marshal(New("Territoire", [3]float64{-1.7, 48.1, 10}, Source{Tiles: []string{"http://socle.test/tiles/x/{z}/{x}/{y}.mvt"}, MaxZoom: 16}, layers))
	if err != nil {
		t.Fatal(err)
	}
	var style struct {
		Version int
		Sources map[string]struct {
			Type  string
			Tiles []string
		}
		Glyphs, Sprite any
		Layers         []map[string]any
	}
	if err := json.Unmarshal(body, &style); err != nil {
		t.Fatal(err)
	}
	if style.Version != 8 || style.Glyphs != nil || style.Sprite != nil || style.Sources[sourceName].Type != "vector" {
		t.Errorf("%s", body)
	}
	seen := map[any]bool{}
	for i, l := range style.Layers {
		if seen[l["id"]] {
			t.Errorf("layer %v is there twice", l["id"])
		}
		seen[l["id"]] = true
		if (i == 0) != (l["type"] == "background") || i > 0 && (l["source"] != sourceName || l["source-layer"] == "") {
			t.Errorf("layer %d: %v", i, l)
		}
		if _, ok := l["paint"].(map[string]any); !ok {
			t.Errorf("layer %v has no paint", l["id"])
		}
	}
}
