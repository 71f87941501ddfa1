package snapshot

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// town streams synthetic collections the size of a metropolis without holding them.
type town struct {
	referentials.Store
	layers map[string]layer
}

type layer struct {
	d    referentials.Descriptor
	n    int
	fill func(r *rand.Rand, i int, row *referentials.Row)
}

func (s *town) Collections(context.Context) ([]referentials.State, error) {
	var all []referentials.State
	for _, l := range s.layers {
		all = append(all, l.state())
	}
	return all, nil
}

func (l *layer) state() referentials.State {
	return referentials.State{Descriptor: l.d, Version: referentials.Version{ID: 1, Rows: int64(l.n), Collection: l.d.ID}}
}

func (s *town) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	l := s.layers[id]
	return read(l.state(), func(yield func(*referentials.Row, error) bool) {
		r := rand.New(rand.NewPCG(1, 1))
		row := referentials.Row{Values: make([]referentials.Value, len(l.d.Fields))}
		for i := range l.n {
			row.Geom.Reset()
			l.fill(r, i, &row)
			if !yield(&row, nil) {
				return
			}
		}
	})
}

func metropolis(points, buildings, blocks int) *town {
	field := func(names []string, t referentials.FieldType) (fields []referentials.Field) {
		for _, n := range names {
			fields = append(fields, referentials.Field{Name: n, Type: t})
		}
		return fields
	}
	describe := func(id string, g geo.Type, texts, integers, numbers []string) referentials.Descriptor {
		d := referentials.Descriptor{ID: id, Access: referentials.Open, Geometry: g, CRS: crs.EPSG(3948), Key: texts[0]}
		d.Fields = append(append(field(texts, referentials.String), field(integers, referentials.Integer)...), field(numbers, referentials.Number)...)
		return d
	}
	streets := make([]string, 9000)
	for i := range streets {
		streets[i] = fmt.Sprintf("rue du Général Numéro %d", i)
	}
	place := func(r *rand.Rand) (x, y float64) {
		return 1_330_000 + r.Float64()*45_000, 7_200_000 + r.Float64()*45_000
	}
	ring := func(r *rand.Rand, row *referentials.Row, vertices int, size float64) {
		x, y := place(r)
		row.Geom.Type = geo.MultiPolygon
		for k := range vertices {
			a := 2 * math.Pi * float64(k) / float64(vertices)
			row.Geom.Add(x+size*math.Cos(a), y+size*math.Sin(a))
		}
		row.Geom.Add(row.Geom.XY[0], row.Geom.XY[1])
		row.Geom.EndRing()
		row.Geom.EndPart()
	}
	layers := []layer{
		{
			describe("adresses", geo.Point,
				[]string{"id_adr", "extension", "batiment", "code_insee", "voie_nom", "adr_cplete", "code_iris"},
				[]string{"numero", "id_voie"}, []string{"angle_grd", "angle_deg"}), points,
			func(r *rand.Rand, i int, row *referentials.Row) {
				street, number := r.IntN(len(streets)), r.IntN(200)
				row.Values = append(row.Values[:0],
					referentials.StringValue(fmt.Sprintf("35238_%07d", i)), referentials.Null, referentials.Null,
					referentials.StringValue(fmt.Sprintf("35%03d", street%43)), referentials.StringValue(streets[street]),
					referentials.StringValue(fmt.Sprintf("%d %s", number, streets[street])),
					referentials.StringValue(fmt.Sprintf("35%03d%04d", street%43, street%9)),
					referentials.IntegerValue(int64(number)), referentials.IntegerValue(int64(street)),
					referentials.NumberValue(r.Float64()*400), referentials.NumberValue(r.Float64()*360))
				x, y := place(r)
				row.Geom.Type = geo.Point
				row.Geom.Add(x, y)
			},
		},
		{
			describe("batiments", geo.MultiPolygon,
				[]string{"gml_id", "parcelle", "usage"}, []string{"niveau", "nb_logement", "jannat"}, []string{"zmin", "zmax", "hauteur"}), buildings,
			func(r *rand.Rand, i int, row *referentials.Row) {
				row.Values = append(row.Values[:0],
					referentials.StringValue(fmt.Sprintf("UUID_%08x-%04d", i*7919, i%9973)), referentials.StringValue(fmt.Sprintf("35238000AB%04d", r.IntN(9999))),
					referentials.StringValue([]string{"Résidentiel", "Annexe", "Industriel"}[r.IntN(3)]),
					referentials.IntegerValue(r.Int64N(15)), referentials.IntegerValue(r.Int64N(80)), referentials.IntegerValue(1900+r.Int64N(120)),
					referentials.NumberValue(r.Float64()*100), referentials.NumberValue(r.Float64()*100), referentials.NumberValue(r.Float64()*40))
				ring(r, row, 6+r.IntN(8), 8)
			},
		},
		{
			describe("imu", geo.MultiPolygon, []string{"id_imu", "code_iris"}, []string{"n"}, []string{"ces", "cos", "hauteur", "volume"}), blocks,
			func(r *rand.Rand, i int, row *referentials.Row) {
				row.Values = append(row.Values[:0],
					referentials.StringValue(fmt.Sprintf("IMU%06d", i)), referentials.StringValue(fmt.Sprintf("35%07d", i%400)), referentials.IntegerValue(r.Int64N(90)),
					referentials.NumberValue(r.Float64()), referentials.NumberValue(r.Float64()*4), referentials.NumberValue(r.Float64()*20), referentials.NumberValue(r.Float64()*1e5))
				ring(r, row, 40, 60)
			},
		},
	}
	s := &town{layers: map[string]layer{}}
	for _, l := range layers {
		s.layers[l.d.ID] = l
	}
	return s
}

