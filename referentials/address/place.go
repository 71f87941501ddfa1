package address

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Placed counts what became of rows that are placed by their written address.
type Placed struct {
	Levels map[Level]int // rows that have a place, by how far down it goes
	Wide   int           // streets and communes that no single cell holds: without a place
	Lost   int           // no answer, or nothing written
}

// Place gives the rows of a table, whose addresses are written in some columns, the
// positions of those addresses. An answer that is no more precise than a street gives one
// only when the cell holds all addresses of the street, and a commune when it holds all of
// the commune's: what could lie in several cells is left without a position, so that it is
// told as unmatched. cells gives the cell of a position, "" for none.
func Place(ctx context.Context, x *Index, own *snapshot.Collection, columns []string, cells func(Position) string) (*snapshot.Collection, *Placed, error) {
	d := own.Descriptor().Clone()
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
				return nil, nil, e.Do("did you mean %q?", near)
			}
			return nil, nil, e.Do("it has %.300s", strings.Join(names, ", "))
		}
		at = append(at, i)
	}
	d.Geometry, d.CRS = geo.Point, crs.CRS84
	h := fnv.New64a()
	fmt.Fprintf(h, "%q %s", columns, x.Tag()) // writing to a hash never fails
	placed := &Placed{Levels: map[Level]int{}}
	state := referentials.State{Descriptor: d, Version: own.State().Version}
	state.Version.Revision ^= int64(h.Sum64() >> 1) // other rows than those of own
	var results []Result
	out, err := snapshot.Build(ctx, state, func(yield func(*referentials.Row, error) bool) {
		var row referentials.Row
		var text []string
		for i := range own.Len() {
			own.Row(i, &row)
			text = text[:0]
			for _, k := range at {
				if v := row.Values[k]; !v.IsNull() {
					text = append(text, v.String())
				}
			}
			results = x.Search(&Query{Text: strings.Join(text, " "), Limit: 1}, results[:0])
			row.Geom = geo.Geometry{}
			switch {
			case len(results) == 0:
				placed.Lost++
			case !x.within(&results[0], cells):
				placed.Wide++
			default:
				p := results[0].Position
				placed.Levels[results[0].Level]++
				row.Geom = geo.Geometry{Type: geo.Point, XY: []float64{p.Lon, p.Lat}}
			}
			if !yield(&row, nil) {
				return
			}
		}
	})
	return out, placed, err
}

// within tells whether one cell holds all that an answer may mean.
func (x *Index) within(r *Result, cells func(Position) string) bool {
	if r.Level > Interpolated && cells(r.Position) == r.CityCode {
		return true // the cell is the commune
	}
	var spots []spot
	c := &x.communes[x.byCode[r.CityCode]]
	switch r.Level {
	case Housenumber, Interpolated:
		return true
	case Municipality:
		if c.end == c.first {
			return false
		}
		spots = x.at[x.streets[c.first].first:x.streets[c.end-1].end]
	default:
		k := slices.IndexFunc(x.streets[c.first:c.end], func(s street) bool { return x.str(s.id) == r.StreetID && x.str(s.name) == r.Name })
		if k < 0 {
			return false
		}
		s := &x.streets[int(c.first)+k]
		spots = x.at[s.first:s.end]
	}
	if len(spots) == 0 {
		return cells(r.Position) != ""
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
			return false
		}
	}
	return first != ""
}

// Notes tells for a receipt how rows were placed.
func (p *Placed) Notes() []referentials.Text {
	fr, en := []string{}, []string{}
	french := [...]string{"au numéro", "entre deux numéros", "à la rue", "au lieu-dit", "à la commune"}
	for l := Housenumber; l <= Municipality; l++ {
		if n := p.Levels[l]; n > 0 {
			fr, en = append(fr, fmt.Sprintf("%d %s", n, french[l])), append(en, fmt.Sprintf("%d %s", n, l))
		}
	}
	return []referentials.Text{{
		FR: fmt.Sprintf("Adresses écrites : %s ; %d rues ou communes à cheval sur plusieurs mailles, %d introuvables.", strings.Join(fr, ", "), p.Wide, p.Lost),
		EN: fmt.Sprintf("Written addresses: %s; %d streets or communes across several cells, %d not found.", strings.Join(en, ", "), p.Wide, p.Lost),
	}}
}
