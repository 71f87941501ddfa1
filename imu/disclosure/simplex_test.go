package disclosure

import "math"

// simplex is the textbook method in two phases, by Bland's rule, over x ≥ 0 with rows that
// must hold. It starts from nowhere: it must not know the true values.
type simplex struct {
	rows  [][]float64 // of the tableau, right-hand side last
	basis []int
	cost  []float64 // per variable; its length is their number
	n     int
	scale float64
}

const close0 = 1e-9

// newSimplex takes rows whose last member is what the others come to.
func newSimplex(rows [][]float64, n int) *simplex {
	s := &simplex{n: n, cost: make([]float64, n), scale: 1}
	for _, row := range rows {
		s.scale = max(s.scale, math.Abs(row[n]))
	}
	// Phase one: an artificial variable per row, driven to 0.
	m := len(rows)
	for k, row := range rows {
		sign := 1.0
		if row[n] < 0 {
			sign = -1
		}
		long := make([]float64, n+m+1)
		for v := range n {
			long[v] = sign * row[v]
		}
		long[n+k] = 1
		long[n+m] = sign * row[n] / s.scale
		s.rows = append(s.rows, long)
		s.basis = append(s.basis, n+k)
	}
	drive := make([]float64, n+m)
	for k := range m {
		drive[n+k] = -1
	}
	s.run(drive)
	s.dropArtificial()
	return s
}

// dropArtificial keeps the rows that the true variables span.
func (s *simplex) dropArtificial() {
	var rows [][]float64
	var basis []int
	for k := range s.rows {
		if s.basis[k] >= s.n {
			for v := range s.n {
				if math.Abs(s.rows[k][v]) > 1e-7 {
					s.pivot(k, v)
					break
				}
			}
		}
	}
	for k, row := range s.rows {
		if s.basis[k] < s.n {
			rows = append(rows, append(row[:s.n:s.n], row[len(row)-1]))
			basis = append(basis, s.basis[k])
		}
	}
	s.rows, s.basis = rows, basis
}

// run maximises, and gives +Inf when nothing bounds it.
func (s *simplex) run(cost []float64) float64 {
	for range 100000 {
		enter, leave := -1, -1
		for v := range cost {
			reduced := cost[v]
			for k, b := range s.basis {
				reduced -= cost[b] * s.rows[k][v]
			}
			if reduced > 1e-8 {
				enter = v
				break
			}
		}
		if enter < 0 {
			break
		}
		least := math.Inf(1)
		for k, row := range s.rows {
			if row[enter] <= 1e-8 {
				continue
			}
			r := row[len(row)-1] / row[enter]
			if r < least-close0 || r < least+close0 && s.basis[k] < s.basis[leave] {
				least, leave = min(r, least), k
			}
		}
		if leave < 0 {
			return math.Inf(1)
		}
		s.pivot(leave, enter)
	}
	value := 0.0
	for k, b := range s.basis {
		value += cost[b] * s.rows[k][len(s.rows[k])-1]
	}
	return value
}

func (s *simplex) pivot(leave, enter int) {
	row := s.rows[leave]
	f := 1 / row[enter]
	for v := range row {
		row[v] *= f
	}
	for k, other := range s.rows {
		if f := other[enter]; k != leave && f != 0 {
			for v := range other {
				other[v] -= f * row[v]
			}
			other[enter] = 0
		}
	}
	s.basis[leave] = enter
}

// interval bounds a sum of variables.
func (s *simplex) interval(sum []float64) interval {
	high := s.run(sum) * s.scale
	less := make([]float64, len(sum))
	for v, x := range sum {
		less[v] = -x
	}
	return interval{Low: -s.run(less) * s.scale, High: high}
}

// reduce writes a sum of variables in those outside the basis alone: what of it can change.
func (s *simplex) reduce(sum []float64) []float64 {
	left := make([]float64, len(sum))
	copy(left, sum)
	for k, b := range s.basis {
		if f := left[b]; f != 0 {
			for v := range left {
				left[v] -= f * s.rows[k][v]
			}
			left[b] = 0
		}
	}
	return left
}

// fixed tells whether a sum is the same in all solutions of the rows.
func (s *simplex) fixed(sum []float64) bool {
	for _, x := range s.reduce(sum) {
		if math.Abs(x) > 1e-7 {
			return false
		}
	}
	return true
}

// fixedGiven tells whether one variable follows from another.
func (s *simplex) fixedGiven(v, given int) bool {
	one, other := make([]float64, s.n), make([]float64, s.n)
	one[v], other[given] = 1, 1
	a, b := s.reduce(one), s.reduce(other)
	f := 0.0
	for k := range b {
		if math.Abs(b[k]) > 1e-7 {
			f = a[k] / b[k]
			break
		}
	}
	for k := range a {
		if math.Abs(a[k]-f*b[k]) > 1e-7 {
			return false
		}
	}
	return true
}
