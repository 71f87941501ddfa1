package csv_test

import (
	"context"
	"io"
	"testing"

	"socle/referentials/importer/csv"
	"socle/referentials/importer/source"
)

// unpacked gives a real file as bytes, so that a benchmark measures the reader alone.
func unpacked(b *testing.B, file, name string) *source.File {
	b.Helper()
	ctx := context.Background()
	f, err := source.Open(ctx, shared+file, source.Options{})
	if err != nil {
		b.Fatal(err, " (the shared data folder lies beside the checkout)")
	}
	in, err := f.Open(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		b.Fatal(err)
	}
	plain, err := source.FromBytes(ctx, name, data, source.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	return plain
}

func BenchmarkRecords(b *testing.B) {
	for _, c := range []struct {
		name, file string
		opt        csv.Options
	}{
		{"Addresses", "rennes/rva_adresses_2013.csv.gz", csv.Options{}},
		{"AddressesTable", "rennes/rva_adresses_2013.csv.gz", csv.Options{Geometry: &csv.Geometry{}}},
		{"Quoted", "energie/dpe_ban_lozere_48.csv.gz", csv.Options{RowNames: true, Geometry: &csv.Geometry{}}},
		{"GeoJSONColumn", "rennes/iris_rennes_metropole.ods.csv.gz", csv.Options{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := unpacked(b, c.file, "x.csv")
			r, err := csv.Open(context.Background(), f, c.opt)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				rows = 0
				for rec, err := range r.Records(context.Background()) {
					if err != nil || rec.Err != nil {
						b.Fatal(err, rec.Err)
					}
					rows++
				}
			}
			b.ReportMetric(float64(rows), "rows/op")
		})
	}
}

// BenchmarkOpen is the reading of the whole file for its encoding, and the detection.
func BenchmarkOpen(b *testing.B) {
	f := unpacked(b, "rennes/rva_adresses_2013.csv.gz", "x.csv")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := csv.Open(context.Background(), f, csv.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
