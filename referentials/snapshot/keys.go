package snapshot

import (
	"hash/maphash"
	"strconv"

	"socle/referentials"
)

// keyIndex finds the row of a key: an open-addressing table of row numbers that compares
// against the key column itself, so it holds no key of its own.
type keyIndex struct {
	seed  maphash.Seed
	keys  column
	kind  referentials.FieldType
	slots []uint32 // row + 1; 0 is free; a power of two, at most two thirds full
}

// newKeyIndex indexes n keys. A null or repeated one is the store's fault.
func newKeyIndex(keys column, kind referentials.FieldType, n int) (*keyIndex, error) {
	size := 8
	for size*2 < n*3 {
		size *= 2
	}
	x := &keyIndex{seed: maphash.MakeSeed(), keys: keys, kind: kind, slots: make([]uint32, size)}
	for i := range n {
		v := keys.value(i)
		if v.IsNull() {
			return nil, referentials.Errorf(referentials.Internal, "row %d has no key", i+1)
		}
		slot, taken := x.probe(v)
		if taken {
			return nil, referentials.Errorf(referentials.Internal, "two rows have the key %q", v.String())
		}
		x.slots[slot] = uint32(i) + 1
	}
	return x, nil
}

// probe gives the slot of a key, or the free one where it would go.
func (x *keyIndex) probe(v referentials.Value) (slot uint64, taken bool) {
	mask := uint64(len(x.slots) - 1)
	for slot = x.hash(v) & mask; ; slot = (slot + 1) & mask {
		row := x.slots[slot]
		if row == 0 {
			return slot, false
		}
		if x.keys.value(int(row)-1) == v {
			return slot, true
		}
	}
}

func (x *keyIndex) hash(v referentials.Value) uint64 {
	if x.kind == referentials.Integer {
		return maphash.Comparable(x.seed, v.Int())
	}
	return maphash.String(x.seed, v.Str())
}

// find gives the row of a key.
func (x *keyIndex) find(v referentials.Value) (int, bool) {
	if v.Type() != x.kind {
		return 0, false
	}
	slot, ok := x.probe(v)
	if !ok {
		return 0, false
	}
	return int(x.slots[slot]) - 1, true
}

// parseKey reads a key as it is written in a URL. An integer has one spelling only, so
// that a feature has one address.
func parseKey(kind referentials.FieldType, s string) (referentials.Value, bool) {
	if kind != referentials.Integer {
		return referentials.StringValue(s), true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != s {
		return referentials.Null, false
	}
	return referentials.IntegerValue(n), true
}

func (x *keyIndex) bytes() int { return 4 * cap(x.slots) }
