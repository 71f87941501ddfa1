package aggregate

import (
	"context"
	"math"
	"slices"

	"socle/imu/crosswalk"
	"socle/referentials/snapshot"
)

// level is a mesh above the cells, whose sums carry what reaches it through them and what
// reaches it by itself.
type level struct {
	collection *snapshot.Collection
	up         []int32    // of the level below, its cell here, or -1
	rest       *grid      // features that reach this level and no cell below it
	direct     [][]uint32 // those, by cell
	sums       *grid
}

// tower is every level, and what is left over.
type tower struct {
	r       *Request
	terms   []term
	cells   *grid // of the mesh, all categories together
	levels  []level
	outside *grid // what reaches no level: one cell
	all     *grid // everything: one cell
	left    func(part) bool
	lost    map[*grid][][]float64 // what rounding took of sums, while they are made
}

// part names a figure that goes into sums, whatever its sheet.
type part struct {
	level int // 0 the mesh, then the levels; outside is after the last
	rest  bool
	cell  int
}

// leftover are the features, or shares of them, that no cell got: a mesh of one cell.
type leftover struct {
	rows    []uint32
	weights []float64
}

func (leftover) Cells() int                       { return 1 }
func (l leftover) Cell(int) ([]uint32, []float64) { return l.rows, l.weights }
func (leftover) Areas(int) []float64              { return nil }
func everything(n int) leftover                   { return leftover{rows: sequence(n)} }
func (l *leftover) add(row int, share float64) {
	l.rows, l.weights = append(l.rows, uint32(row)), append(l.weights, share)
}

