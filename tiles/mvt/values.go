package mvt

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"unsafe"
)

// Values is a list of different values, each in the bytes that a layer writes. Layers that
// draw on one, see [Encoder.UseValues], never look at a value again.
type Values struct {
	block []byte
	ends  []uint32 // of value k+1 in block
	uints []uint32 // codes of the whole numbers from 0 up, by number
}

// Len counts the values. Their codes are 1 to Len.
func (v *Values) Len() int { return len(v.ends) }

// Bytes tells how much memory the list takes.
func (v *Values) Bytes() int { return cap(v.block) + 4*cap(v.ends) + 4*cap(v.uints) }

func (v *Values) encoded(code uint32) []byte {
	from := uint32(0)
	if code > 1 {
		from = v.ends[code-2]
	}
	return v.block[from:v.ends[code-1]]
}

// short values are copied that many bytes at once.
const short = 16

// appendTo appends an encoded value to dst.
func (v *Values) appendTo(dst []byte, code uint32) []byte {
	from := uint32(0)
	if code > 1 {
		from = v.ends[code-2]
	}
	to := v.ends[code-1]
	size := int(to - from)
	if n := len(dst); size <= short && cap(dst) >= n+short && cap(v.block) >= int(from)+short {
		*(*[short]byte)(dst[n : n+short]) = *(*[short]byte)(v.block[from : from+short])
		return dst[:n+size]
	}
	return append(dst, v.block[from:to]...)
}

// uint gives the code of a whole number.
func (v *Values) uint(n uint64) (code uint32, ok bool) {
	k, ok := slices.BinarySearchFunc(v.uints, n, func(code uint32, n uint64) int { return cmp.Compare(v.uintAt(code), n) })
	if !ok {
		return 0, false
	}
	return v.uints[k], true
}

func (v *Values) uintAt(code uint32) uint64 {
	n, _ := binary.Uvarint(v.encoded(code)[3:])
	return n
}

// List collects the values of one field. The zero List is empty.
type List struct {
	values  Values
	doubles map[uint64]uint32
	ints    map[int64]uint32
	strings map[string]uint32
}

func add[K comparable](l *List, known *map[K]uint32, key K, write func(dst []byte) []byte) uint32 {
	if code, ok := (*known)[key]; ok {
		return code
	}
	if *known == nil {
		*known = map[K]uint32{}
	}
	code := l.add(write)
	(*known)[key] = code
	return code
}

func (l *List) add(write func(dst []byte) []byte) uint32 {
	l.values.block = write(l.values.block)
	l.values.ends = append(l.values.ends, uint32(len(l.values.block)))
	return uint32(len(l.values.ends))
}

// Int gives the code of an integer.
func (l *List) Int(v int64) uint32 {
	return add(l, &l.ints, v, func(dst []byte) []byte { return appendInt(dst, v) })
}

// Double gives the code of a number.
func (l *List) Double(v float64) uint32 {
	if v == 0 {
		v = 0 // -0 is no value of its own
	}
	return add(l, &l.doubles, math.Float64bits(v), func(dst []byte) []byte { return appendDouble(dst, v) })
}

// Bool gives the code of a truth value.
func (l *List) Bool(v bool) uint32 {
	key := int64(0)
	if v {
		key = 1
	}
	return add(l, &l.ints, key, func(dst []byte) []byte { return appendBool(dst, v) })
}

// String gives the code of a text.
func (l *List) String(v string) uint32 {
	return add(l, &l.strings, v, func(dst []byte) []byte { return appendString(dst, v) })
}

// NewString gives the code of a text that was not given before.
func (l *List) NewString(v string) uint32 {
	return l.add(func(dst []byte) []byte { return appendString(dst, v) })
}

// Join makes one Values of the lists of several fields, each of one type of value. The
// code of a value of list k is codes[k][code-1].
func Join(lists []List) (v *Values, codes [][]uint32) {
	v = new(Values)
	// Values of different types differ; so do all those of one list.
	types := map[byte]int{}
	for k := range lists {
		types[lists[k].kind()]++
	}
	known := map[string]uint32{}
	for k := range lists {
		l := &lists[k].values
		alone := types[lists[k].kind()] < 2
		to := make([]uint32, l.Len())
		for i := range to {
			b := l.encoded(uint32(i) + 1)
			key := unsafe.String(unsafe.SliceData(b), len(b)) // l.block does not change
			code, ok := uint32(0), false
			if !alone {
				code, ok = known[key]
			}
			if !ok {
				v.block = append(v.block, b...)
				v.ends = append(v.ends, uint32(len(v.block)))
				if code = uint32(len(v.ends)); !alone {
					known[key] = code
				}
				if typeOf(b) == valueUint {
					v.uints = append(v.uints, code)
				}
			}
			to[i] = code
		}
		codes = append(codes, to)
	}
	v.block = slices.Grow(v.block, short)
	slices.SortFunc(v.uints, func(a, b uint32) int { return cmp.Compare(v.uintAt(a), v.uintAt(b)) })
	return v, codes
}

// kind groups the types that integers take.
func (l *List) kind() byte {
	if l.values.Len() == 0 {
		return 0
	}
	switch kind := typeOf(l.values.encoded(1)); kind {
	case valueSint:
		return valueUint
	default:
		return kind
	}
}

// typeOf reads the field of an encoded value, after its length.
func typeOf(b []byte) byte {
	_, n := binary.Uvarint(b[1:])
	return b[1+n]
}

func appendString(dst []byte, v string) []byte {
	dst = binary.AppendUvarint(append(dst, layerValues), uint64(lengthSize(len(v))))
	dst = binary.AppendUvarint(append(dst, valueString), uint64(len(v)))
	return append(dst, v...)
}

func appendInt(dst []byte, v int64) []byte {
	field, bits := byte(valueUint), uint64(v)
	if v < 0 {
		field, bits = valueSint, uint64(v<<1)^uint64(v>>63)
	}
	dst = append(dst, layerValues, byte(1+varintSize(bits)), field)
	return binary.AppendUvarint(dst, bits)
}

func appendDouble(dst []byte, v float64) []byte {
	dst = append(dst, layerValues, 9, valueDouble)
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}

func appendBool(dst []byte, v bool) []byte {
	k := byte(0)
	if v {
		k = 1
	}
	return append(dst, layerValues, 2, valueBool, k)
}
