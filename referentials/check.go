package referentials

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"socle/geo"
)

// MaxKeyBytes bounds a key, so that every store can index it.
const MaxKeyBytes = 1024

// The days a Date or DateTime may fall on, 0001-01-01 to 9999-12-31, in days since
// 1970-01-01: what ISO 8601 writes with four digits.
const (
	minDay = -719162
	maxDay = 2932896
)

// CheckRow tells what keeps r from being stored under d, the same for every store: a wrong
// number of values, a null or too long key (Conflict, TooLarge), a value or a geometry of
// another type than its column's, text that is not UTF-8 or holds a zero byte, a day
// outside years 1 to 9999, broken JSON. The caller adds which row it is.
func (d *Descriptor) CheckRow(r *Row) error {
	if len(r.Values) != len(d.Fields) {
		return Errorf(Invalid, "the row has %d values for %d fields", len(r.Values), len(d.Fields))
	}
	for i := range d.Fields {
		v := &r.Values[i]
		if v.kind == kindNull {
			continue
		}
		if err := checkValue(&d.Fields[i], v); err != nil {
			return err
		}
	}
	if err := d.CheckKey(r.Values[d.KeyIndex()]); err != nil {
		return err
	}
	return d.checkGeometry(&r.Geom)
}

// CheckKey tells what keeps v from being a key under d.
func (d *Descriptor) CheckKey(v Value) error {
	f := &d.Fields[d.KeyIndex()]
	switch {
	case v.IsNull():
		return Errorf(Conflict, "the key %q is null", f.Name).Do("every feature needs its own %s", f.Name)
	case v.Type() != f.Type:
		return Errorf(Invalid, "the key %q is a %s, not a %s", f.Name, f.Type, v.Type())
	case len(v.str) > MaxKeyBytes:
		return Errorf(TooLarge, "the key %q has %d bytes, at most %d are kept", f.Name, len(v.str), MaxKeyBytes)
	}
	return nil
}

func checkValue(f *Field, v *Value) error {
	if v.Type() != f.Type {
		return Errorf(Invalid, "field %q is a %s, not a %s (%.40q)", f.Name, f.Type, v.Type(), v.String())
	}
	switch v.kind {
	case kindString, kindJSON:
		if strings.IndexByte(v.str, 0) >= 0 || !utf8.ValidString(v.str) {
			return Errorf(Invalid, "field %q holds text that is not UTF-8 or has a zero byte (%.40q)", f.Name, v.str)
		}
		if v.kind == kindJSON && !json.Valid([]byte(v.str)) {
			return Errorf(Invalid, "field %q holds broken JSON (%.40q)", f.Name, v.str)
		}
	case kindDate:
		if day := int64(v.num); day < minDay || day > maxDay {
			return Errorf(Invalid, "field %q holds a day outside years 1 to 9999", f.Name)
		}
	case kindDateTime:
		const micros = secondsPerDay * 1_000_000
		if t := int64(v.num); t < minDay*micros || t >= (maxDay+1)*micros {
			return Errorf(Invalid, "field %q holds an instant outside years 1 to 9999", f.Name)
		}
	}
	return nil
}

func (d *Descriptor) checkGeometry(g *geo.Geometry) error {
	switch {
	case g.IsNull():
		return nil
	case !d.HasGeometry():
		return Errorf(Invalid, "the row has a %s, the collection has no geometry", g.Type)
	case d.Geometry != geo.Any && g.Type != d.Geometry:
		return Errorf(Invalid, "the row has a %s, the collection holds %s", g.Type, d.Geometry)
	}
	if err := g.Check(); err != nil {
		return Errorf(Invalid, "the geometry is broken: %w", err)
	}
	return nil
}