func sequence(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

// build works the levels out. codes are those of the cells: a sheet for each row.
func (t *tower) build(ctx context.Context, walks Crosswalks, m *crosswalk.Matrix, codes []int32) error {
	n, sheets := t.r.Source.Len(), t.cells.groups
	lost := make([]bool, n) // whole features that reached nothing so far
	var over leftover
	some := splits(m) || m.Len() == 0 || slices.ContainsFunc(m.Levels(), func(l crosswalk.LevelCount) bool { return l.Level == crosswalk.Unmatched && l.Count > 0 })
	for i := 0; some && i < n; i++ {
		switch share := m.Outside(i); {
		case share >= 1:
			lost[i] = true
		case share > 0:
			over.add(i, share)
		}
	}
	lower := t.r.Mesh
	for _, c := range t.r.Parents {
		up, err := t.nest(ctx, walks, lower, c)
		if err != nil {
			return err
		}
		l := level{collection: c, up: up}
		if l.rest, l.direct, err = t.reach(ctx, walks, c, codes, lost); err != nil {
			return err
		}
		t.levels = append(t.levels, l)
		lower = c
	}
	// In the order of the source, so that sums of it are always the same.
	var rest leftover
	for i, k := 0, 0; some && i < n; i++ {
		switch {
		case k < len(over.rows) && int(over.rows[k]) == i:
			rest.add(i, over.weights[k])
			k++
		case lost[i]:
			rest.add(i, 1)
		}
	}
	var err error
	if t.outside, err = multiply(ctx, rest, t.terms, codes, sheets); err != nil {
		return err
	}
	t.roll()
	if splits(m) {
		return t.contributions(ctx, m, codes)
	}
	return nil
}

// nest finds the cell of c that each cell of lower lies in: by its reference, or by where
// its point lies.
func (t *tower) nest(ctx context.Context, walks Crosswalks, lower, c *snapshot.Collection) ([]int32, error) {
	q := Request{Source: lower, Mesh: c, Through: t.r.Through, Method: crosswalk.Point}
	if field, filled := q.leading(); field != "" && (filled || !lower.Descriptor().HasGeometry() || !c.Descriptor().HasGeometry()) {
		q.Method = crosswalk.Key
	}
	if err := q.fits(q.Method); err != nil {
		return nil, err
	}
	m, err := walks.Get(ctx, q.crosswalk(q.Method))
	if err != nil {
		return nil, err
	}
	up := make([]int32, lower.Len())
	for j := range up {
		up[j] = -1
	}
	for k := range m.Cells() {
		sources, _ := m.Cell(k)
		for _, j := range sources {
			up[j] = int32(k)
		}
	}
	return up, nil
}

// reach gives what reaches c of the features that are lost below it, and which they are, by
// cell of c; they are found then.
func (t *tower) reach(ctx context.Context, walks Crosswalks, c *snapshot.Collection, codes []int32, lost []bool) (*grid, [][]uint32, error) {
	q := Request{Source: t.r.Source, Mesh: c, Through: t.r.Through, Method: crosswalk.Key}
	if field, _ := q.leading(); field == "" {
		return nil, nil, nil // nothing says where they belong
	}
	m, err := walks.Get(ctx, q.crosswalk(q.Method))
	if err != nil {
		return nil, nil, err
	}
	direct := make([][]uint32, m.Cells())
	for k := range direct {
		sources, _ := m.Cell(k)
		for _, i := range sources {
			if lost[i] {
				direct[k] = append(direct[k], i)
			}
		}
	}
	here := make([]int32, len(lost))
	for i := range here {
		switch {
		case !lost[i] || m.Outside(i) > 0:
			here[i] = -1
		case codes != nil:
			here[i] = codes[i]
		}
		lost[i] = lost[i] && m.Outside(i) > 0
	}
	rest, err := multiply(ctx, m, t.terms, here, t.cells.groups)
	return rest, direct, err
}

// roll sums the levels up, without what may be in no total.
func (t *tower) roll() {
	sheets := t.cells.groups
	t.lost = map[*grid][][]float64{}
	t.all = t.empty(1)
	lower := t.cells
	for k := range t.levels {
		l := &t.levels[k]
		l.sums = t.empty(l.collection.Len())
		for j, to := range l.up {
			for b := range sheets {
				switch {
				case t.left != nil && t.left(part{level: k, cell: j*sheets + b}):
				case to < 0:
					t.add(t.all, b, lower, j*sheets+b)
				default:
					t.add(l.sums, int(to)*sheets+b, lower, j*sheets+b)
				}
			}
		}
		if l.rest != nil {
			for f := range l.collection.Len() * sheets {
				if t.left == nil || !t.left(part{level: k + 1, rest: true, cell: f}) {
					t.add(l.sums, f, l.rest, f)
				}
			}
		}
		t.settle(l.sums)
		lower = l.sums
	}
	for f := range lower.cells * sheets {
		if t.left == nil || !t.left(part{level: len(t.levels), cell: f}) {
			t.add(t.all, f%sheets, lower, f)
		}
	}
	for b := range sheets {
		if t.left == nil || !t.left(part{level: len(t.levels) + 1, rest: true, cell: b}) {
			t.add(t.all, b, t.outside, b)
		}
	}
	t.settle(t.all)
}

func (t *tower) empty(cells int) *grid {
	g := &grid{cells: cells, groups: t.cells.groups, terms: make([][]float64, len(t.terms))}
	for k := range g.terms {
		g.terms[k] = make([]float64, cells*g.groups)
		for f := range g.terms[k] {
			g.terms[k][f] = math.NaN()
		}
	}
	lost := make([][]float64, len(t.terms))
	for k := range lost {
		if t.terms[k].kind.adds() {
			lost[k] = make([]float64, cells*g.groups)
		}
	}
	t.lost[g] = lost
	return g
}

// settle gives sums that are complete what rounding took of them.
func (t *tower) settle(g *grid) {
	for k, lost := range t.lost[g] {
		for f, v := range lost {
			if v != 0 {
				g.terms[k][f] += v
			}
		}
	}
	delete(t.lost, g)
}

// add puts figure f of a grid into figure to of another. What cannot be told of a set from
// its parts stays null.
func (t *tower) add(into *grid, to int, from *grid, f int) {
	for k := range t.terms {
		v := from.terms[k][f]
		out := &into.terms[k][to]
		switch kind := t.terms[k].kind; {
		case v != v, kind == second: // second goes with the largest, which follows it
		case *out != *out:
			if kind == largest {
				into.terms[k-1][to] = from.terms[k-1][f]
			}
			if kind.adds() || kind == minimum || kind == maximum || kind == largest {
				*out = v
			}
		case kind.adds():
			sum := compensated{total: *out}
			sum.add(v)
			*out = sum.total
			t.lost[into][k][to] += sum.lost
		case kind == minimum:
			*out = min(*out, v)
		case kind == maximum:
			*out = max(*out, v)
		case kind == largest:
			s := &into.terms[k-1][to]
			*s = max(*s, from.terms[k-1][f], min(*out, v))
			*out = max(*out, v)
		}
	}
}
