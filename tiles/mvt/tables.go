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

func (t *keyTable) known(key int) bool { return t.numbers[key] >= 0 }

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
	buf      []byte            // the values as the layer writes them

	list    *Values           // nil when the layer draws on none
	given   []stamp           // by code in list; 0 where it has no number yet
	beyond  map[uint32]uint32 // numbers that no stamp holds, by code
	codes   []uint32          // of values by number, 0 of those that are not from the list
	written int               // of codes, in buf
	aside   [batchSize]uint32 // codes of a batch that had no number
}

// stamp is a tag without its key: the number of a value in the three low bytes as it is
// written, and in the highest how many bytes the tag takes with a key of one byte.
type stamp uint32

const (
	noTag   stamp = 1       // of code 0, of which nothing is written
	counted stamp = 1 << 31 // marks a value for as long as those of a column are counted
	stamped       = 1 << 21 // numbers from there on take more than three bytes
)

// size is how many bytes the tag takes.
func (s stamp) size() int { return int(s >> 24) }

// stampOf is made for numbers below stamped.
func stampOf(number uint32) stamp {
	switch {
	case number < 1<<7:
		return stamp(2<<24 | number)
	case number < 1<<14:
		return stamp(3<<24 | number>>7<<8 | 0x80 | number&0x7f)
	}
	return stamp(4<<24 | number>>14<<16 | 0x8000 | number<<1&0x7f00 | 0x80 | number&0x7f)
}

// number gives what stampOf was given.
func (s stamp) number() uint32 { return uint32(s&0x7f | s>>1&0x3f80 | s>>2&0x1fc000) }

// tableKept bounds the maps that are kept for the next layer: clearing a map costs as
// much as it ever held.
const tableKept = 1 << 16

func (t *valueTable) reset() {
	t.strings, t.integers, t.doubles = emptied(t.strings), emptied(t.integers), emptied(t.doubles)
	t.booleans = [2]int32{-1, -1}
	t.buf = t.buf[:0]
	t.forget()
	t.list = nil
}

// forget takes back the numbers of values of the list.
func (t *valueTable) forget() {
	if t.list != nil {
		for _, code := range t.codes {
			t.given[code] = 0
		}
	}
	t.codes, t.written = t.codes[:0], 0
	clear(t.beyond)
}

// settle writes the values of the list that were numbered but not written yet.
func (t *valueTable) settle() {
	if t.written < len(t.codes) {
		t.buf = t.list.appendAll(t.buf, t.codes[t.written:])
		t.written = len(t.codes)
	}
}

func emptied[K comparable](m map[K]uint32) map[K]uint32 {
	if m == nil || len(m) > tableKept {
		return make(map[K]uint32)
	}
	clear(m)
	return m
}

// next numbers a value that is not from the list and is to be written at once.
func (t *valueTable) next() uint32 {
	t.settle()
	t.codes = append(t.codes, 0)
	t.written++
	return uint32(t.written - 1)
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

// use makes a layer without values draw on a list of them.
func (t *valueTable) use(v *Values) {
	t.list = v
	if n := v.Len() + 1; len(t.given) < n {
		t.given = make([]stamp, n)
	}
	t.given[0] = noTag
}

// listed numbers a value of the list.
func (t *valueTable) listed(code uint32) uint32 {
	if s := t.given[code]; s != 0 {
		return s.number()
	}
	number, ok := t.beyond[code]
	if ok {
		return number
	}
	number = uint32(len(t.codes))
	t.codes = append(t.codes, code)
	if number < stamped {
		t.given[code] = stampOf(number)
	} else {
		if t.beyond == nil {
			t.beyond = map[uint32]uint32{}
		}
		t.beyond[code] = number
	}
	return number
}
