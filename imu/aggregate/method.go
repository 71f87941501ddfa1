package aggregate

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"socle/geo"
	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Auto has the method chosen by what the source is.
const Auto crosswalk.Method = "auto"

func say(fr, en string, args ...any) referentials.Text {
	return referentials.Text{FR: fmt.Sprintf(fr, args...), EN: fmt.Sprintf(en, args...)}
}

// method settles how features reach cells, and says why.
func (r *Request) method() (crosswalk.Method, referentials.Text, error) {
	d, mesh := r.Source.Descriptor(), r.Mesh.Descriptor()
	switch r.Method {
	case "", Auto:
	case crosswalk.Key, crosswalk.Point, crosswalk.Area, crosswalk.Dasymetric, crosswalk.Passage:
		return r.Method, say("demandée", "asked for"), r.fits(r.Method)
	default:
		names := []string{string(Auto), string(crosswalk.Key), string(crosswalk.Point), string(crosswalk.Area), string(crosswalk.Dasymetric), string(crosswalk.Passage)}
		e := referentials.Errorf(referentials.Invalid, "%q is not a method", r.Method).At("method")
		if near := referentials.Nearest(string(r.Method), names); near != "" {
			return "", referentials.Text{}, e.Do("did you mean %s?", near)
		}
		return "", referentials.Text{}, e.Do("write %s", strings.Join(names, ", "))
	}
	field, filled := r.leading()
	switch {
	case r.Weights != nil && !r.Weights.Descriptor().HasGeometry():
		return crosswalk.Passage, say("une table de passage est donnée (%s)", "a table of passage is given (%s)", r.Weights.Descriptor().ID), nil
	case r.Weights != nil:
		return crosswalk.Dasymetric, say("une couche de poids est donnée (%s)", "a collection that weighs is given (%s)", r.Weights.Descriptor().ID),
			r.fits(crosswalk.Dasymetric)
	case r.Field != "":
		return crosswalk.Key, say("le champ %s est désigné", "the field %s is named", r.Field), nil
	case field != "" && (filled || !d.HasGeometry()):
		return crosswalk.Key, say("le champ %s mène à une maille de %s", "the field %s leads to a cell of %s", field, mesh.ID), nil
	case !d.HasGeometry():
		return "", referentials.Text{}, r.fits(crosswalk.Key)
	case d.Geometry.Dimension() == 2:
		return crosswalk.Area, say("%s est fait de polygones", "%s is made of polygons", d.ID), r.fits(crosswalk.Area)
	case d.Geometry.Dimension() == 1:
		return crosswalk.Point, say("%s est fait de lignes : chacune va à la maille de son point représentatif", "%s is made of lines: each goes to the cell of its representative point", d.ID),
			r.fits(crosswalk.Point)
	}
	if d.Geometry.Dimension() < 0 {
		return crosswalk.Point, say("%s est fait d'objets de toute forme : chacun va à la maille de ses points, ou de son point représentatif", "%s is made of features of any shape: each goes to the cell of its points, or of its representative point", d.ID),
			r.fits(crosswalk.Point)
	}
	return crosswalk.Point, say("%s est fait de points", "%s is made of points", d.ID), r.fits(crosswalk.Point)
}

// fits explains a method that cannot be meant.
func (r *Request) fits(m crosswalk.Method) error {
	reason, hint := r.unfit(m)
	if reason == (referentials.Text{}) {
		return nil
	}
	return referentials.Errorf(referentials.Invalid, "%s", reason.EN).At("method %s", m).Do("%s", hint)
}

