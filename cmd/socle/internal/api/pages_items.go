package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"socle/referentials"
	"socle/referentials/encode"
)

// pageSizes are the choices of how many features to show.
var pageSizes = []int{10, 50, 100, mostShown}

// positionParameters say where in the matches a page is. They fall when the matches
// change.
var positionParameters = []string{"offset", "cursor"}

// itemsPage is a table of features, its map, and what changes the query.
type itemsPage struct {
	ID, Title         string
	Spatial           bool
	Columns           []column // the key first, then the label
	Rows              []itemRow
	From, To, Matched int
	Next, Prev        string
	Sizes             []choice
	Filters           *filterForm
	Active            []condition
	Features          string // what is shown, as GeoJSON in longitude and latitude
	Box               string // that was asked for in degrees: west,south,east,north
	Formats           []encode.Link
}

type itemRow struct {
	Key   string
	Cells []cell // for Columns
}

// choice is one of several links.
type choice struct {
	Text    string
	Href    string
	Current bool
}

// condition is a part of the query, and the address without it.
type condition struct{ Name, Value, Without string }

// filterForm is what the form for filters offers.
type filterForm struct {
	Action, Filter, Example string
	Fields                  []filterField
	Kept                    []input
}

type filterField struct{ Name, Title, Type string }

// input is a hidden field of a form: a parameter that is kept.
type input struct{ Name, Value string }

func newItemsPage(p *page, links []encode.Link) *itemsPage {
	d, shown := p.collection.Descriptor(), &p.projection.descriptor
	q := pageQuery{p.base.path("collections", d.ID, "items"), p.query.values, d, p.lang}
	out := &itemsPage{
		ID: d.ID, Title: titleOf(d, p.lang), Spatial: shown.HasGeometry(), From: p.offset + 1, To: p.offset + p.count, Matched: p.matched,
		Formats: linksOf(links, "alternate"), Filters: q.form(), Sizes: q.sizes(p.limit), Active: q.active(),
		Features: q.features(p.limit), Box: q.box(),
	}
	for _, l := range linksOf(links, "next") {
		out.Next = l.Href
	}
	for _, l := range linksOf(links, "prev") {
		out.Prev = l.Href
	}
	order := q.columns(shown)
	for _, i := range order {
		c := columnOf(&shown.Fields[i], p.lang)
		c.Sorted, c.Sort = q.sort(&shown.Fields[i])
		out.Columns = append(out.Columns, c)
	}
	for n := range p.count {
		// Values alone: a table has no use for the shapes, which may have to be transformed.
		at := p.selection.Row(p.offset + n)
		cells := make([]cell, len(order))
		for k, i := range order {
			cells[k] = cellOf(&shown.Fields[i], p.collection.Value(at, p.projection.fields[i]), p.lang).short()
		}
		out.Rows = append(out.Rows, itemRow{cells[0].Exact, cells})
	}
	return out
}

// keyFirst gives the positions of the fields: the key's, which is the link to the feature
// and stays in sight when the table scrolls, what people call it, then the others.
func keyFirst(d *referentials.Descriptor) []int {
	order := []int{d.KeyIndex()}
	if label := d.LabelIndex(); label >= 0 && label != order[0] {
		order = append(order, label)
	}
	first := order
	for i := range d.Fields {
		if !slices.Contains(first, i) {
			order = append(order, i)
		}
	}
	return order
}

// columns gives the positions of the fields: what the page is ordered by follows what names
// a feature, where it is in sight.
func (q pageQuery) columns(d *referentials.Descriptor) []int {
	order := keyFirst(d)
	at := 1
	if label := d.LabelIndex(); label >= 0 && label != order[0] {
		at++
	}
	for _, part := range namesIn(q.values.Get("sortby"), d) {
		i := d.FieldIndex(unsigned(part))
		if k := slices.Index(order, i); k >= at {
			order = slices.Insert(slices.Delete(order, k, k+1), at, i)
			at++
		}
	}
	return order
}

// pageQuery is the query of a page of features, from which the links of the page differ.
type pageQuery struct {
	address string
	values  url.Values
	d       *referentials.Descriptor
	lang    string
}

// change gives the address with parameters set (or left out, where empty), from the first
// page on.
func (q pageQuery) change(pairs ...string) string {
	for _, name := range positionParameters {
		pairs = append(pairs, name, "")
	}
	return with(q.address, q.values, pairs...)
}

func (q pageQuery) sizes(limit int) []choice {
	var out []choice
	for _, n := range pageSizes {
		out = append(out, choice{countIn(n, q.lang), q.change("limit", strconv.Itoa(n)), n == limit})
	}
	return out
}

// features gives the address of what the page shows, for its map.
func (q pageQuery) features(limit int) string {
	return with(q.address, q.values, "f", "json", "crs", "", "properties", "", "limit", strconv.Itoa(limit))
}

// box gives the box of the query when it is one of longitudes and latitudes.
func (q pageQuery) box() string {
	if q.values.Get("bbox-crs") != "" {
		return ""
	}
	return q.values.Get("bbox")
}

// sort tells how a field orders the page, and the address of the next way: up, down, as
// it was.
func (q pageQuery) sort(f *referentials.Field) (sorted, href string) {
	if !sortable(f) {
		return "", ""
	}
	first, _, _ := strings.Cut(q.values.Get("sortby"), ",")
	switch strings.TrimSpace(strings.TrimPrefix(first, "+")) {
	case f.Name:
		return "ascending", q.change("sortby", "-"+f.Name)
	case "-" + f.Name:
		return "descending", q.change("sortby", "")
	}
	return "", q.change("sortby", f.Name)
}

// active lists what narrows or orders the page.
func (q pageQuery) active() []condition {
	var names []string
	for name := range q.values {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []condition
	for _, name := range names {
		var label string
		var also []string
		switch name {
		case "filter":
			label, also = say(q.lang, "Filtre", "Filter"), []string{"filter-lang", "", "filter-crs", ""}
		case "bbox":
			label, also = say(q.lang, "Emprise", "Extent"), []string{"bbox-crs", ""}
		case "datetime":
			label = say(q.lang, "Période", "Time")
		case "sortby":
			label = say(q.lang, "Ordre", "Order")
		case "properties":
			label = say(q.lang, "Champs", "Fields")
		default:
			i := q.d.FieldIndex(name)
			if i < 0 || slices.Contains(itemParameters, name) { // a field of that name is not what is asked for
				continue
			}
			if label = textIn(q.lang, q.d.Fields[i].Title); label == "" {
				label = name
			}
		}
		out = append(out, condition{label, q.values.Get(name), q.change(append(also, name, "")...)})
	}
	return out
}

// form gives the form for filters. It writes CQL2 text, so another language is not kept.
func (q pageQuery) form() *filterForm {
	f := &filterForm{Action: q.address, Kept: []input{{"f", "html"}}}
	if q.values.Get("filter-lang") != "cql2-json" {
		f.Filter = q.values.Get("filter")
	}
	var names []string
	for name := range q.values {
		switch {
		case name == "f", name == "filter", name == "filter-lang", slices.Contains(positionParameters, name):
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		f.Kept = append(f.Kept, input{name, q.values.Get(name)})
	}
	for _, i := range keyFirst(q.d) {
		field := &q.d.Fields[i]
		if field.Type == referentials.JSON {
			continue
		}
		title := textIn(q.lang, field.Title)
		if title == "" {
			title = field.Name
		}
		f.Fields = append(f.Fields, filterField{field.Name, title, string(field.Type)})
	}
	f.Example = `"` + q.d.Key + `" IS NOT NULL`
	return f
}
