package api

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
)

// TestBoxAgainstEveryRow compares what a bbox finds with a look at every row, in each
// system a collection is offered in.
func TestBoxAgainstEveryRow(t *testing.T) {
	a := open(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		id := rapid.SampledFrom([]string{"adresses", "arrets", "carreaux", "îlots"}).Draw(rt, "id")
		c, _ := a.public().Collection(id)
		in, err := a.systems.choose(c.Descriptor(), "crs", rapid.SampledFrom(offered(c.Descriptor())).Draw(rt, "crs").String())
		if err != nil {
			rt.Fatal(err)
		}
		way, err := a.systems.ways.Between(c.Descriptor().CRS, in.crs)
		if err != nil {
			rt.Fatal(err)
		}
		shapes := make([]geo.Geometry, c.Len())
		extent := geo.EmptyBound()
		for i := range shapes {
			g := c.Geometry(i)
			shapes[i] = g.Clone()
			if in.crs == crs.CRS84 || in.crs == wgs84 {
				g = c.LonLat(i)
				shapes[i] = g.Clone()
			} else if err := way.Forward(shapes[i].XY); err != nil {
				rt.Fatal(err)
			}
			extent = geo.Union(extent, shapes[i].Bound())
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		var box orb.Bound
		for k := range 2 {
			size := extent.Max[k] - extent.Min[k]
			box.Min[k] = extent.Min[k] + (r.Float64()*1.4-0.2)*size
			box.Max[k] = box.Min[k] + r.Float64()*r.Float64()*size
		}
		want := 0
		for i := range shapes {
			if shapes[i].Meets(box) {
				want++
			}
		}
		west, south, east, north := box.Min[0], box.Min[1], box.Max[0], box.Max[1]
		if in.swapped {
			west, south, east, north = south, west, north, east
		}
		const exact = 17 // digits
		number := func(v float64) string { return url.QueryEscape(strconv.FormatFloat(v, 'g', exact, 64)) }
		target := fmt.Sprintf("/collections/%s/items?limit=1&bbox=%s,%s,%s,%s&bbox-crs=%s", url.PathEscape(id),
			number(west), number(south), number(east), number(north), in.crs)
		if got := get(t, a, target, http.StatusOK).at("numberMatched").number(); int(got) != want {
			rt.Fatalf("%s: %g matched, want %d", target, got, want)
		}
	})
}

func TestAlias(t *testing.T) {
	a := open(t, nil)
	for _, test := range []struct{ asked, want string }{
		{"", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
		{"http://www.opengis.net/def/crs/OGC/0/CRS84", "http://www.opengis.net/def/crs/OGC/0/CRS84"},
		{"https://www.opengis.net/def/crs/EPSG/0/2154", "https://www.opengis.net/def/crs/EPSG/0/2154"},
		{"urn:ogc:def:crs:EPSG::2154", "urn:ogc:def:crs:EPSG::2154"},
		{"[EPSG:2154]", "http://www.opengis.net/def/crs/EPSG/0/2154"},
		{"EPSG:2154", "http://www.opengis.net/def/crs/EPSG/0/2154"},
		{"http://www.opengis.net/def/crs/EPSG/%3E%0D%0A/2154", "http://www.opengis.net/def/crs/EPSG/0/2154"},
	} {
		if got := ask(t, a, "/collections/adresses/items?limit=1&crs="+test.asked).Header().Get("Content-Crs"); got != "<"+test.want+">" {
			t.Errorf("%q is answered %s", test.asked, got)
		}
	}
}
