package postgis

import (
	"encoding/binary"
	"math"

	"socle/geo"
	"socle/referentials"
)

// PostgreSQL counts days and microseconds from 2000-01-01.
const (
	epochDays   = 10957
	epochMicros = epochDays * 86400 * 1_000_000
)

// copySignature opens a binary COPY stream; flags and the extension's length, both zero,
// follow it.
const copySignature = "PGCOPY\n\xff\r\n\x00"

const copyHeader = copySignature + "\x00\x00\x00\x00\x00\x00\x00\x00"

// copyTrailer closes a binary COPY stream.
const copyTrailer = "\xff\xff"

// null is the length of a null field.
const null = ^uint32(0)

// appendTuple appends a row as a tuple of binary COPY: the fields, the geometry if the
// collection has any, the ordinal.
func appendTuple(dst []byte, d *referentials.Descriptor, srid int32, r *referentials.Row, ordinal int64) []byte {
	n := len(r.Values) + 1
	if d.HasGeometry() {
		n++
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	for _, v := range r.Values {
		dst = appendValue(dst, v)
	}
	if d.HasGeometry() {
		dst = appendGeometry(dst, &r.Geom, srid)
	}
	return appendInt64(dst, ordinal)
}

// appendValue appends a length and a value in its binary form.
func appendValue(dst []byte, v referentials.Value) []byte {
	switch v.Type() {
	case referentials.String, referentials.JSON:
		return append(binary.BigEndian.AppendUint32(dst, uint32(len(v.Str()))), v.Str()...)
	case referentials.Integer:
		return appendInt64(dst, v.Int())
	case referentials.Number:
		return appendInt64(dst, int64(math.Float64bits(v.Float())))
	case referentials.Boolean:
		return append(binary.BigEndian.AppendUint32(dst, 1), byte(v.Int()))
	case referentials.Date:
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(dst, 4), uint32(v.Int()-epochDays))
	case referentials.DateTime:
		return appendInt64(dst, v.Int()-epochMicros)
	}
	return binary.BigEndian.AppendUint32(dst, null)
}

func appendInt64(dst []byte, i int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(dst, 8), uint64(i))
}

func appendGeometry(dst []byte, g *geo.Geometry, srid int32) []byte {
	if g.IsNull() {
		return binary.BigEndian.AppendUint32(dst, null)
	}
	at := len(dst)
	dst = geo.AppendEWKB(append(dst, 0, 0, 0, 0), g, srid)
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// appendArrayHeader appends the head of a binary array of n elements, which follow in the
// form of appendValue.
func appendArrayHeader(dst []byte, element uint32, n int) []byte {
	dst = binary.BigEndian.AppendUint32(dst, 1)       // dimensions
	dst = binary.BigEndian.AppendUint32(dst, 1)       // there may be nulls
	dst = binary.BigEndian.AppendUint32(dst, element) // type
	dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	return binary.BigEndian.AppendUint32(dst, 1) // lower bound
}
