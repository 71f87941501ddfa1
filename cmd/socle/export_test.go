package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/cmd/socle/internal/formats"
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

func TestExportProperties(t *testing.T) {
	store, dir := newGeoPackage(t), t.TempDir()
	file := filepath.Join(dir, "lieux.csv")
	if err := os.WriteFile(file, []byte("code;nom;étage;lon;lat\na1;Mairie;2;-1.68;48.11\na2;;;-1.69;48.12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustSocle(t, "import", "--store", store, file, "--key", "code")
	out := filepath.Join(dir, "out.csv")
	mustSocle(t, "export", "--store", store, "lieux", "-o", out, "--properties", "étage,nom")
	if got, want := readFile(t, out), "code,nom,étage,WKT\r\na1,Mairie,2,POINT (-1.68 48.11)\r\na2,,,POINT (-1.69 48.12)\r\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, says := range map[string]string{"etage": `did you mean "étage"?`, "surface_au_sol": "its fields are code, nom, étage"} {
		_, err := socle(t, "export", "--store", store, "lieux", "-o", out, "--properties", "nom,"+name)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestExportKeeps gives an export a test of its own: it sees the public fields only, and
// rows are not announced before they are counted.
func TestExportKeeps(t *testing.T) {
	d := referentials.Descriptor{
		ID: "a", Key: "id", Access: referentials.Open, Geometry: geo.Point, CRS: crs.EPSG(2154),
		Fields: []referentials.Field{
			{Name: "secret", Type: referentials.String, Disclosure: referentials.Confidential},
			{Name: "id", Type: referentials.Integer},
			{Name: "n", Type: referentials.Integer},
		},
	}
	rows := func(yield func(*referentials.Row, error) bool) {
		for i := range int64(4) {
			row := referentials.Row{
				Values: []referentials.Value{referentials.StringValue("s"), referentials.IntegerValue(i), referentials.IntegerValue(10 * i)},
				Geom:   geo.Geometry{Type: geo.Point, XY: []float64{700000 + float64(i), 6600000}},
			}
			if !yield(&row, nil) {
				return
			}
		}
	}
	format, _ := formats.ByExtension("a.geojson")
	e := export{format: format, properties: []string{}, keep: func(d *referentials.Descriptor) (func(*referentials.Row) (bool, error), error) {
		if d.FieldIndex("secret") >= 0 {
			t.Error("the test sees a confidential field")
		}
		n := d.FieldIndex("n")
		return func(row *referentials.Row) (bool, error) {
			if x := row.Geom.XY[0]; x < 700000 {
				t.Errorf("the test sees x %v: it works in the storage system", x)
			}
			return row.Values[n].Int() >= 20, nil
		}, nil
	}}
	var out bytes.Buffer
	read := int64(0)
	written, err := e.write(&out, referentials.State{Descriptor: d, Version: referentials.Version{Rows: 4}}, rows, func(n int64) { read = n })
	if err != nil || written != 2 || read != 4 {
		t.Fatalf("%d written of %d: %v", written, read, err)
	}
	for _, text := range []string{`"properties":{"id":2}`, `"properties":{"id":3}`, `"numberReturned":2`} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("no %s in\n%s", text, &out)
		}
	}
	if strings.Contains(out.String(), "numberMatched") {
		t.Error("the rows of the whole version are announced as those that match")
	}
}
