package importer

import (
	"fmt"
	"strings"

	"socle/geo"
	"socle/referentials/catalog"
)

// summarise completes the report.
func (p *publisher) summarise(side *sidecar) {
	r, d := p.report, &p.plan.desc
	r.Key, r.KeyFrom = d.Key, p.plan.keyWords
	r.Geometry, r.CRS, r.Vintage = d.Geometry, d.CRS, d.Vintage
	r.Repairs, r.Rejects = p.repairs.sorted(), p.refused.sorted()
	for _, in := range p.inputs {
		f := FileReport{Name: in.name, Format: in.format, Layer: in.src.Layer(), Rows: in.rows}
		if in.known != nil {
			f.Known = in.known.id
		}
		r.Files = append(r.Files, f)
		if r.CRSFrom == "" && in.crs == d.CRS {
			r.CRSFrom = in.crsFrom
		}
	}
	p.summariseShapes()
	own := r.Notes
	r.Notes = nil
	for _, in := range p.inputs {
		for _, n := range in.allNotes() {
			if len(p.inputs) > 1 {
				n = in.name + ": " + n
			}
			r.note("%s", n)
		}
	}
	if side != nil {
		r.note("completed by %s", side.path)
	}
	for _, n := range p.plan.notes {
		r.note("%s", n)
	}
	for _, n := range own {
		r.note("%s", n)
	}
	p.noteFields()
	p.noteShapes()
}

func (in *input) allNotes() []string {
	var notes []string
	if in.file != nil {
		notes = append(notes, in.file.Notes()...)
	}
	if n, ok := in.src.(noted); ok {
		notes = append(notes, n.Notes()...)
	}
	return append(notes, in.notes...)
}

func (p *publisher) summariseShapes() {
	for _, t := range []geo.Type{geo.None, geo.Point, geo.MultiPoint, geo.LineString, geo.MultiLineString, geo.Polygon, geo.MultiPolygon} {
		if n := p.types[t]; n > 0 {
			p.report.Types = append(p.report.Types, TypeCount{t, n})
		}
	}
}

// noteFields tells of columns that were unwrapped or added, and of fields left empty.
func (p *publisher) noteFields() {
	for f, n := range p.unwrapped {
		if n > 0 {
			p.report.note("%s: %s of one value unwrapped", p.plan.desc.Fields[f].Name, plural(n, "array", "arrays"))
		}
	}
	if p.plan.desc.Inferred {
		return
	}
	var added, empty []string
	own, _ := catalog.Lookup(p.plan.desc.ID)
	for f, c := range p.plan.sources {
		name := p.plan.desc.Fields[f].Name
		switch {
		case f >= len(own.Fields):
			added = append(added, name)
		case c == nil && f != p.plan.key:
			empty = append(empty, name)
		}
	}
	if len(added) > 0 {
		p.report.note("%s beside those of the catalog: %s", plural(int64(len(added)), "column is kept", "columns are kept"), some(added))
	}
	if len(empty) > 0 {
		p.report.note("the files do not give %s", strings.Join(empty, ", "))
	}
}

// some lists names, the first ones when there are many.
func some(names []string) string {
	const shown = 12
	if len(names) > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// noteShapes tells what shapes were met and what became of them.
func (p *publisher) noteShapes() {
	r := p.report
	dimensions := map[int]bool{}
	var words []string
	for _, t := range r.Types {
		if t.Type != geo.None {
			dimensions[t.Type.Dimension()] = true
			words = append(words, fmt.Sprintf("%s %s", grouped(t.Count), t.Type))
		}
	}
	switch {
	case len(dimensions) > 1:
		r.note("geometry types are mixed: %s", strings.Join(words, ", "))
	case len(words) > 1:
		r.note("single and multi geometries are stored alike: %s", strings.Join(words, ", "))
	}
	if n := p.types[geo.None]; n > 0 {
		r.note("%s no geometry", plural(n, "row has", "rows have"))
	}
	if p.dropped > 0 {
		r.note("the third ordinate (Z or M) of %s was dropped", plural(p.dropped, "geometry", "geometries"))
	}
	if p.shared > 0 {
		more := ""
		if p.untrackedShapes {
			more = "at least "
		}
		r.note("%s%s the geometry of an earlier row", more, plural(p.shared, "row repeats", "rows repeat"))
	}
	for _, in := range p.inputs {
		if d := p.plan.desc.CRS; in.hasGeometry() && !d.IsZero() && in.crs != d && !in.crs.IsZero() {
			r.note("%s was transformed from %s to %s", in.name, in.crs, d)
		}
	}
}
