package explorer

import (
	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// Menu is what the page can show and ask.
type Menu struct {
	Layers    []Layer    `json:"layers"`
	Places    []Place    `json:"places"`
	Sources   []Source   `json:"sources"`
	Questions []Question `json:"questions"`
}

// Layer is a collection with shapes.
type Layer struct {
	About
	Count    int        `json:"count"`
	Shape    int        `json:"shape"` // 0 points, 1 lines, 2 areas
	Mesh     bool       `json:"mesh"`
	Key      string     `json:"key"`
	Label    string     `json:"label,omitempty"` // field that people call its features by
	Bounds   [4]float64 `json:"bounds"`
	MinZoom  int        `json:"minzoom"`
	MaxZoom  int        `json:"maxzoom"`
	OnTiles  []string   `json:"onTiles"` // fields that tiles have
	Fields   []Field    `json:"fields"`
	Revision string     `json:"revision"` // another one when its tiles may have changed
}

// About is who made a collection, and under which terms.
type About struct {
	ID       string            `json:"id"`
	Title    referentials.Text `json:"title"`
	About    referentials.Text `json:"about,omitzero"`
	Class    string            `json:"class"`
	Producer string            `json:"producer,omitempty"`
	Licence  string            `json:"licence,omitempty"`
	Vintage  string            `json:"vintage,omitempty"`
}

// Field is a column of a collection.
type Field struct {
	Name   string            `json:"name"`
	Title  referentials.Text `json:"title,omitzero"`
	About  referentials.Text `json:"about,omitzero"`
	Type   string            `json:"type"`
	Unit   string            `json:"unit,omitempty"`
	Role   string            `json:"role,omitempty"`
	Refers string            `json:"refers,omitempty"`
	Weight string            `json:"weight,omitempty"`

	Terms []referentials.Term `json:"terms,omitempty"` // values it is known to take
}

// Place is a municipality: something to look for, and a name to write on the map.
type Place struct {
	Key   string     `json:"key"`
	Name  string     `json:"name"`
	Box   [4]float64 `json:"box"`
	Label [2]float64 `json:"at"`
}

// Source is a collection that measures can be asked of.
type Source struct {
	About
	Rows         int                 `json:"rows,omitempty"` // 0 when it may not be told
	Protected    bool                `json:"protected,omitempty"`
	Profile      string              `json:"profile,omitempty"`
	ProfileTitle referentials.Text   `json:"profileTitle,omitzero"`
	Fields       []Field             `json:"fields"`
	Meshes       []theme.OfferedMesh `json:"meshes"`
}

// places is the collection whose features are looked for by name.
const places = "communes"

// maxPlaces bounds how many of them a menu holds.
const maxPlaces = 2000

// NewMenu makes the menu of what is public and what may be asked.
func NewMenu(p *snapshot.Public, offers []theme.Offer) (*Menu, error) {
	m := &Menu{Layers: []Layer{}, Places: []Place{}, Sources: []Source{}, Questions: []Question{}}
	for _, c := range p.Collections() {
		if !c.Descriptor().HasGeometry() {
			continue
		}
		l, err := layerOf(p, c)
		if err != nil {
			return nil, err
		}
		m.Layers = append(m.Layers, l)
		if c.ID() == places {
			m.Places = placesOf(c)
		}
	}
	for i := range offers {
		o := &offers[i]
		if len(o.Meshes) == 0 {
			continue
		}
		m.Sources = append(m.Sources, Source{
			About: aboutOf(&o.Source), Rows: o.Rows, Protected: o.Protected, Profile: o.Source.Profile, ProfileTitle: o.Title,
			Fields: fieldsOf(&o.Source), Meshes: o.Meshes,
		})
	}
	var err error
	m.Questions, err = questionsFor(m)
	return m, err
}

func layerOf(p *snapshot.Public, c *snapshot.PublicCollection) (Layer, error) {
	d := c.Descriptor()
	about, err := tiles.Describe(p, []string{c.ID()}, "")
	if err != nil {
		return Layer{}, err
	}
	l := Layer{
		About: aboutOf(d), Count: c.Len(), Shape: d.Geometry.Dimension(), Mesh: d.Mesh, Key: d.Key, Bounds: about.Bounds,
		MinZoom: int(about.MinZoom), MaxZoom: int(about.MaxZoom), OnTiles: []string{}, Fields: fieldsOf(d), Revision: c.Tag(),
	}
	if i := d.LabelIndex(); i >= 0 {
		l.Label = d.Fields[i].Name
	}
	for _, f := range about.VectorLayers[0].Fields {
		l.OnTiles = append(l.OnTiles, f.Name)
	}
	return l, nil
}

func aboutOf(d *referentials.Descriptor) About {
	title := d.Title
	if title == (referentials.Text{}) {
		title = referentials.Text{FR: d.ID, EN: d.ID}
	}
	return About{ID: d.ID, Title: title, About: d.Description, Class: string(d.Class), Producer: d.Producer, Licence: d.Licence, Vintage: d.Vintage}
}

func fieldsOf(d *referentials.Descriptor) []Field {
	list := make([]Field, 0, len(d.Fields))
	for i := range d.Fields {
		f := &d.Fields[i]
		list = append(list, Field{f.Name, f.Title, f.Description, string(f.Type), f.Unit, string(f.Role), f.Refers, f.Weight, f.Terms})
	}
	return list
}

func placesOf(c *snapshot.PublicCollection) []Place {
	list := []Place{}
	d := c.Descriptor()
	label := d.LabelIndex()
	for i := range min(c.Len(), maxPlaces) {
		box := c.Box(i)
		if box.Min[0] > box.Max[0] {
			continue
		}
		key := c.Value(i, d.KeyIndex()).String()
		place := Place{Key: key, Name: key, Box: [4]float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}, Label: [2]float64{(box.Min[0] + box.Max[0]) / 2, (box.Min[1] + box.Max[1]) / 2}}
		if label >= 0 {
			place.Name = c.Value(i, label).String()
		}
		list = append(list, place)
	}
	return list
}
