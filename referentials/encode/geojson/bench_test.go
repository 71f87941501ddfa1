package geojson_test

import (
	"math"
	"strconv"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/geojson"
)

// counter counts what it is given.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func addresses(c crs.CRS, x, y, step float64) (encode.Header, []referentials.Row) {
	h := encode.Header{CRS: c, Matched: -1, Descriptor: referentials.Descriptor{
		ID: "adresses", Key: "id_adr", Geometry: geo.Point, CRS: c,
		Fields: []referentials.Field{
			{Name: "id_adr", Type: referentials.Integer}, {Name: "numero", Type: referentials.Integer},
			{Name: "extension", Type: referentials.String}, {Name: "code_insee", Type: referentials.String},
			{Name: "voie_nom", Type: referentials.String}, {Name: "angle", Type: referentials.Number},
			{Name: "maj", Type: referentials.Date},
		}}}
	rows := make([]referentials.Row, 1000)
	for i := range rows {
		rows[i] = referentials.Row{
			Values: []referentials.Value{referentials.IntegerValue(int64(100000 + i)), referentials.IntegerValue(int64(i % 200)), referentials.Null,
				referentials.StringValue("35238"), referentials.StringValue("Allée Adèle de Bretagne"), referentials.NumberValue(float64(i) / 8), referentials.DateValue(int64(15000 + i))},
			Geom: geo.Geometry{Type: geo.Point, XY: []float64{x + step*math.Sqrt(float64(i)), y + step*math.Sqrt(float64(i+1))}},
		}
	}
	return h, rows
}

// blocks are polygons of 200 vertices.
func blocks(c crs.CRS, x, y, size float64) (encode.Header, []referentials.Row) {
	h := encode.Header{CRS: c, Matched: -1, Descriptor: referentials.Descriptor{
		ID: "imu", Key: "id", Geometry: geo.Polygon, CRS: c,
		Fields: []referentials.Field{{Name: "id", Type: referentials.Integer}, {Name: "ces", Type: referentials.Number}},
	}}
	rows := make([]referentials.Row, 200)
	for i := range rows {
		g := geo.Geometry{Type: geo.Polygon}
		for v := range 200 {
			a := 2 * math.Pi * float64(v) / 200
			g.Add(math.Round((x+size*(float64(i)+math.Cos(a)))*1e6)/1e6, math.Round((y+size*math.Sin(a))*1e6)/1e6)
		}
		g.Add(g.XY[0], g.XY[1])
		g.EndRing()
		g.EndPart()
		rows[i] = referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i)), referentials.NumberValue(1 / float64(i+3))}, Geom: g}
	}
	return h, rows
}

func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name string
		make func() (encode.Header, []referentials.Row)
	}{
		{"addresses/lonlat", func() (encode.Header, []referentials.Row) { return addresses(crs.CRS84, -1.67, 48.1, 1e-4) }},
		{"addresses/cc48", func() (encode.Header, []referentials.Row) {
			h, rows := addresses(crs.EPSG(3948), 1351000, 7222000, 1)
			for i := range rows {
				for j, v := range rows[i].Geom.XY {
					rows[i].Geom.XY[j] = math.Round(v*100) / 100
				}
			}
			return h, rows
		}},
		{"blocks/lonlat", func() (encode.Header, []referentials.Row) { return blocks(crs.CRS84, -1.67, 48.1, 1e-3) }},
		{"blocks/metres-6-decimals", func() (encode.Header, []referentials.Row) {
			return blocks(crs.EPSG(3948), 1351000, 7222000, 100)
		}},
	} {
		h, rows := c.make()
		b.Run(c.name, func(b *testing.B) {
			var out counter
			w, err := geojson.New(&out, h)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			features := 0
			for b.Loop() {
				for i := range rows {
					if err := w.Write(&rows[i]); err != nil {
						b.Fatal(err)
					}
				}
				features += len(rows)
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(out)/1e6/b.Elapsed().Seconds(), "MB/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(features), "ns/feature")
		})
	}
}

// BenchmarkPage is a whole answer, as clients ask for it.
func BenchmarkPage(b *testing.B) {
	h, rows := addresses(crs.CRS84, -1.67, 48.1, 1e-4)
	for _, n := range []int{1, 10, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var out counter
			b.ReportAllocs()
			for b.Loop() {
				w, err := geojson.New(&out, h)
				if err != nil {
					b.Fatal(err)
				}
				for i := range n {
					if err := w.Write(&rows[i]); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
