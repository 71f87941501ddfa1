package aggregate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// Bin is a stretch of time that features are gathered in.
type Bin string

// The bins.
const (
	NoBin Bin = ""
	Year  Bin = "year"
	Month Bin = "month"
)

// Bounds of how many groups a table may have.
const (
	MaxCategories = 100
	MaxBins       = 1200
)

// unknown is the category of features that have none.
const unknown = "?"

// groups puts each row of the source in a category and a bin.
type groups struct {
	category   []int32 // by row; nil when not asked for
	bin        []int32 // by row, -1 for none; nil when not asked for
	categories []string
	bins       []string
	implicit   bool  // the one bin was not asked for: it is the year that the rules are of
	years      []int // of the rows kept, ascending; empty when the source has no time
	undated    int   // rows kept that have no time
	undatedIn  bool  // and are in the one bin nonetheless
}

func (g *groups) sheets() int { return max(1, len(g.bins)) }

// codes gives each row's group, by bin and, when split, by category; keep leaves rows out,
// and nil codes mean that all rows are in group 0.
func (g *groups) codes(n int, keep []bool, split bool) []int32 {
	split = split && g.category != nil
	if keep == nil && !split && g.bin == nil {
		return nil
	}
	out := make([]int32, n)
	for i := range out {
		switch {
		case keep != nil && !keep[i]:
			out[i] = -1
			continue
		case g.bin != nil:
			out[i] = g.bin[i]
		}
		switch {
		case !split || out[i] < 0:
		case g.category[i] < 0:
			out[i] = -1
		default:
			out[i] = out[i]*int32(len(g.categories)) + g.category[i]
		}
	}
	return out
}

// group reads the field and the time that the request asks figures by.
func (r *Request) group(keep []bool, protected bool) (*groups, error) {
	g := &groups{}
	if r.By != "" {
		if err := r.categories(g, keep, protected); err != nil {
			return nil, err
		}
	}
	if err := r.times(g, keep, protected); err != nil {
		return nil, err
	}
	return g, nil
}

func (r *Request) categories(g *groups, keep []bool, protected bool) error {
	d := r.Source.Descriptor()
	f := d.FieldIndex(r.By)
	if f < 0 {
		names := make([]string, len(d.Fields))
		for i := range d.Fields {
			names[i] = d.Fields[i].Name
		}
		e := referentials.Errorf(referentials.Invalid, "%s has no field %q", d.ID, r.By).At("by")
		if near := referentials.Nearest(r.By, names); near != "" {
			return e.Do("did you mean %q?", near)
		}
		return e
	}
	field := &d.Fields[f]
	if !field.IsPublic() || protected && field.Role != referentials.Category {
		return referentials.Errorf(referentials.Refused, "figures of a protected source are not told by %s", r.By).At("by").
			Do("take a field whose role is category")
	}
	if field.Type == referentials.JSON || field.Type == referentials.Number {
		return referentials.Errorf(referentials.Invalid, "%q is a %s, not a category", r.By, field.Type).At("by").Do("take a field of few different values")
	}
	label := labelsOf(r.Source, f)
	seen := map[string]int32{}
	for i := range r.Source.Len() {
		if keep != nil && !keep[i] {
			continue
		}
		name := label(i)
		if _, ok := seen[name]; ok {
			continue
		}
		if len(seen) == MaxCategories {
			return referentials.Errorf(referentials.TooLarge, "%q has more than %d different values", r.By, MaxCategories).At("by").
				Do("filter the source, or take a field of fewer values")
		}
		seen[name] = 0
		g.categories = append(g.categories, name)
	}
	slices.Sort(g.categories)
	for k, name := range g.categories {
		seen[name] = int32(k)
	}
	g.category = make([]int32, r.Source.Len())
	for i := range g.category {
		g.category[i] = -1
		if k, ok := seen[label(i)]; ok {
			g.category[i] = k
		}
	}
	return nil
}

// labelsOf gives the category of a row, without making a text of each where they repeat.
func labelsOf(c *snapshot.Collection, f int) func(i int) string {
	cells := c.Cells(f)
	if _, repeat := cells.Words(); repeat {
		row, code := make([]uint32, 1), make([]uint32, 1)
		return func(i int) string {
			row[0] = uint32(i)
			if cells.Codes(row, code); code[0] == 0 {
				return unknown
			}
			return cells.Word(code[0])
		}
	}
	return func(i int) string {
		if v := c.Value(i, f); !v.IsNull() {
			return v.String()
		}
		return unknown
	}
}

