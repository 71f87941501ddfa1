package eval

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

const millionRows = 1_000_000

// million is a town of points, 20 km wide, with texts that repeat and texts that do not.
func million(tb testing.TB) *snapshot.PublicCollection {
	r := rand.New(rand.NewPCG(1, 2))
	d := everything("million", crs.EPSG(2154), geo.Point)
	return tableOf(tb, d, millionRows, func(n int) *referentials.Row {
		row := someRow(r, n, func() geo.Geometry {
			return geo.Geometry{Type: geo.Point, XY: []float64{342_000 + r.Float64()*20_000, 6_779_000 + r.Float64()*20_000}}
		})
		row.Values[2] = referentials.StringValue(fmt.Sprintf("%d rue du Général de Gaulle n° %d", r.IntN(300), r.IntN(1_000_000)))
		return &row
	})
}

func ring(n int, x, y, radius float64) string {
	var b strings.Builder
	for k := range n + 1 {
		a := 2 * math.Pi * float64(k%n) / float64(n)
		r := radius * (0.8 + 0.2*float64(k%2))
		fmt.Fprintf(&b, ",%f %f", x+r*math.Cos(a), y+r*math.Sin(a))
	}
	return "POLYGON((" + b.String()[1:] + "))"
}

func BenchmarkSelect(b *testing.B) {
	table := million(b)
	for _, c := range []struct{ name, text string }{
		{"text equals", "word = 'été'"},
		{"text in", "word IN ('a', 'b', 'été', 'ba')"},
		{"number", "x > 1.5"},
		{"integer", "n > 1"},
		{"integer and number", "n > 1 AND x < 2"},
		{"or", "n > 1 OR word = 'a' OR x < -1"},
		{"like plain", "text LIKE '%Gaulle n° 77%'"},
		{"like none", "text LIKE '%x%'"},
		{"casei like plain", "CASEI(text) LIKE CASEI('%GAULLE n° 77%')"},
		{"casei like words", "CASEI(word) LIKE CASEI('%ÉT%')"},
		{"arithmetic", "n * 2 + x > 3"},
		{"date", "d1 > DATE('2024-01-02')"},
		{"during", "T_DURING(t1, INTERVAL('2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z'))"},
		{"array", "A_CONTAINS(list, ('a'))"},
		{"key", "id = 777777"},
		{"bbox 500 m", "S_INTERSECTS(geom, BBOX(352000, 6789000, 352500, 6789500))"},
		{"bbox 500 m and text", "S_INTERSECTS(geom, BBOX(352000, 6789000, 352500, 6789500)) AND word = 'été'"},
		{"bbox all", "S_INTERSECTS(geom, BBOX(0, 6000000, 1000000, 7000000))"},
		{"polygon of 100 over 250k", "S_WITHIN(geom, " + ring(100, 352_000, 6_789_000, 6285) + ")"},
		{"within 100 m", "distance(geom, POINT(352000 6789000)) < 100"},
	} {
		benchmarkSelect(b, table, c.name, crs.EPSG(2154), c.text)
	}
	benchmarkSelect(b, table, "bbox 500 m in CRS84", crs.CRS84, "S_INTERSECTS(geom, BBOX(-1.68, 48.108, -1.673, 48.1125))")
	benchmarkSelect(b, table, "bbox 500 m in 3857", crs.EPSG(3857), "S_INTERSECTS(geom, BBOX(-187000, 6124000, -186300, 6124700))")
}

// processorTime gives the nanoseconds that the process has worked.
func processorTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func benchmarkSelect(b *testing.B, table *snapshot.PublicCollection, name string, in crs.CRS, text string) {
	b.Run(name, func(b *testing.B) {
		n := bind(b, table, in, text)
		systems := new(crs.Cache)
		defer systems.Close()
		dst := make([]uint32, 0, millionRows)
		found := 0
		b.ReportAllocs()
		before := processorTime(b)
		for b.Loop() {
			f, err := Compile(n, table, systems)
			if err != nil {
				b.Fatal(err)
			}
			rows, err := f.Select(context.Background(), dst)
			if err != nil {
				b.Fatal(err)
			}
			found = len(rows)
			f.Close()
		}
		// What the machine does beside must not count.
		b.ReportMetric(float64(processorTime(b)-before)/1e3/float64(b.N), "µs-cpu/op")
		b.ReportMetric(float64(found), "rows")
	})
}
