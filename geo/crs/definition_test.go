package crs

import (
	"strings"
	"testing"
)

func TestWKT(t *testing.T) {
	for _, c := range []struct {
		crs  CRS
		want []string
	}{
		{EPSG(2154), []string{`PROJCS["RGF93 v1 / Lambert-93"`, `AUTHORITY["EPSG","2154"]`}},
		{EPSG(3948), []string{`PROJCS["RGF93 v1 / CC48"`, `PARAMETER["false_northing",7200000]`}},
		{EPSG(4326), []string{`GEOGCS["WGS 84"`, `AUTHORITY["EPSG","4326"]`}},
		{CRS84, []string{`GEOGCS["WGS 84"`}},
	} {
		got, err := WKT(c.crs)
		if err != nil {
			t.Errorf("%s: %v", c.crs, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q lacks %q", c.crs, got, want)
			}
		}
		if strings.Contains(got, "\n") {
			t.Errorf("%s: the text has several lines", c.crs)
		}
	}
	for _, unknown := range []CRS{EPSG(999999), {}} {
		if got, err := WKT(unknown); err == nil {
			t.Errorf("%q: got %q, want an error", unknown, got)
		}
	}
}
