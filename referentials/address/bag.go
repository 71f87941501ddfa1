package address

import (
	"cmp"
	"slices"
)

// bag maps hashes to numbers, several of each, in one sorted array with a table of where
// each beginning of a hash starts. What it finds must be looked at: hashes collide.
type bag struct {
	entries []bagEntry
	starts  []uint32 // by the highest bits of the hash
	shift   uint
}

type bagEntry struct{ hash, value uint32 }

func makeBag(entries []bagEntry) bag {
	slices.SortFunc(entries, func(a, b bagEntry) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.value, b.value))
	})
	entries = slices.Clip(slices.Compact(entries))
	b := bag{entries: entries, shift: 32}
	for size := 1; size < len(entries) && b.shift > 8; size *= 2 {
		b.shift--
	}
	b.starts = make([]uint32, 1<<(32-b.shift)+1)
	for _, e := range entries {
		b.starts[uint64(e.hash)>>b.shift+1]++
	}
	for i := 1; i < len(b.starts); i++ {
		b.starts[i] += b.starts[i-1]
	}
	return b
}

// of gives the entries of a hash.
func (b *bag) of(hash uint32) []bagEntry {
	if len(b.entries) == 0 {
		return nil
	}
	k := uint64(hash) >> b.shift
	list := b.entries[b.starts[k]:b.starts[k+1]]
	from := 0
	for from < len(list) && list[from].hash < hash {
		from++
	}
	to := from
	for to < len(list) && list[to].hash == hash {
		to++
	}
	return list[from:to]
}

// FNV-1a.
const (
	hashBasis = 2166136261
	hashPrime = 16777619
)

func hashOf(b []byte) uint32 { return hashMore(hashBasis, b) }

func hashMore(h uint32, b []byte) uint32 {
	for _, c := range b {
		h = (h ^ uint32(c)) * hashPrime
	}
	return h
}

// mix spreads a hash over its highest bits, which bags go by.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	return h ^ h>>13
}
