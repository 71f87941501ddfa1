package importer

import (
	"fmt"
	"slices"
	"strings"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/catalog"
)

// plan is what will be made of the files: the descriptor, where each field's values come
// from and how they are read.
type plan struct {
	desc     referentials.Descriptor
	readings []reading             // by field
	clean    []func(string) string // by field, nil mostly
	sources  []*column             // by field, nil when no file has it
	take     map[*input][]int      // by field, the column of that file; -1 when it has none
	key      int                   // index of the key field
	keyFrom  keySource
	keyWords string // how the report says it
	cellSize float64
	notes    []string
	judge    func(before *referentials.Descriptor) error // of what it would show; nil: of nothing
}

// keySource is where the key's values come from.
type keySource uint8

const (
	fromColumn keySource = iota
	fromFormat           // the format's own feature ids
	fromGrid             // the position of a grid cell
	fromRows             // the order of rows
)

// column is a column of the files taken together: files that name one the same share it.
type column struct {
	name, folded string
	declared     referentials.FieldType
	evidence     evidence
	textual      bool // the format writes all values as text
	taken        bool
	title        string
}

// unite gives the columns of all files in the order they are first met.
func unite(inputs []*input) []*column {
	var list []*column
	byName := map[string]*column{}
	for _, in := range inputs {
		for i, f := range in.src.Fields() {
			c := byName[f.Name]
			if c == nil {
				c = &column{name: f.Name, folded: fold(f.Name), declared: f.Type, evidence: newEvidence(), textual: true, title: f.Title}
				byName[f.Name] = c
				list = append(list, c)
			} else if c.declared != f.Type {
				c.declared = widest(c.declared, f.Type)
			}
			c.textual = c.textual && in.textual
			if i < len(in.survey.columns) {
				c.evidence.merge(&in.survey.columns[i])
			}
		}
	}
	return list
}

// widest gives the type that holds values of both, by what formats declare.
func widest(a, b referentials.FieldType) referentials.FieldType {
	numeric := func(t referentials.FieldType) bool { return t == referentials.Integer || t == referentials.Number }
	switch {
	case a == b:
		return a
	case a == "" || b == "":
		return ""
	case numeric(a) && numeric(b):
		return referentials.Number
	}
	return referentials.String
}

// reading gives how the values of a column of no known field are read.
func (c *column) reading(k *known, decimalComma bool) reading {
	if k != nil {
		if t, ok := k.types[c.folded]; ok {
			return reading{to: t, na: k.na || t != referentials.String}
		}
	}
	switch {
	case c.belied():
		return reading{to: referentials.String}
	case c.declared != "":
		return reading{to: c.declared}
	}
	e := c.evidence
	e.thousands = e.thousands && !decimalComma
	if !c.textual {
		// Where the format tells text from numbers, text that looks like a number is text.
		e.fits &= isISODate | isDateTime
	}
	r := e.decide(isCode(c.folded))
	if k != nil && k.na {
		r.na = true
	}
	return r
}

// belied tells a column that is declared of a type no value of it has: text is kept, where
// every row would be refused.
func (c *column) belied() bool {
	return c.declared != "" && c.evidence.filled > 0 && c.evidence.unfit == c.evidence.filled
}

// newPlan plans the import of files as one collection. s holds the sets of keys when
// the files were surveyed.
func newPlan(inputs []*input, s *surveyor, id string, k *known, opt *Options) (*plan, error) {
	p := &plan{take: map[*input][]int{}}
	columns := unite(inputs)
	descriptor, isKnown := catalog.Lookup(id)
	if isKnown {
		p.desc = descriptor
		p.known(columns, k, opt)
	} else {
		p.desc = referentials.Descriptor{
			ID: id, Class: referentials.Territory, Frequency: referentials.Unknown, Access: referentials.Open, Inferred: true,
		}
		p.inferred(columns, k, opt)
		p.guardMicroData(columns)
	}
	p.geometry(inputs, isKnown)
	if err := p.chooseKey(inputs, columns, s, isKnown, opt); err != nil {
		return nil, err
	}
	return p, nil
}

