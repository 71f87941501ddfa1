package crs

// #include <stdlib.h>
// #include <proj.h>
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// ErrUnidentified is met where a definition is read but fits no system of the register.
var ErrUnidentified = errors.New("the definition of the coordinate reference system fits none that PROJ knows by number")

// maxDefinition bounds the text given to PROJ's parsers; a long real one has 4 KiB.
const maxDefinition = 64 << 10

// leastConfidence is PROJ's mark for a system with the same parameters under another
// name; below it only the kind of system is alike.
const leastConfidence = 70

// Identify finds the EPSG number of a system that is defined in full: WKT 1 or 2, the
// dialect of ESRI's .prj files, or PROJJSON. Heights are left out.
func Identify(definition string) (CRS, error) {
	if len(definition) > maxDefinition {
		return CRS{}, fmt.Errorf("the definition of the coordinate reference system has %d bytes, more than %d", len(definition), maxDefinition)
	}
	ctx := C.proj_context_create()
	defer C.proj_context_destroy(ctx)
	C.proj_log_level(ctx, C.PJ_LOG_NONE)

	text := C.CString(definition)
	defer C.free(unsafe.Pointer(text))
	pj := C.proj_create(ctx, text)
	if pj == nil {
		return CRS{}, errors.New("the definition of the coordinate reference system cannot be read")
	}
	// The object changes as it is reduced; what is held last is destroyed.
	defer func() { C.proj_destroy(pj) }()
	reduce := func(next *C.PJ) {
		if next != nil {
			C.proj_destroy(pj)
			pj = next
		}
	}
	if C.proj_get_type(pj) == C.PJ_TYPE_BOUND_CRS {
		reduce(C.proj_get_source_crs(ctx, pj))
	}
	if C.proj_get_type(pj) == C.PJ_TYPE_COMPOUND_CRS {
		reduce(C.proj_crs_get_sub_crs(ctx, pj, 0))
	}
	if C.proj_is_crs(pj) == 0 {
		return CRS{}, errors.New("the definition is not one of a coordinate reference system")
	}
	if c := ownID(pj); !c.IsZero() {
		return Horizontal(c), nil
	}
	c, err := register(ctx, pj)
	return Horizontal(c), err
}

// Horizontal gives the plane system of one that also has heights, as files with a third
// ordinate name it; others are given as they are.
func Horizontal(c CRS) CRS {
	switch c {
	case EPSG(4979):
		return EPSG(4326)
	case EPSG(4937):
		return EPSG(4258)
	case EPSG(4965):
		return EPSG(4171)
	case EPSG(9776):
		return EPSG(9777)
	case EPSG(9781):
		return EPSG(9782)
	case EPSG(5698), EPSG(5699):
		return EPSG(2154)
	}
	return c
}

// register asks PROJ which system of the EPSG register the object is.
func register(ctx *C.PJ_CONTEXT, pj *C.PJ) (CRS, error) {
	epsg := C.CString("EPSG")
	defer C.free(unsafe.Pointer(epsg))
	var confidence *C.int
	found := C.proj_identify(ctx, pj, epsg, nil, &confidence)
	if found == nil {
		return CRS{}, ErrUnidentified
	}
	defer C.proj_list_destroy(found)
	defer C.proj_int_list_destroy(confidence)
	// The best fit comes first.
	if C.proj_list_get_count(found) == 0 || *confidence < leastConfidence {
		return CRS{}, ErrUnidentified
	}
	best := C.proj_list_get(ctx, found, 0)
	if best == nil {
		return CRS{}, ErrUnidentified
	}
	defer C.proj_destroy(best)
	if c := ownID(best); c.Authority == "EPSG" {
		return c, nil
	}
	return CRS{}, ErrUnidentified
}

// ownID gives the id a definition carries, zero when it is none of ours.
func ownID(pj *C.PJ) CRS {
	authority, code := C.proj_get_id_auth_name(pj, 0), C.proj_get_id_code(pj, 0)
	if authority == nil || code == nil {
		return CRS{}
	}
	c, err := Parse(C.GoString(authority) + ":" + C.GoString(code))
	if err != nil {
		return CRS{}
	}
	return c
}
