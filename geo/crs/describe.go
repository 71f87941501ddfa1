package crs

// #cgo pkg-config: proj
// #include <stdlib.h>
// #include <proj.h>
import "C"

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/paulmach/orb"
)

// Info is what the register says of a system.
type Info struct {
	Name        string    // "RGF93 v1 / CC48"
	Unit        string    // of the horizontal axes: "metre", "degree", "US survey foot"
	PerUnit     float64   // metres, or radians when Geographic, in one unit
	Geographic  bool      // coordinates are angles on the ellipsoid, not lengths on a plane
	AxesSwapped bool      // the authority writes northing or latitude first
	Area        orb.Bound // area of use in longitude, latitude; Min[0] > Max[0] across the antimeridian
	AreaName    string    // "France - onshore and offshore."
}

// Covers tells whether a longitude and latitude lie in the area of use, widened by margin
// degrees. A system whose area is not registered covers the world.
func (i *Info) Covers(lon, lat, margin float64) bool {
	if !(lat >= i.Area.Min[1]-margin && lat <= i.Area.Max[1]+margin) {
		return false
	}
	west, east := i.Area.Min[0]-margin, i.Area.Max[0]+margin
	if west <= east {
		return lon >= west && lon <= east
	}
	return lon >= west && lon <= 180+margin || lon <= east && lon >= -180-margin
}

// TrueToScale tells whether lengths and areas on the plane are nearly those on the ground. They
// are not where coordinates are angles, nor in systems drawn up for the whole world, such as Web
// Mercator, in which a metre of Rennes is half as long again.
func (i *Info) TrueToScale() bool {
	wide, high := i.Area.Max[0]-i.Area.Min[0], i.Area.Max[1]-i.Area.Min[1]
	return !i.Geographic && !(i.AreaName != "" && wide == 360 && high > 120)
}

var world = orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}

// Describe looks a system up in PROJ's database. It takes about a millisecond: keep the
// answer where it is needed for every request.
func Describe(c CRS) (Info, error) {
	if c == CRS84 {
		return Info{
			Name: "WGS 84 (CRS84)", Unit: "degree", PerUnit: degree, Geographic: true,
			Area: world, AreaName: "World.",
		}, nil
	}
	var info Info
	err := withRegistered(c, func(ctx *C.PJ_CONTEXT, pj *C.PJ) error {
		info = Info{Name: C.GoString(C.proj_get_name(pj)), Area: world}
		var west, south, east, north C.double
		var area *C.char
		if C.proj_get_area_of_use(ctx, pj, &west, &south, &east, &north, &area) != 0 && west != unknownArea {
			info.Area = orb.Bound{
				Min: orb.Point{float64(west), float64(south)},
				Max: orb.Point{float64(east), float64(north)},
			}
			info.AreaName = C.GoString(area)
		}
		if err := info.readAxes(ctx, pj); err != nil {
			return fmt.Errorf("%s (%s): %w", c, info.Name, err)
		}
		return nil
	})
	if err != nil {
		return Info{}, err
	}
	return info, nil
}

// withRegistered hands use a system of PROJ's database, which is gone when use returns.
func withRegistered(c CRS, use func(*C.PJ_CONTEXT, *C.PJ) error) error {
	ctx := C.proj_context_create()
	defer C.proj_context_destroy(ctx)
	C.proj_log_level(ctx, C.PJ_LOG_NONE)

	authority, code := C.CString(c.Authority), C.CString(c.Code)
	defer C.free(unsafe.Pointer(authority))
	defer C.free(unsafe.Pointer(code))
	pj := C.proj_create_from_database(ctx, authority, code, C.PJ_CATEGORY_CRS, 0, nil)
	if pj == nil {
		return fmt.Errorf("%s is not a coordinate reference system that PROJ knows", c)
	}
	defer C.proj_destroy(pj)
	return use(ctx, pj)
}

const (
	degree      = 0.017453292519943295 // radians
	unknownArea = -1000                // what PROJ gives for a bound it does not know
)

func (i *Info) readAxes(ctx *C.PJ_CONTEXT, pj *C.PJ) error {
	horizontal := pj
	if C.proj_get_type(pj) == C.PJ_TYPE_COMPOUND_CRS {
		horizontal = C.proj_crs_get_sub_crs(ctx, pj, 0)
		if horizontal == nil {
			return fmt.Errorf("its horizontal part cannot be read")
		}
		defer C.proj_destroy(horizontal)
	}
	switch C.proj_get_type(horizontal) {
	case C.PJ_TYPE_GEOGRAPHIC_2D_CRS, C.PJ_TYPE_GEOGRAPHIC_3D_CRS:
		i.Geographic = true
	case C.PJ_TYPE_PROJECTED_CRS:
	default:
		return fmt.Errorf("it is neither geographic nor projected")
	}
	cs := C.proj_crs_get_coordinate_system(ctx, horizontal)
	if cs == nil {
		return fmt.Errorf("its coordinate system cannot be read")
	}
	defer C.proj_destroy(cs)
	var name, direction, unit [2]*C.char
	var perUnit C.double
	for k := range 2 {
		if C.proj_cs_get_axis_info(ctx, cs, C.int(k), &name[k], nil, &direction[k], &perUnit, &unit[k], nil, nil) == 0 {
			return fmt.Errorf("its axis %d cannot be read", k+1)
		}
	}
	i.Unit, i.PerUnit = C.GoString(unit[0]), float64(perUnit)
	i.AxesSwapped = northFirst(C.GoString(name[0]), C.GoString(direction[0]), C.GoString(direction[1]))
	return nil
}

// northFirst decides by the directions, but for polar systems, whose axes both point
// north (or south) and only the names tell which is which.
func northFirst(name, first, second string) bool {
	if first == second {
		return strings.HasPrefix(strings.ToLower(name), "northing")
	}
	return first == "north" || first == "south"
}

// AxesSwapped tells whether the authority writes the system northing (or latitude) first,
// as the HTTP interfaces must: true for EPSG:4326, 4258 and 3035, false for 2154, 3948,
// 3857 and CRS84. Systems PROJ does not know are taken as x first. It asks [Describe].
func AxesSwapped(c CRS) bool {
	info, err := Describe(c)
	return err == nil && info.AxesSwapped
}
