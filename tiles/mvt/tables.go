package mvt

import (
	"encoding/binary"
	"math"
)

// keyTable numbers the keys that features really use, in the order of their first use.
type keyTable struct {
	names   []string
	numbers []int32 // by position in names, -1 before the first use
	count   int32
	buf     []byte // the keys as the layer writes them
}

func (t *keyTable) reset(names []string) {
	t.names, t.count, t.buf = names, 0, t.buf[:0]
	t.numbers = t.numbers[:0]
	for range names {
		t.numbers = append(t.numbers, -1)
	}
}

func (t *keyTable) number(key int) uint32 {
	if t.numbers[key] < 0 {
		t.numbers[key] = t.count
		t.count++
		t.buf = binary.AppendUvarint(append(t.buf, layerKeys), uint64(len(t.names[key])))
		t.buf = append(t.buf, t.names[key]...)
	}
	return uint32(t.numbers[key])
}

// Fields of a value, one of which is there. Floats and ints are read, never written.
const (
	valueString = 1<<3 | wireBytes
	valueFloat  = 2<<3 | wireFixed32
	valueDouble = 3<<3 | wireFixed64
	valueInt    = 4<<3 | wireVarint
	valueUint   = 5<<3 | wireVarint
	valueSint   = 6<<3 | wireVarint
	valueBool   = 7<<3 | wireVarint
)

// valueTable numbers the values of a layer, each once, in the order of their first use.
type valueTable struct {
	strings  map[string]uint32
	integers map[int64]uint32
	doubles  map[uint64]uint32 // by bits
	booleans [2]int32          // -1 before the first use
	count    uint32
	buf      []byte // the values as the layer writes them

	list  *Values // nil when the layer draws on none
	given []stamp // by code in list
	epoch uint32
}

// stamp is the number of a listed value in the layer of an epoch, packed. What other layers
// left needs no clearing.
type stamp struct{ epoch, number uint32 }

// tableKept bounds the maps that are kept for the next layer: clearing a map costs as
// much as it ever held.
const tableKept = 1 << 16

func (t *valueTable) reset() {
	t.strings, t.integers, t.doubles = emptied(t.strings), emptied(t.integers), emptied(t.doubles)
	t.booleans = [2]int32{-1, -1}
	t.count, t.buf, t.list = 0, t.buf[:0], nil
}

func emptied[K comparable](m map[K]uint32) map[K]uint32 {
	if m == nil || len(m) > tableKept {
		return make(map[K]uint32)
	}
	clear(m)
	return m
}

func (t *valueTable) next() uint32 {
	t.count++
	return t.count - 1
}

func (t *valueTable) text(v string) uint32 {
	n, ok := t.strings[v]
	if !ok {
		n = t.next()
		t.strings[v] = n
		t.buf = appendString(t.buf, v)
	}
	return n
}

func (t *valueTable) integer(v int64) uint32 {
	n, ok := t.integers[v]
	if !ok {
		n = t.next()
		t.integers[v] = n
		t.buf = appendInt(t.buf, v)
	}
	return n
}

func (t *valueTable) double(v float64) uint32 {
	if v == 0 {
		v = 0 // -0 is no value of its own
	}
	n, ok := t.doubles[math.Float64bits(v)]
	if !ok {
		n = t.next()
		t.doubles[math.Float64bits(v)] = n
		t.buf = appendDouble(t.buf, v)
	}
	return n
}

func (t *valueTable) boolean(v bool) uint32 {
	k := 0
	if v {
		k = 1
	}
	if t.booleans[k] < 0 {
		t.booleans[k] = int32(t.next())
		t.buf = appendBool(t.buf, v)
	}
	return uint32(t.booleans[k])
}

// use makes the layer at work draw on a list of values.
func (t *valueTable) use(v *Values) {
	t.list = v
	if t.epoch++; t.epoch == 0 { // after four billion layers
		clear(t.given)
		t.epoch = 1
	}
	if n := v.Len() + 1; len(t.given) < n {
		t.given = make([]stamp, n)
	}
}

// listed numbers a value of the list.
func (t *valueTable) listed(code uint32) uint32 {
	s := &t.given[code]
	if s.epoch != t.epoch {
		*s = stamp{t.epoch, packVarint(t.next())}
		t.buf = t.list.appendTo(t.buf, code)
	}
	return unpackVarint(s.number)
}
