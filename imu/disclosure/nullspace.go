package disclosure

import (
	"math/bits"
	"slices"

	"socle/referentials"
)

// Exact derivation is a question of ranks: a sum of hidden cells follows from what is shown
// exactly when every change of the hidden cells that keeps all relations leaves that sum as
// it is. So one such change, drawn at random, answers it for all sums at once: the sum's
// change is 0. Drawing it needs one sparse elimination. It is done modulo a prime of 61 bits,
// without rounding; that a change is 0 by chance has odds of one to 2⁶¹, and then a cell too
// many is hidden, not one too few.

// prime is 2⁶¹−1.
const prime = 1<<61 - 1

// maxElimination bounds the entries an elimination may touch.
const maxElimination = 1 << 28

func mulmod(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return addmod(lo&prime, hi<<3|lo>>61)
}

func addmod(a, b uint64) uint64 {
	if a += b; a >= prime {
		a -= prime
	}
	return a
}

func negmod(a uint64) uint64 {
	if a == 0 {
		return 0
	}
	return prime - a
}

// invmod is a^(prime−2).
func invmod(a uint64) uint64 {
	r := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			r = mulmod(r, a)
		}
		a = mulmod(a, a)
	}
	return r
}

// entry is one coefficient of a row.
type entry struct {
	v int32
	x uint64
}

// pivot is a variable that a row gives from its others.
type pivot struct {
	v   int32
	row []entry
}

// elimination is a set of rows solved for some of their variables.
type elimination struct {
	rows   [][]entry
	where  [][]int32 // rows a variable was seen in; those done, or without it by now, are passed over
	done   []bool
	pivots []pivot
	work   int
}

// eliminate solves rows that each sum to 0, given as sorted entries over n variables.
func eliminate(n int, rows [][]entry) (*elimination, error) {
	e := &elimination{rows: rows, where: make([][]int32, n), done: make([]bool, len(rows))}
	count := make([]int32, n)
	for k, row := range rows {
		for _, x := range row {
			e.where[x.v] = append(e.where[x.v], int32(k))
			count[x.v]++
		}
	}
	e.peel(count)
	rest := make([]int32, 0)
	for k := range rows {
		if !e.done[k] {
			rest = append(rest, int32(k))
		}
	}
	return e, e.core(rest)
}

// peel takes rows that have a variable to themselves: nothing else changes. In a hierarchy
// that is all of them.
func (e *elimination) peel(count []int32) {
	var queue []int32
	for v, c := range count {
		if c == 1 {
			queue = append(queue, int32(v))
		}
	}
	for len(queue) > 0 {
		v := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, k := range e.where[v] {
			if e.done[k] {
				continue
			}
			e.done[k] = true
			e.pivots = append(e.pivots, pivot{v, e.rows[k]})
			for _, x := range e.rows[k] {
				if count[x.v]--; count[x.v] == 1 {
					queue = append(queue, x.v)
				}
			}
		}
	}
}

// core eliminates the rows left, the shortest first, by the variable in the fewest of them.
func (e *elimination) core(rest []int32) error {
	buckets := make([][]int32, 1)
	put := func(k int32) {
		n := len(e.rows[k])
		for n >= len(buckets) {
			buckets = append(buckets, nil)
		}
		buckets[n] = append(buckets[n], k)
	}
	for _, k := range rest {
		put(k)
	}
	for n := 0; n < len(buckets); {
		if len(buckets[n]) == 0 {
			n++
			continue
		}
		k := buckets[n][len(buckets[n])-1]
		buckets[n] = buckets[n][:len(buckets[n])-1]
		if e.done[k] || len(e.rows[k]) != n {
			continue // it was changed, and put elsewhere
		}
		e.done[k] = true
		if n == 0 {
			continue // it followed from the others
		}
		row := e.rows[k]
		best := row[0]
		for _, x := range row[1:] {
			if len(e.where[x.v]) < len(e.where[best.v]) {
				best = x
			}
		}
		e.pivots = append(e.pivots, pivot{best.v, row})
		inverse := invmod(best.x)
		for _, other := range slices.Clone(e.where[best.v]) {
			if e.done[other] {
				continue
			}
			at, ok := find(e.rows[other], best.v)
			if !ok {
				continue
			}
			e.subtract(other, row, mulmod(e.rows[other][at].x, inverse))
			if e.work > maxElimination {
				return referentials.Errorf(referentials.Refused, "the tables of this release are too entangled to be tested").
					Do("release fewer totals or categories together, or fewer meshes that do not nest")
			}
			put(other)
			n = min(n, len(e.rows[other]))
		}
		e.where[best.v] = nil
	}
	return nil
}

func find(row []entry, v int32) (int, bool) {
	return slices.BinarySearchFunc(row, v, func(x entry, v int32) int { return int(x.v) - int(v) })
}

// subtract takes factor times a row from another.
func (e *elimination) subtract(k int32, row []entry, factor uint64) {
	old := e.rows[k]
	e.work += len(old) + len(row)
	out := make([]entry, 0, len(old)+len(row))
	i, j := 0, 0
	for i < len(old) || j < len(row) {
		switch {
		case j == len(row) || i < len(old) && old[i].v < row[j].v:
			out = append(out, old[i])
			i++
		case i == len(old) || row[j].v < old[i].v:
			out = append(out, entry{row[j].v, negmod(mulmod(factor, row[j].x))})
			e.where[row[j].v] = append(e.where[row[j].v], k)
			j++
		default:
			if x := addmod(old[i].x, negmod(mulmod(factor, row[j].x))); x != 0 {
				out = append(out, entry{old[i].v, x})
			}
			i++
			j++
		}
	}
	e.rows[k] = out
}

// change draws one change of the variables that keeps every row at 0.
func (e *elimination) change(n int, seed uint64) []uint64 {
	y := make([]uint64, n)
	for v := range y {
		y[v] = splitmix(seed+uint64(v)) % prime
	}
	for k := len(e.pivots) - 1; k >= 0; k-- {
		p := &e.pivots[k]
		var sum, own uint64
		for _, x := range p.row {
			if x.v == p.v {
				own = x.x
			} else {
				sum = addmod(sum, mulmod(x.x, y[x.v]))
			}
		}
		if own != 1 {
			sum = mulmod(sum, invmod(own))
		}
		y[p.v] = negmod(sum)
	}
	return y
}

// splitmix is the mixing function of SplitMix64: the same numbers every time.
func splitmix(x uint64) uint64 {
	x = (x + 1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
