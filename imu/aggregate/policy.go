package aggregate

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"socle/geo/crs"
	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/eval"
	"socle/referentials/snapshot"
)

// None is the profile without rules, of open sources.
const None = "none"

// protected tells whether the source may only leave through a profile: its descriptor says
// so, or the request touches a confidential field.
func (r *Request) protected() bool {
	d := r.Source.Descriptor()
	if !d.IsPublic() {
		return true
	}
	confidential := func(name string) bool {
		f := d.FieldIndex(name)
		return f >= 0 && d.Fields[f].Disclosure == referentials.Confidential
	}
	return slices.ContainsFunc(r.Measures, func(m Measure) bool {
		f, weight := d.FieldIndex(m.Field), m.Weight
		if f >= 0 && weight == "" && (m.Function == Mean || m.Function == Std) {
			weight = d.Fields[f].Weight
		}
		return confidential(m.Field) || confidential(m.Second) || confidential(weight)
	})
}

// profile settles the name of the profile: nobody chooses a weaker one.
func (r *Request) profile(protected bool) (string, error) {
	d := r.Source.Descriptor()
	switch {
	case d.Profile != "" && r.Profile != "" && r.Profile != d.Profile:
		return "", referentials.Errorf(referentials.Refused, "%s leaves under profile %s only, not %s", d.ID, d.Profile, r.Profile).
			At("profile").Do("leave profile out, or write %s", d.Profile)
	case d.Profile != "":
		return d.Profile, nil
	case protected && (r.Profile == "" || r.Profile == None):
		return "", referentials.Errorf(referentials.Refused, "%s is not open, or what is asked of it is confidential, and its descriptor names no disclosure profile", d.ID).
			At("profile").Do("name the profile its law asks for: profile=insee-menages-11 for example")
	case r.Profile == "":
		return None, nil
	}
	return r.Profile, nil
}

var vintageYear = regexp.MustCompile(`\b(19|20)\d\d\b`)

// rules gives the version of the profile for each sheet of figures: that of its year.
func (r *Request) rules(name string, g *groups) ([]disclosure.Profile, error) {
	known := r.Profiles
	if known == nil {
		var err error
		if known, err = disclosure.Builtin(); err != nil {
			return nil, err
		}
	}
	find := func(year int) (disclosure.Profile, error) { return known.Find(name, year) }
	all := make([]disclosure.Profile, g.sheets())
	for b := range all {
		year := r.Year
		switch {
		case len(g.bins) > 0:
			year, _ = strconv.Atoi(g.bins[b][:strings.IndexByte(g.bins[b]+"-", '-')])
		case len(g.years) == 1:
			year = g.years[0]
		case year == 0:
			year, _ = strconv.Atoi(vintageYear.FindString(r.Source.Descriptor().Vintage))
		}
		var err error
		if all[b], err = find(year); err != nil {
			return nil, err
		}
	}
	if len(g.bins) == 0 && len(g.years) > 1 && all[0].Rules() {
		return nil, referentials.Errorf(referentials.Refused, "the source has rows of %d years, and units counted once a year must not be added up", len(g.years)).
			At("bin").Do("write bin=%s, or filter one year", Year)
	}
	return all, nil
}

// keep evaluates a filter; nil keeps all rows.
func (r *Request) keep(ctx context.Context, n *filter.Node, c *snapshot.Collection, protected bool) ([]bool, error) {
	if n == nil {
		return nil, nil
	}
	if err := filterable(n, c.Descriptor(), protected); err != nil {
		return nil, err
	}
	systems := r.Systems
	if systems == nil {
		systems = new(crs.Cache)
		defer systems.Close()
	}
	f, err := eval.Compile(n, c, systems)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := f.Select(ctx, nil)
	if err != nil {
		return nil, err
	}
	keep := make([]bool, c.Len())
	for _, i := range found {
		keep[i] = true
	}
	return keep, nil
}

// filterable refuses filters that could single features out of a protected source: what two
// of them keep may differ by one.
func filterable(n *filter.Node, d *referentials.Descriptor, protected bool) error {
	if n.Kind == filter.Place && protected {
		return referentials.Errorf(referentials.Refused, "%s is protected, and places single features out", d.ID).At("filter").
			Do("filter the cells of the mesh instead")
	}
	if n.Kind == filter.Column {
		f := &d.Fields[n.Field]
		if !f.IsPublic() || protected && f.Role != referentials.Category && f.Role != referentials.Time {
			return referentials.Errorf(referentials.Refused, "%s may not be filtered by %s: it singles features out", d.ID, f.Name).At("filter").
				Do("filter by a category or by time")
		}
	}
	for _, a := range n.Args {
		if err := filterable(a, d, protected); err != nil {
			return err
		}
	}
	return nil
}
