package gpkgfile

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"socle/geo/gpb"
	"socle/referentials"
	"socle/referentials/sqlite"
)

// Binder sets the parameters of [Layer.Insert] or [Layer.Update] from a row.
type Binder struct {
	layer   *Layer
	scratch []byte
}

// NewBinder makes the binder of a layer.
func NewBinder(l *Layer) *Binder { return &Binder{layer: l} }

// Bind sets the parameters from 1 on; the next free one is given.
func (b *Binder) Bind(s *sqlite.Stmt, r *referentials.Row) (next int, err error) {
	i := 1
	if b.layer.Geom != "" {
		if r.Geom.IsNull() {
			err = s.BindNull(i)
		} else {
			b.scratch = gpb.Append(b.scratch[:0], &r.Geom, b.layer.SRID)
			err = s.BindBlob(i, b.scratch)
		}
		if err != nil {
			return i, err
		}
		i++
	}
	for k := range b.layer.Columns {
		var v referentials.Value
		if k < len(r.Values) {
			v = r.Values[k]
		}
		if err := b.BindValue(s, i, v); err != nil {
			return i, err
		}
		i++
	}
	return i, nil
}

// BindValue sets one parameter.
func (b *Binder) BindValue(s *sqlite.Stmt, i int, v referentials.Value) error {
	switch v.Type() {
	case referentials.String, referentials.JSON:
		return s.BindText(i, v.Str())
	case referentials.Integer, referentials.Boolean:
		return s.BindInt(i, v.Int())
	case referentials.Number:
		return s.BindFloat(i, v.Float())
	case referentials.Date:
		b.scratch = v.Time().AppendFormat(b.scratch[:0], referentials.DateLayout)
		return s.BindTextBytes(i, b.scratch)
	case referentials.DateTime:
		// GeoPackage asks for milliseconds; finer instants keep their microseconds.
		layout := TimeLayout
		if v.Int()%1000 != 0 {
			layout = "2006-01-02T15:04:05.000000Z"
		}
		b.scratch = v.Time().AppendFormat(b.scratch[:0], layout)
		return s.BindTextBytes(i, b.scratch)
	}
	return s.BindNull(i)
}

// ValueError says that a stored value is not of its column's type, as SQLite allows.
type ValueError struct {
	Want referentials.FieldType
	Got  string
}

// Error shows the value.
func (e *ValueError) Error() string { return fmt.Sprintf("%.40q is not of type %s", e.Got, e.Want) }

// ReadValue reads column i of the current row as a type. Values of another storage class
// are taken where nothing is lost, else they are a [*ValueError].
func ReadValue(s *sqlite.Stmt, i int, want referentials.FieldType) (referentials.Value, error) {
	stored := s.Type(i)
	if stored == sqlite.Null {
		return referentials.Null, nil
	}
	refused := func() (referentials.Value, error) {
		got := "a blob"
		if stored != sqlite.Blob {
			got = s.Text(i)
		}
		return referentials.Null, &ValueError{Want: want, Got: got}
	}
	if stored == sqlite.Blob {
		return refused()
	}
	switch want {
	case referentials.Integer:
		if n, ok := readInt(s, i, stored); ok {
			return referentials.IntegerValue(n), nil
		}
	case referentials.Number:
		if stored != sqlite.Text {
			return referentials.NumberValue(s.Float(i)), nil
		}
		if f, err := strconv.ParseFloat(strings.TrimSpace(s.Text(i)), 64); err == nil {
			return referentials.NumberValue(f), nil
		}
	case referentials.Boolean:
		if n, ok := readInt(s, i, stored); ok {
			return referentials.BooleanValue(n != 0), nil
		}
		switch strings.ToLower(s.Text(i)) {
		case "true", "t", "yes":
			return referentials.BooleanValue(true), nil
		case "false", "f", "no":
			return referentials.BooleanValue(false), nil
		}
	case referentials.Date:
		if stored == sqlite.Text {
			if days, ok := parseDate(s.TextView(i)); ok {
				return referentials.DateValue(days), nil
			}
		}
	case referentials.DateTime:
		if stored == sqlite.Text {
			if micros, ok := parseDateTime(s.TextView(i)); ok {
				return referentials.DateTimeValue(micros), nil
			}
		}
	case referentials.JSON:
		if text := s.Text(i); json.Valid([]byte(text)) {
			return referentials.JSONValue(text), nil
		}
	default:
		if stored == sqlite.Float {
			// SQLite's own text of a number stops at 15 digits.
			return referentials.StringValue(referentials.NumberValue(s.Float(i)).String()), nil
		}
		return referentials.StringValue(s.Text(i)), nil
	}
	return refused()
}

func readInt(s *sqlite.Stmt, i int, stored sqlite.Type) (int64, bool) {
	switch stored {
	case sqlite.Integer:
		return s.Int(i), true
	case sqlite.Float:
		f := s.Float(i)
		return int64(f), f == math.Trunc(f) && math.Abs(f) < 1<<63
	case sqlite.Text:
		n, err := strconv.ParseInt(strings.TrimSpace(s.Text(i)), 10, 64)
		return n, err == nil
	}
	return 0, false
}

const secondsPerDay = 86400

func parseDate(b []byte) (days int64, ok bool) {
	if len(b) < len(referentials.DateLayout) {
		return 0, false
	}
	t, err := time.Parse(referentials.DateLayout, string(b[:len(referentials.DateLayout)]))
	if err != nil {
		return 0, false
	}
	// Some writers put midnight behind the day.
	if rest := b[len(referentials.DateLayout):]; len(rest) > 0 {
		if rest[0] != 'T' && rest[0] != ' ' {
			return 0, false
		}
		if strings.Trim(string(rest[1:]), "0:.Z") != "" {
			return 0, false
		}
	}
	return t.Unix() / secondsPerDay, true
}

// dateTimeLayouts are the forms met: the standard's, offsets as GDAL writes them, and
// what SQLite's own functions give (UTC).
var dateTimeLayouts = [...]string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

func parseDateTime(b []byte) (micros int64, ok bool) {
	text := string(b)
	for _, layout := range dateTimeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UnixMicro(), true
		}
	}
	return 0, false
}
