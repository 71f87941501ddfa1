package style

import (
	"encoding/json"
	"slices"

	"socle/referentials"
)

// unclassed is the colour of what is of no class that is known.
const unclassed = "#e4e0d8"

// legend is what a layer's metadata say of its colours, for whoever draws a legend.
type legend struct {
	Field referentials.Text   `json:"socle:title"`
	Name  string              `json:"socle:field"`
	Terms []referentials.Term `json:"socle:legend"`
}

// classField gives the first field carried by tiles whose values have colours, nil for none.
func classField(d *referentials.Descriptor) *referentials.Field {
	for _, name := range d.Tiles.Fields {
		if i := d.FieldIndex(name); i >= 0 && slices.ContainsFunc(d.Fields[i].Terms, func(t referentials.Term) bool { return t.Colour != "" }) {
			return &d.Fields[i]
		}
	}
	return nil
}

// byClass fills polygons in the colours of the values of a field.
func (l Layer) byClass(f *referentials.Field) Layer {
	match := []any{"match", []any{"get", f.Name}} // in the form QGIS 3.22 reads: no conversion, lists of values
	for _, t := range f.Terms {
		if t.Colour != "" {
			match = append(match, []string{t.Value}, t.Colour)
		}
	}
	paint := map[string]json.RawMessage{}
	_ = json.Unmarshal(l.Paint, &paint)                 // of the looks that came with the program
	colour, _ := json.Marshal(append(match, unclassed)) // strings have a JSON form
	paint["fill-color"] = colour
	l.Paint, _ = json.Marshal(paint)
	l.Metadata, _ = json.Marshal(legend{f.Title, f.Name, f.Terms})
	return l
}
