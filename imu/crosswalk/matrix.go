package crosswalk

import (
	"iter"

	"socle/geo/crs"
)

// MaxEntries bounds a matrix: a pair of a cell and a feature takes up to 20 bytes, and as
// much again while it is made.
const MaxEntries = 1 << 25

// Matrix is a crosswalk: compressed rows, one for each cell of the mesh. It is immutable
// and safe for concurrent use; the slices it gives are views, never to be written to.
type Matrix struct {
	method  Method
	base    Base
	plane   crs.CRS // of areas; none where none were measured
	starts  []uint32
	sources []uint32
	weights []float64 // nil when all are 1
	areas   []float64 // nil but for Area
	outside []float64 // by source; nil when each is matched whole or not at all
	level   []uint8   // by source: of levels
	levels  []LevelCount
	fates   []Fate

	sourceID, sourceTag, meshID, meshTag string
}

// Method tells how the matrix was made.
func (m *Matrix) Method() Method { return m.method }

// Base tells what its shares are of.
func (m *Matrix) Base() Base { return m.base }

// Plane is the system areas were measured in, none where none were.
func (m *Matrix) Plane() crs.CRS { return m.plane }

// Cells counts the cells: the rows of the mesh.
func (m *Matrix) Cells() int { return len(m.starts) - 1 }

// Sources counts the features: the rows of the source.
func (m *Matrix) Sources() int { return len(m.level) }

// Len counts the pairs of a cell and a feature that share something.
func (m *Matrix) Len() int { return len(m.sources) }

// Cell gives the features that cell k has a share of, ascending, and those shares; weights
// are nil when every one in the whole matrix is 1.
func (m *Matrix) Cell(k int) (sources []uint32, weights []float64) {
	from, to := m.starts[k], m.starts[k+1]
	if m.weights != nil {
		weights = m.weights[from:to:to]
	}
	return m.sources[from:to:to], weights
}

// Areas gives the area that cell k has in common with each of its features, in square
// metres of Plane; nil unless the method is Area.
func (m *Matrix) Areas(k int) []float64 {
	if m.areas == nil {
		return nil
	}
	from, to := m.starts[k], m.starts[k+1]
	return m.areas[from:to:to]
}

// Outside gives the share of source i that no cell got: 0 for none of it, 1 for all.
func (m *Matrix) Outside(i int) float64 {
	switch {
	case m.levels[m.level[i]].Level == Unmatched:
		return 1
	case m.outside == nil:
		return 0
	}
	return m.outside[i]
}

// Level tells how source i was matched.
func (m *Matrix) Level(i int) Level { return m.levels[m.level[i]].Level }

// Levels counts the sources matched at each level, in a fixed order that ends with
// Unmatched. Levels nobody was matched at are told too.
func (m *Matrix) Levels() []LevelCount { return m.levels }

// Unmatched gives the first of the sources that no cell got or not all of, and why.
func (m *Matrix) Unmatched() []Fate { return m.fates }

// Bytes is the memory the matrix holds.
func (m *Matrix) Bytes() int {
	n := 4*cap(m.starts) + 4*cap(m.sources) + 8*cap(m.weights) + 8*cap(m.areas) + 8*cap(m.outside) + cap(m.level)
	for i := range m.fates {
		n += 64 + len(m.fates[i].Key) + len(m.fates[i].Reason)
	}
	return n
}

// Entry is one pair of the matrix.
type Entry struct {
	Cell, Source int
	Weight       float64
	Area         float64 // in common, m²; 0 unless the method is Area
}

// Entries gives all pairs, cell by cell, features ascending.
func (m *Matrix) Entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for k := range m.Cells() {
			for p := m.starts[k]; p < m.starts[k+1]; p++ {
				e := Entry{Cell: k, Source: int(m.sources[p]), Weight: 1}
				if m.weights != nil {
					e.Weight = m.weights[p]
				}
				if m.areas != nil {
					e.Area = m.areas[p]
				}
				if !yield(e) {
					return
				}
			}
		}
	}
}
