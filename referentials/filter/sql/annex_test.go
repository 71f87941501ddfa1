package sql

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/cql2"
	"socle/referentials/importer/geopackage"
	"socle/referentials/importer/source"
)

// vectors are the standard's predicates and data, beside the checkout.
const vectors = "../../../../shared/vectors/cql2/"

// published are the counts of the annex that its own data contradict, with the right ones.
var published = map[string]struct{ annex, right int }{
	"ACCENTI(name) LIKE accenti('Ch%')":                 {2, 3}, // Chișinău, Chicago, Chengdu
	"ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))": {2, 1},
	"ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))": {2, 1},
}

// TestAnnex asks PostGIS the predicates of the standard's annex, of the standard's data.
func TestAnnex(t *testing.T) {
	store, conn := open(t)
	f, err := os.Open(vectors + "ats_cases.ndjson")
	if err != nil {
		t.Fatalf("the shared vectors must be beside the checkout: %v", err)
	}
	defer f.Close()
	layers := map[string]*referentials.Descriptor{}
	asked, corrected := 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c struct {
			Source, Predicate string
			Expected          int
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		d := layers[c.Source]
		if d == nil {
			d = publishLayer(t, store, c.Source)
			layers[c.Source] = d
		}
		want := c.Expected
		if p, wrong := published[c.Predicate]; wrong {
			if want != p.annex {
				t.Errorf("%s: the annex says %d, known was %d", c.Predicate, want, p.annex)
			}
			want, corrected = p.right, corrected+1
		}
		asked++
		e, err := cql2.ParseText(c.Predicate)
		if err != nil {
			t.Errorf("%s: %v", c.Predicate, err)
			continue
		}
		n, err := filter.Bind(e, filter.Schema{Descriptor: d})
		if err != nil {
			t.Errorf("%s: %v", c.Predicate, err)
			continue
		}
		where, args, err := Where(n, tableOf(d), 1)
		if err != nil {
			t.Errorf("%s: %v", c.Predicate, err)
			continue
		}
		var got int
		query := "SELECT count(*) FROM " + view(d) + " WHERE " + where
		if err := conn.QueryRow(t.Context(), query, args...).Scan(&got); err != nil {
			t.Errorf("%s: %v\n%s", c.Predicate, err, query)
		} else if got != want {
			t.Errorf("%s: %d rows, want %d\n%s", c.Predicate, got, want, query)
		}
	}
	if asked != 351 || corrected != len(published) {
		t.Errorf("%d predicates were asked, %d of them corrected; want 351 and %d", asked, corrected, len(published))
	}
}

func view(d *referentials.Descriptor) string { return pgx.Identifier{"socle", d.ID}.Sanitize() }

func tableOf(d *referentials.Descriptor) Table {
	t := Table{Geometry: "geom", CRS: d.CRS}
	for _, f := range d.Fields {
		t.Columns = append(t.Columns, f.Name)
	}
	return t
}

// publishLayer puts a layer of the standard's data in the store.
func publishLayer(t *testing.T, store referentials.Store, name string) *referentials.Descriptor {
	t.Helper()
	ctx := t.Context()
	file, err := source.Open(ctx, vectors+"data/ne110m4cql2.gpkg", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	layer, err := geopackage.Open(ctx, file, geopackage.Options{Layer: name})
	if err != nil {
		t.Fatal(err)
	}
	defer layer.Close()
	d := &referentials.Descriptor{ID: name, Class: referentials.Territory, Access: referentials.Open, Key: "fid", CRS: crs.CRS84,
		Fields: []referentials.Field{{Name: "fid", Type: referentials.Integer}}}
	for _, f := range layer.Fields() {
		d.Fields = append(d.Fields, referentials.Field{Name: f.Name, Type: f.Type})
	}
	var rows []referentials.Row
	for r, err := range layer.Records(ctx) {
		if err == nil {
			err = r.Err
		}
		if err != nil {
			t.Fatal(err)
		}
		values := make([]referentials.Value, len(d.Fields))
		values[0] = r.ID
		copy(values[1:], r.Values)
		for i := range values {
			if values[i].Type() != "" {
				d.Fields[i].Type = values[i].Type()
			}
			if s := values[i].Str(); s != "" {
				values[i] = referentials.StringValue(strings.Clone(s))
			}
		}
		rows = append(rows, referentials.Row{Values: values, Geom: r.Geom.Clone()})
		d.Geometry = r.Geom.Type
	}
	replace(t, store, d, rows)
	return d
}

func replace(t testing.TB, store referentials.Store, d *referentials.Descriptor, rows []referentials.Row) {
	t.Helper()
	_, err := store.Replace(context.Background(), referentials.Publication{Descriptor: *d}, func(yield func(*referentials.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", d.ID, err))
	}
}
