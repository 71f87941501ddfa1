// Package flatgeobuf reads FlatGeobuf 3 files, with or without an index, in one pass and
// in the order they are stored.
//
// The tables of the format are those of github.com/gogama/flatgeobuf; its file reader is
// not used, because it allocates what a damaged length claims. The accessors generated
// for the tables panic on damaged ones: each use of them is guarded, and a feature that
// cannot be read becomes a bad record.
//
// Z, M and T are dropped and told. Geometry collections, curves and surfaces in space are
// refused row by row, and so are features that carry columns of their own. A DateTime
// column is one of days where its metadata says {"type":"date"}.
package flatgeobuf

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/gogama/flatgeobuf/flatgeobuf/flat"
	"github.com/gogama/flatgeobuf/packedrtree"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

const (
	magicSize = 8
	maxHeader = 16 << 20
	maxRecord = 1 << 30 // memory is taken only as the bytes arrive
	readAhead = 256 << 10
	growBy    = 1 << 20
)

// Layer is an open file.
type Layer struct {
	file     *source.File
	name     string
	crs      crs.CRS
	geometry flat.GeometryType // of all features; Unknown when each has its own
	columns  []flat.ColumnType
	fields   []source.Field
	count    uint64 // 0 when not told
	index    int64  // bytes
	opening  []string
	walked   []string
}

var (
	_ source.Source = (*Layer)(nil)
	_ source.Noter  = (*Layer)(nil)
)

// Open reads the header.
func Open(ctx context.Context, f *source.File) (*Layer, error) {
	r, err := f.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	l := &Layer{file: f}
	table, err := l.readHeader(bufio.NewReader(r))
	if err != nil {
		return nil, l.explain(err)
	}
	err = guard(func() error { return l.describe(flat.GetSizePrefixedRootAsHeader(table, 0)) })
	if err != nil {
		return nil, l.explain(fmt.Errorf("its header is damaged: %w", err))
	}
	return l, nil
}

// guard turns a panic of the generated accessors, which slice without a check, into an
// error.
func guard(read func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("a table points outside of itself")
		}
	}()
	return read()
}

// readHeader gives the size-prefixed header table.
func (l *Layer) readHeader(r io.Reader) ([]byte, error) {
	var start [magicSize + 4]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return nil, err
	}
	if string(start[:3]) != "fgb" || string(start[4:7]) != "fgb" {
		return nil, errors.New("it does not begin as FlatGeobuf does")
	}
	if start[3] != 3 {
		return nil, referentials.Errorf(referentials.Unsupported, "it is version %d of the format; version 3 is read", start[3]).At("%s", l.file.Path())
	}
	size := binary.LittleEndian.Uint32(start[magicSize:])
	if size > maxHeader {
		return nil, fmt.Errorf("its header says it has %d bytes, more than %d", size, maxHeader)
	}
	return readGrowing(r, slices.Clone(start[magicSize:]), 4+int(size))
}

