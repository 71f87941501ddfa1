// Package geoparquet reads Parquet files: GeoParquet 1.0 and 1.1 with shapes as WKB,
// Parquet's own GEOMETRY columns, and files without geometry, which are tables.
//
// The format is read at random: a compressed input is unpacked to a temporary file while
// the layer is open. One page per column is in memory at a time. A page's size is taken
// from its header by github.com/parquet-go/parquet-go, so that a hostile file can ask for
// 2 GiB of address space; its panics on damaged files are turned into errors here.
//
// What is decided here:
//   - lists, maps and structs become JSON columns; bytes that are not text become base64;
//   - decimals become numbers, or integers where they have no fraction; times of day texts, INT96 and timestamps instants in UTC;
//   - the primary geometry column alone is the shape; others, and the columns that repeat
//     its box, are left out and told;
//   - a GeoParquet column without "crs" is in longitude and latitude (OGC:CRS84), as the
//     specification says; one with a null "crs" declares none.
package geoparquet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// Layer is an open file.
type Layer struct {
	file    *source.File
	disk    *os.File
	cleanup func()
	parquet *parquet.File

	columns  []column // in the order of fields
	fields   []source.Field
	geometry int // leaf column of the shapes, -1 for a table
	crs      crs.CRS
	opening  []string
	walked   []string
}

// column is a top-level column that is kept.
type column struct {
	node *parquet.Column
	leaf *leaf // nil for a nested one
	from int   // first leaf column
	to   int   // after the last one
}

var (
	_ source.Source = (*Layer)(nil)
	_ source.Noter  = (*Layer)(nil)
)

// Open reads the footer. Close frees the file.
func Open(ctx context.Context, f *source.File) (*Layer, error) {
	name, cleanup, err := f.Materialise(ctx)
	if err != nil {
		cleanup()
		return nil, err
	}
	l := &Layer{file: f, cleanup: cleanup, geometry: -1}
	if l.disk, err = os.Open(name); err != nil {
		cleanup()
		return nil, l.explain(err)
	}
	if err := guard(l.readFooter); err != nil {
		_ = l.Close() // the first error tells more
		return nil, l.explain(err)
	}
	return l, nil
}

// guard turns a panic of the library, which some damaged files cause, into an error.
func guard(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the file is damaged (%v)", p)
		}
	}()
	return read()
}

func (l *Layer) readFooter() error {
	info, err := l.disk.Stat()
	if err != nil {
		return err
	}
	if err := checkFooter(l.disk, info.Size()); err != nil {
		return err
	}
	l.parquet, err = parquet.OpenFile(l.disk, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	shapes, err := l.findGeometry()
	if err != nil {
		return err
	}
	for _, node := range l.parquet.Root().Columns() {
		from, to := leaves(node)
		switch reason, out := shapes.leaveOut[node.Name()]; {
		case node.Name() == shapes.primary:
			l.geometry = from
			continue
		case out:
			l.note("column %q is left out: %s", node.Name(), reason)
			continue
		}
		c := column{node: node, from: from, to: to}
		t := referentials.JSON
		if node.Leaf() && !node.Repeated() {
			c.leaf = newLeaf(node)
			t = c.leaf.fieldType
		}
		l.columns = append(l.columns, c)
		l.fields = append(l.fields, source.Field{Name: node.Name(), Type: t})
	}
	if n := len(l.fields); n > referentials.MaxFields {
		return referentials.Errorf(referentials.TooLarge, "it has %d columns, at most %d are kept", n, referentials.MaxFields).At("%s", l.file.Path())
	}
	return nil
}

const (
	footerEnd  = 8 // a length and the magic bytes
	maxFooter  = 256 << 20
	magicBytes = "PAR1"
)

// checkFooter looks at the length of the footer, for which the library takes memory
// before it compares it with that of the file.
func checkFooter(r io.ReaderAt, size int64) error {
	var end [footerEnd]byte
	if size < int64(len(magicBytes))+footerEnd {
		return io.ErrUnexpectedEOF
	}
	if _, err := r.ReadAt(end[:], size-footerEnd); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(end[:]))
	switch {
	case string(end[4:]) == "PARE":
		return errors.New("its footer is encrypted")
	case string(end[4:]) != magicBytes:
		return errors.New("it does not end as a Parquet file does")
	case length > size-int64(len(magicBytes))-footerEnd:
		return fmt.Errorf("its footer says it has %d bytes, more than there are", length)
	case length > maxFooter:
		return fmt.Errorf("its footer has %d bytes; at most %d are read", length, maxFooter)
	}
	return nil
}

