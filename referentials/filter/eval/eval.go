// Package eval finds the rows of a snapshot for which a filter is true.
//
// A filter is compiled for one collection into a tree of small machines that work on
// batches of rows, column by column. What depends on one column of repeating texts is
// computed once for each word; what a key or a place narrows down is looked up first.
package eval

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// Table is what is filtered: a [snapshot.PublicCollection].
type Table interface {
	Descriptor() *referentials.Descriptor
	Len() int
	Cells(field int) snapshot.Cells
	Geometry(i int) geo.Geometry
	LonLat(i int) geo.Geometry
	Box(i int) orb.Bound
	Extent() orb.Bound
	Lost() int
	Widest() float64
	Search(window orb.Bound, found func(i int) bool)
	Find(key string) (int, bool)
}

// batchRows is how many rows are worked on at a time: few enough for their columns to stay
// in the processor's first cache.
const batchRows = 1024

// Filter is a filter compiled for one table. It is not safe for concurrent use.
type Filter struct {
	table     Table
	conjuncts []predicate // all of which must be true; the cheapest first
	look      *lookup     // where to look; nil for every row
	state     *state
}

// state is what the machines of one Filter share.
type state struct {
	scratch
	engine *topology.Engine
	folder filter.Folder
	frees  []func()

	remembered int   // words in all perWord
	err        error // what makes the answer worthless, as opposed to unknown for a row
}

// Compile prepares n, which was bound to the table's descriptor. systems keeps the
// transformers to the CRS of shapes. Close the Filter after use.
func Compile(n *filter.Node, t Table, systems *crs.Cache) (*Filter, error) {
	f := &Filter{table: t, state: &state{}}
	c := &compiler{table: t, systems: systems, state: f.state}
	parts := []*filter.Node{n}
	if n.Kind == filter.Operator && n.Op == "and" {
		parts = n.Args
	}
	for _, part := range parts {
		p, err := c.predicate(part)
		if err != nil {
			f.Close()
			return nil, err
		}
		f.conjuncts = append(f.conjuncts, p)
	}
	cheapestFirst(f.conjuncts)
	var err error
	if f.look, err = c.lookup(n); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close frees what the filter holds outside of Go's memory.
func (f *Filter) Close() {
	for _, free := range f.state.frees {
		free()
	}
	f.state.frees = nil
	if f.state.engine != nil {
		f.state.engine.Close()
		f.state.engine = nil
	}
}

// Select appends every row for which the filter is true to dst, in ascending order. It
// stops with ctx's cause when ctx ends.
func (f *Filter) Select(ctx context.Context, dst []uint32) ([]uint32, error) {
	if f.look != nil {
		rows := f.look.rows(f.table)
		for batch := range slices.Chunk(rows, batchRows) {
			if err := context.Cause(ctx); err != nil {
				return dst, err
			}
			dst = append(dst, f.narrow(batch)...)
		}
		return dst, f.state.err
	}
	batch := make([]uint32, batchRows)
	for from, n := 0, f.table.Len(); from < n && f.state.err == nil; from += batchRows {
		if err := context.Cause(ctx); err != nil {
			return dst, err
		}
		rows := batch[:min(batchRows, n-from)]
		for k := range rows {
			rows[k] = uint32(from + k)
		}
		dst = append(dst, f.narrow(rows)...)
	}
	return dst, f.state.err
}

// Matches tells whether the filter is true for row i.
func (f *Filter) Matches(i int) (bool, error) {
	row := f.state.rows.get()
	defer f.state.rows.put(row)
	row[0] = uint32(i)
	return len(f.narrow(row[:1])) == 1, f.state.err
}

// narrow keeps the rows for which all conjuncts are true, in place.
func (f *Filter) narrow(rows []uint32) []uint32 {
	out := f.state.truths.get()
	defer f.state.truths.put(out)
	for _, p := range f.conjuncts {
		if len(rows) == 0 {
			break
		}
		p.eval(rows, out)
		kept := 0
		for k, row := range rows {
			rows[kept] = row
			kept += int(out[k] & yes) // without a branch, as unknown has no bit of yes
		}
		rows = rows[:kept]
	}
	return rows
}

// fail keeps the first error that no row can be told with.
func (s *state) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// geos gives the engine for shapes that no constant is compared with.
func (s *state) geos() *topology.Engine {
	if s.engine == nil {
		s.engine = topology.NewEngine()
	}
	return s.engine
}
