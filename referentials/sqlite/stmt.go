package sqlite

import (
	"fmt"
	"math"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

const pointerSize = int(unsafe.Sizeof(uintptr(0)))

// at turns an address of SQLite's memory, which Go's collector neither owns nor moves,
// into a pointer.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// view shows n bytes of SQLite's memory.
func view(p uintptr, n int) []byte {
	if p == 0 || n <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(at(p)), n)
}

// Type is the storage class of a value.
type Type int32

// The storage classes.
const (
	Integer Type = lib.SQLITE_INTEGER
	Float   Type = lib.SQLITE_FLOAT
	Text    Type = lib.SQLITE_TEXT
	Blob    Type = lib.SQLITE_BLOB
	Null    Type = lib.SQLITE_NULL
)

// Stmt is a prepared statement. Parameters count from 1, columns from 0.
//
// Text and blobs are copied to a buffer of the statement that the next Reset reuses:
// after it, bind every parameter anew before Step.
type Stmt struct {
	c      *Conn
	stmt   uintptr
	buffer uintptr // C memory that bound text and blobs lie in
	size   int
	used   int
	full   []uintptr // outgrown buffers that bound parameters may still point into
	set    []bool    // by parameter: it is bound to something else than NULL
}

// Prepare compiles one statement.
func (c *Conn) Prepare(sql string) (*Stmt, error) {
	zSQL, err := libc.CString(sql)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, zSQL)
	out := c.tls.Alloc(2 * pointerSize)
	defer c.tls.Free(2 * pointerSize)
	tail := out + uintptr(pointerSize)
	if rc := lib.Xsqlite3_prepare_v2(c.tls, c.db, zSQL, -1, out, tail); rc != lib.SQLITE_OK {
		return nil, c.fail(rc)
	}
	s := &Stmt{c: c, stmt: *(*uintptr)(at(out))}
	if rest := *(*uintptr)(at(tail)); rest != zSQL+uintptr(len(sql)) || s.stmt == 0 {
		s.Close()
		return nil, &Error{Code: lib.SQLITE_MISUSE, Message: fmt.Sprintf("%q is not one SQL statement", sql)}
	}
	s.set = make([]bool, lib.Xsqlite3_bind_parameter_count(c.tls, s.stmt)+1)
	return s, nil
}

// Close frees the statement.
func (s *Stmt) Close() {
	lib.Xsqlite3_finalize(s.c.tls, s.stmt)
	s.stmt = 0
	s.freeFull()
	libc.Xfree(s.c.tls, s.buffer)
	s.buffer, s.size = 0, 0
}

func (s *Stmt) freeFull() {
	for _, p := range s.full {
		libc.Xfree(s.c.tls, p)
	}
	s.full = s.full[:0]
}

// room gives n bytes of bind buffer.
func (s *Stmt) room(n int) (uintptr, error) {
	if s.size-s.used < n || s.buffer == 0 {
		const least = 4096
		size := max(2*s.size, n, least)
		p := libc.Xmalloc(s.c.tls, libc.Tsize_t(size))
		if p == 0 {
			return 0, &Error{Code: lib.SQLITE_NOMEM, Message: "out of memory"}
		}
		if s.buffer != 0 {
			s.full = append(s.full, s.buffer)
		}
		s.buffer, s.size, s.used = p, size, 0
	}
	p := s.buffer + uintptr(s.used)
	s.used += n
	return p, nil
}

func (s *Stmt) check(rc int32) error {
	if rc != lib.SQLITE_OK {
		return s.c.fail(rc)
	}
	return nil
}

// BindNull sets parameter i to NULL. Where it is NULL already that costs nothing: rows of
// wide tables are NULL for the most part.
func (s *Stmt) BindNull(i int) error {
	if i > 0 && i < len(s.set) {
		if !s.set[i] {
			return nil
		}
		s.set[i] = false
	}
	return s.check(lib.Xsqlite3_bind_null(s.c.tls, s.stmt, int32(i)))
}

// mark remembers that parameter i is not NULL.
func (s *Stmt) mark(i int) {
	if i > 0 && i < len(s.set) {
		s.set[i] = true
	}
}

// BindInt sets parameter i.
func (s *Stmt) BindInt(i int, v int64) error {
	s.mark(i)
	return s.check(lib.Xsqlite3_bind_int64(s.c.tls, s.stmt, int32(i), v))
}

// BindFloat sets parameter i.
func (s *Stmt) BindFloat(i int, v float64) error {
	s.mark(i)
	return s.check(lib.Xsqlite3_bind_double(s.c.tls, s.stmt, int32(i), v))
}