// leaves gives the half-open range of leaf columns below a node.
func leaves(c *parquet.Column) (from, to int) {
	if c.Leaf() {
		return c.Index(), c.Index() + 1
	}
	for i, child := range c.Columns() {
		first, last := leaves(child)
		if i == 0 {
			from = first
		}
		to = last
	}
	return from, to
}

// logical gives the annotation of a column, nil when it has none.
func logical(c *parquet.Column) format.LogicalTypeValue {
	if t := c.Type().LogicalType(); t != nil {
		return t.Value
	}
	return nil
}

func (l *Layer) note(format string, args ...any) {
	l.opening = append(l.opening, fmt.Sprintf(format, args...))
}

// explain makes err an error that names the file.
func (l *Layer) explain(err error) error {
	var e *referentials.Error
	if errors.As(err, &e) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return referentials.Errorf(referentials.Invalid, "it cannot be read as Parquet: %w", err).
		At("%s", l.file.Path()).Do("the copy or the download may have been cut short; fetch it again")
}

// Layer gives the name of the file: the format has none.
func (l *Layer) Layer() string { return l.file.Stem() }

// CRS gives the system of the shapes.
func (l *Layer) CRS() crs.CRS { return l.crs }

// HasGeometry is false for a file without a geometry column.
func (l *Layer) HasGeometry() bool { return l.geometry >= 0 }

// Fields gives the columns but for that of the shapes.
func (l *Layer) Fields() []source.Field { return l.fields }

// Notes tells what the footer and, after a walk, the rows have shown.
func (l *Layer) Notes() []string { return slices.Concat(l.opening, l.walked) }

// Close frees the file.
func (l *Layer) Close() error {
	err := l.disk.Close()
	l.cleanup()
	return err
}

// batch is how many rows are asked for at a time.
const batch = 64

// Records walks the rows, row group by row group.
func (l *Layer) Records(ctx context.Context) iter.Seq2[*source.Record, error] {
	return func(yield func(*source.Record, error) bool) {
		w := newWalk(l)
		for _, group := range l.parquet.RowGroups() {
			if !w.group(ctx, group, yield) {
				return
			}
		}
		l.walked = nil
		if w.texts.Repaired > 0 {
			l.walked = append(l.walked, fmt.Sprintf("%d texts are not valid UTF-8; they were read as windows-1252", w.texts.Repaired))
		}
	}
}

// group walks one row group and tells whether to go on.
func (w *walk) group(ctx context.Context, group parquet.RowGroup, yield func(*source.Record, error) bool) bool {
	var rows parquet.Rows
	fail := func(err error) bool {
		yield(nil, w.layer.explain(err))
		return false
	}
	if err := guard(func() error { rows = group.Rows(); return nil }); err != nil {
		return fail(err)
	}
	defer func() { _ = guard(rows.Close) }()
	for {
		if err := ctx.Err(); err != nil {
			return fail(err)
		}
		n := 0
		err := guard(func() (err error) {
			n, err = rows.ReadRows(w.rows[:])
			return err
		})
		if err != nil && !errors.Is(err, io.EOF) {
			return fail(err)
		}
		for _, row := range w.rows[:n] {
			w.record.Number++
			w.record.Err = guard(func() error { return w.decode(row) })
			if !yield(&w.record, nil) {
				return false
			}
		}
		if errors.Is(err, io.EOF) {
			return true
		}
		if n == 0 {
			return fail(io.ErrNoProgress)
		}
	}
}
