package geoparquet

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"socle/referentials"
	"socle/referentials/importer/source"
)

// leaf reads the values of a column that is not nested.
type leaf struct {
	fieldType referentials.FieldType
	read      func(*source.Texts, parquet.Value) referentials.Value
}

// newLeaf chooses by annotation, then by physical type.
func newLeaf(c *parquet.Column) *leaf {
	kind := c.Type().Kind()
	switch t := logical(c).(type) {
	case *format.DateType:
		return &leaf{referentials.Date, func(_ *source.Texts, v parquet.Value) referentials.Value {
			return referentials.DateValue(int64(v.Int32()))
		}}
	case *format.TimestampType:
		if kind == parquet.Int64 {
			return timestamp(t.Unit.Value.Duration())
		}
	case *format.TimeType:
		return timeOfDay(t.Unit.Value.Duration(), kind)
	case *format.DecimalType:
		if t.Scale == 0 {
			return wholeDecimal(t.Precision, kind)
		}
		return decimal(t.Scale, kind)
	case *format.IntType:
		return integer(t.IsSigned, kind)
	case *format.JsonType:
		return &leaf{referentials.JSON, readJSON}
	case *format.StringType, *format.EnumType:
		return &leaf{referentials.String, readText}
	case *format.UUIDType:
		return &leaf{referentials.String, readUUID}
	}
	switch kind {
	case parquet.Boolean:
		return &leaf{referentials.Boolean, func(_ *source.Texts, v parquet.Value) referentials.Value {
			return referentials.BooleanValue(v.Boolean())
		}}
	case parquet.Int32, parquet.Int64:
		return integer(true, kind)
	case parquet.Int96:
		return &leaf{referentials.DateTime, readInt96}
	case parquet.Float:
		return &leaf{referentials.Number, func(_ *source.Texts, v parquet.Value) referentials.Value {
			return referentials.NumberValue(widen(v.Float()))
		}}
	case parquet.Double:
		return &leaf{referentials.Number, func(_ *source.Texts, v parquet.Value) referentials.Value {
			return referentials.NumberValue(v.Double())
		}}
	}
	return &leaf{referentials.String, readBytes}
}

func integer(signed bool, kind parquet.Kind) *leaf {
	return &leaf{referentials.Integer, func(_ *source.Texts, v parquet.Value) referentials.Value {
		switch {
		case kind == parquet.Int32 && signed:
			return referentials.IntegerValue(int64(v.Int32()))
		case kind == parquet.Int32:
			return referentials.IntegerValue(int64(v.Uint32()))
		case !signed && v.Int64() < 0:
			// More than an int64 holds is given as text, so that nothing is lost silently.
			return referentials.StringValue(strconv.FormatUint(v.Uint64(), 10))
		}
		return referentials.IntegerValue(v.Int64())
	}}
}

func timestamp(unit time.Duration) *leaf {
	return &leaf{referentials.DateTime, func(_ *source.Texts, v parquet.Value) referentials.Value {
		n := v.Int64()
		switch unit {
		case time.Millisecond:
			return referentials.DateTimeValue(n * 1000)
		case time.Nanosecond:
			return referentials.DateTimeValue(floorDiv(n, 1000))
		}
		return referentials.DateTimeValue(n)
	}}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func timeOfDay(unit time.Duration, kind parquet.Kind) *leaf {
	return &leaf{referentials.String, func(_ *source.Texts, v parquet.Value) referentials.Value {
		n := v.Int64()
		if kind == parquet.Int32 {
			n = int64(v.Int32())
		}
		return referentials.StringValue(time.Unix(0, 0).UTC().Add(time.Duration(n) * unit).Format("15:04:05.999999999"))
	}}
}

// maxScale bounds the digits after the point of a decimal.
const maxScale = 1000

func decimal(scale int32, kind parquet.Kind) *leaf {
	return &leaf{referentials.Number, func(_ *source.Texts, v parquet.Value) referentials.Value {
		if scale < 0 || scale > maxScale {
			return referentials.Null
		}
		// Through text, so that 0.1 is the float64 that 0.1 is everywhere.
		x, err := strconv.ParseFloat(unscaled(v, kind).String()+"e-"+strconv.Itoa(int(scale)), 64)
		if err != nil {
			return referentials.Null
		}
		return referentials.NumberValue(x)
	}}
}

// wholeDecimal reads decimals without a fraction, identifiers for the most part: integers,
// and texts where more digits are than an int64 holds.
func wholeDecimal(precision int32, kind parquet.Kind) *leaf {
	const exact = 18
	declared := referentials.Integer
	if precision > exact {
		declared = ""
	}
	return &leaf{declared, func(_ *source.Texts, v parquet.Value) referentials.Value {
		n := unscaled(v, kind)
		if !n.IsInt64() {
			return referentials.StringValue(n.String())
		}
		return referentials.IntegerValue(n.Int64())
	}}
}

func unscaled(v parquet.Value, kind parquet.Kind) *big.Int {
	switch kind {
	case parquet.Int32:
		return big.NewInt(int64(v.Int32()))
	case parquet.Int64:
		return big.NewInt(v.Int64())
	}
	return twosComplement(v.ByteArray())
}

// twosComplement reads a signed big-endian integer.
func twosComplement(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// widen keeps the decimal a float32 was written as: 0.1 stays 0.1.
func widen(f float32) float64 {
	x, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return x
}

// readInt96 reads nanoseconds of a day and a Julian day, as old writers wrote instants.
func readInt96(_ *source.Texts, v parquet.Value) referentials.Value {
	n := v.Int96()
	nanos, julian := int64(n[0])|int64(n[1])<<32, int64(n[2])
	const julianDayOf1970, microsPerDay = 2440588, 86_400_000_000
	return referentials.DateTimeValue((julian-julianDayOf1970)*microsPerDay + floorDiv(nanos, 1000))
}

func readText(texts *source.Texts, v parquet.Value) referentials.Value {
	return referentials.StringValue(texts.Of(v.ByteArray()))
}

func readJSON(texts *source.Texts, v parquet.Value) referentials.Value {
	if b := v.ByteArray(); json.Valid(b) {
		return referentials.JSONValue(string(b))
	}
	return readText(texts, v)
}

func readUUID(_ *source.Texts, v parquet.Value) referentials.Value {
	b := v.ByteArray()
	if len(b) != 16 {
		return referentials.StringValue(base64.StdEncoding.EncodeToString(b))
	}
	return referentials.StringValue(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// readBytes takes bytes that are text as such: writers without annotations have many.
func readBytes(_ *source.Texts, v parquet.Value) referentials.Value {
	b := v.ByteArray()
	if isText(b) {
		return referentials.StringValue(string(b))
	}
	return referentials.StringValue(base64.StdEncoding.EncodeToString(b))
}