// BenchmarkLoadMillion builds the snapshot of 600k addresses, 380k buildings and 20k
// blocks, and reports what stays on the heap. The time includes making the rows.
func BenchmarkLoadMillion(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		k := New(metropolis(600_000, 380_000, 20_000), Options{})
		start := time.Now()
		if err := k.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
		took := time.Since(start)
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
		b.ReportMetric(float64(m.Sys)/(1<<20), "sys-MB")
		b.ReportMetric(took.Seconds(), "load-s")
		runtime.KeepAlive(k)
	}
}

func buildings(b *testing.B, n int) *Collection {
	b.Helper()
	c, err := load(b.Context(), metropolis(0, n, 0), "batiments", &crs.Cache{})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkSearch500m looks for what meets a window of 500 m among 250,000 buildings.
func BenchmarkSearch500m(b *testing.B) {
	c := buildings(b, 250_000)
	r := rand.New(rand.NewPCG(1, 1))
	const lon, lat = 500 / 74500.0, 500 / 111200.0 // degrees at 48° N
	windows := make([]orb.Bound, 1024)
	for i := range windows {
		e := c.Extent()
		x, y := e.Min[0]+r.Float64()*(e.Max[0]-e.Min[0]), e.Min[1]+r.Float64()*(e.Max[1]-e.Min[1])
		windows[i] = orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + lon, y + lat}}
	}
	found, n := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		c.Search(windows[n%len(windows)], func(int) bool { found++; return true })
		n++
	}
	b.ReportMetric(float64(found)/float64(n), "found/op")
}

func BenchmarkRow(b *testing.B) {
	c := buildings(b, 100_000)
	var row referentials.Row
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		c.Row(i%c.n, &row)
		i += 7919
	}
}

func BenchmarkLonLat(b *testing.B) {
	c := buildings(b, 100_000)
	b.ReportAllocs()
	i, n := 0, 0
	for b.Loop() {
		g := c.LonLat(i % c.n)
		n += len(g.XY)
		i += 7919
	}
}

func BenchmarkFind(b *testing.B) {
	c := buildings(b, 100_000)
	keys := make([]string, 1024)
	for i := range keys {
		keys[i] = c.Value(i*97, 0).Str()
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, ok := c.Find(keys[i%len(keys)]); !ok {
			b.Fatal("not found")
		}
		i++
	}
}

// BenchmarkEdit changes one building's levels and another one's shape among 380,000.
func BenchmarkEdit(b *testing.B) {
	c := buildings(b, 380_000)
	change := func(i int) referentials.Change {
		var row referentials.Row
		c.Row(i, &row)
		row = cloneRow(&row)
		return referentials.Change{Op: referentials.Upsert, Key: row.Values[0], Row: row}
	}
	var ways crs.Cache
	value, shape, gone := change(1000), change(2000), change(3000)
	value.Row.Values[3] = referentials.IntegerValue(99)
	shape.Row.Geom.XY[2]++
	gone.Op = referentials.Delete
	for _, test := range []struct {
		name   string
		change referentials.Change
	}{{"value", value}, {"shape", shape}, {"delete", gone}} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.edited(1, []referentials.Change{test.change}, &ways); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
