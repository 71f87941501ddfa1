package aggregate

import (
	"context"
	"slices"

	"socle/imu/crosswalk"
	"socle/imu/disclosure"
	"socle/referentials"
)

// maxFigures bounds what one request keeps in memory: 8 bytes each.
const maxFigures = 1 << 25

// Run works a request out. What may not leave is not in the Release, nor in any error.
// Errors: Invalid for what cannot be meant, with what to ask instead, Refused for what may
// not be told, TooLarge over a bound, and those of crosswalks and of disclosure.
func Run(ctx context.Context, r Request, walks Crosswalks) (*Release, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	r.Resolve()
	w := &work{r: &r, protected: r.protected()}
	name, err := r.profile(w.protected)
	if err != nil {
		return nil, err
	}
	if w.method, w.why, err = r.method(); err != nil {
		return nil, err
	}
	if w.plan, err = makePlan(&r, w.method, w.protected); err != nil {
		return nil, err
	}
	if w.keep, err = r.keep(ctx, r.Where, r.Source, w.protected); err != nil {
		return nil, err
	}
	if w.shown, err = r.keep(ctx, r.MeshWhere, r.Mesh, false); err != nil {
		return nil, err
	}
	if w.groups, err = r.group(w.keep, w.protected); err != nil {
		return nil, err
	}
	if w.profiles, err = r.rules(name, w.groups); err != nil {
		return nil, err
	}
	if w.ruled = slices.ContainsFunc(w.profiles, func(p disclosure.Profile) bool { return p.Rules() }); w.ruled {
		// Of a profile's versions, the one that looks at values sees all that any looks at.
		widest := &w.profiles[0]
		for b := range w.profiles {
			if w.profiles[b].Rule.OrOver > 0 {
				widest = &w.profiles[b]
			}
		}
		if err := refuseQuantiles(widest, w.plan.outputs); err != nil {
			return nil, err
		}
		if w.judged, err = w.plan.judge(widest); err != nil {
			return nil, err
		}
	}
	if w.matrix, err = walks.Get(ctx, r.crosswalk(w.method)); err != nil {
		return nil, err
	}
	if err := w.bound(); err != nil {
		return nil, err
	}
	if err := w.multiply(ctx, walks); err != nil {
		return nil, err
	}
	return w.release()
}

// work is one request on its way.
type work struct {
	r         *Request
	protected bool // the source may only leave through a profile
	ruled     bool // the profile has rules
	method    crosswalk.Method
	why       referentials.Text
	plan      *plan
	keep      []bool // rows of the source; nil for all
	shown     []bool // cells of the mesh; nil for all
	groups    *groups
	profiles  []disclosure.Profile // by sheet
	judged    []judged
	matrix    *crosswalk.Matrix

	tower      *tower
	categories *grid // nil unless figures are told by category
	source     *grid // the whole source, summed by itself: what the rest must add up to
	strata     []Stratum
	verdicts   *verdicts // nil without rules
}

// bound refuses what would not fit in memory, before it is made.
func (w *work) bound() error {
	figures := w.r.Mesh.Len() * w.groups.sheets() * (1 + len(w.groups.categories))
	if figures*len(w.plan.terms) > maxFigures {
		return referentials.Errorf(referentials.TooLarge, "%d figures of %d sums each are over the bound of %d", figures, len(w.plan.terms), maxFigures).
			Do("ask for fewer measures, categories or bins at once")
	}
	return nil
}

func (w *work) multiply(ctx context.Context, walks Crosswalks) error {
	g, err := w.guard(ctx, walks, w.keep)
	if err != nil {
		return err
	}
	w.tower, w.categories = g.tower, g.categories
	everyone := everything(w.r.Source.Len())
	codes := w.groups.codes(w.r.Source.Len(), w.keep, false)
	if w.source, err = multiply(ctx, everyone, w.plan.terms, codes, w.groups.sheets()); err != nil {
		return err
	}
	if err := w.stratify(ctx, codes); err != nil {
		return err
	}
	if w.ruled {
		if w.keep != nil {
			dropped := make([]bool, len(w.keep))
			for i, kept := range w.keep {
				dropped[i] = !kept
			}
			if g.dropped, err = w.guard(ctx, walks, dropped); err != nil {
				return err
			}
		}
		if w.verdicts, err = g.protect(ctx); err != nil {
			return err
		}
	}
	return nil
}

// guard multiplies the rows that keep keeps, on all levels.
func (w *work) guard(ctx context.Context, walks Crosswalks, keep []bool) (*guard, error) {
	n, sheets := w.r.Source.Len(), w.groups.sheets()
	codes := w.groups.codes(n, keep, false)
	g := &guard{profiles: w.profiles, judged: w.judged, tower: &tower{r: w.r, terms: w.plan.terms}, size: len(w.groups.categories), shared: splits(w.matrix)}
	var err error
	if g.tower.cells, err = multiply(ctx, w.matrix, w.plan.terms, codes, sheets); err != nil {
		return nil, err
	}
	if w.groups.category != nil {
		codes := w.groups.codes(n, keep, true)
		if g.categories, err = multiply(ctx, w.matrix, w.plan.terms, codes, sheets*g.size); err != nil {
			return nil, err
		}
	}
	return g, g.tower.build(ctx, walks, w.matrix, codes)
}
