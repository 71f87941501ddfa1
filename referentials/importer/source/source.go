// Package source is the contract between the importer and the readers of file formats,
// and the opening of input files (gzip, zip members) for them.
//
// A reader turns one layer of a file into records. It does not judge: types, keys,
// geometry repair and rejects are the importer's, the same for every format.
package source

import (
	"context"
	"iter"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// Field is a column as the file declares it.
type Field struct {
	Name  string
	Type  referentials.FieldType // "" when the format does not say (CSV): values are strings
	Title string                 // a longer label the file gives beside the name, "" mostly
}

// Record is one row of a file, valid until the next one is asked for.
type Record struct {
	Number int64                // as people count: line of data, feature 1, 2, 3…
	ID     referentials.Value   // the format's own feature id, null when it has none
	Values []referentials.Value // by position in Fields; missing ones at the end are null
	Geom   geo.Geometry         // Type None when null or empty
	HasZ   bool                 // a third ordinate, or a measure, was dropped
	// Err says what is wrong with this row alone (ragged, broken geometry); the importer
	// rejects it with that reason. The record's other members are then unspecified.
	Err error
	// Raw gives the row as it was, for the rejects file. Never nil; call it before the
	// next record.
	Raw func() []byte
}

// Source is one layer of one file, readable many times.
type Source interface {
	// Layer names the layer, "" when the format has none.
	Layer() string

	// CRS gives the declared system, zero when the file does not say. Like Fields it is
	// complete only after a walk where the declaration may follow the data (GeoJSON).
	CRS() crs.CRS

	// HasGeometry tells whether records can carry geometry.
	HasGeometry() bool

	// Fields gives the columns in file order. For formats that discover columns as they
	// go (GeoJSON) it is complete only after Records was walked to its end once.
	Fields() []Field

	// Records walks the layer from its start. An error ends it: the file is unreadable
	// from there on. A bad row is a Record with Err.
	Records(ctx context.Context) iter.Seq2[*Record, error]

	// Close frees the file.
	Close() error
}
