// Package csv reads delimited text as it is found in the wild: any of the encodings,
// delimiters and quotings French producers use, with titles before the header, without a
// header, with rows of uneven length, and with geometry as coordinates or as text.
//
// Values are strings and empty cells are null, quoted or not; what they mean is for the
// importer to find out. What was detected can be asked for, and every guess can be forced.
package csv

import (
	"context"
	"fmt"
	"io"
	"slices"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// Header says where the names of the columns are.
type Header int

// Any positive Header is the line the names are on, counted from 1 without blank lines.
const (
	AutoHeader Header = 0
	NoHeader   Header = -1 // the first line is data; columns are named column_1, column_2…
)

// Options says how a file is read. The zero value detects everything.
type Options struct {
	Encoding  source.Encoding // "" detects
	Delimiter byte            // 0 detects
	Header    Header
	Geometry  *Geometry // nil detects; Kind NoGeometry reads a table
	// RowNames says that rows have one field before the first that the header names, as R
	// writes them. Ragged tells when a file looks like that.
	RowNames bool
	MaxRow   int // bytes of one row, DefaultMaxRow when 0
}

// Reader is a delimited file as a source. It is not safe for concurrent use.
type Reader struct {
	file     *source.File
	opt      Options
	text     source.Text
	table    *source.CharTable // nil when the bytes are UTF-8 already
	delim    byte
	header   header
	columns  []string // one per field of a row, unique
	titles   []string
	geometry Geometry
	fields   []source.Field
	position []int // of each column in fields, -1 when it is not one
	shape    []int // columns of the geometry
	ragged   Ragged
	padding  bool  // fields beyond the header, where rows have them, are always empty
	stray    int64 // rows whose quotes do not match, read as they are
	strayRow int64
	notes    []string
}

var _ source.Source = (*Reader)(nil)

// Open reads all of f once, to be sure of its encoding, and looks at its first rows for
// the rest. Errors are of code Invalid when a forced option contradicts the file.
func Open(ctx context.Context, f *source.File, opt Options) (*Reader, error) {
	if opt.MaxRow <= 0 {
		opt.MaxRow = DefaultMaxRow
	}
	r := &Reader{file: f, opt: opt}
	var err error
	if r.text, err = f.SurveyText(ctx, opt.Encoding); err != nil {
		return nil, err
	}
	r.table = r.text.Encoding.CharTable()
	if r.text.Encoding != source.UTF8 && opt.Encoding == "" {
		r.note("it is read as %s: %s", r.text.Encoding, r.text.Reason)
	}
	r.notes = append(r.notes, r.text.Notes...)
	head, whole, err := r.head(ctx)
	if err != nil {
		return nil, err
	}
	if r.delim = opt.Delimiter; r.delim == 0 {
		r.delim = r.detectDelimiter(head, whole)
	}
	rows := r.sample(head, whole, r.delim)
	if len(rows) == 0 {
		return nil, referentials.Errorf(referentials.Invalid, "it holds no row").At("%s", f.Path())
	}
	if err := r.findColumns(rows); err != nil {
		return nil, err
	}
	return r, r.findGeometry(rows)
}

// open starts a reading of the bytes to scan: UTF-16 as UTF-8, all else as it is.
func (r *Reader) open(ctx context.Context) (io.ReadCloser, error) {
	t := r.text
	if !t.Encoding.IsWide() {
		t.Encoding = source.UTF8
	}
	return r.file.OpenText(ctx, t)
}

// decode gives bytes of the file as UTF-8.
func (r *Reader) decode(b []byte) string {
	if r.table == nil {
		return string(b)
	}
	return string(r.table.Append(nil, b))
}

// Layer gives "": delimited text has no layers.
func (r *Reader) Layer() string { return "" }

// CRS gives the system that the geometry was declared, named or recognised to be in.
func (r *Reader) CRS() crs.CRS { return r.geometry.CRS }

// HasGeometry tells whether geometry is read from the rows.
func (r *Reader) HasGeometry() bool { return r.geometry.Kind != NoGeometry }

// Fields gives the columns but those that are only the text of the geometry.
func (r *Reader) Fields() []source.Field { return slices.Clone(r.fields) }

// Geometry gives how geometry is made, as chosen or detected.
func (r *Reader) Geometry() Geometry { return r.geometry }

// Encoding gives the encoding read.
func (r *Reader) Encoding() source.Encoding { return r.text.Encoding }

// Delimiter gives the delimiter read.
func (r *Reader) Delimiter() byte { return r.delim }

// HasHeader tells whether the names of the columns are the file's own.
func (r *Reader) HasHeader() bool { return !r.header.none }

// Notes gives what a person should be told about how the file is read.
func (r *Reader) Notes() []string {
	notes := slices.Clone(r.notes)
	if r.stray > 0 {
		notes = append(notes, fmt.Sprintf("%d rows have quotes that do not match, first row %d; their cells are kept as written", r.stray, r.strayRow))
	}
	if r.ragged.Padded > 0 {
		notes = append(notes, fmt.Sprintf("%d rows end with empty fields beyond the header", r.ragged.Padded))
	}
	return notes
}

// Ragged gives the lengths of the rows: of the first ones after Open, of all after a walk.
func (r *Reader) Ragged() Ragged { return r.ragged.clone() }

// Close does nothing: nothing is kept open.
func (r *Reader) Close() error { return nil }

func (r *Reader) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}
