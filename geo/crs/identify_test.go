package crs_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"socle/geo/crs"
)

// The texts are what ESRI's and GDAL's software writes beside shapefiles.
var definitions = map[string]struct {
	text string
	want crs.CRS
}{
	"Lambert-93 by ESRI": {`PROJCS["RGF_1993_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]`, crs.EPSG(2154)},
	"CC48 by ESRI":       {`PROJCS["RGF_1993_CC48",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",1700000.0],PARAMETER["False_Northing",7200000.0],PARAMETER["Central_Meridian",3.0],PARAMETER["Standard_Parallel_1",47.25],PARAMETER["Standard_Parallel_2",48.75],PARAMETER["Latitude_Of_Origin",48.0],UNIT["Meter",1.0]]`, crs.EPSG(3948)},
	"WGS 84 by ESRI":     {`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`, crs.EPSG(4326)},
	"UTM 30N by ESRI":    {`PROJCS["WGS_1984_UTM_Zone_30N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-3.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`, crs.EPSG(32630)},
	"LAEA by ESRI":       {`PROJCS["ETRS_1989_LAEA",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Azimuthal_Equal_Area"],PARAMETER["False_Easting",4321000.0],PARAMETER["False_Northing",3210000.0],PARAMETER["Central_Meridian",10.0],PARAMETER["Latitude_Of_Origin",52.0],UNIT["Meter",1.0]]`, crs.EPSG(3035)},
	"Lambert-93 renamed": {`PROJCS["Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["Reseau_Geodesique_Francais_1993",SPHEROID["GRS_1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["standard_parallel_1",49],PARAMETER["standard_parallel_2",44],PARAMETER["latitude_of_origin",46.5],PARAMETER["central_meridian",3],PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000],UNIT["Meter",1]]`, crs.EPSG(2154)},
	"CC48 by QGIS 2":     {`PROJCS["RGF93_CC48",GEOGCS["GCS_RGF93",DATUM["D_Reseau_Geodesique_Francais_1993",SPHEROID["GRS_1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["standard_parallel_1",47.25],PARAMETER["standard_parallel_2",48.75],PARAMETER["latitude_of_origin",48],PARAMETER["central_meridian",3],PARAMETER["false_easting",1700000],PARAMETER["false_northing",7200000],UNIT["Meter",1]]`, crs.EPSG(3948)},
	"with TOWGS84":       {`PROJCS["RGF93 / Lambert-93",GEOGCS["RGF93",DATUM["Reseau_Geodesique_Francais_1993",SPHEROID["GRS 1980",6378137,298.257222101,AUTHORITY["EPSG","7019"]],TOWGS84[0,0,0,0,0,0,0],AUTHORITY["EPSG","6171"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4171"]],PROJECTION["Lambert_Conformal_Conic_2SP"],PARAMETER["standard_parallel_1",49],PARAMETER["standard_parallel_2",44],PARAMETER["latitude_of_origin",46.5],PARAMETER["central_meridian",3],PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["X",EAST],AXIS["Y",NORTH],AUTHORITY["EPSG","2154"]]`, crs.EPSG(2154)},
}

func TestIdentify(t *testing.T) {
	for name, c := range definitions {
		t.Run(name, func(t *testing.T) {
			got, err := crs.Identify(c.text)
			if err != nil || got != c.want {
				t.Errorf("got %s, %v; want %s", got, err, c.want)
			}
		})
	}
	for _, code := range []int{2154, 3948, 4326, 4171, 3035, 3857, 32630, 27572, 2056} {
		text, err := crs.WKT(crs.EPSG(code))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := crs.Identify(text); err != nil || got != crs.EPSG(code) {
			t.Errorf("the WKT of %d is identified as %s, %v", code, got, err)
		}
	}
}

func TestIdentifyCompound(t *testing.T) {
	text, err := crs.PROJJSON(crs.EPSG(5698)) // Lambert-93 with NGF-IGN69 heights
	if err != nil {
		t.Fatal(err)
	}
	if got, err := crs.Identify(text); err != nil || got != crs.EPSG(2154) {
		t.Errorf("got %s, %v; want the horizontal system", got, err)
	}
}

func TestHorizontal(t *testing.T) {
	for from, want := range map[int]int{4979: 4326, 4937: 4258, 4965: 4171, 9776: 9777, 9781: 9782, 5698: 2154, 3948: 3948} {
		if got := crs.Horizontal(crs.EPSG(from)); got != crs.EPSG(want) {
			t.Errorf("%d: got %s, want %d", from, got, want)
		}
		text, err := crs.PROJJSON(crs.EPSG(from))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := crs.Identify(text); err != nil || got != crs.EPSG(want) {
			t.Errorf("the definition of %d is identified as %s, %v; want %d", from, got, err, want)
		}
	}
}

func TestIdentifyRefuses(t *testing.T) {
	local := strings.ReplaceAll(definitions["CC48 by ESRI"].text, "1700000.0", "1234567.0")
	local = strings.ReplaceAll(local, "RGF_1993_CC48", "Repère local")
	if got, err := crs.Identify(local); !errors.Is(err, crs.ErrUnidentified) {
		t.Errorf("a local system: got %s, %v", got, err)
	}
	for _, bad := range []string{"", "PROJCS[", `ELLIPSOID["GRS 1980",6378137,298.257222101]`, strings.Repeat("x", 1<<20)} {
		if got, err := crs.Identify(bad); err == nil {
			t.Errorf("%.40q: got %s, want an error", bad, got)
		}
	}
}

func TestPROJJSON(t *testing.T) {
	for _, c := range []crs.CRS{crs.CRS84, crs.EPSG(3948), crs.EPSG(4326)} {
		text, err := crs.PROJJSON(c)
		if err != nil {
			t.Fatal(err)
		}
		var definition struct {
			ID struct {
				Authority string
				Code      any
			}
		}
		if err := json.Unmarshal([]byte(text), &definition); err != nil {
			t.Fatal(err)
		}
		if definition.ID.Authority != c.Authority || strings.Contains(text, "\n") {
			t.Errorf("%s: %s", c, text)
		}
		if got, err := crs.Identify(text); err != nil || got != c {
			t.Errorf("the PROJJSON of %s is identified as %s, %v", c, got, err)
		}
	}
	if _, err := crs.PROJJSON(crs.EPSG(1)); err == nil {
		t.Error("EPSG:1 has a definition")
	}
}
