package crs

import "testing"

func TestDescribe(t *testing.T) {
	for _, want := range []struct {
		crs        CRS
		name, unit string
		geographic bool
		swapped    bool
		inside     [2]float64
		outside    [2]float64
	}{
		{CRS84, "WGS 84 (CRS84)", "degree", true, false, [2]float64{-1.7, 48.1}, [2]float64{352000, 6789000}},
		{EPSG(4326), "WGS 84", "degree", true, true, [2]float64{-1.7, 48.1}, [2]float64{48.1, 98}},
		{EPSG(4258), "ETRS89", "degree", true, true, [2]float64{-1.7, 48.1}, [2]float64{-100, 48}},
		{EPSG(3035), "ETRS89-extended / LAEA Europe", "metre", false, true, [2]float64{-1.7, 48.1}, [2]float64{-100, 48}},
		{EPSG(2154), "RGF93 v1 / Lambert-93", "metre", false, false, [2]float64{-1.7, 48.1}, [2]float64{-1.7, 30}},
		{EPSG(3948), "RGF93 v1 / CC48", "metre", false, false, [2]float64{-1.7, 48.1}, [2]float64{-1.7, 43}},
		{EPSG(3857), "WGS 84 / Pseudo-Mercator", "metre", false, false, [2]float64{-1.7, 48.1}, [2]float64{-1.7, 88}},
		{EPSG(5698), "RGF93 v1 / Lambert-93 + NGF-IGN69 height", "metre", false, false, [2]float64{-1.7, 48.1}, [2]float64{-1.7, 30}},
		{EPSG(3832), "WGS 84 / PDC Mercator", "metre", false, false, [2]float64{179, 0}, [2]float64{0, 0}},
		{EPSG(32661), "WGS 84 / UPS North (N,E)", "metre", false, true, [2]float64{0, 80}, [2]float64{0, 0}},
		{EPSG(5041), "WGS 84 / UPS North (E,N)", "metre", false, false, [2]float64{0, 80}, [2]float64{0, 0}},
		{EPSG(2263), "NAD83 / New York Long Island (ftUS)", "US survey foot", false, false, [2]float64{-73.9, 40.7}, [2]float64{0, 0}},
	} {
		t.Run(want.crs.String(), func(t *testing.T) {
			got, err := Describe(want.crs)
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != want.name || got.Unit != want.unit || got.Geographic != want.geographic || got.AxesSwapped != want.swapped {
				t.Errorf("got %+v", got)
			}
			if AxesSwapped(want.crs) != want.swapped {
				t.Errorf("AxesSwapped is %v", !want.swapped)
			}
			if !got.Covers(want.inside[0], want.inside[1], 0) {
				t.Errorf("%v is outside %v", want.inside, got.Area)
			}
			if got.Covers(want.outside[0], want.outside[1], 0.5) {
				t.Errorf("%v is inside %v", want.outside, got.Area)
			}
		})
	}
	for _, c := range []CRS{{}, EPSG(999999), EPSG(5720), {"NONE", "1"}} { // 5720 is a height
		if info, err := Describe(c); err == nil {
			t.Errorf("%v is described as %+v", c, info)
		}
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]CRS{
		"EPSG:2154": EPSG(2154), "epsg:2154": EPSG(2154), "2154": EPSG(2154), " EPSG:3948 ": EPSG(3948),
		"CRS84": CRS84, "OGC:CRS84": CRS84, "[EPSG:2154]": EPSG(2154),
		"http://www.opengis.net/def/crs/EPSG/0/2154":      EPSG(2154),
		"https://www.opengis.net/def/crs/EPSG/9.9.1/3857": EPSG(3857),
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84":    CRS84,
		"urn:ogc:def:crs:EPSG::3948":                      EPSG(3948),
		"urn:ogc:def:crs:OGC:1.3:CRS84":                   CRS84,
	} {
		got, err := Parse(in)
		if err != nil || got != want {
			t.Errorf("%q is %v, %v", in, got, err)
		}
		if back, err := Parse(got.URI()); err != nil || back != want {
			t.Errorf("%s is %v, %v", got.URI(), back, err)
		}
	}
	for _, in := range []string{"", "EPSG", "EPSG:", "EPSG:0", "EPSG:-1", "EPSG:x", "WGS84", "urn:ogc:def:crs:EPSG", "http://www.opengis.net/def/crs/"} {
		if got, err := Parse(in); err == nil {
			t.Errorf("%q is %v", in, got)
		}
	}
}

func BenchmarkAxesSwapped(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if AxesSwapped(EPSG(2154)) {
			b.Fatal("swapped")
		}
	}
}

func TestTrueToScale(t *testing.T) {
	for c, want := range map[CRS]bool{
		EPSG(2154): true, EPSG(3948): true, EPSG(32630): true, EPSG(3035): true, EPSG(2263): true, EPSG(32661): true,
		CRS84: false, EPSG(4326): false, EPSG(3857): false, EPSG(3395): false,
	} {
		info, err := Describe(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.TrueToScale(); got != want {
			t.Errorf("%s (%s): %t, want %t", c, info.AreaName, got, want)
		}
	}
}
