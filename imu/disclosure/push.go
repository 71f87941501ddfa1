package disclosure

import (
	"math"
	"slices"
)

// push asks how far one hidden cell can be moved while all relations still hold and nothing
// falls below 0, and which other cells must move with it, at the least cost. It is a linear
// program in the changes of the cells, solved by the bounded simplex method on a dense
// tableau from the true values (no change at all) on: every step is a table an attacker
// cannot tell from the true one, so stopping early is safe.
type push struct {
	value  []float64 // per variable: how far it can go down
	cost   []float64 // of a unit of change, either way
	target int       // the variable to move
	up     bool
	far    float64 // how far is enough
}

// The tolerances of the tableau, whose entries are small whole numbers at first.
const (
	tiny     = 1e-9
	maxSteps = 2000
	maxStill = 20 // steps without progress before the rule that cannot go in circles
)

// Where a variable stands.
const (
	atZero  = iota
	atFloor // it lost all it had
	inBasis
)

type tableau struct {
	*push
	t      [][]float64 // one row per basic variable: it changes by −t times each other's change
	basis  []int
	side   []float64 // +1: the basic variable is at or above its true value, −1: at or below
	state  []uint8
	change []float64
	earned []float64 // scratch of entering
	weight float64
}

// zeros gives n zeros, in what there is where that is enough.
func zeros[T uint8 | float64](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// run gives the change of every variable, and whether the target got far enough. It writes
// over the rows, and works in what s holds, which the change is a part of.
func (p *push) run(rows [][]float64, s *tableau) ([]float64, bool) {
	s.push = p
	s.state, s.change, s.earned = zeros(s.state, len(p.value)), zeros(s.change, len(p.value)), zeros(s.earned, len(p.value))
	s.t, s.basis, s.side = s.t[:0], s.basis[:0], s.side[:0]
	s.weight = 1
	for _, c := range p.cost {
		s.weight += 2 * c
	}
	s.start(rows)
	for step, still := 0, 0; step < maxSteps; step++ {
		v, dir := s.entering(still > maxStill)
		if v < 0 {
			break
		}
		if still++; s.move(v, dir) > 0 {
			still = 0
		}
	}
	moved := s.change[p.target]
	if !p.up {
		moved = -moved
	}
	return s.change, moved >= p.far*(1-slack)
}

// start solves the rows for one variable each, the free of charge first, and never for the
// target unless it must.
func (s *tableau) start(rows [][]float64) {
	for _, row := range rows {
		for k, b := range s.basis {
			if f := row[b]; f != 0 {
				axpy(row, s.t[k], -f)
			}
		}
		best := -1
		for v, x := range row {
			if math.Abs(x) < tiny {
				row[v] = 0
				continue
			}
			if best < 0 || best == s.target || v != s.target && s.cost[v] < s.cost[best] {
				best = v
			}
		}
		if best < 0 {
			continue
		}
		scale(row, 1/row[best])
		for k := range s.t {
			if f := s.t[k][best]; f != 0 {
				axpy(s.t[k], row, -f)
			}
		}
		s.t = append(s.t, row)
		s.basis = append(s.basis, best)
		s.side = append(s.side, 1)
		s.state[best] = inBasis
		if best == s.target && !s.up {
			s.side[len(s.side)-1] = -1
		}
	}
}

// gain is what a unit of change of a variable upwards (dir 1) or downwards earns by itself.
func (s *tableau) gain(v int, dir float64) float64 {
	if v == s.target {
		if s.up == (dir > 0) {
			return s.weight
		}
		return math.Inf(-1) // it would move the wrong way
	}
	return -s.cost[v]
}

// entering picks the change that earns most, or the first that earns anything.
func (s *tableau) entering(first bool) (int, float64) {
	n := len(s.state)
	z := zeros(s.earned, n) // what the basic variables earn by a unit of each variable upwards
	for k, b := range s.basis {
		g := s.side[k] * s.gain(b, s.side[k])
		if g == 0 {
			continue
		}
		axpy(z, s.t[k], -g)
	}
	best, at, dir := tiny, -1, 0.0
	for v := 0; v < n; v++ {
		var up, down float64
		switch s.state[v] {
		case inBasis:
			continue
		case atFloor:
			up, down = z[v]-s.gain(v, -1), math.Inf(-1)
			if v == s.target {
				up = math.Inf(-1)
			}
		default:
			up, down = s.gain(v, 1)+z[v], s.gain(v, -1)-z[v]
			if s.change[v] != 0 { // the target, as far as it should be
				continue
			}
			if s.value[v] == 0 {
				down = math.Inf(-1)
			}
		}
		if up > best {
			best, at, dir = up, v, 1
		}
		if down > best {
			best, at, dir = down, v, -1
		}
		if at >= 0 && first {
			return at, dir
		}
	}
	return at, dir
}

// room is how far a variable may go from where it is, on its side of the true value.
func (s *tableau) room(v int, side, dir float64) float64 {
	switch {
	case side*dir < 0:
		return math.Abs(s.change[v]) // back to the true value
	case v == s.target:
		return max(s.far-math.Abs(s.change[v]), 0)
	case dir > 0:
		return math.Inf(1)
	}
	return max(s.value[v]+s.change[v], 0)
}

// move changes one variable until it, or a basic one, comes to an end, and tells how far
// that was.
func (s *tableau) move(v int, dir float64) float64 {
	side := dir
	if s.state[v] == atFloor {
		side = -1
	}
	step, leaves := s.room(v, side, dir), -1
	for k, b := range s.basis {
		rate := -s.t[k][v] * dir
		if math.Abs(rate) < tiny {
			continue
		}
		r := s.room(b, s.side[k], math.Copysign(1, rate)) / math.Abs(rate)
		if r < step || r == step && leaves >= 0 && b < s.basis[leaves] {
			step, leaves = r, k
		}
	}
	if math.IsInf(step, 1) {
		step = s.far // nothing holds it
	}
	s.change[v] += dir * step
	for k, b := range s.basis {
		if x := s.t[k][v]; x != 0 {
			s.change[b] -= x * dir * step
		}
	}
	if leaves < 0 {
		s.settle(v, side)
		return step
	}
	b := s.basis[leaves]
	s.settle(b, s.side[leaves])
	s.basis[leaves], s.side[leaves], s.state[v] = v, side, inBasis
	row := s.t[leaves]
	scale(row, 1/row[v])
	for k := range s.t {
		if f := s.t[k][v]; k != leaves && f != 0 {
			axpy(s.t[k], row, -f)
			s.t[k][v] = 0
		}
	}
	return step
}

// settle puts a variable that leaves the basis exactly where it came to an end.
func (s *tableau) settle(v int, side float64) {
	s.state[v] = atZero
	switch d := s.change[v]; {
	case v == s.target && math.Abs(d) > s.far/2:
		s.change[v] = math.Copysign(s.far, d)
	case side < 0 && s.value[v] > 0 && -d > s.value[v]/2:
		s.change[v], s.state[v] = -s.value[v], atFloor
	default:
		s.change[v] = 0
	}
}

func axpy(y, x []float64, a float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}

func scale(x []float64, a float64) {
	for i := range x {
		x[i] *= a
	}
}
