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
	if c == CRS84 {
		c = EPSG(4326)
	}
	return definition(c, "WKT 1", func(ctx *C.PJ_CONTEXT, pj *C.PJ, options **C.char) *C.char {
		return C.proj_as_wkt(ctx, pj, C.PJ_WKT1_GDAL, options)
	})
}

// PROJJSON gives the definition of a system as PROJJSON, on one line, as GeoParquet
// carries it.
func PROJJSON(c CRS) (string, error) {
	return definition(c, "PROJJSON", func(ctx *C.PJ_CONTEXT, pj *C.PJ, options **C.char) *C.char {
		return C.proj_as_projjson(ctx, pj, options)
	})
}

// definition lets PROJ write the definition of a system on one line.
func definition(c CRS, language string, write func(*C.PJ_CONTEXT, *C.PJ, **C.char) *C.char) (string, error) {
	var out string
	err := withRegistered(c, func(ctx *C.PJ_CONTEXT, pj *C.PJ) error {
		multiline := C.CString("MULTILINE=NO")
		defer C.free(unsafe.Pointer(multiline))
		options := [2]*C.char{multiline, nil}
		text := write(ctx, pj, &options[0])
		if text == nil {
			return fmt.Errorf("%s cannot be written as %s", c, language)
		}
		out = C.GoString(text)
		return nil
	})
	return out, err
}
