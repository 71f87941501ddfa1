// Package shapefile reads ESRI shapefiles: .shp with the .dbf, .prj, .cpg and .shx of
// the same name beside it or in the same zip, or a .dbf alone as a table.
//
// The files are read in one pass, record by record, whatever their size. The reader is
// our own because github.com/twpayne/go-shapefile, though it streams, starts three
// goroutines for each record and gives up on a whole file for one blank date, one
// number that overflowed into asterisks or one FoxPro column, which real files have.
//
// What is decided here:
//   - an N column without decimals is of integers (texts where one is beyond 64 bits), with
//     decimals of numbers; blanks, asterisks and "00000000" dates are null, and so is an empty text, which the format
//     cannot tell from null;
//   - text is in the encoding of the .cpg, else of the .dbf's language byte, else UTF-8
//     where it is valid and windows-1252 where it is not;
//   - rings are put together by orientation as the format defines it (outer ones
//     clockwise), and by containment where the orientation makes no sense;
//   - Z and M are dropped and told; multipatches are refused row by row;
//   - a record marked deleted in the .dbf is skipped, with its shape, and counted.
package shapefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// Options says what the file does not, or says wrongly.
type Options struct {
	Encoding source.Encoding // of the .dbf; "" finds it out
}

// Layer is an open shapefile.
type Layer struct {
	file     *source.File
	crs      crs.CRS
	geometry bool
	table    *table // nil without a .dbf
	shuffled bool   // the .shx says that shapes are not stored in order
	opening  []string
	walked   []string
}

var (
	_ source.Source = (*Layer)(nil)
	_ source.Noter  = (*Layer)(nil)
)

// maxPart bounds the small text parts (.prj, .cpg).
const maxPart = 64 << 10

// Open reads the headers of the files.
func Open(ctx context.Context, f *source.File, opt Options) (*Layer, error) {
	l := &Layer{file: f}
	l.geometry = strings.EqualFold(path.Ext(f.Name()), ".shp") || f.HasPart(".shp") || f.Format() == source.Shapefile && !strings.EqualFold(path.Ext(f.Name()), ".dbf")
	if f.HasPart(".dbf") {
		if err := l.openTable(ctx, opt); err != nil {
			return nil, l.explain(err, ".dbf")
		}
	} else {
		l.note("there is no .dbf, so the shapes have no fields")
	}
	if !l.geometry {
		return l, nil
	}
	shapes, err := l.openShapes(ctx)
	if err != nil {
		return nil, l.explain(err, ".shp")
	}
	if err := shapes.Close(); err != nil {
		return nil, l.explain(err, ".shp")
	}
	if err := l.readIndex(ctx); err != nil {
		return nil, l.explain(err, ".shx")
	}
	return l, l.readProjection(ctx)
}

func (l *Layer) openTable(ctx context.Context, opt Options) error {
	r, err := l.file.OpenPart(ctx, ".dbf")
	if err != nil {
		return err
	}
	defer r.Close()
	if l.table, err = readTable(r); err != nil {
		return err
	}
	text, err := l.chooseEncoding(ctx, opt.Encoding)
	if err != nil {
		return err
	}
	l.table.decodeWith(text)
	if n := l.table.unread; n > 0 {
		l.note("the columns of the .dbf leave out %d of the %d bytes of a row, which are not read", n, l.table.rowSize)
	}
	return nil
}

// readProjection turns the .prj into a system of the register.
func (l *Layer) readProjection(ctx context.Context) error {
	if !l.file.HasPart(".prj") {
		l.note("there is no .prj, so the coordinate reference system is not declared")
		return nil
	}
	text, err := l.file.ReadPart(ctx, ".prj", maxPart)
	if err != nil {
		return l.explain(err, ".prj")
	}
	definition := strings.TrimSpace(strings.ToValidUTF8(strings.TrimPrefix(string(text), "\ufeff"), "?"))
	if l.crs, err = crs.Identify(definition); err != nil {
		name := definition
		if parts := strings.SplitN(definition, `"`, 3); len(parts) == 3 {
			name = parts[1]
		}
		l.note("the .prj defines %q, which is not known by number: %v", shorten(name), err)
	}
	return nil
}

func shorten(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func (l *Layer) note(format string, args ...any) {
	l.opening = append(l.opening, fmt.Sprintf(format, args...))
}

// explain makes what went wrong with a part an error that names the file.
func (l *Layer) explain(err error, part string) error {
	var e *referentials.Error
	if errors.As(err, &e) && e.Where == "" {
		return e.At("%s", l.file.Path())
	}
	if e != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return referentials.Errorf(referentials.Invalid, "the %s ends too early: %w", part, io.ErrUnexpectedEOF).
			At("%s", l.file.Path()).Do("the copy or the download was cut short; fetch it again")
	}
	return referentials.Errorf(referentials.Invalid, "the %s cannot be read: %w", part, err).At("%s", l.file.Path())
}

// Layer gives the name of the files.
func (l *Layer) Layer() string { return l.file.Stem() }

// CRS gives the system of the .prj, zero when there is none or it is not known.
func (l *Layer) CRS() crs.CRS { return l.crs }

// HasGeometry is false for a .dbf alone.
func (l *Layer) HasGeometry() bool { return l.geometry }

// Fields gives the columns of the .dbf.
func (l *Layer) Fields() []source.Field {
	if l.table == nil {
		return nil
	}
	return l.table.fields
}

// Notes tells what the headers and, after a walk, the records have shown.
func (l *Layer) Notes() []string {
	return append(append([]string(nil), l.opening...), l.walked...)
}

// Close has nothing to free: a walk closes its files itself.
func (l *Layer) Close() error { return nil }

// Records walks shapes and rows side by side.
func (l *Layer) Records(ctx context.Context) iter.Seq2[*source.Record, error] {
	return func(yield func(*source.Record, error) bool) {
		w, err := l.start(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer w.close()
		for {
			record, err := w.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(record, nil) {
				return
			}
		}
		l.walked = w.notes()
	}
}
