// Package crs names coordinate reference systems and transforms between them with PROJ.
//
// Inside Socle every coordinate pair is x then y: easting, northing or longitude,
// latitude, whatever the authority's axis order says. Axis order matters only at the
// edges of HTTP, where [AxesSwapped] tells which systems are written y first.
package crs

import (
	"fmt"
	"strconv"
	"strings"
)

// CRS is a coordinate reference system of a register: EPSG with a number, or OGC:CRS84.
// The zero value is "none", for tables without geometry.
type CRS struct {
	Authority string // "EPSG" or "OGC"
	Code      string // "2154", "CRS84"
}

// CRS84 is longitude, latitude on WGS 84, in degrees.
var CRS84 = CRS{"OGC", "CRS84"}

// EPSG names the system of that number.
func EPSG(code int) CRS { return CRS{"EPSG", strconv.Itoa(code)} }

// IsZero tells whether no system is named.
func (c CRS) IsZero() bool { return c == CRS{} }

// String gives the short form, "EPSG:2154" or "OGC:CRS84"; "" for none.
func (c CRS) String() string {
	if c.IsZero() {
		return ""
	}
	return c.Authority + ":" + c.Code
}

// URI gives the form the OGC APIs use, http://www.opengis.net/def/crs/EPSG/0/2154.
func (c CRS) URI() string {
	switch {
	case c.IsZero():
		return ""
	case c.Authority == "OGC":
		return "http://www.opengis.net/def/crs/OGC/1.3/" + c.Code
	}
	return "http://www.opengis.net/def/crs/" + c.Authority + "/0/" + c.Code
}

// SRID gives the number databases know the system by; CRS84 is stored as 4326 (both
// keep longitude first in PostGIS and GeoPackage), none as 0.
func (c CRS) SRID() int32 {
	if c == CRS84 {
		return 4326
	}
	n, err := strconv.ParseInt(c.Code, 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}

// Parse reads "EPSG:2154", "2154", "CRS84", "OGC:CRS84", an http URI of
// www.opengis.net/def/crs, a urn:ogc:def:crs or a safe CURIE "[EPSG:2154]".
func Parse(s string) (CRS, error) {
	t := strings.TrimSpace(s)
	t = strings.TrimSuffix(strings.TrimPrefix(t, "["), "]")
	lower := strings.ToLower(t)
	var parts []string
	switch {
	case strings.HasPrefix(lower, "http://www.opengis.net/def/crs/"), strings.HasPrefix(lower, "https://www.opengis.net/def/crs/"):
		_, rest, _ := strings.Cut(lower, "/def/crs/")
		parts = strings.Split(rest, "/")
	case strings.HasPrefix(lower, "urn:ogc:def:crs:"), strings.HasPrefix(lower, "urn:x-ogc:def:crs:"):
		_, rest, _ := strings.Cut(lower, ":def:crs:")
		parts = strings.Split(rest, ":")
	default:
		parts = strings.Split(lower, ":")
		if len(parts) == 1 && parts[0] == "crs84" {
			parts = []string{"ogc", "crs84"}
		} else if len(parts) == 1 {
			parts = []string{"epsg", parts[0]}
		}
	}
	if len(parts) >= 2 {
		authority, code := parts[0], parts[len(parts)-1]
		if authority == "ogc" && (code == "crs84" || code == "84") {
			return CRS84, nil
		}
		if n, err := strconv.Atoi(code); authority == "epsg" && err == nil && n > 0 && n < 1_000_000 {
			return EPSG(n), nil
		}
	}
	return CRS{}, fmt.Errorf("%q does not name a coordinate reference system (write it as EPSG:2154)", s)
}

// MarshalText writes the short form.
func (c CRS) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads any form [Parse] takes; empty is none.
func (c *CRS) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = CRS{}
		return nil
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*c = v
	return nil
}
