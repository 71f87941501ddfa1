package csv

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"unicode/utf8"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// Records walks the rows of data from the first. A row of another length than the
// header, with bytes that are not of the encoding or with a geometry that cannot be read
// comes with Err, which names its line.
func (r *Reader) Records(ctx context.Context) iter.Seq2[*source.Record, error] {
	return func(yield func(*source.Record, error) bool) {
		in, err := r.open(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer in.Close()
		d := newDecoder(r, newScanner(in, r.delim, r.text.Newline, r.opt.MaxRow))
		for range r.header.skip {
			d.s.next()
		}
		r.ragged = Ragged{Header: len(r.columns), Widths: map[int]int64{}, LeadingUnnamed: r.ragged.LeadingUnnamed}
		r.stray = 0
		for d.s.next() {
			d.decode()
			if !yield(&d.rec, nil) {
				return
			}
		}
		if d.s.err != nil {
			yield(nil, r.fatal(d.s.err, d.s))
			return
		}
		r.ragged.Complete = true
		r.ragged.LeadingUnnamed = r.ragged.LeadingUnnamed && r.ragged.OneMore()
	}
}

// decoder turns the fields of a row into a record, reusing all it can.
type decoder struct {
	r    *Reader
	s    *scanner
	rec  source.Record
	buf  []byte // the values of the row as UTF-8, end to end
	ends []int  // where each field ends in buf
	wkb  wkbReader
}

func newDecoder(r *Reader, s *scanner) *decoder {
	d := &decoder{r: r, s: s}
	d.rec.Values = make([]referentials.Value, len(r.fields))
	d.rec.Raw = func() []byte { return r.text.Encode(d.s.raw) }
	return d
}

func (d *decoder) decode() {
	d.rec.Number++
	d.rec.Err, d.rec.HasZ = nil, false
	d.rec.Geom.Reset()
	if err := d.row(); err != nil {
		d.rec.Err = referentials.Errorf(referentials.Invalid, "%w", err).At("row %d, line %d", d.rec.Number, d.s.line)
	}
}

func (d *decoder) row() error {
	r, fields := d.r, d.s.fields
	r.ragged.add(len(fields))
	width := len(r.columns)
	if len(fields) > width && r.padding && allEmpty(fields[width:]) {
		r.ragged.Padded++
		fields = fields[:width]
	}
	switch {
	case len(fields) != width && d.s.quotes != nil:
		return d.s.quotes
	case len(fields) != width:
		return fmt.Errorf("it has %d fields where the header has %d", len(fields), width)
	case r.text.Invalid > 0 && !utf8.Valid(d.s.raw):
		return errors.New("it holds bytes that are not UTF-8: the file mixes encodings")
	case r.header.raw != "" && len(d.s.raw) == len(r.header.raw) && string(d.s.raw) == r.header.raw:
		return errors.New("it repeats the header")
	}
	if d.s.quotes != nil {
		if r.stray == 0 {
			r.strayRow = d.rec.Number
		}
		r.stray++
	}
	d.buf, d.ends = d.buf[:0], d.ends[:0]
	for _, f := range fields {
		if r.table == nil {
			d.buf = append(d.buf, f...)
		} else {
			d.buf = r.table.Append(d.buf, f)
		}
		d.ends = append(d.ends, len(d.buf))
	}
	if err := d.shape(); err != nil {
		return err
	}
	// All values of the row are cut from one string. Geometry text is not kept with it.
	d.dropShapeText()
	all := string(d.buf)
	from := 0
	for i, end := range d.ends {
		if at := r.position[i]; at >= 0 {
			if end > from {
				d.rec.Values[at] = referentials.StringValue(all[from:end])
			} else {
				d.rec.Values[at] = referentials.Null
			}
		}
		from = end
	}
	return nil
}

func allEmpty(fields [][]byte) bool {
	for _, f := range fields {
		if len(f) > 0 {
			return false
		}
	}
	return true
}

// bytes gives field i of the row, a view of buf.
func (d *decoder) bytes(i int) []byte {
	from := 0
	if i > 0 {
		from = d.ends[i-1]
	}
	return d.buf[from:d.ends[i]]
}

// cell gives field i as a string that lives as long as the row's turn.
func (d *decoder) cell(i int) string {
	b := d.bytes(i)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// dropShapeText takes the columns out of buf that are no field, so that values do not
// hold on to the text of geometries.
func (d *decoder) dropShapeText() {
	if len(d.r.fields) == len(d.r.columns) {
		return
	}
	from, to := 0, 0
	for i, end := range d.ends {
		if d.r.position[i] >= 0 {
			to += copy(d.buf[to:], d.buf[from:end])
		}
		from, d.ends[i] = end, to
	}
	d.buf = d.buf[:to]
}

var errNotPosition = errors.New("its position is not two numbers")

// shape makes the row's geometry.
func (d *decoder) shape() error {
	g := &d.rec.Geom
	kind := d.r.geometry.Kind
	if kind == NoGeometry {
		return nil
	}
	text := d.cell(d.r.shape[0])
	if kind == XY {
		return d.pair(text, d.cell(d.r.shape[1]))
	}
	if isBlank(text) {
		return nil
	}
	var srid int32
	var err error
	switch kind {
	case LatLon:
		lat, lon, ok := splitPosition(text)
		if !ok {
			return errNotPosition
		}
		d.point(lon, lat)
		return nil
	case WKT:
		srid, d.rec.HasZ, err = parseWKT(text, g)
	case WKB:
		srid, d.rec.HasZ, err = d.wkb.parse(text, g)
	case GeoJSON:
		raw := d.bytes(d.r.shape[0])
		if !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true)) {
			return errors.New("its geometry is not JSON")
		}
		c := source.WalkJSON(raw)
		d.rec.HasZ, err = source.DecodeGeoJSON(&c, g)
	}
	if errors.Is(err, geo.ErrEmpty) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(g.XY) == 0 {
		g.Reset() // empty is null
	}
	return d.sameSystem(srid)
}

// sameSystem refuses a row whose text says another system than the layer has.
func (d *decoder) sameSystem(srid int32) error {
	if srid == 0 {
		return nil
	}
	if own, all := systemOf(srid), d.r.geometry.CRS; own != all && !(all == crs.EPSG(4326) && own == crs.CRS84) {
		return fmt.Errorf("its SRID %d is not that of the other rows (%s)", srid, all)
	}
	return nil
}

// pair makes a point of two numbers; none when one is missing.
func (d *decoder) pair(xText, yText string) error {
	if isBlank(xText) || isBlank(yText) {
		return nil
	}
	x, okX := parseDecimal(xText)
	y, okY := parseDecimal(yText)
	if !okX || !okY {
		if kindOf(xText) == blankCell || kindOf(yText) == blankCell {
			return nil // NA and the like
		}
		return fmt.Errorf("its position (%.20q, %.20q) is not two numbers", xText, yText)
	}
	d.point(x, y)
	return nil
}

// point makes the geometry a point. 0, 0 is how many tables write "not known".
func (d *decoder) point(x, y float64) {
	if x != 0 || y != 0 {
		d.rec.Geom.Type = geo.Point
		d.rec.Geom.Add(x, y)
	}
}

func isBlank(s string) bool {
	for i := range len(s) {
		if s[i] != ' ' {
			return false
		}
	}
	return true
}
