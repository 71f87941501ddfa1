// Package geopackage reads the layers and attribute tables of GeoPackage files, whoever
// made them: GDAL, QGIS, Esri or Socle.
//
// The file is only read, and nothing is left beside it. Columns have the types the table
// declares; values of another type, which SQLite lets in, are given as text, so that the
// importer can say so. Blobs and further geometries of a row have no place in a record: their columns are left out,
// and told.
package geopackage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/gpb"
	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/importer/source"
	"socle/referentials/sqlite"
)

// Options chooses what of the file is read.
type Options struct {
	Layer string // its name; "" for the only one
}

// layers lists the layers and attribute tables of a file, in the order it lists them.
func layers(db *database) (names []string, err error) {
	err = db.Query(`SELECT c.table_name FROM gpkg_contents c JOIN sqlite_master m ON lower(m.name) = lower(c.table_name)
		WHERE c.data_type IN ('features', 'attributes', 'aspatial') AND m.type IN ('table', 'view') ORDER BY c.rowid`,
		func(s *sqlite.Stmt) error {
			names = append(names, s.Text(0))
			return nil
		})
	return names, err
}

// Layer is one layer of an open file.
type Layer struct {
	db    *database
	name  string
	crs   crs.CRS
	notes []string

	fid     string // "" when rows have no id
	geom    string // "" for a table without geometry
	columns []string
	fields  []source.Field
}

var (
	_ source.Source = (*Layer)(nil)
	_ source.Noter  = (*Layer)(nil)
)

// Open opens a layer of a file.
func Open(ctx context.Context, f *source.File, opt Options) (*Layer, error) {
	db, err := openDatabase(ctx, f)
	if err != nil {
		return nil, err
	}
	l := &Layer{db: db}
	if err = l.choose(opt.Layer); err == nil {
		err = l.describe()
	}
	if err != nil {
		return nil, errors.Join(db.explain(ctx, err), db.Close())
	}
	return l, nil
}

func (l *Layer) choose(asked string) error {
	names, err := layers(l.db)
	if err != nil {
		return err
	}
	switch {
	case len(names) == 0:
		return referentials.Errorf(referentials.Invalid, "the GeoPackage holds no layer and no table")
	case asked == "" && len(names) == 1:
		l.name = names[0]
		return nil
	case asked == "":
		return referentials.Errorf(referentials.Invalid, "the GeoPackage holds %d layers: %s", len(names), list(names)).
			Do("choose one with --layer")
	}
	i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, asked) })
	if i < 0 {
		return referentials.Errorf(referentials.NotFound, "the GeoPackage has no layer %q, but %s", asked, list(names))
	}
	l.name = names[i]
	return nil
}

// list names some layers for a message.
func list(names []string) string {
	const most = 20
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

func (l *Layer) note(format string, args ...any) {
	l.notes = append(l.notes, fmt.Sprintf(format, args...))
}

// Layer names the layer.
func (l *Layer) Layer() string { return l.name }

// CRS gives the layer's system, zero when it is undefined.
func (l *Layer) CRS() crs.CRS { return l.crs }

// HasGeometry tells a layer from an attribute table.
func (l *Layer) HasGeometry() bool { return l.geom != "" }

// Numbered tells that ids come of a technical primary key: software numbered the rows.
func (l *Layer) Numbered() bool { return technical.MatchString(l.fid) }

// Fields gives the columns, but for the geometry and a technical primary key.
func (l *Layer) Fields() []source.Field { return slices.Clone(l.fields) }

// Notes tells what of the file was left out.
func (l *Layer) Notes() []string { return slices.Clone(l.notes) }

// Close frees the file.
func (l *Layer) Close() error { return l.db.Close() }

// checkEvery is how many rows pass between two looks at the context.
const checkEvery = 1024

// Records walks the layer. Tables come in the order of their primary key.
func (l *Layer) Records(ctx context.Context) iter.Seq2[*source.Record, error] {
	return func(yield func(*source.Record, error) bool) {
		release := l.db.Guard(ctx)
		defer release()
		s, err := l.db.Prepare(l.query())
		if err != nil {
			yield(nil, l.db.explain(ctx, err))
			return
		}
		defer s.Close()
		r := reader{layer: l, stmt: s}
		r.record.Values = make([]referentials.Value, len(l.fields))
		r.record.Raw = r.raw
		for {
			more, err := s.Step()
			if err == nil && r.record.Number%checkEvery == 0 {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, l.db.explain(ctx, err))
				return
			}
			if !more {
				return
			}
			r.read()
			if !yield(&r.record, nil) {
				return
			}
		}
	}
}

// query selects the fid, the geometry (NULL for none) and the fields.
func (l *Layer) query() string {
	quoted := func(name string) string {
		if name == "" {
			return "NULL"
		}
		return gpkgfile.Quote(name)
	}
	columns := []string{quoted(l.fid), quoted(l.geom)}
	for _, name := range l.columns {
		columns = append(columns, gpkgfile.Quote(name))
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + gpkgfile.Quote(l.name)
}

// firstField is the column of the first field in query's answer.
const firstField = 2

// reader turns the rows of a walk into records.
type reader struct {
	layer  *Layer
	stmt   *sqlite.Stmt
	record source.Record
}

func (r *reader) read() {
	rec := &r.record
	rec.Number++
	rec.Err = nil
	rec.ID, rec.Err = gpkgfile.ReadValue(r.stmt, 0, referentials.Integer)
	for i, f := range r.layer.fields {
		v, err := r.value(firstField+i, f.Type)
		if err != nil && rec.Err == nil {
			rec.Err = fmt.Errorf("%s: %w", f.Name, err)
		}
		rec.Values[i] = v
	}
	if err := r.geometry(); err != nil && rec.Err == nil {
		rec.Err = err
	}
}

func (r *reader) value(column int, want referentials.FieldType) (referentials.Value, error) {
	if want == "" {
		want = storedType(r.stmt.Type(column))
	}
	v, err := gpkgfile.ReadValue(r.stmt, column, want)
	switch {
	case err != nil && r.stmt.Type(column) != sqlite.Blob,
		want == referentials.JSON && err == nil && !v.IsNull() && !isContainer(v.Str()):
		return gpkgfile.ReadValue(r.stmt, column, referentials.String)
	}
	return v, err
}

// storedType gives the type of a value of a column that declares none, as those that a view
// computes.
func storedType(t sqlite.Type) referentials.FieldType {
	switch t {
	case sqlite.Integer:
		return referentials.Integer
	case sqlite.Float:
		return referentials.Number
	}
	return referentials.String
}

func (r *reader) geometry() error {
	rec := &r.record
	rec.HasZ = false
	rec.Geom.Reset()
	switch r.stmt.Type(1) {
	case sqlite.Null:
		return nil
	case sqlite.Blob:
	default:
		return errors.New("the geometry is not a blob")
	}
	_, info, err := gpb.Decode(r.stmt.BlobView(1), &rec.Geom)
	rec.HasZ = info.HasZ || info.HasM
	if errors.Is(err, geo.ErrEmpty) {
		return nil
	}
	return err
}

// raw shows the row for the rejects file.
func (r *reader) raw() []byte { return source.AppendRaw(nil, r.layer.fields, r.record.Values) }
