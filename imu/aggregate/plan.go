package aggregate

import (
	"math"
	"slices"

	"socle/imu/crosswalk"
	"socle/referentials"
)

// plan is how a request is worked out: terms to multiply, and outputs made of them.
type plan struct {
	r         *Request
	d         *referentials.Descriptor
	method    crosswalk.Method
	protected bool

	columns map[string][]float64                    // by what they hold
	veiled  map[string]referentials.DisclosureClass // of what weighs a column, where it is not public
	ids     []string                                // of terms: no term is worked out twice
	terms   []term
	outputs []output
	notes   []referentials.Text
}

// scale is what an output is divided by beside another term.
type scale uint8

const (
	plainScale   scale = iota
	hectareScale       // the cell's area in hectares
	shareScale         // the same of all categories of the cell, or of all cells
)

// output is one measure: a term, divided or not by another.
type output struct {
	measure  Measure
	field    referentials.Field
	num, den int // terms; den -1 for none
	scale    scale
	magnitudes
}

// covered tells an area share, which is of the cell when there is no category to share with.
func (o *output) covered(p *plan) bool {
	return o.scale == shareScale && p.terms[o.num].kind == overlaps
}

// magnitudes are the sums that a measure gives away.
type magnitudes []magnitude

type magnitude struct {
	column string // of plan.columns
	field  int    // whose unit it has
}

// makePlan checks every measure by the roles of its fields, and refuses what would be wrong.
func makePlan(r *Request, method crosswalk.Method, protected bool) (*plan, error) {
	p := &plan{r: r, d: r.Source.Descriptor(), method: method, protected: protected, columns: map[string][]float64{}, veiled: map[string]referentials.DisclosureClass{}}
	for i := range r.Measures {
		o, err := p.output(&r.Measures[i])
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p.outputs, func(q output) bool { return q.field.Name == o.field.Name }) {
			return nil, p.bad(o.measure, "%s is asked for twice", o.measure.String())
		}
		p.outputs = append(p.outputs, o)
	}
	return p, nil
}

func (p *plan) bad(m Measure, format string, args ...any) *referentials.Error {
	return referentials.Errorf(referentials.Invalid, format, args...).At("measure %s", m.String())
}

func (p *plan) note(t referentials.Text) {
	if !slices.Contains(p.notes, t) {
		p.notes = append(p.notes, t)
	}
}

func (p *plan) output(m *Measure) (output, error) {
	o := output{measure: *m, den: -1}
	var err error
	switch m.Function {
	case Count:
		o.num = p.term(rows, "", 0)
	case Sum:
		err = p.sum(&o)
	case Mean:
		err = p.mean(&o)
	case Min, Max, Median, Quantile:
		err = p.order(&o)
	case Share:
		o.scale = shareScale
		if m.Field == "" && p.method == crosswalk.Area {
			o.num = p.term(overlaps, "", 0)
			break
		}
		o.num = p.term(rows, "", 0)
		if m.Field != "" {
			err = p.sum(&o)
		}
	case Density:
		err = p.density(&o)
	case Ratio:
		err = p.ratio(&o, m.Second)
	case Std:
		err = p.std(&o)
	default:
		err = p.bad(*m, "%q is not a measure", m.Function)
	}
	if err != nil {
		return o, err
	}
	o.field = p.describe(&o)
	return o, nil
}

// term gives the number of a term, made once.
func (p *plan) term(k kind, column string, level float64) int {
	id := string(rune('a'+k)) + column + "\x00" + string(referentials.AppendFloat(nil, level))
	if at := slices.Index(p.ids, id); at >= 0 {
		return at
	}
	p.ids = append(p.ids, id)
	p.terms = append(p.terms, term{kind: k, values: p.columns[column], level: level})
	return len(p.terms) - 1
}

// column reads a numeric field.
func (p *plan) column(field int) string {
	name := p.d.Fields[field].Name
	if p.columns[name] == nil {
		p.columns[name], _ = p.r.Source.Numbers(field) // the field was found to be a number
	}
	return name
}

// derive makes a column from two others, once. A null of either makes a null.
func (p *plan) derive(of func(x, y float64) float64, sign, x, y string) string {
	id := x + "\x00" + sign + "\x00" + y
	if p.columns[id] == nil {
		a, b := p.columns[x], p.columns[y]
		out := make([]float64, len(a))
		for i := range out {
			out[i] = of(a[i], b[i])
			if a[i] != a[i] || b[i] != b[i] {
				out[i] = math.NaN()
			}
		}
		p.columns[id] = out
	}
	return id
}

// product is x·y, beside is y where there is x, and present is 1 where there is x.
func (p *plan) product(x, y string) string {
	return p.derive(func(x, y float64) float64 { return x * y }, "*", x, y)
}

func (p *plan) beside(x, y string) string {
	return p.derive(func(_, y float64) float64 { return y }, "|", x, y)
}

