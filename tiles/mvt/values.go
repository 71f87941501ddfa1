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
	block  []byte
	starts []uint32 // of the value of each code in block, and where the last one ends
	uints  []uint32 // codes of the whole numbers from 0 up, by number
	small  []uint32 // code of each of the least whole numbers, 0 for none
}

// Len counts the values. Their codes are 1 to Len.
func (v *Values) Len() int { return max(0, len(v.starts)-2) }

// Bytes tells how much memory the list takes.
func (v *Values) Bytes() int { return cap(v.block) + 4*(cap(v.starts)+cap(v.uints)+cap(v.small)) }

func (v *Values) encoded(code uint32) []byte {
	return v.block[v.starts[code]:v.starts[code+1]]
}

// add appends a value and gives its code. What write appends is taken for its bytes.
func (v *Values) add(write func(dst []byte) []byte) uint32 {
	if v.starts == nil {
		v.starts = make([]uint32, 2)
	}
	v.block = write(v.block)
	v.starts = append(v.starts, uint32(len(v.block)))
	return uint32(v.Len())
}

// short values are copied that many bytes at once.
const short = 16

// appendAll appends encoded values to dst. Those whose codes follow each other, as in a column
// that does not repeat itself, are copied at once.
func (v *Values) appendAll(dst []byte, codes []uint32) []byte {
	for len(codes) > 0 {
		n := min(len(codes), batchSize)
		dst = v.appendSome(slices.Grow(dst, n*short), codes[:n])
		codes = codes[n:]
	}
	return dst
}

// appendSome is appendAll where dst has room for as many short values.
func (v *Values) appendSome(dst []byte, codes []uint32) []byte {
	block, starts := v.block, v.starts
	w, n := dst[:cap(dst)], len(dst)
	for k := 0; k < len(codes); {
		first := codes[k]
		next := first + 1
		for k++; k < len(codes) && codes[k] == next; k++ {
			next++
		}
		from, to := starts[first], starts[next]
		size := int(to - from)
		if size > short {
			dst = append(w[:n], block[from:to]...)
			dst = slices.Grow(dst, (len(codes)-k)*short)
			w, n = dst[:cap(dst)], len(dst)
			continue
		}
		b := block[from : from+short]
		binary.LittleEndian.PutUint64(w[n:], binary.LittleEndian.Uint64(b))
		binary.LittleEndian.PutUint64(w[n+8:], binary.LittleEndian.Uint64(b[8:]))
		n += size
	}
	return w[:n]
}

// different counts the values of a column. The code of row i is codes[rows[i]].
func (t *valueTable) different(codes []uint32, rows []int) (n int) {
	given := t.given
	given[0] |= counted // it is no value
	for _, at := range rows {
		s := &given[codes[at]]
		n += 1 - int(*s>>31)
		*s |= counted
	}
	for _, at := range rows {
		given[codes[at]] &^= counted
	}
	given[0] &^= counted
	return n
}

// meet numbers the values of a column that have no number yet. Which those are cannot be
// foreseen: they are put aside without a jump.
func (t *valueTable) meet(codes []uint32, rows []int) {
	given, aside, n := t.given, &t.aside, uint32(0)
	for _, at := range rows {
		code := codes[at]
		aside[uint8(n)] = code
		n += uint32(given[code]-1) >> 31
	}
	if n == 0 {
		return
	}
	t.codes = slices.Grow(t.codes, int(n))
	to, count := t.codes[:cap(t.codes)], uint32(len(t.codes))
	for _, code := range aside[:n] {
		if given[code] == 0 {
			given[code] = stampOf(count)
			to[count] = code
			count++
		}
	}
	t.codes = to[:count]
}

// mostSmall whole numbers are looked up without a search.
const mostSmall = 4096

// uint gives the code of a whole number.
func (v *Values) uint(n uint64) (code uint32, ok bool) {
	if n < uint64(len(v.small)) {
		return v.small[n], v.small[n] != 0
	}
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
	return l.values.add(write)
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
				if code = v.add(func(dst []byte) []byte { return append(dst, b...) }); !alone {
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
	if n := len(v.uints); n > 0 {
		v.small = make([]uint32, min(v.uintAt(v.uints[n-1])+1, mostSmall))
		for _, code := range v.uints {
			k := v.uintAt(code)
			if k >= mostSmall {
				break
			}
			v.small[k] = code
		}
	}
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
