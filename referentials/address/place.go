package address

import (
	"context"
	"fmt"
	"hash/fnv"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// MaxColumns bounds the columns that make a written address.
const MaxColumns = 16

// Tier is a mesh that rows are placed on.
type Tier struct {
	Mesh string                // the collection
	Cell func(Position) string // the key of the cell that a position lies in, "" for none
}

// Placed tells what became of each row that is placed by its written address.
type Placed struct {
	Kinds []Kind
	Of    []int32 // of each row, where in Kinds it is
}

// Kind is how precisely an address is known, and where that is precise enough.
type Kind struct {
	Level string // the name of a Level, or Lost
	Mesh  string // of the first tier with a cell that holds all it may mean, "" for none
}

// Lost is the level of what was not found: no answer, or nothing written.
const Lost = "none"

// Place gives the rows of a table, whose addresses are written in some columns, the
// positions of those addresses. Tiers are the mesh that is asked for, then those above it,
// the finest first. An answer that is no more precise than a street gives a position only
// when a cell of the first tier holds all addresses of the street, and a commune when one
// holds all of the commune's: what could lie in several cells is left without a position, so
// that it is told as unmatched. For each of the other tiers the table gets a column that
// refers to the cell which holds the row, null where several could. Errors: Invalid for
// columns that are not there.
func Place(ctx context.Context, x *Index, own *snapshot.Collection, columns []string, tiers []Tier) (*snapshot.Collection, *Placed, error) {
	d := own.Descriptor().Clone()
	at, err := written(&d, columns)
	if err != nil {
		return nil, nil, err
	}
	d.Geometry, d.CRS = geo.Point, crs.CRS84
	fields := len(d.Fields)
	for k := len(tiers) - 1; k > 0; k-- { // the coarsest first: it is the one that most rows have
		d.Fields = append(d.Fields, reference(&d, tiers[k].Mesh))
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%q %s", columns, x.Tag()) // writing to a hash never fails
	for _, t := range tiers {
		fmt.Fprintf(h, " %q", t.Mesh)
	}
	state := referentials.State{Descriptor: d, Version: own.State().Version}
	state.Version.Revision ^= int64(h.Sum64() >> 1) // other rows than those of own
	placed := newPlaced(tiers, own.Len())
	block := newBlock(x, own, at, tiers)
	out, err := snapshot.Build(ctx, state, func(yield func(*referentials.Row, error) bool) {
		var row referentials.Row
		for from := 0; from < own.Len(); from += blockRows {
			if err := block.find(ctx, from, min(from+blockRows, own.Len())); err != nil {
				yield(nil, err)
				return
			}
			for i := from; i < min(from+blockRows, own.Len()); i++ {
				f := &block.found[i-from]
				placed.Of[i] = f.kind
				own.Row(i, &row)
				row.Geom = geo.Geometry{}
				if f.placed {
					row.Geom = geo.Geometry{Type: geo.Point, XY: []float64{f.position.Lon, f.position.Lat}}
				}
				row.Values = row.Values[:fields]
				for k := len(tiers) - 1; k > 0; k-- {
					cell := referentials.Value{}
					if f.cells[k] != "" {
						cell = referentials.StringValue(f.cells[k])
					}
					row.Values = append(row.Values, cell)
				}
				if !yield(&row, nil) {
					return
				}
			}
		}
	})
	return out, placed, err
}

// blockRows is how many rows are looked for at a time, on all cores.
const blockRows = 4096

// block finds rows and gives them back in their order.
type block struct {
	own     *snapshot.Collection
	columns []int
	placers []placer // one for each core
	found   []found
}

// found is where a row is.
type found struct {
	kind     int32
	placed   bool
	position Position
	cells    []string // by tier
}

func newBlock(x *Index, own *snapshot.Collection, columns []int, tiers []Tier) *block {
	b := &block{own: own, columns: columns, found: make([]found, min(own.Len(), blockRows)), placers: make([]placer, runtime.GOMAXPROCS(0))}
	for k := range b.placers {
		b.placers[k] = placer{index: x, tiers: tiers, known: map[string][]string{}}
	}
	return b
}

// find looks for the rows of a stretch.
func (b *block) find(ctx context.Context, from, to int) error {
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for k := range b.placers {
		group.Go(func() error {
			var row referentials.Row
			var text []string
			for {
				i := from + int(next.Add(1)) - 1
				if i >= to {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				b.own.Row(i, &row)
				text = text[:0]
				for _, c := range b.columns {
					if v := row.Values[c]; !v.IsNull() {
						text = append(text, v.String())
					}
				}
				r, cells := b.placers[k].find(strings.Join(text, " "))
				f := found{kind: kindOf(r, cells), cells: cells}
				if r != nil {
					f.position, f.placed = r.Position, r.Level <= Interpolated || cells[0] != ""
				}
				b.found[i-from] = f
			}
		})
	}
	return group.Wait()
}

// written finds the columns that addresses are written in.
func written(d *referentials.Descriptor, columns []string) ([]int, error) {
	if len(columns) > MaxColumns {
		return nil, referentials.Errorf(referentials.Invalid, "%d columns are over the bound of %d", len(columns), MaxColumns).At("addresses in %s", d.ID)
	}
	var at []int
	for _, name := range columns {
		i := d.FieldIndex(name)
		if i < 0 {
			e := referentials.Errorf(referentials.Invalid, "it has no column %.60q", name).At("addresses in %s", d.ID)
			names := make([]string, len(d.Fields))
			for k := range d.Fields {
				names[k] = d.Fields[k].Name
			}
			if near := referentials.Nearest(name, names); near != "" {
				return nil, e.Do("did you mean %q?", near)
			}
			return nil, e.Do("it has %.300s", strings.Join(names, ", "))
		}
		at = append(at, i)
	}
	return at, nil
}

// reference is a column for the cells of a mesh, by a name that no other column has.
func reference(d *referentials.Descriptor, mesh string) referentials.Field {
	name := "cell_of_" + mesh
	for d.FieldIndex(name) >= 0 {
		name += "_"
	}
	return referentials.Field{Name: name, Type: referentials.String, Role: referentials.Ref, Refers: mesh}
}

func newPlaced(tiers []Tier, rows int) *Placed {
	p := &Placed{Of: make([]int32, rows)}
	for l := Housenumber; l <= Municipality; l++ {
		for _, t := range tiers {
			p.Kinds = append(p.Kinds, Kind{l.String(), t.Mesh})
		}
		p.Kinds = append(p.Kinds, Kind{Level: l.String()})
	}
	p.Kinds = append(p.Kinds, Kind{Level: Lost})
	return p
}

// kindOf gives where in the kinds an answer is, whose cells are given by tier.
func kindOf(r *Result, cells []string) int32 {
	each := len(cells) + 1
	if r == nil {
		return int32(int(Municipality+1) * each)
	}
	k := slices.IndexFunc(cells, func(cell string) bool { return cell != "" })
	if k < 0 {
		k = len(cells)
	}
	return int32(int(r.Level)*each + k)
}

// placer finds what texts mean and in which cells that lies.
type placer struct {
	index   *Index
	tiers   []Tier
	known   map[string][]string // cells by tier of streets and communes, each looked at once
	results []Result
}

// find gives the answer, nil for none, and the cell of each tier that holds all it may mean.
func (p *placer) find(text string) (*Result, []string) {
	p.results = p.index.Search(&Query{Text: text, Limit: 1}, p.results[:0])
	if len(p.results) == 0 {
		return nil, make([]string, len(p.tiers))
	}
	r := &p.results[0]
	name := ""
	if r.Level > Interpolated {
		name = fmt.Sprintf("%d %s %q %q", r.Level, r.CityCode, r.StreetID, r.Name)
		if cells, ok := p.known[name]; ok {
			return r, cells
		}
	}
	cells := make([]string, len(p.tiers))
	for k := range p.tiers {
		cells[k] = p.index.holder(r, p.tiers[k].Cell)
	}
	if name != "" {
		p.known[name] = cells
	}
	return r, cells
}

// holder gives the cell that holds all that an answer may mean, "" when none does.
func (x *Index) holder(r *Result, cells func(Position) string) string {
	at := cells(r.Position)
	if r.Level <= Interpolated || at == r.CityCode { // it is the number, or the cell is the commune
		return at
	}
	var spots []spot
	c := &x.communes[x.byCode[r.CityCode]]
	if r.Level == Municipality {
		if c.end == c.first {
			return ""
		}
		spots = x.at[x.streets[c.first].first:x.streets[c.end-1].end]
	} else {
		k := slices.IndexFunc(x.streets[c.first:c.end], func(s street) bool { return x.str(s.id) == r.StreetID && x.str(s.name) == r.Name })
		if k < 0 {
			return ""
		}
		s := &x.streets[int(c.first)+k]
		spots = x.at[s.first:s.end]
	}
	if len(spots) == 0 {
		return at
	}
	first := ""
	for _, s := range spots {
		if s == nowhere {
			continue
		}
		cell := cells(s.position())
		if first == "" {
			first = cell
		}
		if cell != first || cell == "" {
			return ""
		}
	}
	return first
}