// without is x where there is no y.
func (p *plan) without(x, y string) string {
	id := x + "\x00-\x00" + y
	if p.columns[id] == nil {
		a, b := p.columns[x], p.columns[y]
		out := make([]float64, len(a))
		for i := range out {
			if out[i] = a[i]; b[i] == b[i] {
				out[i] = math.NaN()
			}
		}
		p.columns[id] = out
	}
	return id
}

func (p *plan) present(x string) string {
	return p.derive(func(float64, float64) float64 { return 1 }, "1", x, x)
}

func (p *plan) sum(o *output) error {
	f, err := p.quantity(o.measure, o.measure.Field)
	if err != nil {
		return err
	}
	x := p.column(f)
	o.num = p.term(total, x, 0)
	o.magnitudes = magnitudes{{x, f}}
	return nil
}

func (p *plan) mean(o *output) error {
	f, err := p.number(o.measure, o.measure.Field)
	if err != nil {
		return err
	}
	weight, err := p.weight(o.measure, f)
	if err != nil {
		return err
	}
	x := p.column(f)
	switch weight {
	case byOverlap:
		o.num, o.den = p.term(overlap, x, 0), p.term(overlap, p.present(x), 0)
		o.magnitudes = magnitudes{{x, f}}
	case alike:
		o.num, o.den = p.term(total, x, 0), p.term(total, p.present(x), 0)
		o.magnitudes = magnitudes{{x, f}}
	default:
		y := p.column(weight)
		xy := p.product(x, y)
		if w := &p.d.Fields[weight]; !w.IsPublic() {
			p.veiled[xy] = w.Disclosure
		}
		o.num, o.den = p.term(total, xy, 0), p.term(total, p.beside(x, y), 0)
		o.magnitudes = magnitudes{{xy, f}}
	}
	return nil
}

func (p *plan) std(o *output) error {
	f, err := p.number(o.measure, o.measure.Field)
	if err != nil {
		return err
	}
	weight, err := p.weight(o.measure, f)
	if err != nil {
		return err
	}
	if weight == byOverlap {
		return p.bad(o.measure, "a standard deviation is not weighed by area").Do("name a field with weight=")
	}
	x := p.column(f)
	o.magnitudes = magnitudes{{x, f}}
	if weight == alike {
		o.num = p.term(deviation, x, 0)
		return nil
	}
	y := p.column(weight)
	o.num = p.term(deviation, p.product(x, y), 0) // an id of its own; what it holds is set below
	p.terms[o.num].values, p.terms[o.num].over = p.columns[x], p.columns[y]
	o.magnitudes = magnitudes{{p.product(x, y), f}}
	return nil
}

func (p *plan) order(o *output) error {
	f, err := p.number(o.measure, o.measure.Field)
	if err != nil {
		return err
	}
	m := o.measure
	x := p.column(f)
	o.magnitudes = magnitudes{{x, f}}
	switch m.Function {
	case Min, Max:
		if p.protected {
			return referentials.Errorf(referentials.Refused, "%s shows the value of one unit, and %s is protected", m.Function, p.d.ID).
				At("measure %s", m.String()).Do("take mean(%s) or median(%s)", quoted(m.Field), quoted(m.Field))
		}
		k := minimum
		if m.Function == Max {
			k = maximum
		}
		o.num = p.term(k, x, 0)
		return nil
	}
	if err := p.microData(m, f); err != nil {
		return err
	}
	o.num = p.term(quantile, x, m.Level)
	if p.protected {
		p.term(flank, x, m.Level)
	}
	return nil
}

func (p *plan) ratio(o *output, below string) error {
	a, err := p.quantity(o.measure, o.measure.Field)
	if err != nil {
		return err
	}
	b, err := p.quantity(o.measure, below)
	if err != nil {
		return err
	}
	x, y := p.column(a), p.column(b)
	// Features that lack one of the two would shift the ratio.
	o.num, o.den = p.term(total, p.beside(y, x), 0), p.term(total, p.beside(x, y), 0)
	o.magnitudes = magnitudes{{x, a}, {y, b}}
	if p.protected {
		// Beside the plain sum, the sum that lacks some features gives those away.
		o.magnitudes = append(o.magnitudes, magnitude{p.without(x, y), a}, magnitude{p.without(y, x), b})
	}
	return nil
}

func (p *plan) density(o *output) error {
	if o.measure.Second != "" {
		if o.measure.Field != "" {
			return p.ratio(o, o.measure.Second)
		}
		f, err := p.quantity(o.measure, o.measure.Second)
		if err != nil {
			return err
		}
		y := p.column(f)
		o.num, o.den = p.term(total, p.present(y), 0), p.term(total, y, 0)
		o.magnitudes = magnitudes{{y, f}}
		return nil
	}
	if p.r.Mesh.Descriptor().Geometry.Dimension() != 2 {
		return p.bad(o.measure, "%s has no area to be dense in", p.r.Mesh.Descriptor().ID).Do("divide by a field: density(x,per=y)")
	}
	o.scale = hectareScale
	o.num = p.term(rows, "", 0)
	if o.measure.Field != "" {
		return p.sum(o)
	}
	return nil
}
