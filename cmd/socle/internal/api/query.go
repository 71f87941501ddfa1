package api

import (
	"slices"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/query"
)

// itemParameters are what items understands, beside a parameter for each queryable.
var itemParameters = []string{
	"f", "limit", "offset", "cursor", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs",
	"sortby", "properties", "skipGeometry", "resultType",
}

// filterLanguages are the values of filter-lang; the last is how GDAL calls the first.
var filterLanguages = []string{"cql2-text", "cql2-json", "cql-text"}

// parametersOf gives the names of all parameters of a collection's items.
func parametersOf(d *referentials.Descriptor) []string {
	names := slices.Clone(itemParameters)
	for i := range d.Fields {
		names = append(names, d.Fields[i].Name)
	}
	return names
}

// readQuery reads which features are asked for, in which order.
func (a *API) readQuery(d *referentials.Descriptor, p *parameters) (*query.Query, error) {
	q := new(query.Query)
	for _, read := range []func(*referentials.Descriptor, *parameters) (*filter.Node, error){a.readBox, readDatetime, a.readFilter} {
		n, err := read(d, p)
		if err != nil {
			return nil, err
		}
		if n != nil {
			q.Where = append(q.Where, n)
		}
	}
	for i := range d.Fields {
		name := d.Fields[i].Name
		if !p.values.Has(name) || slices.Contains(itemParameters, name) {
			continue
		}
		n, err := query.Equal(d, i, p.get(name))
		if err != nil {
			return nil, err
		}
		q.Where = append(q.Where, n)
	}
	var err error
	q.Sort, err = readSort(d, p)
	return q, err
}

func (a *API) readBox(d *referentials.Descriptor, p *parameters) (*filter.Node, error) {
	in, err := a.systems.choose(d, "bbox-crs", p.get("bbox-crs"))
	if err != nil {
		return nil, err
	}
	box, given, err := p.bbox("bbox")
	if err != nil || !given {
		return nil, err
	}
	n, err := filter.BindBox(&filter.Box{Min: box.Min, Max: box.Max}, filter.Schema{Descriptor: d, CRS: in.crs, SwapAxes: in.swapped})
	if e, ok := asError(err); ok {
		return nil, e.At("parameter bbox").Do("write it as west,south,east,north, in the axis order of bbox-crs")
	}
	return n, err
}

func readDatetime(d *referentials.Descriptor, p *parameters) (*filter.Node, error) {
	if !p.values.Has("datetime") {
		return nil, nil
	}
	span, err := query.ParseSpan(p.get("datetime"))
	if err != nil {
		return nil, at(err, "parameter datetime")
	}
	return query.During(d, span), nil
}

func (a *API) readFilter(d *referentials.Descriptor, p *parameters) (*filter.Node, error) {
	language := p.get("filter-lang")
	if language != "" && !slices.Contains(filterLanguages, language) {
		return nil, referentials.Errorf(referentials.Invalid, "filters cannot be written in %.40q", language).
			At("parameter filter-lang").Do("use one of: %s", strings.Join(filterLanguages, ", "))
	}
	schema := filter.Schema{Descriptor: d, Systems: &a.systems.ways}
	if d.HasGeometry() {
		in, err := a.systems.choose(d, "filter-crs", p.get("filter-crs"))
		if err != nil {
			return nil, err
		}
		schema.CRS, schema.SwapAxes = in.crs, in.swapped
	}
	if !p.values.Has("filter") {
		return nil, nil
	}
	n, err := query.Written(p.get("filter"), schema)
	if err != nil {
		return nil, at(err, "parameter filter")
	}
	return n, nil
}

// readSort reads "name,-other": ascending, or descending after a minus.
func readSort(d *referentials.Descriptor, p *parameters) ([]query.Key, error) {
	if !p.values.Has("sortby") {
		return nil, nil
	}
	var keys []query.Key
	for _, part := range namesIn(p.get("sortby"), d) {
		// A plus is turned into a space by URLs unless it is escaped.
		k, name := query.Key{Descending: strings.HasPrefix(part, "-")}, unsigned(part)
		if k.Field = d.FieldIndex(name); k.Field < 0 || !sortable(&d.Fields[k.Field]) {
			return nil, unknownName("sortby", name, "be sorted by", sortableNames(d))
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// sortable tells whether values of a field have an order that means something.
func sortable(f *referentials.Field) bool { return f.Type != referentials.JSON }

func sortableNames(d *referentials.Descriptor) []string {
	var names []string
	for i := range d.Fields {
		if sortable(&d.Fields[i]) {
			names = append(names, d.Fields[i].Name)
		}
	}
	return names
}

// unknownName says that features cannot do something with a name, and which one may be
// meant.
func unknownName(parameter, name, what string, known []string) error {
	e := referentials.Errorf(referentials.Invalid, "features cannot %s %.60q", what, name).At("parameter %s", parameter)
	if near := referentials.Nearest(name, known); near != "" {
		return e.Do("did you mean %q?", near)
	}
	return e.Do("use one of: %s", strings.Join(known, ", "))
}

// at adds the parameter to where an error says it is.
func at(err error, where string) error {
	e, ok := asError(err)
	if !ok {
		return err
	}
	if e.Where != "" {
		where += ", " + e.Where
	}
	return e.At("%s", where)
}
