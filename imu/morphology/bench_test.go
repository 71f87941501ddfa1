package morphology

import (
	"context"
	"math/rand/v2"
	"testing"

	"socle/geo"
)

// grid makes up a town: square cells of side metres with buildings in rows, ten to a cell,
// a third of them side by side. Every cell has a street along two of its sides.
func grid(cellsAcross int, side float64) Input {
	r := rand.New(rand.NewPCG(1, 2))
	var in Input
	for cy := range cellsAcross {
		for cx := range cellsAcross {
			x, y := 350_000+float64(cx)*side, 6_789_000+float64(cy)*side
			in.Cells = append(in.Cells, box(x, y, x+side, y+side))
			in.Roads = append(in.Roads, Road{Geom: line(x, y, x+side, y), WidthM: 6}, Road{Geom: line(x, y, x, y+side)})
			for row := range 2 {
				at := x + 4
				by := y + 4 + float64(row)*side/2
				for range 5 {
					w, d := 7+r.Float64()*4, 8+r.Float64()*6
					g := box(at, by, at+w, by+d)
					if r.IntN(2) == 0 { // an L
						g = shape(at, by, at+w, by, at+w, by+d/2, at+w/2, by+d/2, at+w/2, by+d, at, by+d)
					}
					in.Buildings = append(in.Buildings, Building{Geom: g, HeightM: 3 + 9*r.Float64(), Levels: float64(r.IntN(4)), Dwellings: 1, Usage: Residential})
					at += w
					if r.IntN(3) > 0 {
						at += 1 + r.Float64()*4
					}
				}
			}
		}
	}
	return in
}

func line(xy ...float64) geo.Geometry {
	return geo.Geometry{Type: geo.LineString, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}}
}

func box(x0, y0, x1, y1 float64) geo.Geometry { return shape(x0, y0, x1, y0, x1, y1, x0, y1) }

// shape closes a ring.
func shape(xy ...float64) geo.Geometry { return ringShape(append(xy, xy[0], xy[1])) }

// BenchmarkMetropolis measures 250,000 buildings on 25,000 cells.
func BenchmarkMetropolis(b *testing.B) {
	in := grid(158, 80)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Measure(context.Background(), in, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(in.Buildings)), "buildings")
	b.ReportMetric(float64(len(in.Cells)), "cells")
}

// BenchmarkGround adds layers of land cover.
func BenchmarkGround(b *testing.B) {
	in := grid(50, 80)
	for k := range in.Cells {
		c := in.Cells[k].Bound()
		in.Ground = append(in.Ground, Ground{box(c.Min[0]+40, c.Min[1]-5, c.Max[0]+5, c.Max[1]), HighVegetation},
			Ground{shape(c.Min[0], c.Min[1]+30, c.Max[0], c.Min[1]+35, c.Max[0], c.Min[1]+60), LowVegetation})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Measure(context.Background(), in, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
