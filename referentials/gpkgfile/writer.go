package gpkgfile

import (
	"socle/geo"
	"socle/referentials"
	"socle/referentials/sqlite"

	"github.com/paulmach/orb"
)

// Writer fills a new table of a layer, in bulk: rows by one statement, then the R-tree
// in one go. The caller holds the transaction, and makes the triggers afterwards.
type Writer struct {
	conn   *sqlite.Conn
	layer  *Layer
	insert *sqlite.Stmt
	binder *Binder
	index  indexBuilder
	bound  orb.Bound
	rows   int64
}

// NewWriter prepares the writing of rows to a table that is empty.
func NewWriter(c *sqlite.Conn, l *Layer) (*Writer, error) {
	insert, err := c.Prepare(l.Insert())
	if err != nil {
		return nil, err
	}
	return &Writer{conn: c, layer: l, insert: insert, binder: NewBinder(l), bound: geo.EmptyBound()}, nil
}

// Write adds a row. It keeps nothing of it.
func (w *Writer) Write(r *referentials.Row) error {
	if _, err := w.binder.Bind(w.insert, r); err != nil {
		return err
	}
	if err := w.insert.Run(); err != nil {
		return err
	}
	w.rows++ // and the fid of the row, since the table was empty
	if w.layer.Geom != "" && !r.Geom.IsNull() {
		b := r.Geom.Bound()
		w.bound = geo.Union(w.bound, b)
		w.index.add(w.rows, b)
	}
	return nil
}

// Rows counts what was written.
func (w *Writer) Rows() int64 { return w.rows }

// Bound gives the box of what was written, empty when there is no geometry.
func (w *Writer) Bound() orb.Bound { return w.bound }

// BuildIndex writes the R-tree of the rows, when the layer has geometry.
func (w *Writer) BuildIndex() error {
	if w.layer.Geom == "" {
		return nil
	}
	return w.layer.writeIndex(w.conn, &w.index)
}

// Close frees the writer's statement.
func (w *Writer) Close() { w.insert.Close() }
