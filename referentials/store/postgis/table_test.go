package postgis

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

func TestColumnNames(t *testing.T) {
	long := strings.Repeat("a", 70)
	for _, c := range []struct {
		shape  geo.Type
		fields []string
		want   []string
	}{
		{geo.Point, []string{"id", "NAME", "addr:street"}, []string{"id", "NAME", "addr:street"}},
		{geo.Point, []string{"geom", "xmin", "id"}, []string{"geom_2", "xmin_2", "id"}},
		{geo.None, []string{"geom", "socle_ordinal"}, []string{"geom", "socle_ordinal_2"}},
		{geo.Point, []string{"geom", "geom_2"}, []string{"geom_3", "geom_2"}},
		{geo.None, []string{long}, []string{shorten(long, maxName)}},
	} {
		d := referentials.Descriptor{Geometry: c.shape}
		for _, n := range c.fields {
			d.Fields = append(d.Fields, referentials.Field{Name: n})
		}
		if got := columnNames(&d); !slices.Equal(got, c.want) {
			t.Errorf("%q become %q, want %q", c.fields, got, c.want)
		}
	}
}

// TestNamesFit checks that columns and tables stay apart, whole and short enough.
func TestNamesFit(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "é", "_2", "_3", "geom", "xmin", strings.Repeat("x", 30), strings.Repeat("é", 31), "socle_ordinal"})
	rapid.Check(t, func(t *rapid.T) {
		d := referentials.Descriptor{Geometry: rapid.SampledFrom([]geo.Type{geo.None, geo.Point}).Draw(t, "geometry"), CRS: crs.EPSG(2154)}
		for _, n := range rapid.SliceOfNDistinct(rapid.SliceOfN(part, 1, 5), 1, 20, func(p []string) string { return strings.Join(p, "") }).Draw(t, "fields") {
			d.Fields = append(d.Fields, referentials.Field{Name: strings.Join(n, "")})
		}
		seen := map[string]bool{ordinalColumn: true, "xmin": true}
		if d.HasGeometry() {
			seen[geomColumn] = true
		}
		for _, n := range append(columnNames(&d), tableName(d.Fields[0].Name, 1234567)) {
			if n == "" || seen[n] || len(n) > maxName || !utf8.ValidString(n) {
				t.Fatalf("%q is no good name", n)
			}
			seen[n] = true
		}
	})
}
