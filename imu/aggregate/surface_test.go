package aggregate

import (
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// TestCoveredInOnePlane has a cell in degrees that is covered whole be covered whole: what is
// in common and the cell are measured in one plane, though the density of the cell is of its
// true area.
func TestCoveredInOnePlane(t *testing.T) {
	box := func(west, side float64) geo.Geometry {
		g := geo.Geometry{Type: geo.Polygon}
		for _, v := range [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
			g.Add(west+v[0]*side, 48.1+v[1]*side)
		}
		g.EndRing()
		g.EndPart()
		return g
	}
	d := referentials.Descriptor{ID: "cells", Class: referentials.Territory, Access: referentials.Open, Key: "cell", Geometry: geo.Polygon, CRS: crs.CRS84, Mesh: true,
		Fields: []referentials.Field{{Name: "cell", Type: referentials.Integer, Role: referentials.Key}}}
	cells := loadOne(t, d, []referentials.Row{
		{Values: []referentials.Value{referentials.IntegerValue(1)}, Geom: box(-1.70, 0.01)}, {Values: []referentials.Value{referentials.IntegerValue(2)}, Geom: box(-1.69, 0.01)}})
	d.ID = "above"
	above := loadOne(t, d, []referentials.Row{{Values: []referentials.Value{referentials.IntegerValue(1)}, Geom: box(-1.70, 0.02)}})
	rel := mustRun(t, Request{Source: cells, Mesh: cells, Parents: []*snapshot.Collection{above}, Method: crosswalk.Area,
		Measures: []Measure{{Function: Share}, {Function: Density}}})
	for k := range rel.Table.Len() {
		if v, _ := rel.Table.Value(0, k, 0, 0); !near(v, 1) {
			t.Errorf("of cell %d, %v is covered", k, v)
		}
	}
	if v, _ := rel.Parents[0].Value(0, 0, 0, 0); !(v > 0.4999 && v < 0.5001) {
		t.Errorf("of the cell above, %v is covered", v)
	}
	// 0.01° by 0.01° at 48.105° N is 82.7 ha on the ellipsoid.
	if v, _ := rel.Table.Value(1, 0, 0, 0); !(1/v > 82.6 && 1/v < 83) {
		t.Errorf("a cell is %v ha", 1/v)
	}
}

// TestFeaturesOfAnyShape says of them what they are.
func TestFeaturesOfAnyShape(t *testing.T) {
	w := newWorld(t, 2, four(), func(d *referentials.Descriptor) {
		d.Geometry = geo.Any
		for i := range d.Fields { // nothing leads to a block
			d.Fields[i].Refers = ""
		}
	})
	r := w.request(t, "count")
	r.Method = Auto
	if got := mustRun(t, r).Receipt.Method; got.Name != crosswalk.Point || got.Why.EN != "meters is made of features of any shape: each goes to the cell of its points, or of its representative point" {
		t.Errorf("%s: %s", got.Name, got.Why.EN)
	}
}