// BindText sets parameter i to UTF-8 text.
func (s *Stmt) BindText(i int, v string) error {
	s.mark(i)
	if len(v) > math.MaxInt32 {
		return &Error{Code: lib.SQLITE_TOOBIG, Message: "text too long"}
	}
	p, err := s.room(len(v))
	if err != nil {
		return err
	}
	copy(view(p, len(v)), v)
	return s.check(lib.Xsqlite3_bind_text(s.c.tls, s.stmt, int32(i), p, int32(len(v)), 0))
}

// BindTextBytes sets parameter i to UTF-8 text held in bytes.
func (s *Stmt) BindTextBytes(i int, v []byte) error {
	return s.BindText(i, unsafe.String(unsafe.SliceData(v), len(v)))
}

// BindBlob sets parameter i.
func (s *Stmt) BindBlob(i int, v []byte) error {
	s.mark(i)
	if len(v) > math.MaxInt32 {
		return &Error{Code: lib.SQLITE_TOOBIG, Message: "blob too long"}
	}
	p, err := s.room(len(v))
	if err != nil {
		return err
	}
	copy(view(p, len(v)), v)
	return s.check(lib.Xsqlite3_bind_blob(s.c.tls, s.stmt, int32(i), p, int32(len(v)), 0))
}

func (s *Stmt) bindAll(args []any) (err error) {
	for i, a := range args {
		switch v := a.(type) {
		case nil:
			err = s.BindNull(i + 1)
		case int:
			err = s.BindInt(i+1, int64(v))
		case int32:
			err = s.BindInt(i+1, int64(v))
		case int64:
			err = s.BindInt(i+1, v)
		case float64:
			err = s.BindFloat(i+1, v)
		case string:
			err = s.BindText(i+1, v)
		case []byte:
			err = s.BindBlob(i+1, v)
		default:
			err = fmt.Errorf("a %T cannot be a parameter of SQL", a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Step goes to the next row; false at the end.
func (s *Stmt) Step() (bool, error) {
	switch rc := lib.Xsqlite3_step(s.c.tls, s.stmt); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.fail(rc)
	}
}

// Reset makes the statement ready to run again. What the last run failed with, its Step
// has told already.
func (s *Stmt) Reset() {
	lib.Xsqlite3_reset(s.c.tls, s.stmt)
	if len(s.full) > 0 {
		lib.Xsqlite3_clear_bindings(s.c.tls, s.stmt)
		clear(s.set)
		s.freeFull()
	}
	s.used = 0
}

// Run steps a statement that gives no rows to its end and resets it.
func (s *Stmt) Run() error {
	_, err := s.Step()
	s.Reset()
	return err
}

// NumColumns counts the columns of the answer.
func (s *Stmt) NumColumns() int { return int(lib.Xsqlite3_column_count(s.c.tls, s.stmt)) }

// Name gives the name of column i.
func (s *Stmt) Name(i int) string {
	return libc.GoString(lib.Xsqlite3_column_name(s.c.tls, s.stmt, int32(i)))
}

// DeclaredType gives the type that column i was declared with, "" for an expression.
func (s *Stmt) DeclaredType(i int) string {
	return libc.GoString(lib.Xsqlite3_column_decltype(s.c.tls, s.stmt, int32(i)))
}

// Type gives the storage class of column i of the current row.
func (s *Stmt) Type(i int) Type { return Type(lib.Xsqlite3_column_type(s.c.tls, s.stmt, int32(i))) }

// IsNull tells whether column i is NULL.
func (s *Stmt) IsNull(i int) bool { return s.Type(i) == Null }

// Int gives column i as an integer.
func (s *Stmt) Int(i int) int64 { return lib.Xsqlite3_column_int64(s.c.tls, s.stmt, int32(i)) }

// Float gives column i as a number.
func (s *Stmt) Float(i int) float64 { return lib.Xsqlite3_column_double(s.c.tls, s.stmt, int32(i)) }

// TextView shows column i as UTF-8 text, valid until the next Step, Reset or conversion.
func (s *Stmt) TextView(i int) []byte {
	p := lib.Xsqlite3_column_text(s.c.tls, s.stmt, int32(i))
	return view(p, int(lib.Xsqlite3_column_bytes(s.c.tls, s.stmt, int32(i))))
}

// Text gives a copy of column i as text.
func (s *Stmt) Text(i int) string { return string(s.TextView(i)) }

// BlobView shows the bytes of column i, valid until the next Step, Reset or conversion.
func (s *Stmt) BlobView(i int) []byte {
	p := lib.Xsqlite3_column_blob(s.c.tls, s.stmt, int32(i))
	return view(p, int(lib.Xsqlite3_column_bytes(s.c.tls, s.stmt, int32(i))))
}