// known maps columns to the fields of a descriptor of the catalog; the columns that are
// left become fields more.
func (p *plan) known(columns []*column, k *known, opt *Options) {
	taken := map[string]bool{}
	for i := range p.desc.Fields {
		f := &p.desc.Fields[i]
		taken[f.Name] = true
		r := reading{to: f.Type, unwrap: f.Type != referentials.JSON, na: k != nil && k.na || f.Type != referentials.String}
		forced := ""
		if f.Name == p.desc.Key {
			forced = opt.Key
		}
		c := columnOf(columns, f, k, forced)
		p.add(r, c, k, f.Name)
		if c != nil {
			c.taken = true
		}
	}
	for _, c := range columns {
		if c.taken {
			continue
		}
		name := unused(extraName(c.folded), taken)
		r := c.reading(k, opt.DecimalComma)
		f := referentials.Field{Name: name, Type: r.to, Disclosure: referentials.Public}
		if fold(c.name) != name || strings.ToLower(c.name) != name {
			f.Aliases = []string{c.name}
		}
		if p.desc.Profile != "" {
			// Nothing is known of it, and it stands beside micro-data.
			f.Disclosure = referentials.Confidential
		}
		p.desc.Fields = append(p.desc.Fields, f)
		p.add(r, c, k, name)
		p.noteReading(c, r)
	}
}

func extraName(folded string) string {
	if folded == "" {
		return "column"
	}
	return shortened(folded)
}

// maxName bounds a field's name in bytes: longer ones PostgreSQL would cut by itself.
const maxName = 59

func shortened(name string) string {
	if len(name) <= maxName {
		return name
	}
	return strings.ToValidUTF8(name[:maxName], "")
}

// columnOf finds the column of a field: forced, as the known format says, of the field's
// own name, or of the first alias that is there.
func columnOf(columns []*column, f *referentials.Field, k *known, forced string) *column {
	find := func(match func(*column) bool) *column {
		if i := slices.IndexFunc(columns, func(c *column) bool { return !c.taken && match(c) }); i >= 0 {
			return columns[i]
		}
		return nil
	}
	if forced != "" {
		if c := find(func(c *column) bool { return c.name == forced }); c != nil {
			return c
		}
		return find(func(c *column) bool { return c.folded == fold(forced) })
	}
	if c := find(func(c *column) bool { return k.fieldOf(c.folded) == f.Name }); c != nil {
		return c
	}
	for _, name := range append([]string{f.Name}, f.Aliases...) {
		want := fold(name)
		if c := find(func(c *column) bool { return c.folded == want && k.fieldOf(c.folded) == "" }); c != nil {
			return c
		}
	}
	return nil
}

// inferred makes a field of every column, its name kept as it is.
func (p *plan) inferred(columns []*column, k *known, opt *Options) {
	taken := map[string]bool{}
	for i, c := range columns {
		name := strings.ReplaceAll(strings.ToValidUTF8(c.name, ""), "\x00", "")
		if strings.TrimSpace(name) == "" {
			name = fmt.Sprintf("column_%d", i+1)
		}
		if name = unused(shortened(name), taken); name != c.name {
			p.notes = append(p.notes, fmt.Sprintf("column %q is named %q: its own name is empty, too long or differs from another only in case", c.name, name))
		}
		r := c.reading(k, opt.DecimalComma)
		p.desc.Fields = append(p.desc.Fields, referentials.Field{Name: name, Title: referentials.Text{FR: c.title}, Type: r.to})
		p.add(r, c, k, name)
		p.noteReading(c, r)
	}
}

