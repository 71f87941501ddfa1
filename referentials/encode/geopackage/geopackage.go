// Package geopackage writes rows as a GeoPackage of one layer, or one attribute table.
//
// A database is not a stream: rows go to a temporary file, which is copied out when the
// last one is there. The same rows give the same bytes: the only instant in the file is
// the header's.
package geopackage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/gpkgfile"
	"socle/referentials/sqlite"
)

// Format is the GeoPackage.
func Format() encode.Format {
	return encode.Format{
		Name:       "gpkg",
		MediaType:  "application/geopackage+sqlite3",
		Extensions: []string{".gpkg"},
		New:        newWriter,
	}
}

// noTime is the last change of a file whose header has no time.
const noTime = "1970-01-01T00:00:00.000Z"

// writer fills a database in a temporary folder.
type writer struct {
	out    io.Writer
	header encode.Header
	dir    string
	conn   *sqlite.Conn
	layer  gpkgfile.Layer
	rows   *gpkgfile.Writer
	err    error // final
}

func newWriter(out io.Writer, h encode.Header) (encode.Writer, error) {
	dir, err := os.MkdirTemp("", "socle-gpkg-")
	if err != nil {
		return nil, referentials.Errorf(referentials.Unavailable, "no temporary file can be made: %w", err)
	}
	w := &writer{out: out, header: h, dir: dir}
	if err := w.begin(); err != nil {
		return nil, errors.Join(w.explain(err), w.discard())
	}
	return w, nil
}

func (w *writer) path() string { return filepath.Join(w.dir, "out.gpkg") }

func (w *writer) begin() (err error) {
	if w.conn, err = sqlite.Open(w.path(), sqlite.Create); err != nil {
		return err
	}
	// Nobody else sees the file, and after a crash nobody wants it.
	err = w.conn.Script("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN")
	if err != nil {
		return err
	}
	if err := gpkgfile.Init(w.conn); err != nil {
		return err
	}
	d := &w.header.Descriptor
	srid := int32(0)
	if d.HasGeometry() {
		system := w.header.CRS
		if system.IsZero() {
			system = d.CRS
		}
		if srid, err = gpkgfile.EnsureSRS(w.conn, system); err != nil {
			return err
		}
	}
	name := d.ID
	if name == "" {
		name = "features"
	}
	w.layer = gpkgfile.NewLayer(gpkgfile.TableName(name), d, srid)
	if err := w.layer.Create(w.conn, -1); err != nil {
		return err
	}
	w.rows, err = gpkgfile.NewWriter(w.conn, &w.layer)
	return err
}

// Write adds a row.
func (w *writer) Write(r *referentials.Row) error {
	if w.err != nil {
		return w.err
	}
	if want := len(w.layer.Columns); len(r.Values) != want {
		w.err = fmt.Errorf("the row has %d values for %d fields", len(r.Values), want)
	} else if err := w.rows.Write(r); err != nil {
		w.err = w.explain(err)
	}
	if w.err != nil {
		w.err = errors.Join(w.err, w.discard())
	}
	return w.err
}

// Close indexes the layer and copies the file out.
func (w *writer) Close() error {
	switch {
	case errors.Is(w.err, encode.ErrClosed):
		return nil
	case w.err != nil:
		return w.err
	}
	err := w.finish()
	if err != nil {
		err = w.explain(err)
	} else {
		err = w.copyOut()
	}
	if w.err = errors.Join(err, w.discard()); w.err != nil {
		return w.err
	}
	w.err = encode.ErrClosed
	return nil
}

func (w *writer) finish() error {
	if err := w.rows.BuildIndex(); err != nil {
		return err
	}
	d := &w.header.Descriptor
	description := d.Title.FR
	if description == "" {
		description = d.Title.EN
	}
	err := w.layer.Register(w.conn, gpkgfile.Contents{
		Identifier: w.layer.Table, Description: description,
		LastChange: lastChange(w.header.TimeStamp), Bound: w.rows.Bound(),
	})
	if err != nil {
		return err
	}
	if err := w.layer.CreateIndexTriggers(w.conn); err != nil {
		return err
	}
	w.rows.Close()
	w.rows = nil
	if err := w.conn.Exec("COMMIT"); err != nil {
		return err
	}
	err = w.conn.Close()
	w.conn = nil
	return err
}

func lastChange(timeStamp string) string {
	t, err := time.Parse(time.RFC3339Nano, timeStamp)
	if err != nil {
		return noTime
	}
	return t.UTC().Format(gpkgfile.TimeLayout)
}

func (w *writer) copyOut() error {
	f, err := os.Open(w.path())
	if err != nil {
		return err
	}
	_, err = io.Copy(w.out, f)
	return errors.Join(err, f.Close())
}

// discard frees what the writer holds.
func (w *writer) discard() error {
	if w.rows != nil {
		w.rows.Close()
		w.rows = nil
	}
	var err error
	if w.conn != nil {
		err = w.conn.Close()
		w.conn = nil
	}
	return errors.Join(err, os.RemoveAll(w.dir))
}

// explain tells a full temporary folder from our own faults.
func (w *writer) explain(err error) error {
	var failure *sqlite.Error
	if errors.As(err, &failure) && (failure.Primary() == sqlite.Full || failure.Primary() == sqlite.IOError) {
		return referentials.Errorf(referentials.Unavailable, "the temporary GeoPackage cannot be written: %w", err).
			At("%s", w.dir).Do("make room in the folder for temporary files, or set TMPDIR")
	}
	return fmt.Errorf("GeoPackage: %w", err)
}
