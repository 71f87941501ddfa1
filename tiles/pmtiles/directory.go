package pmtiles

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"socle/referentials"
)

// entry is a run of tiles that are the same, or (run 0) a leaf directory that goes on from
// a tile.
type entry struct {
	id, offset  uint64
	length, run uint32
}

// appendDirectory encodes entries, of which there is at least one.
func appendDirectory(out []byte, entries []entry) []byte {
	out = binary.AppendUvarint(out, uint64(len(entries)))
	last := uint64(0)
	for i := range entries {
		out = binary.AppendUvarint(out, entries[i].id-last)
		last = entries[i].id
	}
	for i := range entries {
		out = binary.AppendUvarint(out, uint64(entries[i].run))
	}
	for i := range entries {
		out = binary.AppendUvarint(out, uint64(entries[i].length))
	}
	for i := range entries {
		if i > 0 && entries[i].offset == entries[i-1].offset+uint64(entries[i-1].length) {
			out = append(out, 0)
		} else {
			out = binary.AppendUvarint(out, entries[i].offset+1)
		}
	}
	return out
}

// numbers reads the integers of a directory; bad is set by one that is cut off or does not
// fit.
type numbers struct {
	b   []byte
	bad bool
}

func (n *numbers) next(most uint64) uint64 {
	v, size := binary.Uvarint(n.b)
	if size <= 0 || v > most {
		n.bad = true
		return 0
	}
	n.b = n.b[size:]
	return v
}

// leastEntry is how few bytes an entry takes.
const leastEntry = 4

// decodeDirectory reads a decompressed directory, whose tiles and leaves must lie within
// the sections of h.
func decodeDirectory(b []byte, h *Header) ([]entry, error) {
	n := numbers{b: b}
	count := n.next(math.MaxUint64)
	switch {
	case n.bad || count == 0:
		return nil, damaged("it has no entries")
	case count > uint64(len(n.b)/leastEntry):
		return nil, damaged("%d bytes cannot hold its %d entries", len(n.b), count)
	}
	entries := make([]entry, count)
	id := uint64(0)
	for i := range entries {
		delta := n.next(endID - 1)
		if n.bad {
			break
		}
		if i > 0 && delta == 0 {
			return nil, damaged("entry %d is for the same tile as the one before", i)
		}
		if id += delta; id >= endID {
			return nil, damaged("entry %d is for tile %d, which is none", i, id)
		}
		entries[i].id = id
	}
	for i := range entries {
		entries[i].run = uint32(n.next(math.MaxUint32))
	}
	for i := range entries {
		entries[i].length = uint32(n.next(math.MaxUint32))
	}
	for i := range entries {
		switch v := n.next(math.MaxUint64); {
		case v > 0:
			entries[i].offset = v - 1
		case i > 0:
			entries[i].offset = entries[i-1].offset + uint64(entries[i-1].length)
		default:
			n.bad = true
		}
	}
	if n.bad {
		return nil, damaged("a number of it is cut off or too large")
	}
	if len(n.b) > 0 {
		return nil, damaged("%d bytes follow its entries", len(n.b))
	}
	return entries, checkEntries(entries, h)
}

// checkEntries makes sure that entries do not overlap and point into their sections.
func checkEntries(entries []entry, h *Header) error {
	for i, e := range entries {
		end := uint64(endID)
		if i+1 < len(entries) {
			end = entries[i+1].id
		}
		within := h.tiles
		if e.run == 0 {
			within = h.leaves
		}
		switch {
		case e.length == 0:
			return damaged("entry %d has no bytes", i)
		case uint64(e.run) > end-e.id:
			return damaged("the run of entry %d reaches beyond tile %d", i, end)
		case e.offset > within.length || uint64(e.length) > within.length-e.offset:
			return damaged("entry %d takes %d bytes from byte %d of a section of %d", i, e.length, e.offset, within.length)
		}
	}
	return nil
}

func damaged(format string, args ...any) error {
	e := referentials.Errorf(referentials.Invalid, format, args...)
	return referentials.Errorf(referentials.Invalid, "a directory of the archive is damaged: %s", e.What).Do("copy or make it again")
}

// find gives the entry that tells of a tile: its run, or the leaf that may hold it.
func find(entries []entry, id uint64) (entry, bool) {
	i, exact := slices.BinarySearchFunc(entries, id, func(e entry, id uint64) int { return cmp.Compare(e.id, id) })
	if !exact {
		if i == 0 {
			return entry{}, false
		}
		i--
	}
	e := entries[i]
	return e, e.run == 0 || id-e.id < uint64(e.run)
}
