package postgis

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"compress/gzip"

	"golang.org/x/text/encoding/charmap"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// benchRows is how many synthetic features the benchmarks move. A third are buildings, the
// others points, all with the seven attributes of an address.
const benchRows = 100_000

func benchDescriptor() referentials.Descriptor {
	d := referentials.Descriptor{ID: "bench", Class: referentials.Reference, Access: referentials.Open, Key: "id",
		Geometry: geo.Any, CRS: crs.EPSG(3948)}
	for _, f := range []struct {
		name string
		of   referentials.FieldType
	}{{"id", referentials.String}, {"numero", referentials.Integer}, {"voie", referentials.String}, {"commune", referentials.String},
		{"hauteur", referentials.Number}, {"bis", referentials.String}, {"maj", referentials.Date}} {
		d.Fields = append(d.Fields, referentials.Field{Name: f.name, Type: f.of})
	}
	return d
}

func benchStream(n int) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		r := referentials.Row{Values: make([]referentials.Value, 7)}
		for i := range n {
			r.Values[0] = referentials.StringValue(strconv.Itoa(350_000_000 + i))
			r.Values[1] = referentials.IntegerValue(int64(i % 200))
			r.Values[2] = referentials.StringValue("Allée Adèle de Bretagne")
			r.Values[3] = referentials.StringValue("35238")
			r.Values[4] = referentials.NumberValue(float64(i%300) / 10)
			r.Values[5] = referentials.Null
			r.Values[6] = referentials.DateValue(int64(19_000 + i%365))
			x, y := 1_350_000+float64(i%1000)*10, 7_220_000+float64(i/1000)*10
			r.Geom.Reset()
			if r.Geom.Type = geo.Point; i%3 == 0 {
				r.Geom.Type = geo.Polygon
				for _, c := range [][2]float64{{0, 0}, {0, 8}, {4, 8}, {4, 6}, {7, 6}, {7, 0}, {0, 0}} {
					r.Geom.Add(x+c[0], y+c[1])
				}
				r.Geom.EndRing()
				r.Geom.EndPart()
			} else {
				r.Geom.Add(x, y)
			}
			if !yield(&r, nil) {
				return
			}
		}
	}
}

func BenchmarkReplace(b *testing.B) {
	s := open(b, database(b))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if _, err := s.Replace(context.Background(), referentials.Publication{Descriptor: benchDescriptor()}, benchStream(benchRows)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkLoad(b *testing.B) {
	s := open(b, database(b))
	if _, err := s.Replace(context.Background(), referentials.Publication{Descriptor: benchDescriptor()}, benchStream(benchRows)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		n := 0
		err := s.Load(context.Background(), "bench", 0, func(_ referentials.State, rows referentials.Rows) error {
			for _, err := range rows {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil || n != benchRows {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkApply(b *testing.B) {
	s := open(b, database(b))
	if _, err := s.Replace(context.Background(), referentials.Publication{Descriptor: benchDescriptor()}, benchStream(benchRows)); err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var changes []referentials.Change
			for r := range benchStream(n) {
				changes = append(changes, referentials.Change{Op: referentials.Upsert, Key: r.Values[0],
					Row: referentials.Row{Values: append([]referentials.Value(nil), r.Values...), Geom: r.Geom.Clone()}})
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Apply(context.Background(), "bench", changes); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEncode and BenchmarkDecode measure our half of the work alone.
func BenchmarkEncode(b *testing.B) {
	d := benchDescriptor()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encodeRows(context.Background(), &d, benchStream(benchRows), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkDecode(b *testing.B) {
	d := benchDescriptor()
	messages := tuples(&d, benchStream(1000))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		dec := newDecoder(&d, func(*referentials.Row) bool { rows++; return true })
		for _, m := range messages {
			if _, err := dec.Write(m); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// tuples encodes rows as PostgreSQL sends them: the header with the first row, each row in
// a message, the trailer.
func tuples(d *referentials.Descriptor, rows referentials.Rows) [][]byte {
	messages := [][]byte{}
	head := copyHeader
	for r := range rows {
		m := appendTuple([]byte(head), d, d.CRS.SRID(), r, 0)
		// What is sent back has no ordinal, which is the last of less than 256 columns.
		m[len(head)+1]--
		messages = append(messages, m[:len(m)-12])
		head = ""
	}
	return append(messages, []byte(head+copyTrailer))
}

// rva reads the real addresses, as the importer would hand them over.
func rva(b *testing.B) (referentials.Descriptor, []referentials.Row) {
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "../../../../shared/data/rennes/rva_adresses_2013.csv.gz")
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	c := csv.NewReader(charmap.ISO8859_15.NewDecoder().Reader(z))
	c.Comma = ';'
	records, err := c.ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	d := referentials.Descriptor{ID: "adresses", Class: referentials.Reference, Access: referentials.Open, Key: "ID_ADR",
		Geometry: geo.Point, CRS: crs.EPSG(3948)}
	for _, n := range records[0] {
		d.Fields = append(d.Fields, referentials.Field{Name: n, Type: referentials.String})
	}
	x, y := d.FieldIndex("X_LAMBCC48"), d.FieldIndex("Y_LAMBCC48")
	var rows []referentials.Row
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
	for _, rec := range records[1:] {
		r := referentials.Row{Geom: geo.Geometry{Type: geo.Point, XY: []float64{number(rec[x]), number(rec[y])}}}
		for _, s := range rec {
			r.Values = append(r.Values, referentials.StringValue(s))
		}
		rows = append(rows, r)
	}
	return d, rows
}

// BenchmarkReplaceRVA publishes the 85,292 real addresses.
func BenchmarkReplaceRVA(b *testing.B) {
	d, rows := rva(b)
	s := open(b, database(b))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		_, err := s.Replace(context.Background(), referentials.Publication{Descriptor: d}, func(yield func(*referentials.Row, error) bool) {
			for i := range rows {
				if !yield(&rows[i], nil) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