// times finds the years there are, which choose the rules of a protected source, and the
// bin of each row when asked.
func (r *Request) times(g *groups, keep []bool, protected bool) error {
	d := r.Source.Descriptor()
	f := d.TimeIndex()
	switch {
	case r.Bin != NoBin && r.Bin != Year && r.Bin != Month:
		return referentials.Errorf(referentials.Invalid, "%q is not a bin of time", r.Bin).At("bin").Do("write %s or %s", Year, Month)
	case f < 0 && r.Bin != NoBin:
		return referentials.Errorf(referentials.Invalid, "%s has no time to bin", d.ID).At("bin").Do("leave bin out")
	case f < 0, r.Bin == NoBin && !protected:
		return nil
	case r.Bin == Month && d.Fields[f].Type == referentials.Integer:
		return referentials.Errorf(referentials.Invalid, "%q tells years, not months", d.Fields[f].Name).At("bin").Do("write %s", Year)
	}
	months, null := monthsOf(r.Source, f)
	have := map[int64]int32{}
	unit := int64(12)
	if r.Bin == Month {
		unit = 1
	}
	for i, m := range months {
		if !null[i] && (keep == nil || keep[i]) {
			have[floorDiv(m, unit)] = 0
		}
		if len(have) > MaxBins {
			return referentials.Errorf(referentials.TooLarge, "its time spans more than %d bins", MaxBins).At("bin").Do("filter the source, or bin by %s", Year)
		}
	}
	order := make([]int64, 0, len(have))
	for m := range have {
		order = append(order, m)
	}
	slices.SortFunc(order, cmp.Compare)
	for k, m := range order {
		have[m] = int32(k)
		if year := int(floorDiv(m*unit, 12)); len(g.years) == 0 || g.years[len(g.years)-1] != year {
			g.years = append(g.years, year)
		}
	}
	g.implicit = r.Bin == NoBin
	// What is told in one way is told by its one year as it is without: two answers that
	// differ by the rows without a time would give those away.
	if len(order) != 1 && g.implicit || len(order) == 0 && r.OneWay {
		return nil
	}
	g.undatedIn = g.implicit || r.OneWay && len(order) == 1
	g.bin = make([]int32, len(months))
	for i, m := range months {
		switch k, ok := have[floorDiv(m, unit)]; {
		case ok && !null[i]:
			g.bin[i] = k
		case null[i] && g.undatedIn: // in the first, the only one
		default:
			g.bin[i] = -1
		}
		if null[i] && (keep == nil || keep[i]) {
			g.undated++
		}
	}
	for _, m := range order {
		label := strconv.FormatInt(m, 10)
		if r.Bin == Month {
			label = fmt.Sprintf("%04d-%02d", floorDiv(m, 12), m-12*floorDiv(m, 12)+1)
		}
		g.bins = append(g.bins, label)
	}
	return nil
}

// undatedNote says what becomes of rows without a time, and how many they are where that may
// be told; nothing where there are none.
func (g *groups) undatedNote(counted bool) (referentials.Text, bool) {
	switch {
	case g.undated == 0:
		return referentials.Text{}, false
	case g.undatedIn:
		return say("Les lignes sans date sont comptées dans la seule année connue, %s.", "Rows without a time are counted in the only year known, %s.", g.bins[0]), true
	case counted:
		return say("Lignes sans date : %d ; elles ne sont dans aucune période.", "Rows without a time: %d; they are in no period.", g.undated), true
	}
	return say("Les lignes sans date ne sont dans aucune période.", "Rows without a time are in no period."), true
}

// monthsOf gives the month of each row, counted from January of year 0.
func monthsOf(c *snapshot.Collection, field int) (months []int64, null []bool) {
	months, null = make([]int64, c.Len()), make([]bool, c.Len())
	for i := range months {
		v := c.Value(i, field)
		switch null[i] = v.IsNull(); {
		case null[i]:
		case v.Type() == referentials.Integer:
			months[i] = 12 * min(max(v.Int(), -1e6), 1e6)
		default:
			year, month, _ := v.Time().Date()
			months[i] = 12*int64(year) + int64(month-time.January)
		}
	}
	return months, null
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
