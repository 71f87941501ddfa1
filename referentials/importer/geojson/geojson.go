// Package geojson reads features from JSON text: GeoJSON collections, single features
// and sequences of them, JSON-FG, Opendatasoft exports of both versions, and plain
// arrays of objects, bare or wrapped in an object.
//
// Files are streamed: memory holds one feature, however large the file. The shape of the
// text is found by looking at it, not at its name.
package geojson

import (
	"context"
	"fmt"
	"slices"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// DefaultMaxFeature bounds the bytes of one feature.
const DefaultMaxFeature = 256 << 20

// Options says how a file is read. The zero value is right for most.
type Options struct {
	Encoding   source.Encoding // read the bytes as this, whatever they look like
	Layer      string          // of an object with several lists of objects, the list to read
	MaxFeature int64           // bytes of one feature, DefaultMaxFeature when 0
}

// Reader is a JSON file as a source. It is not safe for concurrent use.
type Reader struct {
	file   *source.File
	opt    Options
	text   source.Text
	layout layout

	crs      crs.CRS // crs member, GeoJSON 2008
	ref      crs.CRS // coordRefSys member, JSON-FG …
	refText  []byte  // … as it is written
	swapped  bool    // … which puts y first
	fields   []source.Field
	index    map[string]int
	notes    []string
	noted    map[string]bool
	repeated map[string]*repetition
}

var _ source.Source = (*Reader)(nil)

// Open looks at the beginning of f and tells how its records lie. The errors are of code
// Invalid or Unsupported when the text holds no records.
func Open(ctx context.Context, f *source.File, opt Options) (*Reader, error) {
	if opt.MaxFeature <= 0 {
		opt.MaxFeature = DefaultMaxFeature
	}
	text, err := f.SurveyText(ctx, opt.Encoding)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: f, opt: opt, text: text, index: map[string]int{}, noted: map[string]bool{}, repeated: map[string]*repetition{}}
	for _, n := range text.Notes {
		r.note("%s", n)
	}
	if text.Encoding != source.UTF8 {
		r.note("it is read as %s (%s), although JSON is to be UTF-8", text.Encoding, text.Reason)
	}
	if err := r.probe(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// Layer gives the collection's name member, or the name of the list read.
func (r *Reader) Layer() string { return r.layout.name }

// CRS gives the declared system: the crs member of GeoJSON 2008, or coordRefSys of
// JSON-FG where its places are read. Zero, when nothing is declared, means longitude and
// latitude by the standard: whether the coordinates agree is for the importer to see.
func (r *Reader) CRS() crs.CRS {
	if !r.ref.IsZero() && (r.layout.place || r.layout.projected) {
		return r.ref
	}
	return r.crs
}

// HasGeometry tells whether records carry geometry; false for plain tables.
func (r *Reader) HasGeometry() bool {
	return !r.layout.rows || r.layout.shape != "" || r.layout.point != ""
}

// Fields gives the columns in the order they were first met; they are complete after one
// walk. Types are left to the values.
func (r *Reader) Fields() []source.Field { return slices.Clone(r.fields) }

// Notes gives what a person should be told about the file; complete after one walk.
func (r *Reader) Notes() []string {
	notes := slices.Clone(r.notes)
	names := make([]string, 0, len(r.repeated))
	for name := range r.repeated {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		rep := r.repeated[name]
		notes = append(notes, fmt.Sprintf("property %q is repeated within %d features, first in feature %d; the last value is kept", name, rep.features, rep.first))
	}
	return notes
}

// Close does nothing: nothing is kept open.
func (r *Reader) Close() error { return nil }

type repetition struct{ features, first, last int64 }

// note tells a thing once.
func (r *Reader) note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if !r.noted[s] {
		r.noted[s] = true
		r.notes = append(r.notes, s)
	}
}

// field gives the position of the property of that name, adding it when it is new.
func (r *Reader) field(name []byte) (int, error) {
	if i, ok := r.index[string(name)]; ok {
		return i, nil
	}
	if len(r.fields) >= referentials.MaxFields {
		return 0, referentials.Errorf(referentials.TooLarge, "its features have more than %d different properties", referentials.MaxFields).
			At("%s", r.file.Path()).Do("nest them in one property, which is kept as JSON text")
	}
	s := string(name)
	r.fields = append(r.fields, source.Field{Name: s})
	r.index[s] = len(r.fields) - 1
	return len(r.fields) - 1, nil
}
