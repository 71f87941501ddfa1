package links

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/importer"
	"socle/referentials/importer/ephemeral"
	"socle/referentials/snapshot"
)

func layer(t *testing.T, d referentials.Descriptor, rows ...referentials.Row) *snapshot.Collection {
	t.Helper()
	if d.Access = referentials.Open; d.CRS.IsZero() {
		d.CRS = crs.EPSG(2154)
	}
	d.Key = d.Fields[0].Name
	c, err := snapshot.Build(t.Context(), referentials.State{Descriptor: d, Version: referentials.Version{Collection: d.ID, ID: 1}}, func(yield func(*referentials.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var text = referentials.StringValue

func square(x, y, side float64) geo.Geometry {
	g := geo.Geometry{Type: geo.Polygon, XY: []float64{x, y, x + side, y, x + side, y + side, x, y + side, x, y}}
	g.EndRing()
	g.EndPart()
	return g
}

func fields(names ...string) (out []referentials.Field) {
	for _, n := range names {
		out = append(out, referentials.Field{Name: n, Type: referentials.String})
	}
	return out
}

// TestRules links the addresses of a street between two rows of houses.
func TestRules(t *testing.T) {
	const x, y = 350_000, 6_789_000
	buildings := layer(t, referentials.Descriptor{ID: "batiments", Geometry: geo.Polygon, Fields: fields("id", "parcelle", "addresses")},
		referentials.Row{Values: []referentials.Value{text("south"), text("AB 12"), referentials.Null}, Geom: square(x, y, 10)},
		referentials.Row{Values: []referentials.Value{text("north"), text("AB 13"), referentials.Null}, Geom: square(x, y+25, 10)},
		referentials.Row{Values: []referentials.Value{text("beside"), referentials.Null, referentials.Null}, Geom: square(x+10, y, 10)},
		referentials.Row{Values: []referentials.Value{text("far"), text("AB 14"), text(`[{"cle_interop_ban": "g"}]`)}, Geom: square(x+500, y, 10)})
	at := func(id, parcel string, px, py float64) referentials.Row {
		return referentials.Row{Values: []referentials.Value{text(id), text(parcel)}, Geom: geo.Geometry{Type: geo.Point, XY: []float64{x + px, y + py}}}
	}
	addresses := layer(t, referentials.Descriptor{ID: "adresses", Geometry: geo.Point, Fields: fields("id", "cad_parcelles")},
		at("in", "", 5, 5), at("wall", "", 10, 5), at("south side", "", 5, 14), at("north side", "", 5, 21), at("across", "", 5, 16.5), at("corner", "", 10, 13),
		at("far", "", 250, 250), at("p", "000AB0014|AB14", 5, 16), at("g", "", 5, 5),
		referentials.Row{Values: []referentials.Value{text("nowhere"), referentials.Null}})
	street := geo.Geometry{Type: geo.LineString, XY: []float64{x - 100, y + 17, x + 100, y + 17}}
	street.EndRing()
	way := geo.Geometry{Type: geo.LineString, XY: []float64{x - 100, y + 20, x + 100, y + 20}}
	way.EndRing()
	streets := layer(t, referentials.Descriptor{ID: "voies", Geometry: geo.LineString, Fields: fields("id", "highway")},
		referentials.Row{Values: []referentials.Value{text("s"), text("residential")}, Geom: street}, referentials.Row{Values: []referentials.Value{text("f"), text("footway")}, Geom: way})
	out, err := Build(t.Context(), Request{Addresses: addresses, Buildings: buildings, Streets: streets})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range out.Links {
		key := addresses.Value(l.Address, 0).Str()
		got[key] += fmt.Sprintf("%s %s %.1f %.2f;", buildings.Value(l.Building, 0).Str(), l.Rule, l.Distance, l.Share)
	}
	for row, reason := range out.Unlinked {
		got[addresses.Value(row, 0).Str()] = reason
	}
	for key, want := range map[string]string{
		"in": "south inside 0.0 1.00;", "wall": "south inside 0.0 0.50;beside inside 0.0 0.50;", "south side": "south facade 4.0 1.00;", "north side": "north facade 4.0 1.00;",
		"across": "south facade 6.5 1.00;", "corner": "south facade 3.0 0.50;beside facade 3.0 0.50;", "far": NoBuilding, "p": "far parcelle 495.0 1.00;",
		"g": "far given 495.0 1.00;", "nowhere": NoGeometry,
	} {
		if got[key] != want {
			t.Errorf("%s: %q, want %q", key, got[key], want)
		}
	}
	r := out.Receipt
	if r.Linked != 8 || r.Links != 10 || r.Rules[Facade] != 4 || r.Alone != 0 || r.Unlinked[NoBuilding] != 1 || r.Unchecked != 0 {
		t.Errorf("%+v", r)
	}
	// Without streets the nearer row is taken, and the receipt says that nobody looked.
	out, err = Build(t.Context(), Request{Addresses: addresses, Buildings: buildings})
	if err != nil || out.Receipt.Unchecked != 4 {
		t.Errorf("%+v, %v", out.Receipt, err)
	}
	if _, err := Build(t.Context(), Request{Addresses: buildings, Buildings: addresses}); referentials.CodeOf(err) != referentials.Invalid {
		t.Errorf("polygons are taken for addresses: %v", err)
	}
}

// TestWithoutShape names a building that has no shape: it is linked, and nothing is drawn or
// measured of it.
func TestWithoutShape(t *testing.T) {
	buildings := layer(t, referentials.Descriptor{ID: "batiments", Geometry: geo.Polygon, Fields: fields("id", "addresses")},
		referentials.Row{Values: []referentials.Value{text("plan"), text(`[{"cle_interop_ban": "a"}]`)}},
		referentials.Row{Values: []referentials.Value{text("house"), referentials.Null}, Geom: square(350_000, 6_789_000, 10)})
	addresses := layer(t, referentials.Descriptor{ID: "adresses", Geometry: geo.Point, Fields: fields("id")},
		referentials.Row{Values: []referentials.Value{text("a")}, Geom: geo.Geometry{Type: geo.Point, XY: []float64{350_005, 6_789_005}}})
	out, err := Build(t.Context(), Request{Addresses: addresses, Buildings: buildings})
	if err != nil || len(out.Links) != 1 || out.Links[0].Rule != Given {
		t.Fatal(out, err)
	}
	for row, err := range out.Rows(addresses, buildings) {
		if err != nil {
			t.Fatal(err)
		}
		if !row.Geom.IsNull() || !row.Values[4].IsNull() {
			t.Errorf("a line %v of %v", row.Geom.XY, row.Values[4])
		}
	}
}

// TestSystems refuses addresses whose coordinates are not metres on the ground.
func TestSystems(t *testing.T) {
	buildings := layer(t, referentials.Descriptor{ID: "batiments", Geometry: geo.Polygon, Fields: fields("id")})
	for _, system := range []crs.CRS{crs.CRS84, crs.EPSG(3857), crs.EPSG(2263)} {
		addresses := layer(t, referentials.Descriptor{ID: "adresses", Geometry: geo.Point, CRS: system, Fields: fields("id")})
		if _, err := Build(t.Context(), Request{Addresses: addresses, Buildings: buildings}); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%s: %v", system, err)
		}
	}
}

func real(t *testing.T, as string, names ...string) *snapshot.Collection {
	t.Helper()
	o := importer.Options{As: as}
	for _, n := range names {
		o.Files = append(o.Files, "../../../shared/data/rennes/"+n)
	}
	c, _, err := ephemeral.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("%v (the real data lies in ../shared/data beside the checkout)", err)
	}
	return c
}

// TestRennes links the addresses of two real IRIS: one in the town, whose addresses lie on
// buildings, one of houses, whose addresses lie at the gates.
func TestRennes(t *testing.T) {
	addresses := real(t, "adresses", "rva_adresses_2013.csv.gz")
	buildings := real(t, "batiments", "batiments_iris160_cesson.ods.json.gz", "batiments_iris163_rennes.ods.json.gz")
	iris := real(t, "iris", "iris_rennes_metropole.ods.json.gz")
	osm := real(t, "voies", "rues_osm_2014.geojson.gz")
	out, err := Build(t.Context(), Request{Addresses: addresses, Buildings: buildings, Streets: osm})
	if err != nil {
		t.Fatal(err)
	}
	shapes := footprints(t, addresses, buildings)
	links := map[int][]Link{}
	for _, l := range out.Links {
		links[l.Address] = append(links[l.Address], l)
	}
	for code, want := range map[string]struct{ all, inside int }{"352380505": {454, 413}, "350510203": {587, 75}} {
		cell, ok := iris.Find(code)
		if !ok {
			t.Fatalf("there is no IRIS %s", code)
		}
		var outline topology.Outline
		g := iris.LonLat(cell)
		outline.Place(&g)
		rules, reasons := map[Rule]int{}, map[string]int{}
		all := 0
		var drawn []int
		for i := range addresses.Len() {
			if p := addresses.LonLat(i); !outline.Covers(p.XY[0], p.XY[1]) {
				continue
			}
			all++
			drawn = append(drawn, i)
			of := links[i]
			if len(of) == 0 {
				reasons[out.Unlinked[i]]++
				continue
			}
			rules[of[0].Rule]++
			for _, l := range of {
				if l.Rule == Facade && (math.IsNaN(l.Distance) || l.Distance <= 0 || l.Distance > defaultReach) || l.Rule == Inside && l.Distance != 0 {
					t.Errorf("%+v", l)
				}
				checkNearest(t, addresses, shapes, l)
			}
		}
		t.Logf("%s: %d addresses, %v, without a building %v", code, all, rules, reasons)
		if all != want.all || rules[Inside] != want.inside || rules[Inside]+rules[Facade]+reasons[NoBuilding]+reasons[AcrossStreet] != all {
			t.Errorf("%s: %d addresses, %v, %v, want %+v", code, all, rules, reasons, want)
		}
		if dir := os.Getenv("SOCLE_DRAW"); dir != "" {
			draw(t, filepath.Join(dir, code+".svg"), addresses, shapes, osm, drawn, links)
		}
	}
	t.Logf("%+v", out.Receipt)
}

// footprints gives the buildings in the system of the addresses.
func footprints(t *testing.T, addresses, buildings *snapshot.Collection) (out []geo.Geometry) {
	t.Helper()
	way, err := crs.NewTransformer(buildings.Descriptor().CRS, addresses.Descriptor().CRS)
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	for i := range buildings.Len() {
		g := buildings.Geometry(i)
		g.XY = append([]float64(nil), g.XY...)
		if err := way.Forward(g.XY); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

// checkNearest looks at every building: none that is nearer may have been passed over where
// no street is known, and the one that is linked must be as far as is told.
func checkNearest(t *testing.T, addresses *snapshot.Collection, shapes []geo.Geometry, l Link) {
	t.Helper()
	if l.Rule != Facade || l.Checked {
		return
	}
	xy := addresses.Geometry(l.Address).XY
	e := topology.NewEngine()
	defer e.Close()
	p := geo.Geometry{Type: geo.Point, XY: xy}
	for b := range shapes {
		box := shapes[b].Bound()
		if box.Min[0] > xy[0]+defaultReach || box.Max[0] < xy[0]-defaultReach || box.Min[1] > xy[1]+defaultReach || box.Max[1] < xy[1]-defaultReach {
			continue
		}
		d, err := e.Distance(&p, &shapes[b])
		if err != nil {
			t.Fatal(err)
		}
		if d < l.Distance-equallyNear || b == l.Building && math.Abs(d-l.Distance) > 1e-6 {
			t.Errorf("building %d is %.3f m away by GEOS, and the link is %+v", b, d, l)
		}
	}
}

// draw makes a picture for people to look at: footprints, addresses and their links.
func draw(t *testing.T, path string, addresses *snapshot.Collection, shapes []geo.Geometry, streets *snapshot.Collection, drawn []int, links map[int][]Link) {
	t.Helper()
	box := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for _, i := range drawn {
		p := addresses.Geometry(i).XY
		box = box.Extend(orb.Point{p[0], p[1]})
	}
	var b bytes.Buffer
	const scale = 3
	w, h := (box.Max[0]-box.Min[0]+60)*scale, (box.Max[1]-box.Min[1]+60)*scale
	at := func(x, y float64) (float64, float64) {
		return (x - box.Min[0] + 30) * scale, (box.Max[1] - y + 30) * scale
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f"><rect width="100%%" height="100%%" fill="white"/>`, w, h)
	for _, g := range shapes {
		fmt.Fprint(&b, `<path fill="#ddd" stroke="#888" fill-rule="evenodd" d="`)
		for r := range g.Ends {
			for k, ring := 0, g.Ring(r); k+1 < len(ring); k += 2 {
				x, y := at(ring[k], ring[k+1])
				fmt.Fprintf(&b, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[k == 0], x, y)
			}
		}
		fmt.Fprint(&b, `"/>`)
	}
	way, err := crs.NewTransformer(streets.Descriptor().CRS, addresses.Descriptor().CRS)
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	for i := range streets.Len() {
		g := streets.Geometry(i)
		xy := append([]float64(nil), g.XY...)
		_ = way.Forward(xy)
		fmt.Fprint(&b, `<polyline fill="none" stroke="#fb0" stroke-width="3" points="`)
		for k := 0; k+1 < len(xy); k += 2 {
			x, y := at(xy[k], xy[k+1])
			fmt.Fprintf(&b, "%.1f,%.1f ", x, y)
		}
		fmt.Fprint(&b, `"/>`)
	}
	for _, i := range drawn {
		p := addresses.Geometry(i).XY
		x, y := at(p[0], p[1])
		colour := "red"
		for _, l := range links[i] {
			colour = map[Rule]string{Inside: "green", Facade: "blue"}[l.Rule]
			fx, fy := at(l.Foot[0], l.Foot[1])
			fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="2"/>`, x, y, fx, fy, colour)
		}
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, colour)
	}
	fmt.Fprint(&b, "</svg>")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
