// Package referentials says what Socle holds: the descriptor of a collection, its fields
// and rows, its versions, the interface of the stores that keep them, and the errors.
//
// It is the vocabulary of every other package and knows none of them.
package referentials

import (
	"maps"
	"regexp"
	"slices"

	"socle/geo"
	"socle/geo/crs"
)

// Text is a title or a description in the two languages of the service.
type Text struct {
	FR string `json:"fr,omitempty"`
	EN string `json:"en,omitempty"`
}

// Class is the kind of data, as the metropolitan data service tells them apart.
type Class string

// The classes.
const (
	Reference   Class = "référence"           // certified, used everywhere
	Territorial Class = "intérêt territorial" // tied to a public service
	Territory   Class = "territoire"          // everything else known about the territory
)

// Access says who may see a collection.
type Access string

// The access levels.
const (
	Open       Access = "open"
	Shared     Access = "shared"     // under conditions
	Restricted Access = "restricted" // never leaves as it is
)

// Frequency is how often a producer publishes.
type Frequency string

// The frequencies.
const (
	Continuous Frequency = "continuous"
	Daily      Frequency = "daily"
	Weekly     Frequency = "weekly"
	Monthly    Frequency = "monthly"
	Quarterly  Frequency = "quarterly"
	Biannual   Frequency = "biannual"
	Annual     Frequency = "annual"
	Irregular  Frequency = "irregular"
	Unknown    Frequency = "unknown"
)

// Role is what a field means to a computation.
type Role string

// The roles. An extensive measure is a quantity that adds up (kWh, households); an
// intensive one is a rate, a mean or a quantile, and needs a weight to be combined.
const (
	Plain     Role = ""
	Key       Role = "key"
	Ref       Role = "reference"
	Extensive Role = "extensive"
	Intensive Role = "intensive"
	Category  Role = "category"
	Time      Role = "time"
	Label     Role = "label"
)

// DisclosureClass says how far a field's value may go.
type DisclosureClass string

// The disclosure classes.
const (
	Public       DisclosureClass = "public"       // may be shown row by row
	Confidential DisclosureClass = "confidential" // leaves only inside an aggregate that passed a profile
	UnitCount    DisclosureClass = "unit-count"   // how many units (delivery points, households) stand behind the row
)

// Field describes one column.
type Field struct {
	Name        string          `json:"name"`
	Title       Text            `json:"title,omitzero"`
	Description Text            `json:"description,omitzero"`
	Type        FieldType       `json:"type"`
	Unit        string          `json:"unit,omitempty"` // UCUM: m, m2, MW.h, EUR, %
	Role        Role            `json:"role,omitempty"`
	Refers      string          `json:"refers,omitempty"` // Ref: the collection whose key this is
	Weight      string          `json:"weight,omitempty"` // Intensive: the field that weighs it
	Disclosure  DisclosureClass `json:"disclosure,omitempty"`
	Aliases     []string        `json:"aliases,omitempty"` // other names producers give it
	Terms       []Term          `json:"terms,omitempty"`   // Category: values it is known to take; others may occur
}

// Term is a value of a category, in words and as maps draw it.
type Term struct {
	Value  string `json:"value"`
	Title  Text   `json:"title,omitzero"`
	Colour string `json:"colour,omitempty"` // #rrggbb
}

// Descriptor describes a collection.
type Descriptor struct {
	ID          string     `json:"id"`
	Title       Text       `json:"title,omitzero"`
	Description Text       `json:"description,omitzero"`
	Class       Class      `json:"class"`
	Geometry    geo.Type   `json:"geometry"`
	CRS         crs.CRS    `json:"crs,omitzero"` // storage CRS
	Key         string     `json:"key"`          // name of the field that identifies a feature
	Fields      []Field    `json:"fields"`
	Producer    string     `json:"producer,omitempty"`
	Licence     string     `json:"licence,omitempty"` // SPDX
	Frequency   Frequency  `json:"frequency,omitempty"`
	Vintage     string     `json:"vintage,omitempty"` // millésime
	Access      Access     `json:"access"`
	Profile     string     `json:"profile,omitempty"` // disclosure profile its values must pass to leave
	Mesh        bool       `json:"mesh,omitempty"`    // its polygons are cells that carry values
	Tiles       TilePolicy `json:"tiles,omitzero"`
	Inferred    bool       `json:"inferred,omitempty"` // made from a user's file, not from the catalog
}

// FieldIndex gives the position of a field, -1 when there is none of that name.
func (d *Descriptor) FieldIndex(name string) int {
	return slices.IndexFunc(d.Fields, func(f Field) bool { return f.Name == name })
}

// KeyIndex gives the position of the key field.
func (d *Descriptor) KeyIndex() int { return d.FieldIndex(d.Key) }

