package importer

import (
	"context"
	"testing"

	"socle/referentials"
)

// drain is a store that reads every row and keeps none.
type drain struct{ referentials.Store }

func (drain) Replace(_ context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	n := int64(0)
	for _, err := range rows {
		if err != nil {
			return referentials.Version{}, err
		}
		n++
	}
	return referentials.Version{Collection: p.Descriptor.ID, ID: 1, Rows: n}, nil
}

func BenchmarkImport(b *testing.B) {
	for _, file := range []string{
		"rennes/rva_adresses_2013.csv.gz", "rennes/communes35.geojson.gz", "geneva/geneva_buildings.geojson.gz",
		"insee/filosofi_disp_iris_2018.csv.gz", "bdtopo_12174/v2_BATI_INDIFFERENCIE.shp.zip",
	} {
		b.Run(file, func(b *testing.B) {
			path := data(b, file)
			b.ReportAllocs()
			var rows int64
			for b.Loop() {
				r, err := Import(context.Background(), drain{}, Options{Files: []string{path}})
				if err != nil {
					b.Fatal(err)
				}
				rows += r.Accepted
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
