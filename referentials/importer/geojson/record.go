package geojson

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// Records walks the features from the first.
func (r *Reader) Records(ctx context.Context) iter.Seq2[*source.Record, error] {
	return func(yield func(*source.Record, error) bool) {
		d := newDecoder(r)
		err := r.elements(ctx, func(n int64, raw []byte) bool {
			d.decode(n, raw)
			return d.fatal == nil && yield(&d.rec, nil)
		})
		if d.fatal != nil {
			err = d.fatal
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// decoder turns the text of one feature into a record, reusing all it can.
type decoder struct {
	r     *Reader
	rec   source.Record
	raw   []byte
	fatal error

	buf   []byte   // the strings of the record, end to end
	cells []cell   // where each lies in buf
	met   []uint32 // per field, the turn it was last met in
	turn  uint32
	twice []int // fields met twice in this feature
	last  int   // field met last: the next one mostly follows it
	name  []byte
	// foreign members of features that were told
	foreign map[string]bool
}

type cell struct {
	field, from, to int
	json            bool
}

func newDecoder(r *Reader) *decoder {
	d := &decoder{r: r, foreign: map[string]bool{}}
	d.rec.Raw = func() []byte { return r.text.Encode(d.raw) }
	return d
}

func (d *decoder) decode(n int64, raw []byte) {
	d.raw = raw
	d.rec.Number, d.rec.ID, d.rec.Err, d.rec.HasZ = n, referentials.Null, nil, false
	d.rec.Geom.Reset()
	clear(d.rec.Values)
	d.buf, d.cells, d.twice = d.buf[:0], d.cells[:0], d.twice[:0]
	d.last = -1
	if d.turn++; d.turn == 0 {
		clear(d.met)
		d.turn = 1
	}
	d.grow(len(d.r.fields))
	if err := d.record(raw); err != nil {
		d.rec.Err = referentials.Errorf(referentials.Invalid, "%w", err).At("feature %d", n)
		return
	}
	d.settle()
}

// grow makes room for n values, the new ones null.
func (d *decoder) grow(n int) {
	for len(d.rec.Values) < n {
		d.rec.Values = append(d.rec.Values, referentials.Null)
	}
	for len(d.met) < n {
		d.met = append(d.met, 0)
	}
}

// settle gives the record its strings, all cut from one.
func (d *decoder) settle() {
	if len(d.cells) > 0 {
		all := string(d.buf)
		for _, c := range d.cells {
			if s := all[c.from:c.to]; c.json {
				d.rec.Values[c.field] = referentials.JSONValue(s)
			} else {
				d.rec.Values[c.field] = referentials.StringValue(s)
			}
		}
	}
	for _, f := range d.twice {
		name := d.r.fields[f].Name
		rep := d.r.repeated[name]
		if rep == nil {
			rep = &repetition{first: d.rec.Number}
			d.r.repeated[name] = rep
		}
		if rep.last < d.rec.Number { // a second walk counts nothing again
			rep.features++
			rep.last = d.rec.Number
		}
	}
}

func (d *decoder) record(raw []byte) error {
	if d.r.text.Invalid > 0 && !utf8.Valid(raw) {
		return errors.New("it holds bytes that are not UTF-8: the file mixes encodings")
	}
	c := source.WalkJSON(raw)
	if c.Kind() != '{' {
		return fmt.Errorf("it is %.20s, not an object", raw)
	}
	switch l := &d.r.layout; {
	case l.envelope:
		return d.enveloped(c)
	case l.rows:
		return d.properties(&c, l.shape, l.point, l.left)
	}
	return d.feature(c)
}

// enveloped reads a record of Opendatasoft's first API.
func (d *decoder) enveloped(c source.JSONCursor) error {
	l := &d.r.layout
	var centre []byte
	for c.Enter(); c.Next(); {
		var err error
		switch string(c.Name()) {
		case "recordid":
			err = d.identify(c.Value())
		case "fields":
			if c.Kind() != '{' {
				return errors.New("its fields are not an object")
			}
			err = d.properties(&c, l.shape, l.point, l.left)
		case "geometry":
			centre = c.Value()
		default:
			c.Value()
		}
		if err != nil {
			return err
		}
	}
	if l.shape == "" && l.point == "" && centre != nil {
		p := source.WalkJSON(centre)
		var err error
		d.rec.HasZ, err = source.DecodeGeoJSON(&p, &d.rec.Geom)
		return err
	}
	return nil
}

func (d *decoder) identify(raw []byte) error {
	c := source.WalkJSON(raw)
	switch c.Kind() {
	case '"':
		s, err := appendString(d.name[:0], raw)
		if err != nil {
			return fmt.Errorf("its id: %w", err)
		}
		d.name, d.rec.ID = s, referentials.StringValue(string(s))
	case '0':
		if i, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			d.rec.ID = referentials.IntegerValue(i)
		} else {
			d.rec.ID = referentials.StringValue(string(raw))
		}
	}
	return nil
}

// properties reads the members of the object at c into values; the three named ones are
// the row's geometry and what repeats it.
func (d *decoder) properties(c *source.JSONCursor, shape, point, left string) error {
	for c.Enter(); c.Next(); {
		name := c.Name()
		switch {
		case shape != "" && string(name) == shape:
			hasZ, err := source.DecodeGeoJSON(c, &d.rec.Geom)
			if err != nil {
				return err
			}
			d.rec.HasZ = hasZ
			continue
		case point != "" && string(name) == point:
			if err := d.position(c); err != nil {
				return err
			}
			continue
		case left != "" && string(name) == left:
			c.Value()
			continue
		}
		f, err := d.lookup(name)
		if err != nil {
			return err
		}
		if err := d.value(f, c); err != nil {
			return fmt.Errorf("property %.60q: %w", d.r.fields[f].Name, err)
		}
	}
	return nil
}

// position reads {"lon":…,"lat":…} or [lat, lon].
func (d *decoder) position(c *source.JSONCursor) error {
	var at [2]float64
	var has [2]bool
	set := func(i int, raw []byte) {
		v, err := strconv.ParseFloat(string(raw), 64)
		at[i], has[i] = v, err == nil
	}
	switch c.Kind() {
	case 'n':
		c.Value()
		return nil
	case '{':
		for c.Enter(); c.Next(); {
			switch string(c.Name()) {
			case "lon":
				set(0, c.Value())
			case "lat":
				set(1, c.Value())
			default:
				c.Value()
			}
		}
	case '[':
		i := 1
		for c.Enter(); c.Next(); i-- {
			if raw := c.Value(); i >= 0 {
				set(i, raw)
			}
		}
	default:
		return fmt.Errorf("its position is %.30s", c.Value())
	}
	if !has[0] && !has[1] {
		return nil
	}
	if !has[0] || !has[1] {
		return errors.New("its position lacks a coordinate")
	}
	d.rec.Geom.Type = geo.Point
	d.rec.Geom.Add(at[0], at[1])
	return nil
}

// lookup gives the field of a raw name. Features mostly repeat the order of the one
// before, so the field after the last is tried first.
func (d *decoder) lookup(raw []byte) (int, error) {
	f := d.last + 1
	if f >= len(d.r.fields) || d.r.fields[f].Name != string(raw) {
		name := raw
		for _, c := range raw {
			if c == '\\' {
				quoted := append(append(append(d.name[:0], '"'), raw...), '"')
				unq, err := jsontext.AppendUnquote(quoted[len(quoted):], quoted)
				if err != nil {
					return 0, fmt.Errorf("the property name %.60q has an escape that is not a character", raw)
				}
				d.name, name = quoted, unq
				break
			}
		}
		var err error
		if f, err = d.r.field(name); err != nil {
			d.fatal = err
			return 0, err
		}
		d.grow(f + 1)
	}
	if d.met[f] == d.turn {
		d.twice = append(d.twice, f)
		d.forget(f)
	}
	d.met[f] = d.turn
	d.last = f
	return f, nil
}

// forget drops an earlier value of the same field in this feature.
func (d *decoder) forget(f int) {
	d.rec.Values[f] = referentials.Null
	kept := d.cells[:0]
	for _, c := range d.cells {
		if c.field != f {
			kept = append(kept, c)
		}
	}
	d.cells = kept
}

func (d *decoder) value(f int, c *source.JSONCursor) error {
	kind := c.Kind()
	raw := c.Value()
	from := len(d.buf)
	switch kind {
	case 'n':
		return nil
	case 't', 'f':
		d.rec.Values[f] = referentials.BooleanValue(kind == 't')
		return nil
	case '0':
		return d.number(f, raw)
	case '"':
		var err error
		if d.buf, err = appendString(d.buf, raw); err != nil {
			return err
		}
		d.cells = append(d.cells, cell{field: f, from: from, to: len(d.buf)})
	default:
		d.buf = appendCompact(d.buf, raw)
		d.cells = append(d.cells, cell{field: f, from: from, to: len(d.buf), json: true})
	}
	return nil
}

func (d *decoder) number(f int, raw []byte) error {
	s := unsafe.String(&raw[0], len(raw)) // parsed here and now
	for _, c := range raw {
		if c == '.' || c == 'e' || c == 'E' {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return fmt.Errorf("number %.40s is out of range", raw)
			}
			d.rec.Values[f] = referentials.NumberValue(v)
			return nil
		}
	}
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		d.rec.Values[f] = referentials.IntegerValue(v)
		return nil
	}
	// A number of more digits than integers hold is an identifier: keep every digit.
	from := len(d.buf)
	d.buf = append(d.buf, raw...)
	d.cells = append(d.cells, cell{field: f, from: from, to: len(d.buf)})
	return nil
}

func unquoteBytes(raw []byte) []byte {
	if len(raw) < 2 || raw[0] != '"' {
		return nil
	}
	return raw[1 : len(raw)-1]
}

func appendString(dst, raw []byte) ([]byte, error) {
	for _, c := range raw {
		if c == '\\' {
			out, err := jsontext.AppendUnquote(dst, raw)
			if err != nil {
				return dst, errors.New("a text has an escape that is not a character")
			}
			return out, nil
		}
	}
	return append(dst, unquoteBytes(raw)...), nil
}

// appendCompact writes an array or object without the blanks between its tokens; names,
// their order, numbers and escapes stay as they are.
func appendCompact(dst, raw []byte) []byte {
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\' && i+1 < len(raw):
			dst = append(dst, c, raw[i+1])
			i++
			continue
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		dst = append(dst, raw[i])
	}
	return dst
}