// unfit says why a method cannot be meant, and what to do instead; nothing when it can.
func (r *Request) unfit(m crosswalk.Method) (reason referentials.Text, hint string) {
	d, mesh := r.Source.Descriptor(), r.Mesh.Descriptor()
	switch {
	case m == crosswalk.Passage:
		if r.Weights == nil {
			return say("rien ne dit quelle table mène de %s à %s", "nothing says which table leads from %s to %s", d.ID, mesh.ID),
				"name it with weights=, such as the lineage of blocks"
		}
	case m == crosswalk.Key:
		if field, _ := r.leading(); field != "" || r.Field != "" {
			return reason, ""
		}
		reason = say("aucune référence de %s ne mène à %s", "no reference of %s leads to %s", d.ID, mesh.ID)
		if refs := references(d); len(refs) > 0 {
			return reason, fmt.Sprintf("it refers to %s: take one of these as the mesh, or give the collections between", strings.Join(refs, ", "))
		}
		if d.HasGeometry() {
			return reason, fmt.Sprintf("it has geometry: take method %s or %s", crosswalk.Point, crosswalk.Area)
		}
		return reason, "name with field= the field that holds the key of a cell"
	case !d.HasGeometry():
		return say("%s n'a pas de géométrie", "%s has no geometry", d.ID),
			fmt.Sprintf("take method %s, by a field that refers to %s or to what lies in it", crosswalk.Key, mesh.ID)
	case mesh.Geometry.Dimension() != 2:
		return say("%s n'est pas fait de polygones : rien n'y est dedans", "%s is not made of polygons, so nothing lies in it", mesh.ID),
			fmt.Sprintf("take a mesh, or method %s", crosswalk.Key)
	case m == crosswalk.Area && d.Geometry.Dimension() == 0:
		return say("%s est fait de points, qui n'ont pas de surface à répartir", "%s is made of points, which have no area to share out", d.ID),
			fmt.Sprintf("take method %s: each point belongs to one cell", crosswalk.Point)
	case m == crosswalk.Area && d.Geometry.Dimension() == 1:
		return say("%s est fait de lignes, qui n'ont pas de surface à répartir", "%s is made of lines, which have no area to share out", d.ID),
			fmt.Sprintf("take method %s", crosswalk.Point)
	case m == crosswalk.Dasymetric && r.Weights == nil:
		return say("rien ne dit ce qui pondère", "nothing says what weighs"),
			fmt.Sprintf("name a collection with weights=, such as batiments with weight=niveau, or take method %s", crosswalk.Area)
	case m == crosswalk.Dasymetric && d.Geometry.Dimension() != 2:
		return say("%s n'est pas fait de polygones : il n'y a rien à répartir par un poids", "%s is not made of polygons, so it has nothing to share out by weight", d.ID),
			fmt.Sprintf("take method %s", crosswalk.Point)
	}
	return reason, ""
}

func references(d *referentials.Descriptor) (refs []string) {
	for i := range d.Fields {
		if to := d.Fields[i].Refers; to != "" && !slices.Contains(refs, to) {
			refs = append(refs, to)
		}
	}
	return refs
}

// leading finds the first field whose references lead to the mesh, and tells whether next to
// all rows have it: the others would be lost, where their shapes could have placed them.
func (r *Request) leading() (field string, filled bool) {
	d := r.Source.Descriptor()
	ends := map[string]bool{r.Mesh.Descriptor().ID: true}
	through := r.through()
	for grown, placed := true, d.HasGeometry(); grown; {
		grown = false
		for _, c := range through {
			id := c.Descriptor().ID
			if !ends[id] && slices.ContainsFunc(references(c.Descriptor()), func(to string) bool { return ends[to] }) {
				ends[id], grown = true, true
			}
		}
		// Features without geometry may borrow that of the points they refer to.
		for _, c := range through {
			if id := c.Descriptor().ID; !grown && !placed && !ends[id] && c.Descriptor().Geometry == geo.Point {
				ends[id], grown, placed = true, true, true
			}
		}
	}
	for i := range d.Fields {
		if !ends[d.Fields[i].Refers] {
			continue
		}
		if full := 100*nullsOf(r.Source, i) <= r.Source.Len(); field == "" || full && !filled {
			field, filled = d.Fields[i].Name, full
		}
	}
	return field, filled
}

// through keeps, of the collections that references may lead through, those that those of
// the source reach.
func (r *Request) through() (reached []*snapshot.Collection) {
	want := references(r.Source.Descriptor())
	for grown := true; grown; {
		grown = false
		for _, c := range r.Through {
			if c == nil || c.Descriptor().ID == r.Source.Descriptor().ID || c.Descriptor().ID == r.Mesh.Descriptor().ID ||
				slices.Contains(reached, c) || !slices.Contains(want, c.Descriptor().ID) {
				continue
			}
			reached, grown = append(reached, c), true
			want = append(want, references(c.Descriptor())...)
		}
	}
	return reached
}

// nullsOf counts the rows without a value, of a sample where there are many.
func nullsOf(c *snapshot.Collection, field int) int {
	step := 1 << max(0, bits.Len(uint(c.Len()))-14)
	nulls := 0
	for i := 0; i < c.Len(); i += step {
		if c.Value(i, field).IsNull() {
			nulls += step
		}
	}
	return nulls
}

// crosswalk is the request for the matrix.
func (r *Request) crosswalk(m crosswalk.Method) crosswalk.Request {
	q := crosswalk.Request{Source: r.Source, Mesh: r.Mesh, Method: m}
	switch m {
	case crosswalk.Key:
		q.Through, q.Field = r.through(), r.Field
	case crosswalk.Area:
		q.Base = r.Base
	case crosswalk.Passage:
		q.Base, q.Weights, q.Weight, q.Field = r.Base, r.Weights, r.Weight, r.Field
	case crosswalk.Dasymetric:
		q.Base, q.Weights, q.Weight = r.Base, r.Weights, r.Weight
	}
	return q
}
