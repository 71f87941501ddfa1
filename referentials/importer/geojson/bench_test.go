package geojson_test

import (
	"context"
	"io"
	"testing"

	"socle/referentials/importer/geojson"
	"socle/referentials/importer/source"
)

func BenchmarkRecords(b *testing.B) {
	for _, c := range []struct{ name, file string }{
		{"Polygons", "rennes/communes35.geojson.gz"},
		{"Cells", "rennes/carreaux_1km_35.geojson.gz"},
		{"Sparse", "geneva/geneva_addresses.geojson.gz"},
		{"ODS", "rennes/iris_rennes_metropole.ods.json.gz"},
		{"Indented", "rennes/batiments_iris163_rennes.ods.json.gz"},
	} {
		b.Run(c.name, func(b *testing.B) {
			ctx := context.Background()
			packed, err := source.Open(ctx, shared+c.file, source.Options{})
			if err != nil {
				b.Fatal(err, " (the shared data folder lies beside the checkout)")
			}
			in, err := packed.Open(ctx)
			if err != nil {
				b.Fatal(err)
			}
			defer in.Close()
			data, err := io.ReadAll(in)
			if err != nil {
				b.Fatal(err)
			}
			f, err := source.FromBytes(ctx, packed.Name(), data, source.Options{})
			if err != nil {
				b.Fatal(err)
			}
			r, err := geojson.Open(ctx, f, geojson.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = 0
				for rec, err := range r.Records(ctx) {
					if err != nil || rec.Err != nil {
						b.Fatal(err, rec.Err)
					}
					n++
				}
			}
			b.ReportMetric(float64(n), "features/op")
		})
	}
}
