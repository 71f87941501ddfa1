package sqlite

import (
	"runtime/cgo"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// BlobFunc computes a number from a blob; false stands for NULL.
type BlobFunc func(blob []byte) (float64, bool)

// CreateBlobFunction gives the connection an SQL function of one argument. It is NULL for
// an argument that is not a blob. The function must not keep the bytes.
func (c *Conn) CreateBlobFunction(name string, f BlobFunc) error {
	zName, err := libc.CString(name)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, zName)
	h := cgo.NewHandle(f)
	c.functions = append(c.functions, h)
	const flags = lib.SQLITE_UTF8 | lib.SQLITE_DETERMINISTIC | lib.SQLITE_INNOCUOUS
	rc := lib.Xsqlite3_create_function_v2(c.tls, c.db, zName, 1, flags, uintptr(h), pointer(callBlobFunc), 0, 0, 0)
	if rc != lib.SQLITE_OK {
		return c.fail(rc)
	}
	return nil
}

// pointer gives a Go function the form of a C function pointer that the transpiled
// library calls. Only functions of the package will do, not closures.
func pointer(f func(*libc.TLS, uintptr, int32, uintptr)) uintptr {
	return *(*uintptr)(unsafe.Pointer(&struct {
		f func(*libc.TLS, uintptr, int32, uintptr)
	}{f}))
}

func callBlobFunc(tls *libc.TLS, ctx uintptr, _ int32, argv uintptr) {
	f, ok := cgo.Handle(lib.Xsqlite3_user_data(tls, ctx)).Value().(BlobFunc)
	value := *(*uintptr)(at(argv))
	if !ok || lib.Xsqlite3_value_type(tls, value) != lib.SQLITE_BLOB {
		lib.Xsqlite3_result_null(tls, ctx)
		return
	}
	p := lib.Xsqlite3_value_blob(tls, value)
	if v, ok := f(view(p, int(lib.Xsqlite3_value_bytes(tls, value)))); ok {
		lib.Xsqlite3_result_double(tls, ctx, v)
	} else {
		lib.Xsqlite3_result_null(tls, ctx)
	}
}
