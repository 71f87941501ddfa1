package eval

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/geopackage"
	"socle/referentials/importer/source"
	"socle/referentials/snapshot"
)

// vectors are the standard's test cases and data, beside the checkout.
const vectors = "../../../../shared/vectors/cql2"

// corrected are the counts that the annex has wrong for its own data: Chișinău, Chicago
// and Chengdu begin with Ch without accents, and one place is called Chișinău.
var corrected = map[string]int{
	"ACCENTI(name) LIKE accenti('Ch%')":                 3,
	"ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))": 1,
	"ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))": 1,
}

// natural loads a layer of the standard's data.
func natural(t testing.TB, layer string) *snapshot.PublicCollection {
	t.Helper()
	ctx := context.Background()
	file, err := source.Open(ctx, filepath.Join(vectors, "data", "ne110m4cql2.gpkg"), source.Options{})
	if err != nil {
		t.Fatalf("the shared vectors must be beside the checkout: %v", err)
	}
	l, err := geopackage.Open(ctx, file, geopackage.Options{Layer: layer})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d := referentials.Descriptor{ID: layer, Key: "fid", Geometry: geo.Any, CRS: l.CRS()}
	d.Fields = []referentials.Field{{Name: "fid", Type: referentials.Integer}}
	for _, f := range l.Fields() {
		d.Fields = append(d.Fields, referentials.Field{Name: f.Name, Type: f.Type})
	}
	var rows []referentials.Row
	for r, err := range l.Records(ctx) {
		if err != nil || r.Err != nil {
			t.Fatal(err, r.Err)
		}
		rows = append(rows, referentials.Row{Values: append([]referentials.Value{r.ID}, r.Values...), Geom: r.Geom.Clone()})
	}
	return tableOf(t, d, len(rows), func(n int) *referentials.Row { return &rows[n] })
}

func TestAnnex(t *testing.T) {
	f, err := os.Open(filepath.Join(vectors, "ats_cases.ndjson"))
	if err != nil {
		t.Fatalf("the shared vectors must be beside the checkout: %v", err)
	}
	defer f.Close()
	tables := map[string]*snapshot.PublicCollection{}
	cases, asPublished := 0, 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c struct {
			Source, Predicate string
			Expected          int
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases++
		table := tables[c.Source]
		if table == nil {
			table = natural(t, c.Source)
			tables[c.Source] = table
		}
		want, wrong := corrected[c.Predicate]
		if !wrong {
			want = c.Expected
			asPublished++
		}
		got := len(selected(t, compile(t, table, bind(t, table, crs.CRS84, c.Predicate))))
		if got != want {
			t.Errorf("%s: %d rows, want %d", c.Predicate, got, want)
		}
	}
	if cases != 351 || asPublished != 348 {
		t.Errorf("%d cases, %d as published", cases, asPublished)
	}
}
