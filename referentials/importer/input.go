package importer

import (
	"context"

	"socle/geo/crs"
	"socle/referentials/importer/source"
)

// input is one file of an import, open.
type input struct {
	name    string       // as reports and rejects give it
	file    *source.File // nil when the source is not read from one
	src     source.Source
	format  string
	textual bool // values are texts whose types are to be found
	// discovers says that columns are met as rows are read: they are all known only after
	// a whole walk.
	discovers bool
	assumed   crs.CRS // the system the format prescribes when it declares none
	notes     []string
	close     func()

	known *known
	place place  // columns made into the geometry; zero when the source has its own or none
	xy    [2]int // their positions

	crs     crs.CRS
	crsFrom string
	survey  inputSurvey
	rows    int64
}

// noted is a source that has something to tell about its file.
type noted interface{ Notes() []string }

// columns gives the names of the source's columns.
func (in *input) columns() []string {
	fields := in.src.Fields()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// column gives the position of the column of that folded name, -1 when there is none.
func (in *input) column(folded string) int {
	for i, f := range in.src.Fields() {
		if fold(f.Name) == folded {
			return i
		}
	}
	return -1
}

// hasGeometry tells whether rows can have a geometry, of the file's own or of columns.
func (in *input) hasGeometry() bool { return in.src.HasGeometry() || !in.place.isZero() }

// Stage names what an import is doing, for progress.
type Stage string

// The stages of an import.
const (
	Surveying  Stage = "survey"
	Publishing Stage = "publish"
)

// Progress says how far an import is.
type Progress struct {
	File       string
	Stage      Stage
	Rows       int64 // read of this file in this Stage
	Bytes      int64 // compressed, read of TotalBytes; both 0 when not known
	TotalBytes int64
}

// progressStep is how many rows pass between two calls of Progress.
const progressStep = 4096

func (in *input) tell(report func(Progress), s Stage, rows int64) {
	if report == nil {
		return
	}
	p := Progress{File: in.name, Stage: s, Rows: rows}
	if in.file != nil {
		p.Bytes, p.TotalBytes = in.file.Progress(), in.file.Size()
	}
	report(p)
}

// each walks the records of in and tells progress.
func (in *input) each(ctx context.Context, report func(Progress), s Stage, visit func(*source.Record) error) (int64, error) {
	rows := int64(0)
	for rec, err := range in.src.Records(ctx) {
		if err != nil {
			return rows, err
		}
		if err := visit(rec); err != nil {
			return rows, err
		}
		if rows++; rows%progressStep == 0 {
			if err := ctx.Err(); err != nil {
				return rows, err
			}
			in.tell(report, s, rows)
		}
	}
	in.tell(report, s, rows)
	return rows, ctx.Err()
}
