package referentials

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
)

// FieldType is the type of a field's values.
type FieldType string

// The field types, and what a Value of each holds.
const (
	String   FieldType = "string"
	Integer  FieldType = "integer"  // int64
	Number   FieldType = "number"   // float64, finite
	Boolean  FieldType = "boolean"  //
	Date     FieldType = "date"     // a day
	DateTime FieldType = "datetime" // an instant, microseconds, UTC
	JSON     FieldType = "json"     // an array or object, as its text
)

type kind uint8

const (
	kindNull kind = iota
	kindString
	kindInteger
	kindNumber
	kindBoolean
	kindDate
	kindDateTime
	kindJSON
)

// Value is one typed cell. The zero Value is null. It holds no pointer but the string's,
// so a row of them costs no allocation.
type Value struct {
	str  string
	num  uint64
	kind kind
}

// Null is the absent value.
var Null = Value{}

// StringValue makes a text value; the empty string is a value, not null.
func StringValue(s string) Value { return Value{kind: kindString, str: s} }

// IntegerValue makes an integer value.
func IntegerValue(i int64) Value { return Value{kind: kindInteger, num: uint64(i)} }

// NumberValue makes a number; NaN and infinities, which no format can carry, are null.
func NumberValue(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Null
	}
	return Value{kind: kindNumber, num: math.Float64bits(f)}
}

// BooleanValue makes a truth value.
func BooleanValue(b bool) Value {
	if b {
		return Value{kind: kindBoolean, num: 1}
	}
	return Value{kind: kindBoolean}
}

// DateValue makes a day from days since 1970-01-01.
func DateValue(days int64) Value { return Value{kind: kindDate, num: uint64(days)} }

// DateTimeValue makes an instant from microseconds since 1970-01-01T00:00:00Z.
func DateTimeValue(micros int64) Value { return Value{kind: kindDateTime, num: uint64(micros)} }

// JSONValue makes an array or object from its JSON text, which the caller has checked.
func JSONValue(text string) Value { return Value{kind: kindJSON, str: text} }

// IsNull tells whether the value is absent.
func (v Value) IsNull() bool { return v.kind == kindNull }

// Type gives the value's field type, "" for null.
func (v Value) Type() FieldType {
	switch v.kind {
	case kindString:
		return String
	case kindInteger:
		return Integer
	case kindNumber:
		return Number
	case kindBoolean:
		return Boolean
	case kindDate:
		return Date
	case kindDateTime:
		return DateTime
	case kindJSON:
		return JSON
	}
	return ""
}

// Str gives the text of a String or JSON value, "" otherwise.
func (v Value) Str() string { return v.str }

// Int gives the integer, the days of a Date, the microseconds of a DateTime or 1 for true.
func (v Value) Int() int64 { return int64(v.num) }

// Bool gives the truth value.
func (v Value) Bool() bool { return v.kind == kindBoolean && v.num != 0 }

// Float gives a Number, or an Integer as a number; 0 otherwise.
func (v Value) Float() float64 {
	switch v.kind {
	case kindNumber:
		return math.Float64frombits(v.num)
	case kindInteger:
		return float64(int64(v.num))
	}
	return 0
}

// DateLayout and DateTimeLayout are how days and instants are written.
const (
	DateLayout     = "2006-01-02"
	DateTimeLayout = "2006-01-02T15:04:05.999999Z"
)

const secondsPerDay = 86400

// Time gives a Date (at 00:00 UTC) or DateTime as a time in UTC.
func (v Value) Time() time.Time {
	if v.kind == kindDate {
		return time.Unix(int64(v.num)*secondsPerDay, 0).UTC()
	}
	return time.UnixMicro(int64(v.num)).UTC()
}

// String writes the value as text, the way keys, CSV and messages show it: numbers in
// their shortest form that reads back the same, days and instants in ISO 8601, null as "".
func (v Value) String() string { return string(v.Append(nil)) }

// Append appends what String gives.
func (v Value) Append(dst []byte) []byte {
	switch v.kind {
	case kindString, kindJSON:
		return append(dst, v.str...)
	case kindInteger:
		return strconv.AppendInt(dst, int64(v.num), 10)
	case kindNumber:
		return AppendFloat(dst, math.Float64frombits(v.num))
	case kindBoolean:
		return strconv.AppendBool(dst, v.num != 0)
	case kindDate, kindDateTime:
		return v.appendTime(dst)
	}
	return dst
}

// appendTime writes the layouts without reading them for each value, as every row of an
// output needs it.
func (v Value) appendTime(dst []byte) []byte {
	t := v.Time()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		if v.kind == kindDate {
			return t.AppendFormat(dst, DateLayout)
		}
		return t.AppendFormat(dst, DateTimeLayout)
	}
	dst = appendTwo(appendTwo(dst, year/100), year%100)
	dst = appendTwo(append(dst, '-'), int(month))
	dst = appendTwo(append(dst, '-'), day)
	if v.kind == kindDate {
		return dst
	}
	hour, minute, second := t.Clock()
	dst = appendTwo(append(dst, 'T'), hour)
	dst = appendTwo(append(dst, ':'), minute)
	dst = appendTwo(append(dst, ':'), second)
	if micros := t.Nanosecond() / 1000; micros > 0 {
		dst = appendTwo(append(dst, '.'), micros/10_000)
		dst = appendTwo(appendTwo(dst, micros/100%100), micros%100)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return append(dst, 'Z')
}

func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// AppendBinary appends a form of the value that no other value has, for hashing. It is
// not for storage: it may change.
func (v Value) AppendBinary(dst []byte) []byte {
	dst = append(dst, byte(v.kind))
	dst = binary.LittleEndian.AppendUint64(dst, v.num)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(v.str)))
	return append(dst, v.str...)
}

// AppendFloat appends the shortest decimal that reads back as f, without an exponent for
// ordinary magnitudes (1e-6 ≤ |f| < 1e21), as JSON writers do.
func AppendFloat(dst []byte, f float64) []byte {
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}
