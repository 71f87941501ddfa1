package tiles

import (
	"testing"

	"socle/geo"
	"socle/referentials"
)

// TestAttributionIsText keeps the names of producers from being markup in the maps of others.
func TestAttributionIsText(t *testing.T) {
	m := new(memory)
	m.add("adresses", geo.Point, referentials.TilePolicy{}, pointAt(-1.5, 48.5)).Producer = `<img src=x onerror="alert(1)"> & fils`
	doc, err := Describe(m.public(t), []string{"adresses"}, "https://carto.example/{z}/{x}/{y}")
	if want := `&lt;img src=x onerror="alert(1)"&gt; &amp; fils`; err != nil || doc.Attribution != want {
		t.Errorf("%q, %v; want %q", doc.Attribution, err, want)
	}
}
