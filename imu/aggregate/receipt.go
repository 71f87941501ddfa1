package aggregate

import (
	"math"
	"slices"
	"strings"

	"socle/imu/crosswalk"
	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Receipt says how a release was made. It holds nothing that disclosure has hidden.
type Receipt struct {
	Source    Input                  `json:"source"`
	Mesh      Input                  `json:"mesh"`
	Parents   []Input                `json:"parents,omitempty"`
	Through   []Input                `json:"through,omitempty"` // references led through these
	Weights   *Input                 `json:"weights,omitempty"`
	Measures  []string               `json:"measures"`
	By        string                 `json:"by,omitempty"`
	Bin       Bin                    `json:"bin,omitempty"`
	Filter    string                 `json:"filter,omitempty"`
	Method    MethodUsed             `json:"method"`
	Rows      int                    `json:"rows,omitempty"` // of the source; 0 when it may not be told
	Kept      int                    `json:"kept,omitempty"` // by the filter; 0 when it may not be told
	Levels    []crosswalk.LevelCount `json:"levels,omitempty"`
	Written   []Stratum              `json:"written,omitempty"`   // of a source of written addresses
	Unmatched []crosswalk.Fate       `json:"unmatched,omitempty"` // examples; none of a protected source
	Balance   []Balance              `json:"balance,omitempty"`
	Quality   []Quality              `json:"quality,omitempty"`
	Figures   Tally                  `json:"figures"`
	Rules     *Rules                 `json:"rules,omitempty"`
	Notes     []referentials.Text    `json:"notes,omitempty"`
}

// Input is one version of a collection.
type Input struct {
	Collection string            `json:"collection"`
	Title      referentials.Text `json:"title,omitzero"`
	Version    int64             `json:"version"`
	Revision   int64             `json:"revision"`
	Tag        string            `json:"tag"`
	Vintage    string            `json:"vintage,omitempty"`
	Producer   string            `json:"producer,omitempty"`
	Licence    string            `json:"licence,omitempty"`
}

// MethodUsed is how features reached cells.
type MethodUsed struct {
	Name crosswalk.Method  `json:"name"`
	Base crosswalk.Base    `json:"base,omitempty"` // area and dasymetric
	Why  referentials.Text `json:"why"`
}

// Balance accounts for a quantity: Total = Shown + Elsewhere + Unmatched + Withheld. What
// would give a hidden figure away is null.
type Balance struct {
	Measure   string   `json:"measure"`
	Period    string   `json:"period,omitempty"`
	Unit      string   `json:"unit,omitempty"`
	Total     *float64 `json:"total"`               // of the source
	Partial   bool     `json:"partial,omitempty"`   // the total leaves hidden parts out
	Shown     float64  `json:"shown"`               // by the cells of the table
	Elsewhere float64  `json:"elsewhere,omitempty"` // by cells that were filtered out
	Unmatched *float64 `json:"unmatched"`           // reaches no cell, or lies outside the mesh
	Withheld  *float64 `json:"withheld"`            // in hidden cells
}

// Quality counts the features of the source by how their values came to be.
type Quality struct {
	Field string `json:"field"`
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Tally counts figures, of the mesh and all levels above.
type Tally struct {
	Shown         int `json:"shown"`
	Empty         int `json:"empty"`
	Threshold     int `json:"threshold"`
	Dominance     int `json:"dominance"`
	Complementary int `json:"complementary"`
	Partial       int `json:"partial"`
}

// Rules is the profile a release has passed.
type Rules struct {
	Profile      string                   `json:"profile"`
	Title        disclosure.Text          `json:"title"`
	Law          []disclosure.Text        `json:"law"`
	Articles     []string                 `json:"articles,omitempty"`
	Notice       disclosure.Text          `json:"notice,omitzero"`
	Certificates []disclosure.Certificate `json:"certificates,omitempty"`
}

func inputOf(c *snapshot.Collection) Input {
	d, v := c.Descriptor(), &c.State().Version
	title := d.Title
	if title.FR == "" {
		title.FR = d.ID
	}
	if title.EN == "" {
		title.EN = d.ID
	}
	return Input{Collection: d.ID, Title: title, Version: v.ID, Revision: v.Revision, Tag: c.Tag(), Vintage: d.Vintage, Producer: d.Producer, Licence: d.Licence}
}

// receipt tells everything but balances and figures.
func (w *work) receipt() *Receipt {
	r := &Receipt{Source: inputOf(w.r.Source), Mesh: inputOf(w.r.Mesh), By: w.r.By, Bin: w.r.Bin, Filter: w.r.FilterText,
		Method: MethodUsed{Name: w.method, Why: w.why}, Notes: w.plan.notes}
	if w.method == crosswalk.Area || w.method == crosswalk.Dasymetric || w.method == crosswalk.Passage {
		r.Method.Base = w.matrix.Base()
	}
	for _, c := range w.r.Parents {
		r.Parents = append(r.Parents, inputOf(c))
	}
	if w.method == crosswalk.Key {
		for _, c := range w.r.through() {
			r.Through = append(r.Through, inputOf(c))
		}
	}
	if w.method == crosswalk.Dasymetric || w.method == crosswalk.Passage {
		in := inputOf(w.r.Weights)
		r.Weights = &in
	}
	for i := range w.plan.outputs {
		r.Measures = append(r.Measures, w.plan.outputs[i].measure.String())
	}
	if w.told() {
		r.Rows, r.Kept, r.Levels, r.Written = w.r.Source.Len(), w.kept(), w.matrix.Levels(), w.strata
	} else {
		r.Notes = append(r.Notes, say("Le décompte des appariements n'est pas donné : il révélerait un chiffre masqué.",
			"Counts of how features were matched are not given: they would reveal a hidden figure."))
	}
	if note, some := w.groups.undatedNote(!w.protected); some {
		r.Notes = append(r.Notes, note)
	}
	if !w.protected {
		r.Unmatched = w.matrix.Unmatched()
		r.Quality = w.quality()
	}
	if p := &w.profiles[0]; p.Name != None {
		r.Rules = &Rules{Profile: p.Name, Title: p.Title, Notice: p.Notice}
		for i := range w.profiles {
			if p := &w.profiles[i]; !slices.Contains(r.Rules.Law, p.Law) {
				r.Rules.Law = append(r.Rules.Law, p.Law)
				r.Rules.Articles = append(r.Rules.Articles, p.Articles...)
			}
		}
		slices.Sort(r.Rules.Articles)
		r.Rules.Articles = slices.Compact(r.Rules.Articles)
		if w.verdicts != nil {
			r.Rules.Certificates = w.verdicts.certificates
		}
	}
	return r
}

// told tells whether the total and what reached no cell are both shown, so that counts of
// rows add nothing to them.
func (w *work) told() bool {
	if w.verdicts == nil {
		return true
	}
	return w.keep == nil && !slices.Contains(w.verdicts.rests, false) &&
		!slices.ContainsFunc(w.verdicts.all, disclosure.Reason.Hidden) && !slices.Contains(w.verdicts.partialAll, true)
}

func (w *work) kept() int {
	if w.keep == nil {
		return w.r.Source.Len()
	}
	n := 0
	for _, kept := range w.keep {
		if kept {
			n++
		}
	}
	return n
}

// quality counts observed and imputed features where the source tells them apart, as
// INSEE's grids do.
func (w *work) quality() (list []Quality) {
	d := w.r.Source.Descriptor()
	for f := range d.Fields {
		if name := d.Fields[f].Name; !strings.HasPrefix(name, "i_est") || !d.Fields[f].IsPublic() {
			continue
		}
		label, counts := labelsOf(w.r.Source, f), map[string]int{}
		for i := range w.r.Source.Len() {
			if w.keep == nil || w.keep[i] {
				if counts[label(i)]++; len(counts) > MaxCategories {
					return list
				}
			}
		}
		for value, n := range counts {
			list = append(list, Quality{d.Fields[f].Name, value, n})
		}
	}
	slices.SortFunc(list, func(a, b Quality) int {
		return strings.Compare(a.Field+"\x00"+a.Value, b.Field+"\x00"+b.Value)
	})
	return list
}

// balances account for every quantity that adds up, sheet by sheet.
func (w *work) balances() (list []Balance) {
	sheets := w.groups.sheets()
	for i := range w.plan.outputs {
		o := &w.plan.outputs[i]
		if !w.plan.balanced(o) {
			continue
		}
		for b := range sheets {
			s := Balance{Measure: o.field.Name, Unit: o.field.Unit}
			if len(w.groups.bins) > 0 && !w.groups.implicit {
				s.Period = w.groups.bins[b]
			}
			var shown, elsewhere, hidden compensated
			for k := range w.r.Mesh.Len() {
				f := k*sheets + b
				v := w.tower.cells.terms[o.num][f]
				switch {
				case v != v:
				case w.verdicts != nil && w.verdicts.cells[f].Hidden():
					hidden.add(v)
				case w.shown != nil && !w.shown[k]:
					elsewhere.add(v)
				default:
					shown.add(v)
				}
			}
			s.Shown, s.Elsewhere = rounded(shown.sum()), rounded(elsewhere.sum())
			w.close(&s, o.num, b, rounded(hidden.sum()))
			list = append(list, s)
		}
	}
	return list
}

// close tells the parts of a balance that may be told.
func (w *work) close(s *Balance, t, b int, hidden float64) {
	all, lost := rounded(zeroIfNull(w.source.terms[t][b])), rounded(w.unmatched(t, b))
	if w.verdicts == nil {
		withheld := 0.0
		s.Total, s.Unmatched, s.Withheld = &all, &lost, &withheld
		return
	}
	if !w.verdicts.all[b].Hidden() {
		if s.Partial = w.verdicts.partialAll[b]; s.Partial {
			all = rounded(zeroIfNull(w.tower.all.terms[t][b]))
		}
		s.Total = &all
	}
	if w.verdicts.rests[b] {
		s.Unmatched = &lost
	}
	if s.Total != nil && s.Unmatched != nil && !s.Partial {
		// A sum of what is there prints as people write it; a difference has to agree.
		withheld := all - lost - s.Shown - s.Elsewhere
		if math.Abs(withheld-hidden) <= 1e-9*math.Abs(all) {
			withheld = hidden
		}
		s.Withheld = &withheld
	}
}

// unmatched sums what reaches no cell of the mesh, whether or not a level above gets it.
func (w *work) unmatched(t, b int) float64 {
	var sum compensated
	sum.add(zeroIfNull(w.tower.outside.terms[t][b]))
	for k := range w.tower.levels {
		rest := w.tower.levels[k].rest
		for c := 0; rest != nil && c < rest.cells; c++ {
			sum.add(zeroIfNull(rest.terms[t][c*rest.groups+b]))
		}
	}
	return sum.sum()
}

func zeroIfNull(v float64) float64 {
	if v != v {
		return 0
	}
	return v
}
