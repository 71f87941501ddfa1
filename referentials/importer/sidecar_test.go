package importer

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

func TestSidecarCompletesTheDescriptor(t *testing.T) {
	s, err := parseSidecar("t.csv.yaml", []byte(`
title: {fr: Ma table, en: My table}
producer: Ville
licence: ODbL-1.0
frequency: annual
vintage: "2021"
class: intérêt territorial
access: shared
key: code
crs: EPSG:2154
tiles: {minZoom: 3, maxZoom: 9, fields: [montant, taux], fieldZooms: {taux: 7}, buffer: 64, bytes: 90000, thin: -1, small: keep, labels: true}
fields:
  montant: {title: {fr: Montant}, unit: EUR, role: extensive}
  taux: {role: intensive, weight: montant, unit: "%"}
  annee: {type: string, role: time}
`))
	if err != nil {
		t.Fatal(err)
	}
	if s.crs != crs.EPSG(2154) {
		t.Errorf("system %s", s.crs)
	}
	m := &memoryStore{}
	in := table([]string{"code", "montant", "taux", "annee"}, []string{"35238", "12", "1.5", "2020"})
	r, err := importInputs(context.Background(), m, []*input{in}, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := m.desc
	if d.Title.FR != "Ma table" || d.Title.EN != "My table" || d.Producer != "Ville" || d.Licence != "ODbL-1.0" || d.Class != referentials.Territorial ||
		d.Access != referentials.Shared || d.Vintage != "2021" || d.Key != "code" || d.Frequency != referentials.Annual {
		t.Errorf("%+v", d)
	}
	f := d.Fields[d.FieldIndex("taux")]
	if f.Role != referentials.Intensive || f.Weight != "montant" || f.Unit != "%" {
		t.Errorf("%+v", f)
	}
	if got := m.rows[0].Values[d.FieldIndex("annee")]; got.Type() != referentials.String || got.Str() != "2020" {
		t.Errorf("the type of annee is not the sidecar's: %v", got.Type())
	}
	wantNote(t, r, "completed by t.csv.yaml")
}

func TestSidecarErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"an unknown member", "title: {fr: a}\nlicense: x\n", []string{"t.yaml", "[2:1]", "license"}},
		{"an unknown member of a field", "fields:\n  a:\n    titel: x\n", []string{"[3:5]", "titel"}},
		{"not YAML", "title: [", []string{"t.yaml"}},
		{"a word out of the vocabulary", "access: secret\n", []string{"access", `"secret" is none of`, "restricted"}},
		{"a role that is none", "fields: {a: {role: sum}}\n", []string{"fields.a.role", `"sum"`}},
		{"a system that is none", "crs: Lambert\n", []string{"crs", "Lambert"}},
		{"a text where a mapping must be", "title: a\n", []string{"[1:8]"}},
	} {
		_, err := parseSidecar("t.yaml", []byte(c.text))
		if referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", c.name, err, w)
			}
		}
	}
	s, err := parseSidecar("t.yaml", []byte("fields: {nope: {unit: m}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = importInputs(context.Background(), &memoryStore{}, []*input{table([]string{"id"}, []string{"1"})}, s, Options{})
	if err == nil || !strings.Contains(err.Error(), `"nope" is not a field of table (its fields are id)`) {
		t.Errorf("a field that is not there: %v", err)
	}
}

func TestSidecarSetsTiles(t *testing.T) {
	s, err := parseSidecar("t.yaml", []byte("tiles: {minZoom: 3, fields: [taux], fieldZooms: {taux: 7}, buffer: 64, bytes: 90000, thin: -1, small: keep, labels: true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	d := referentials.Descriptor{ID: "ilots", Geometry: geo.Polygon, Fields: []referentials.Field{{Name: "taux"}}}
	if err := s.apply(&d); err != nil {
		t.Fatal(err)
	}
	want := referentials.TilePolicy{
		MinZoom: 3, Fields: []string{"taux"}, FieldZooms: map[string]uint8{"taux": 7},
		Buffer: 64, Bytes: 90_000, Thin: -1, Small: referentials.KeptSmall, Labels: true,
	}
	if !reflect.DeepEqual(d.Tiles, want) {
		t.Errorf("got %+v", d.Tiles)
	}
	completeTiles(&d, true)
	if want.MaxZoom = 16; !reflect.DeepEqual(d.Tiles, want) {
		t.Errorf("completed, it is %+v", d.Tiles)
	}
	for _, text := range []string{"tiles: {fields: [prix]}", "tiles: {fieldZooms: {prix: 3}}"} {
		s, err := parseSidecar("t.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.apply(&d); err == nil || !strings.Contains(err.Error(), `tiles: "prix" is not a field of ilots`) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestSidecarLiesBesideTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lieux.geojson")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file, `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"Nom":"a"},"geometry":{"type":"Point","coordinates":[-1.6,48.1]}}]}`)
	write(file+".yaml", "title: {fr: Lieux}\nfields: {Nom: {role: label}}\n")
	m := &memoryStore{}
	r, err := Import(context.Background(), m, Options{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	if m.desc.Title.FR != "Lieux" || m.desc.Fields[m.desc.LabelIndex()].Name != "Nom" || m.desc.ID != "lieux" {
		t.Errorf("%+v", m.desc)
	}
	wantNote(t, r, "completed by "+file+".yaml")
	write(file+".yaml", "titre: x\n")
	if _, err := Import(context.Background(), m, Options{Files: []string{file}}); err == nil || !strings.Contains(err.Error(), "lieux.geojson.yaml") {
		t.Errorf("a sidecar that is wrong: %v", err)
	}
}

func FuzzParseSidecar(f *testing.F) {
	for _, s := range []string{"title: {fr: a}", "fields: {a: {unit: m}}", "crs: EPSG:1", "- a", "a: &x [*x]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, text []byte) {
		if s, err := parseSidecar("x.yaml", text); err == nil {
			_ = s.apply(&referentials.Descriptor{Fields: []referentials.Field{{Name: "a"}}})
		}
	})
}

// TestZooms shows few points from afar, and many only where there is room for them.
func TestZooms(t *testing.T) {
	for _, test := range []struct {
		kind      geo.Type
		few       bool
		low, high uint8
	}{
		{geo.Point, true, 5, 16}, {geo.MultiPoint, false, 11, 16}, {geo.LineString, true, 9, 16}, {geo.MultiPolygon, false, 7, 16}, {geo.Any, true, 7, 16},
	} {
		d := referentials.Descriptor{Geometry: test.kind}
		if completeTiles(&d, test.few); d.Tiles.MinZoom != test.low || d.Tiles.MaxZoom != test.high {
			t.Errorf("%s, few: %t: zooms %d to %d", test.kind, test.few, d.Tiles.MinZoom, d.Tiles.MaxZoom)
		}
	}
}
