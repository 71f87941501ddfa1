package crs

// #include <stdlib.h>
// #include <proj.h>
import "C"

import (
	"fmt"
	"unsafe"
)

// WKT gives the definition of a system as well-known text version 1 (OGC 01-009), the
// dialect that GeoPackage and shapefiles ask for. CRS84 is given as EPSG:4326, whose
// text carries no axis order there.
func WKT(c CRS) (string, error) {
	ctx := C.proj_context_create()
	defer C.proj_context_destroy(ctx)
	C.proj_log_level(ctx, C.PJ_LOG_NONE)

	named := c
	if c == CRS84 {
		named = EPSG(4326)
	}
	authority, code := C.CString(named.Authority), C.CString(named.Code)
	defer C.free(unsafe.Pointer(authority))
	defer C.free(unsafe.Pointer(code))
	pj := C.proj_create_from_database(ctx, authority, code, C.PJ_CATEGORY_CRS, 0, nil)
	if pj == nil {
		return "", fmt.Errorf("%s is not a coordinate reference system that PROJ knows", c)
	}
	defer C.proj_destroy(pj)

	multiline := C.CString("MULTILINE=NO")
	defer C.free(unsafe.Pointer(multiline))
	options := [2]*C.char{multiline, nil}
	text := C.proj_as_wkt(ctx, pj, C.PJ_WKT1_GDAL, &options[0])
	if text == nil {
		return "", fmt.Errorf("%s cannot be written as WKT 1", c)
	}
	return C.GoString(text), nil
}