// readGrowing reads until buf has n bytes, taking memory as they come.
func readGrowing(r io.Reader, buf []byte, n int) ([]byte, error) {
	for len(buf) < n {
		from := len(buf)
		step := min(n-from, growBy)
		buf = slices.Grow(buf, step)[:from+step]
		if _, err := io.ReadFull(r, buf[from:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return buf[:from], err
		}
	}
	return buf, nil
}

func (l *Layer) describe(h *flat.Header) error {
	var texts source.Texts
	if l.name = texts.Of(h.Name()); l.name == "" {
		l.name = l.file.Stem()
	}
	l.geometry, l.count = h.GeometryType(), h.FeaturesCount()
	if n := h.ColumnsLength(); n > referentials.MaxFields {
		return referentials.Errorf(referentials.TooLarge, "it has %d columns, at most %d are kept", n, referentials.MaxFields).At("%s", l.file.Path())
	}
	for i := range h.ColumnsLength() {
		var c flat.Column
		h.Columns(&c, i)
		t, err := fieldType(&c)
		if err != nil {
			return err
		}
		l.columns = append(l.columns, c.Type())
		l.fields = append(l.fields, source.Field{Name: texts.Of(c.Name()), Type: t})
	}
	names := make([]string, len(l.fields))
	for i := range l.fields {
		names[i] = l.fields[i].Name
	}
	for i, name := range source.UniqueNames(names) {
		l.fields[i].Name = name
	}
	l.readCRS(h.Crs(nil))
	if texts.Repaired > 0 {
		l.note("%d names are not valid UTF-8; they were read as windows-1252", texts.Repaired)
	}
	return l.measureIndex(h.IndexNodeSize())
}

func (l *Layer) measureIndex(nodeSize uint16) error {
	if nodeSize == 0 || l.count == 0 {
		return nil
	}
	const most = 1 << 40 // features; more overflow the size of the index
	if nodeSize == 1 || l.count > most {
		return fmt.Errorf("an index of %d features in nodes of %d cannot be", l.count, nodeSize)
	}
	size, err := packedrtree.Size(int(l.count), nodeSize)
	l.index = int64(size)
	return err
}

func (l *Layer) readCRS(c *flat.Crs) {
	if c == nil {
		l.note("the file does not name its coordinate reference system")
		return
	}
	org, code := string(c.Org()), string(c.CodeString())
	if code == "" && c.Code() != 0 {
		code = fmt.Sprint(c.Code())
	}
	if org == "" {
		org = "EPSG"
	}
	if code != "" {
		var err error
		if l.crs, err = crs.Parse(org + ":" + code); err == nil {
			l.crs = crs.Horizontal(l.crs)
			return
		}
	}
	if definition := string(c.Wkt()); definition != "" {
		var err error
		if l.crs, err = crs.Identify(definition); err == nil {
			return
		}
	}
	l.note("the coordinate reference system (%s:%s, %q) is not known by number", org, code, c.Name())
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
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return referentials.Errorf(referentials.Invalid, "it ends too early: %w", io.ErrUnexpectedEOF).
			At("%s", l.file.Path()).Do("the copy or the download was cut short; fetch it again")
	}
	return referentials.Errorf(referentials.Invalid, "it cannot be read as FlatGeobuf: %w", err).
		At("%s", l.file.Path()).Do("the copy or the download may have been damaged; fetch it again")
}

// Layer gives the name in the header, or that of the file.
func (l *Layer) Layer() string { return l.name }

// CRS gives the system the header names.
func (l *Layer) CRS() crs.CRS { return l.crs }

// HasGeometry is true: the format is one of layers.
func (l *Layer) HasGeometry() bool { return true }

// Fields gives the columns of the header.
func (l *Layer) Fields() []source.Field { return l.fields }

// Notes tells what the header and, after a walk, the features have shown.
func (l *Layer) Notes() []string { return slices.Concat(l.opening, l.walked) }

// Close has nothing to free: a walk closes the file itself.
func (l *Layer) Close() error { return nil }

// Records walks the features in the order of the file.
func (l *Layer) Records(ctx context.Context) iter.Seq2[*source.Record, error] {
	return func(yield func(*source.Record, error) bool) {
		r, err := l.file.Open(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer r.Close()
		w := walk{layer: l, r: bufio.NewReaderSize(r, readAhead)}
		w.record.Raw = w.raw
		if err := w.skipToData(); err != nil {
			yield(nil, l.explain(err))
			return
		}
		for {
			err := w.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				yield(nil, l.explain(err))
				return
			}
			if !yield(&w.record, nil) {
				return
			}
		}
		l.walked = nil
		if w.texts.Repaired > 0 {
			l.walked = append(l.walked, fmt.Sprintf("%d texts are not valid UTF-8; they were read as windows-1252", w.texts.Repaired))
		}
	}
}
