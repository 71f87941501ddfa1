package gpkgfile

import (
	"errors"
	"fmt"

	"socle/geo"
	"socle/geo/gpb"
	"socle/referentials"
	"socle/referentials/sqlite"
)

// Scanner reads the rows of [Layer.Select].
type Scanner struct {
	layer *Layer
	row   referentials.Row
}

// NewScanner makes the scanner of a layer.
func NewScanner(l *Layer) *Scanner {
	return &Scanner{layer: l, row: referentials.Row{Values: make([]referentials.Value, len(l.Columns))}}
}

// Row reads the current row; it is valid until the next one is read.
func (sc *Scanner) Row(s *sqlite.Stmt) (*referentials.Row, error) {
	l, r := sc.layer, &sc.row
	column := 1
	r.Geom.Reset()
	if l.Geom != "" {
		if err := readGeometry(s, column, &r.Geom); err != nil {
			return nil, fmt.Errorf("row %d, column %q: %w", s.Int(0), l.Geom, err)
		}
		column++
	}
	for i, want := range l.Types {
		v, err := ReadValue(s, column, want)
		if err != nil {
			return nil, fmt.Errorf("row %d, column %q: %w", s.Int(0), l.Columns[i], err)
		}
		r.Values[i] = v
		column++
	}
	return r, nil
}

// readGeometry reads column i of the current row into g. An empty geometry is a null
// one.
func readGeometry(s *sqlite.Stmt, i int, g *geo.Geometry) error {
	g.Reset()
	switch s.Type(i) {
	case sqlite.Null:
		return nil
	case sqlite.Blob:
	default:
		return errors.New("the geometry is not a blob")
	}
	_, _, err := gpb.Decode(s.BlobView(i), g)
	if errors.Is(err, geo.ErrEmpty) {
		return nil
	}
	if err == nil {
		err = g.Check()
	}
	return err
}
