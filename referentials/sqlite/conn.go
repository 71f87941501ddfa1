// Package sqlite is a thin binding of the pure Go SQLite of modernc.org/sqlite/lib: one
// connection, prepared statements, typed binds and columns.
//
// It exists beside database/sql for speed: values go to and from SQLite without boxing,
// text is bound from one reused buffer and read as a view, so that writing a million
// rows allocates nothing per row. It also offers what database/sql hides: a connection
// that is one's own for a whole transaction and plain SQLite result codes.
//
// A [Conn] and its statements belong to one goroutine at a time; only [Conn.Interrupt]
// may be called from another.
package sqlite

import (
	"context"
	"fmt"
	"runtime/cgo"
	"sync"
	"time"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Mode says how a database is opened.
type Mode int32

// The modes. With URI the name may be a "file:" address with SQLite's own parameters.
const (
	ReadOnly  Mode = lib.SQLITE_OPEN_READONLY
	ReadWrite Mode = lib.SQLITE_OPEN_READWRITE
	Create    Mode = lib.SQLITE_OPEN_READWRITE | lib.SQLITE_OPEN_CREATE
	URI       Mode = lib.SQLITE_OPEN_URI
)

// Conn is one connection to a database.
type Conn struct {
	tls       *libc.TLS
	db        uintptr
	functions []cgo.Handle

	mu     sync.Mutex // guards closed against Interrupt
	closed bool
}

// Open opens a database file. The file is not read before the first statement.
func Open(name string, mode Mode) (*Conn, error) {
	c := &Conn{tls: libc.NewTLS()}
	zName, err := libc.CString(name)
	if err != nil {
		c.tls.Close()
		return nil, err
	}
	defer libc.Xfree(c.tls, zName)
	handle := c.tls.Alloc(pointerSize)
	defer c.tls.Free(pointerSize)
	// One goroutine at a time uses a connection, so SQLite need not lock it.
	rc := lib.Xsqlite3_open_v2(c.tls, zName, handle, int32(mode)|lib.SQLITE_OPEN_NOMUTEX|lib.SQLITE_OPEN_EXRESCODE, 0)
	c.db = *(*uintptr)(at(handle))
	if rc != lib.SQLITE_OK {
		err := c.fail(rc)
		if c.db != 0 {
			lib.Xsqlite3_close_v2(c.tls, c.db)
		}
		c.tls.Close()
		return nil, err
	}
	return c, nil
}

// Close closes the connection. Its statements must be closed before.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	rc := lib.Xsqlite3_close_v2(c.tls, c.db)
	c.tls.Close()
	for _, h := range c.functions {
		h.Delete()
	}
	if rc != lib.SQLITE_OK {
		return &Error{Code: int(rc), Message: "the database cannot be closed"}
	}
	return nil
}

// Interrupt makes the running statement fail with [Interrupted]. Any goroutine may call
// it.
func (c *Conn) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	tls := libc.NewTLS()
	lib.Xsqlite3_interrupt(tls, c.db)
	tls.Close()
}

// Guard interrupts the connection when ctx ends. The function it gives stops that; once
// it has returned no interrupt comes any more.
func (c *Conn) Guard(ctx context.Context) (release func()) {
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.Interrupt()
		close(fired)
	})
	return func() {
		if !stop() {
			<-fired
		}
	}
}

// SetBusyTimeout sets how long a statement waits for a lock before it fails with [Busy].
func (c *Conn) SetBusyTimeout(d time.Duration) {
	lib.Xsqlite3_busy_timeout(c.tls, c.db, int32(d.Milliseconds()))
}

// Changes counts the rows that the last INSERT, UPDATE or DELETE touched, those of
// triggers left out.
func (c *Conn) Changes() int64 { return int64(lib.Xsqlite3_changes(c.tls, c.db)) }

// InTransaction tells whether a transaction is open.
func (c *Conn) InTransaction() bool { return lib.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// Exec runs one statement to its end, with its parameters.
func (c *Conn) Exec(sql string, args ...any) error {
	return c.Query(sql, nil, args...)
}

// Query runs one statement and calls row for each row of its answer, until an error.
func (c *Conn) Query(sql string, row func(*Stmt) error, args ...any) (err error) {
	s, err := c.Prepare(sql)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.bindAll(args); err != nil {
		return err
	}
	for {
		more, err := s.Step()
		if err != nil {
			return err
		}
		if !more {
			return nil
		}
		if row != nil {
			if err := row(s); err != nil {
				return err
			}
		}
	}
}

// Script runs statements without parameters, one after the other.
func (c *Conn) Script(sql string) error {
	zSQL, err := libc.CString(sql)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, zSQL)
	if rc := lib.Xsqlite3_exec(c.tls, c.db, zSQL, 0, 0, 0); rc != lib.SQLITE_OK {
		return c.fail(rc)
	}
	return nil
}

// Int gives the integer in the first column of the first row, 0 when there is no row.
func (c *Conn) Int(sql string, args ...any) (n int64, err error) {
	err = c.Query(sql, func(s *Stmt) error {
		n = s.Int(0)
		return nil
	}, args...)
	return n, err
}

// Text gives the text in the first column of the first row, "" when there is no row.
func (c *Conn) Text(sql string, args ...any) (text string, err error) {
	err = c.Query(sql, func(s *Stmt) error {
		text = s.Text(0)
		return nil
	}, args...)
	return text, err
}

// IsReadOnly tells whether the main database cannot be written, for its mode or for the
// rights on the file.
func (c *Conn) IsReadOnly() bool {
	zMain, err := libc.CString("main")
	if err != nil {
		return false
	}
	defer libc.Xfree(c.tls, zMain)
	return lib.Xsqlite3_db_readonly(c.tls, c.db, zMain) == 1
}

// Error is a failure told by SQLite.
type Error struct {
	Code    int // extended result code
	Message string
}

// Error gives SQLite's own message.
func (e *Error) Error() string { return fmt.Sprintf("%s (SQLite %d)", e.Message, e.Code) }

// Primary gives the primary result code, one of the constants below.
func (e *Error) Primary() int { return e.Code & 0xff }

// The primary result codes that callers tell apart.
const (
	Busy          = lib.SQLITE_BUSY
	Locked        = lib.SQLITE_LOCKED
	ReadOnlyError = lib.SQLITE_READONLY
	Interrupted   = lib.SQLITE_INTERRUPT
	IOError       = lib.SQLITE_IOERR
	Corrupt       = lib.SQLITE_CORRUPT
	Full          = lib.SQLITE_FULL
	CantOpen      = lib.SQLITE_CANTOPEN
	Constraint    = lib.SQLITE_CONSTRAINT
	NotADatabase  = lib.SQLITE_NOTADB
)

func (c *Conn) fail(rc int32) error {
	if c.db == 0 {
		return &Error{Code: int(rc), Message: libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))}
	}
	return &Error{Code: int(rc), Message: libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))}
}
