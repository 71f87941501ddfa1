package theme

import (
	"slices"

	"socle/geo"
	"socle/imu/aggregate"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Offer is what the public may ask of one source.
type Offer struct {
	Source    referentials.Descriptor // without the fields that nothing may be asked of
	Rows      int                     // 0 when it may not be told
	Protected bool                    // it is told in one way only, whole
	Title     referentials.Text       // of the profile that it leaves under; empty without one
	Meshes    []OfferedMesh
}

// OfferedMesh is a mesh that a source can be put on, or why it cannot.
type OfferedMesh struct {
	Mesh    string             `json:"mesh"`
	Refused *referentials.Text `json:"refused,omitempty"`
	Choices []aggregate.Choice `json:"choices,omitempty"`
}

// buildings is the collection whose features weigh, where it is there.
const buildings = "batiments"

// Offers lists what may be asked: every source that can be on every mesh. It tells nothing
// that asking would not.
func (d *Desk) Offers() []Offer {
	s := d.current()
	var meshes []*snapshot.Collection
	for _, c := range s.Public().Collections() {
		if t := c.Descriptor(); t.Mesh && t.Geometry != geo.None {
			meshes = append(meshes, c.Alone())
		}
	}
	nested := chain(s)
	weights, _ := d.shown(s, buildings)
	var out []Offer
	for _, c := range s.Collections() {
		if !d.askable(s, c) {
			continue
		}
		c = d.asSource(s, c)
		o := d.offer(c)
		told := reachedBy(aggregate.Request{Source: c, Through: d.reached(s, c)}, nested)
		for _, mesh := range meshes {
			r := aggregate.Request{Source: c, Mesh: mesh, Through: d.reached(s, c), Weights: weights}
			switch {
			case o.Protected && !slices.Contains(told, mesh):
				o.Meshes = append(o.Meshes, OfferedMesh{Mesh: mesh.Descriptor().ID, Refused: &referentials.Text{
					FR: "la source est sous secret statistique : elle n'est dite que sur des mailles qui s'emboîtent",
					EN: "the source is under statistical confidentiality: it is told on meshes that nest only"}})
			case o.Protected:
				o.Meshes = append(o.Meshes, OfferedMesh{Mesh: mesh.Descriptor().ID, Choices: onlyChosen(aggregate.Choices(r))})
			default:
				if c == mesh { // its own fields: each cell's key names it
					r.Field = c.Descriptor().Key
				}
				o.Meshes = append(o.Meshes, OfferedMesh{Mesh: mesh.Descriptor().ID, Choices: aggregate.Choices(r)})
			}
		}
		out = append(out, o)
	}
	return out
}

func (d *Desk) offer(c *snapshot.Collection) Offer {
	whole := c.Descriptor()
	o := Offer{Source: whole.Clone(), Protected: !whole.IsPublic(), Rows: c.Len()}
	keep := func(f referentials.Field) bool { return f.IsPublic() }
	if o.Protected {
		o.Rows = 0
		keep = func(f referentials.Field) bool {
			number := f.Type == referentials.Integer || f.Type == referentials.Number
			// What is judged are sums: means of what is confidential, or weighed by what is
			// not public, would need others.
			w := whole.FieldIndex(f.Weight)
			mean := f.Role == referentials.Intensive && f.Disclosure != referentials.Confidential && (w < 0 || whole.Fields[w].IsPublic())
			return number && (f.Role == referentials.Extensive || mean)
		}
	}
	o.Source.Fields = slices.DeleteFunc(o.Source.Fields, func(f referentials.Field) bool { return !keep(f) })
	if p, err := d.profiles.Find(whole.Profile, 0); err == nil && whole.Profile != "" {
		o.Title = referentials.Text(p.Title)
	}
	return o
}

// onlyChosen leaves the one way a protected source is told in, and says of the others that
// they are not.
func onlyChosen(all []aggregate.Choice) []aggregate.Choice {
	for i := range all {
		if all[i].Fits && !all[i].Chosen {
			all[i].Fits = false
			all[i].Why = referentials.Text{
				FR: "la source est sous secret statistique : elle n'est dite que d'une façon",
				EN: "the source is under statistical confidentiality: it is told in one way only"}
		}
	}
	return all
}
