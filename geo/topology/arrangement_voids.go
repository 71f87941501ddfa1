package topology

import (
	"cmp"
	"slices"
)

// voids are wide stretches along an axis that no segment reaches into, as between a town and a
// piece of its territory far away. Cells leave them out: those of the town would be too wide.
// Those of each round are of places moved together by the rounds before.
type voids [][]void

// void moves what lies from some place on back, with all voids before it.
type void struct{ from, back int64 }

const (
	// voidSlots is into how many stretches an axis is divided.
	voidSlots = 1 << 12
	// leastSlot is how wide one is at least, in steps: what is kept of a void parts more than
	// cells are widened by.
	leastSlot = 16
)

// findVoids gives the voids of an axis, as long as they make up most of it.
func findVoids(low, high int64, n int, ends func(i int) (a, b int64)) (v voids) {
	for {
		round := widest(low, v.fold(high), n, func(i int) (int64, int64) { a, b := ends(i); return v.fold(a), v.fold(b) })
		if round == nil {
			return v
		}
		v = append(v, round)
	}
}

// widest gives the voids of some width, nil where they do not make up most of an axis.
func widest(low, high int64, n int, ends func(i int) (a, b int64)) []void {
	slot := (high-low)/voidSlots + 1
	if slot < leastSlot {
		return nil
	}
	var begins [voidSlots + 1]int // how many segments begin in a stretch, less those that ended before
	for i := range n {
		a, b := ends(i)
		begins[(min(a, b)-low)/slot]++
		begins[(max(a, b)-low)/slot+1]--
	}
	var found []void
	open, empty, back := 0, int64(0), int64(0)
	for k := range int64(voidSlots) {
		if open += begins[k]; open == 0 {
			empty++
			continue
		}
		if empty > 1 {
			back += (empty - 1) * slot
			found = append(found, void{low + k*slot, back})
		}
		empty = 0
	}
	if back < (high-low)/2 {
		return nil
	}
	return found
}

// fold moves a place of a segment together with the others.
func (v voids) fold(at int64) int64 {
	for _, round := range v {
		k, found := slices.BinarySearchFunc(round, at, func(d void, at int64) int { return cmp.Compare(d.from, at) })
		if found {
			k++
		}
		if k > 0 {
			at -= round[k-1].back
		}
	}
	return at
}
