package blocks

import (
	"path/filepath"
	"testing"

	"socle/geo/crs"
	"socle/referentials/synth"
)

// BenchmarkMetropolis builds the blocks of a synthetic metropolis of 100,000 addresses.
func BenchmarkMetropolis(b *testing.B) {
	dir := b.TempDir()
	if _, err := synth.Generate(b.Context(), synth.Options{Dir: dir, Addresses: 100_000, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	plane := crs.EPSG(3948)
	read := func(kind Kind, name string) Layer {
		return imported(b, kind, plane, filepath.Join(dir, name))
	}
	buildings := read("", "batiments.geojson")
	in := &Input{Zone: read("", "communes.geojson"), Buildings: &buildings, Barriers: []Layer{
		read(Streets, "voies.geojson"), read(Rail, "rail.geojson"), read(Water, "hydro.geojson"), read(Vegetation, "vegetation.geojson"),
	}}
	p := defaultParams(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Build(b.Context(), in, &p); err != nil {
			b.Fatal(err)
		}
	}
}
