package gpkg_test

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/store/gpkg"
)

const rvaFile = "../../../../shared/data/rennes/rva_adresses_2013.csv.gz"

// rva reads the addresses of Rennes with their 16 columns, as points in CC48.
func rva(tb testing.TB) (referentials.Descriptor, []referentials.Row) {
	tb.Helper()
	f, err := os.Open(rvaFile)
	if err != nil {
		tb.Fatalf("%v: the real data lies beside the checkout", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	r := csv.NewReader(charmap.ISO8859_15.NewDecoder().Reader(z))
	r.Comma = ';'
	head, err := r.Read()
	if err != nil {
		tb.Fatal(err)
	}
	d := referentials.Descriptor{ID: "adresses", Geometry: geo.Point, CRS: crs.EPSG(3948), Key: head[0]}
	for _, name := range head {
		kind := referentials.String
		switch {
		case strings.HasPrefix(name, "X_"), strings.HasPrefix(name, "Y_"), strings.HasPrefix(name, "ANGLE"):
			kind = referentials.Number
		case name == "ID_ADR", name == "NUMERO", name == "ID_VOIE":
			kind = referentials.Integer
		}
		d.Fields = append(d.Fields, referentials.Field{Name: name, Type: kind})
	}
	var rows []referentials.Row
	for {
		record, err := r.Read()
		if err == io.EOF {
			return d, rows
		}
		if err != nil {
			tb.Fatal(err)
		}
		row := referentials.Row{Values: make([]referentials.Value, len(record)), Geom: geo.Geometry{Type: geo.Point}}
		for i, text := range record {
			if text == "" {
				continue
			}
			switch d.Fields[i].Type {
			case referentials.Integer:
				n, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					tb.Fatal(err)
				}
				row.Values[i] = referentials.IntegerValue(n)
			case referentials.Number:
				v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
				if err != nil {
					tb.Fatal(err)
				}
				row.Values[i] = referentials.NumberValue(v)
			default:
				row.Values[i] = referentials.StringValue(text)
			}
		}
		row.Geom.Add(row.Values[10].Float(), row.Values[11].Float())
		rows = append(rows, row)
	}
}

func stream(rows []referentials.Row) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	}
}

// BenchmarkReplaceAddresses is to be read beside the time of
//
//	ogr2ogr -f GPKG out.gpkg adresses.csv -oo X_POSSIBLE_NAMES=X_LAMBCC48 …
//
// of the same 85,292 rows on the same machine: .ci/bench compares them.
func BenchmarkReplaceAddresses(b *testing.B) {
	d, rows := rva(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		path := filepath.Join(b.TempDir(), fmt.Sprint(i, ".gpkg"))
		b.StartTimer()
		s, err := gpkg.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Replace(b.Context(), referentials.Publication{Descriptor: d}, stream(rows)); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkLoadAddresses(b *testing.B) {
	d, rows := rva(b)
	s, err := gpkg.Open(b.Context(), filepath.Join(b.TempDir(), "a.gpkg"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Replace(b.Context(), referentials.Publication{Descriptor: d}, stream(rows)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		err := s.Load(b.Context(), "adresses", 0, func(_ referentials.State, rows referentials.Rows) error {
			for _, err := range rows {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