func (p *plan) noteReading(c *column, r reading) {
	e := &c.evidence
	if c.belied() && r.to == referentials.String {
		p.notes = append(p.notes, fmt.Sprintf("%s: no value is %s, though the file declares so; it is kept as text", c.name, typeWords[c.declared]))
	}
	if r.mixed {
		p.notes = append(p.notes, fmt.Sprintf("%s: decimals are written with a comma in %s and with a point in %s",
			c.name, plural(e.commas, "value", "values"), grouped(e.points)))
	}
	if c.declared == "" && r.to == referentials.Number && e.commas > 0 && !r.mixed && e.thousands {
		p.notes = append(p.notes, fmt.Sprintf("%s: commas are read as decimal marks, though they may stand between thousands", c.name))
	}
	if c.declared == "" && r.to == referentials.String && e.commas > 0 && e.points > 0 && e.thousands && e.fits&isPoint != 0 {
		p.notes = append(p.notes, fmt.Sprintf("%s is kept as text: 1,234 beside 1.5 may be thousands or decimals", c.name))
	}
}

// add appends a field's reading; col is nil when no file has it.
func (p *plan) add(r reading, c *column, k *known, field string) {
	p.readings = append(p.readings, r)
	var clean func(string) string
	if k != nil {
		clean = k.clean[field]
	}
	p.clean = append(p.clean, clean)
	p.sources = append(p.sources, c)
}

// geometry fixes the type and the system of the collection's shapes.
func (p *plan) geometry(inputs []*input, isKnown bool) {
	var met []geo.Type
	var count int64
	surveyed, shapes := true, false
	for _, in := range inputs {
		shapes = shapes || in.hasGeometry()
		surveyed = surveyed && in.survey.done
		for t, n := range in.survey.types {
			count += n
			if n > 0 && !slices.Contains(met, t) {
				met = append(met, t)
			}
		}
	}
	d := &p.desc
	if !shapes || surveyed && len(met) == 0 {
		if d.HasGeometry() {
			p.notes = append(p.notes, fmt.Sprintf("the files hold no geometry: %s is published as a table", d.ID))
		}
		d.Geometry, d.CRS, d.Mesh, d.Tiles = geo.None, crs.CRS{}, false, referentials.TilePolicy{}
		return
	}
	d.CRS = storageCRS(inputs)
	if isKnown && d.HasGeometry() {
		return
	}
	d.Geometry = typeFor(met)
	completeTiles(d, surveyed && count <= fewPoints)
}

// storageCRS is the system of the first file that has shapes.
func storageCRS(inputs []*input) crs.CRS {
	for _, in := range inputs {
		if in.hasGeometry() && !in.crs.IsZero() {
			return in.crs
		}
	}
	return crs.CRS{}
}

// typeFor gives the type that holds shapes of all these: single and multi make multi,
// several dimensions make Any.
func typeFor(met []geo.Type) geo.Type {
	if len(met) == 0 {
		return geo.Point
	}
	target := met[0]
	for _, t := range met[1:] {
		switch {
		case t.Dimension() != target.Dimension():
			return geo.Any
		case t != target:
			target = target.Multi()
		}
	}
	return target
}

// fewPoints are as many as a tile shows without any trouble.
const fewPoints = 1000

// completeTiles gives a collection the zooms that its descriptor does not say. Points are
// shown later than areas, as there are more of them, and few of them from afar: nobody finds
// them otherwise.
func completeTiles(d *referentials.Descriptor, few bool) {
	p := &d.Tiles
	if p.MaxZoom != 0 {
		return
	}
	p.MaxZoom = 16
	if p.MinZoom == 0 {
		p.MinZoom = 7
		switch dimension := d.Geometry.Dimension(); {
		case dimension == 0 && few:
			p.MinZoom = 5
		case dimension == 0:
			p.MinZoom = 11
		case dimension == 1:
			p.MinZoom = 9
		}
	}
	p.MaxZoom = max(p.MaxZoom, p.MinZoom)
}
