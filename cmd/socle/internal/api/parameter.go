package api

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"socle/referentials"
)

// parameters are the query of one request, each name known to the resource.
type parameters struct{ values url.Values }

// parseQuery reads a query and refuses what the resource does not know: a client whose
// parameter is ignored would take the answer for another one.
func parseQuery(raw string, known ...string) (parameters, error) {
	values, err := splitQuery(raw)
	if err != nil {
		return parameters{}, err
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(known, name) {
			e := referentials.Errorf(referentials.Invalid, "there is no parameter %.60q here", name).At("query")
			if near := referentials.Nearest(name, known); near != "" {
				return parameters{}, e.Do("did you mean %q?", near)
			}
			return parameters{}, e.Do("known are: %s", strings.Join(known, ", "))
		}
		if len(values[name]) > 1 {
			return parameters{}, referentials.Errorf(referentials.Invalid, "it is given %d times", len(values[name])).At("parameter %s", name)
		}
	}
	return parameters{values}, nil
}

// splitQuery reads the pairs of a query as clients write them, which is not always as
// url.ParseQuery wants them: QGIS leaves plus signs and semicolons as they are. A plus is a
// blank, unless the value has blanks written %20.
func splitQuery(raw string) (url.Values, error) {
	values := make(url.Values, 8)
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err == nil {
			if strings.Contains(value, "%20") {
				value, err = url.PathUnescape(value)
			} else {
				value, err = url.QueryUnescape(value)
			}
		}
		if err != nil {
			return nil, referentials.Errorf(referentials.Invalid, "the query cannot be read: %w", err).Do("write other characters than letters and digits as %%XX")
		}
		values[name] = append(values[name], value)
	}
	return values, nil
}

func (p *parameters) get(name string) string { return p.values.Get(name) }

// count reads a whole number of at least least.
func (p *parameters) count(name string, least, fallback int) (int, error) {
	if !p.values.Has(name) {
		return fallback, nil
	}
	s := p.get(name)
	n, err := strconv.Atoi(s)
	if err != nil || n < least {
		return 0, referentials.Errorf(referentials.Invalid, "%q is not a whole number of at least %d", s, least).At("parameter %s", name)
	}
	return n, nil
}

// truth reads true or false; false when it is not given.
func (p *parameters) truth(name string) (bool, error) {
	switch v := p.get(name); v {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	default:
		return false, referentials.Errorf(referentials.Invalid, "%.40q is neither true nor false", v).At("parameter %s", name)
	}
}

// geometryName is what clients call the geometry of a feature; geom is taken too, as
// databases call it.
const geometryName = "geometry"

// fields reads a comma list of fields as their positions, -1 for the geometry.
func (p *parameters) fields(name string, d *referentials.Descriptor) ([]int, error) {
	var list []int
	for _, part := range namesIn(p.get(name), d) {
		i := d.FieldIndex(part)
		if i < 0 && part != "" && part != geometryName && part != "geom" {
			return nil, unknownName(name, part, "show", fieldNames(d))
		}
		if part != "" {
			list = append(list, i)
		}
	}
	return list, nil
}

// namesIn cuts a comma list of fields, each with a sign before it or not. Of a name that holds
// commas itself the most that makes a field counts.
func namesIn(list string, d *referentials.Descriptor) []string {
	most := 1 // parts of a name
	for i := range d.Fields {
		most = max(most, 1+strings.Count(d.Fields[i].Name, ","))
	}
	var names []string
	for parts := strings.Split(list, ","); len(parts) > 0; {
		n := min(most, len(parts))
		for n > 1 && d.FieldIndex(unsigned(strings.Join(parts[:n], ","))) < 0 {
			n--
		}
		names = append(names, strings.TrimSpace(strings.Join(parts[:n], ",")))
		parts = parts[n:]
	}
	return names
}

// unsigned takes the sign off a name in an order.
func unsigned(name string) string {
	name = strings.TrimSpace(name)
	if name != "" && (name[0] == '-' || name[0] == '+') {
		return name[1:]
	}
	return name
}

func fieldNames(d *referentials.Descriptor) []string {
	names := make([]string, len(d.Fields))
	for i := range d.Fields {
		names[i] = d.Fields[i].Name
	}
	return names
}

// bbox reads four numbers, or six of which the heights are left out of account.
func (p *parameters) bbox(name string) (box orb.Bound, given bool, err error) {
	if !p.values.Has(name) {
		return box, false, nil
	}
	bad := func(format string, args ...any) (orb.Bound, bool, error) {
		return box, false, referentials.Errorf(referentials.Invalid, format, args...).
			At("parameter %s", name).Do("write it as west,south,east,north")
	}
	parts := strings.Split(p.get(name), ",")
	if len(parts) != 4 && len(parts) != 6 {
		return bad("%q has %d numbers, not 4 or 6", p.get(name), len(parts))
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return bad("%q is not a number", part)
		}
		numbers[i] = v
	}
	half := len(numbers) / 2
	if half == 3 && numbers[2] > numbers[5] {
		return bad("its lowest height %g is above its highest %g", numbers[2], numbers[5])
	}
	box.Min = orb.Point{numbers[0], numbers[1]}
	box.Max = orb.Point{numbers[half], numbers[half+1]}
	return box, true, nil
}