// LabelIndex gives the position of the label field, -1 when none has that role.
func (d *Descriptor) LabelIndex() int {
	return slices.IndexFunc(d.Fields, func(f Field) bool { return f.Role == Label })
}

// TimeIndex gives the position of the field that says when a feature is: the first of that
// role that is a date, an instant, or a year as an integer; -1 when there is none.
func (d *Descriptor) TimeIndex() int {
	return slices.IndexFunc(d.Fields, func(f Field) bool {
		return f.Role == Time && (f.Type == Date || f.Type == DateTime || f.Type == Integer)
	})
}

// HasGeometry tells a layer from a table.
func (d *Descriptor) HasGeometry() bool { return d.Geometry != geo.None }

// IsPublic tells whether features of the collection may be shown at all. A collection
// that must pass a disclosure profile is not public, whatever its access.
func (d *Descriptor) IsPublic() bool { return d.Access == Open && d.Profile == "" }

// IsPublic tells whether the field may be shown row by row.
func (f *Field) IsPublic() bool { return f.Disclosure == Public || f.Disclosure == "" }

// Clone copies d so that the copy's fields can be changed.
func (d *Descriptor) Clone() Descriptor {
	c := *d
	c.Fields = slices.Clone(d.Fields)
	c.Tiles.Fields = slices.Clone(d.Tiles.Fields)
	c.Tiles.FieldZooms = maps.Clone(d.Tiles.FieldZooms)
	return c
}

// MaxFields bounds the columns of a collection (SQLite's default limit is 2,000 and
// PostgreSQL's 1,600).
const MaxFields = 1500

var idPattern = regexp.MustCompile(`^[\pL\pN_][\pL\pN_.-]{0,62}$`)

// ValidID tells whether s can name a collection: letters, digits, "_", "-", "." and at
// most 63 characters, so that it is a path segment and a table name.
func ValidID(s string) bool { return idPattern.MatchString(s) && len(s) <= 63 }

// Validate tells what makes d unusable.
func (d *Descriptor) Validate() error {
	bad := func(format string, args ...any) error {
		return Errorf(Invalid, format, args...).At("collection %s", d.ID)
	}
	if !ValidID(d.ID) {
		return Errorf(Invalid, "%q cannot name a collection", d.ID).
			Do("use letters, digits, '_', '-' or '.', at most 63 bytes")
	}
	if len(d.Fields) == 0 {
		return bad("it has no field")
	}
	if len(d.Fields) > MaxFields {
		return Errorf(TooLarge, "it has %d fields, at most %d are kept", len(d.Fields), MaxFields).At("collection %s", d.ID)
	}
	seen := make(map[string]bool, len(d.Fields))
	for _, f := range d.Fields {
		switch {
		case f.Name == "":
			return bad("a field has no name")
		case seen[f.Name]:
			return bad("two fields are named %q", f.Name)
		}
		seen[f.Name] = true
		switch f.Type {
		case String, Integer, Number, Boolean, Date, DateTime, JSON:
		default:
			return bad("field %q has unknown type %q", f.Name, f.Type)
		}
		if f.Weight != "" && d.FieldIndex(f.Weight) < 0 {
			return bad("field %q is weighed by %q, which is not a field", f.Name, f.Weight)
		}
	}
	k := d.KeyIndex()
	if k < 0 {
		return bad("its key %q is not a field", d.Key)
	}
	if t := d.Fields[k].Type; t != String && t != Integer {
		return bad("its key %q is a %s; keys are string or integer", d.Key, t)
	}
	if d.HasGeometry() && d.CRS.IsZero() {
		return bad("it has geometry but no coordinate reference system")
	}
	if d.Mesh && d.Geometry.Dimension() != 2 {
		return bad("a mesh is made of polygons, not of %s", d.Geometry)
	}
	return d.Tiles.validate(bad)
}

// Public gives the part of d that anyone may see, and the positions in d of the fields
// it keeps. It is false when nothing may be seen: the collection is not public, or its
// key is confidential and every answer would show it.
func (d *Descriptor) Public() (Descriptor, []int, bool) {
	p := d.Clone()
	k := d.KeyIndex()
	if !d.IsPublic() || k < 0 || !d.Fields[k].IsPublic() {
		return p, nil, false
	}
	p.Fields = p.Fields[:0]
	var kept []int
	for i := range d.Fields {
		if d.Fields[i].IsPublic() {
			p.Fields = append(p.Fields, d.Fields[i])
			kept = append(kept, i)
		}
	}
	for i := range p.Fields {
		if p.FieldIndex(p.Fields[i].Weight) < 0 {
			p.Fields[i].Weight = ""
		}
	}
	p.Tiles.Fields = slices.DeleteFunc(p.Tiles.Fields, func(name string) bool { return p.FieldIndex(name) < 0 })
	maps.DeleteFunc(p.Tiles.FieldZooms, func(name string, _ uint8) bool { return p.FieldIndex(name) < 0 })
	return p, kept, true
}
