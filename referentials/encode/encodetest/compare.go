package encodetest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/encode"
)

// compare tells how the rows read differ from those written.
func (s Suite) compare(t *testing.T, h encode.Header, written, got []referentials.Row) {
	t.Helper()
	want := make([]referentials.Row, len(written))
	for i := range written {
		want[i] = referentials.Row{Values: slices.Clone(written[i].Values), Geom: written[i].Geom.Clone()}
		if s.Expect != nil {
			s.Expect(h, &want[i])
		}
	}
	if s.Unordered {
		sortByKey(h, want)
		sortByKey(h, got)
	}
	if len(got) != len(want) {
		t.Fatalf("%d rows were written, %d read back", len(want), len(got))
	}
	for i := range want {
		for f, field := range h.Descriptor.Fields {
			if f >= len(got[i].Values) {
				t.Fatalf("row %d: %d values, want %d", i, len(got[i].Values), len(h.Descriptor.Fields))
			}
			if !sameValue(want[i].Values[f], got[i].Values[f]) {
				t.Errorf("row %d, field %s: got %s, want %s", i, field.Name, show(got[i].Values[f]), show(want[i].Values[f]))
			}
		}
		if h.Descriptor.HasGeometry() && !SameGeometry(&want[i].Geom, &got[i].Geom) {
			t.Errorf("row %d: geometry\n got %+v\nwant %+v", i, got[i].Geom, want[i].Geom)
		}
	}
}

func sortByKey(h encode.Header, rows []referentials.Row) {
	k := h.Descriptor.KeyIndex()
	slices.SortStableFunc(rows, func(a, b referentials.Row) int {
		return strings.Compare(a.Values[k].String(), b.Values[k].String())
	})
}

func sameValue(a, b referentials.Value) bool {
	if a.Type() != b.Type() {
		return false
	}
	switch a.Type() {
	case referentials.Number:
		return a.Float() == b.Float()
	case referentials.JSON:
		return reflect.DeepEqual(parse(a.Str()), parse(b.Str()))
	}
	return a == b
}

func parse(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err.Error()
	}
	return v
}

// SameGeometry compares two geometries ordinate by ordinate.
func SameGeometry(a, b *geo.Geometry) bool {
	return a.Type == b.Type && slices.Equal(a.XY, b.XY) && slices.Equal(a.Ends, b.Ends) && slices.Equal(a.Parts, b.Parts)
}

func show(v referentials.Value) string {
	if v.IsNull() {
		return "null"
	}
	text := v.String()
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return string(v.Type()) + " " + text
}
