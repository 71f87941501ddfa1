package aggregate

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/csv"
	"socle/referentials/encode/geojson"
	"socle/referentials/snapshot"
)

// TestEncodersWriteReleases has a release leave through encoders that know nothing of it.
func TestEncodersWriteReleases(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	rel := mustRun(t, w.request(t, "count,mean(kwh)"))
	d := rel.Descriptor()
	for _, c := range []struct {
		format encode.Format
		want   []string
	}{
		{csv.Format(), []string{"block,name,count,mean_kwh,status,reason", "b0,Block b0,3,30,shown,", "b3,Block b3,,,empty,"}},
		{geojson.Format(), []string{`"count":2,"mean_kwh":6.0,"status":"shown"`, `"type":"Polygon"`, `"mean_kwh":null`}},
	} {
		var b strings.Builder
		writer, err := c.format.New(&b, encode.Header{Descriptor: d, CRS: d.CRS, Matched: int64(rel.Table.RowLen())})
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range rel.Table.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			if err := writer.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s lacks %s:\n%s", c.format.Name, want, b.String())
			}
		}
	}
}

// TestPublished has a release stored, loaded and used as a source in its turn.
func TestPublished(t *testing.T) {
	w := newWorld(t, 4, four(), nil)
	rel := mustRun(t, w.request(t, "count,sum(kwh)"))
	s := &shelf{}
	if _, err := s.Replace(context.Background(), referentials.Publication{Descriptor: rel.Descriptor()}, rel.Table.Rows()); err != nil {
		t.Fatal(err)
	}
	c := s.load(t)("meters_blocks")
	if c.Len() != 16 || !c.Descriptor().Mesh || !c.Descriptor().IsPublic() {
		t.Fatalf("published, it is %+v", c.Descriptor())
	}
	up := mustRun(t, Request{Source: c, Mesh: w.districts, Measures: []Measure{{Function: Sum, Field: "sum_kwh"}}, Base: "total"})
	if got, _ := up.Table.Value(0, 0, 0, 0); !near(got, 102) {
		t.Errorf("on districts it is %v, want 102", got)
	}
}

func TestJSON(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	r := w.request(t, "count,mean(kwh)")
	r.Parents = []*snapshot.Collection{w.districts}
	var doc struct {
		Mesh    string
		Rows    int
		Fields  []struct{ Name, Unit string }
		Columns map[string][]any
		Parents []struct{ Mesh string }
		Receipt Receipt
	}
	if err := json.Unmarshal([]byte(jsonOf(t, mustRun(t, r))), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Mesh != "blocks" || doc.Rows != 4 || doc.Columns["count"][0] != 3.0 || doc.Columns["count"][3] != nil || doc.Columns["block"][1] != "b1" ||
		doc.Columns["status"][3] != "empty" || doc.Fields[3].Unit != "kW.h" || len(doc.Parents) != 1 || doc.Parents[0].Mesh != "districts" || doc.Receipt.Rows != 7 {
		t.Errorf("%+v", doc)
	}
}
