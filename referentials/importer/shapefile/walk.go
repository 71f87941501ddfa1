package shapefile

import (
	"context"
	"errors"
	"fmt"
	"io"

	"socle/referentials/importer/source"
)

// walk is one reading of a layer.
type walk struct {
	layer   *Layer
	shapes  shapeStream // nil for a table
	rows    *rows       // nil without a .dbf
	record  source.Record
	deleted int64
}

// shapeStream gives the contents of shape records in order, io.EOF after the last. A
// content is valid until the next call.
type shapeStream interface {
	next() ([]byte, error)
	Close() error
}

func (l *Layer) start(ctx context.Context) (*walk, error) {
	w := &walk{layer: l}
	w.record.Raw = w.raw
	if l.table != nil {
		r, err := l.file.OpenPart(ctx, ".dbf")
		if err != nil {
			return nil, err
		}
		if w.rows, err = l.table.open(r); err != nil {
			r.Close()
			return nil, l.explain(err, ".dbf")
		}
	}
	if l.geometry {
		var err error
		if l.shuffled {
			w.shapes, err = l.openShuffled(ctx)
		} else {
			w.shapes, err = l.openShapes(ctx)
		}
		if err != nil {
			w.close()
			return nil, l.explain(err, ".shp")
		}
	}
	return w, nil
}

func (w *walk) close() {
	if w.rows != nil {
		w.rows.Close()
	}
	if w.shapes != nil {
		w.shapes.Close()
	}
}

// raw shows the fields; a shape is not shown.
func (w *walk) raw() []byte {
	return source.AppendRaw(nil, w.layer.Fields(), w.record.Values)
}

var (
	errNoShape = errors.New("the .dbf has more rows than the .shp has shapes, and this row has none; the files do not belong together or one was cut short")
	errNoRow   = errors.New("the .shp has more shapes than the .dbf has rows, and this shape has none; the files do not belong together or one was cut short")
)

// next gives the next record that is not deleted.
func (w *walk) next() (*source.Record, error) {
	r := &w.record
	for {
		r.Number++
		r.Values, r.Err, r.HasZ = r.Values[:0], nil, false
		r.Geom.Reset()

		rowEnded, deleted := w.rows == nil, false
		if w.rows != nil {
			var err error
			r.Values, deleted, err = w.rows.next(r.Values)
			rowEnded = errors.Is(err, io.EOF)
			if err != nil && !rowEnded {
				return nil, w.layer.explain(err, ".dbf")
			}
		}
		shapeEnded := w.shapes == nil
		if w.shapes != nil {
			content, err := w.shapes.next()
			shapeEnded = errors.Is(err, io.EOF)
			if err != nil && !shapeEnded {
				return nil, w.layer.explain(err, ".shp")
			}
			if !shapeEnded && !deleted {
				r.HasZ, r.Err = decodeShape(content, &r.Geom)
			}
		}
		switch {
		case rowEnded && shapeEnded:
			return nil, io.EOF
		case deleted:
			w.deleted++
			continue
		case w.rows != nil && rowEnded:
			r.Err = errNoRow
		case w.shapes != nil && shapeEnded:
			r.Err = errNoShape
		}
		return r, nil
	}
}

// notes sums up the walk.
func (w *walk) notes() []string {
	var notes []string
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if w.deleted > 0 {
		add("%d records are marked deleted in the .dbf and were skipped", w.deleted)
	}
	if w.rows == nil {
		return notes
	}
	if w.rows.overflowed > 0 {
		add("%d numbers are asterisks in the .dbf, as null or too long for their column, and are null", w.rows.overflowed)
	}
	if text := &w.rows.text; text.replaced > 0 {
		add("%d texts are not valid UTF-8, although the file says or suggests so; they were read as windows-1252", text.replaced)
	}
	if w.rows.memos > 0 {
		add("%d memo fields point to a .dbt file, which is not read; they are null", w.rows.memos)
	}
	if missing := int64(w.layer.table.count) - w.rows.read; missing > 0 {
		add("the .dbf promises %d rows and holds %d", w.layer.table.count, w.rows.read)
	}
	return notes
}
