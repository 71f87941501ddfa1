package tiles

import (
	"slices"

	"socle/referentials"
	"socle/tiles/mvt"
)

// CountField is the attribute of a point that stands for others: how many there are, itself
// included. Points that stand for themselves have none.
const CountField = "point_count"

// attributes says what is written of the features of a layer on a tile.
type attributes struct {
	names  []string
	listed []mvt.Column // of names, in the table of the layer; nil when some are in none
	fields []int        // of names, in the descriptor
	count  int          // position of CountField in names, -1 where it is not written
	bare   bool         // they are only what tells features apart
	plain  bool         // they are the number of a feature and its row of the table, if any
}

// bareAttributes is what a layer that does not fit keeps: the key, unless it is the number
// of the feature already.
func bareAttributes(l *layer) *attributes {
	a := &attributes{count: -1, bare: true}
	if l.ids == nil {
		d := l.collection.Descriptor()
		a.names, a.fields = []string{d.Key}, []int{d.KeyIndex()}
	}
	a.plain = len(a.names) == 0
	return a
}

// attributesOf chooses the fields of a request, all of the policy when it names none, less
// those that appear at a later zoom.
func attributesOf(l *layer, wanted []string, zoom uint32, counted bool) *attributes {
	d := l.collection.Descriptor()
	a := &attributes{count: -1}
	if wanted == nil {
		wanted = l.policy.Fields
	}
	listed := true
	n := len(wanted)
	a.names, a.listed, a.fields = make([]string, 0, n+1), make([]mvt.Column, 0, n), make([]int, 0, n)
	for _, name := range wanted {
		if zoom < uint32(l.policy.FieldZooms[name]) {
			continue
		}
		column := slices.Index(l.columns.names, name)
		listed = listed && column >= 0
		a.listed = append(a.listed, mvt.Column{Key: len(a.names), Code: column})
		a.names = append(a.names, name)
		a.fields = append(a.fields, d.FieldIndex(name))
	}
	if !listed || len(a.names) == 0 {
		a.listed = nil
	}
	a.plain = len(a.names) == 0 || listed && !l.long
	if counted && d.FieldIndex(CountField) < 0 {
		a.count = len(a.names)
		a.names = append(a.names, CountField)
	}
	return a
}

// begin starts the layer.
func (a *attributes) begin(e *mvt.Encoder, l *layer, name string) {
	e.BeginLayer(name, a.names)
	if a.listed != nil {
		e.UseTable(&l.table, a.listed)
	}
}

// write gives the feature its number and values. Null is left out: a vector tile has no
// other way to say it.
func (a *attributes) write(e *mvt.Encoder, l *layer, at pick, s *Stats) {
	k := int(at.position)
	if l.ids != nil && l.ids[k] >= 0 {
		e.SetID(uint64(l.ids[k]))
	}
	switch {
	case a.listed == nil:
		a.writeFields(e, l, int(l.rows[k]), s)
	case !l.long:
		e.Row(k)
	default:
		codes := l.table.Row(k)
		for _, c := range a.listed {
			switch code := codes[c.Code]; code {
			case noValue:
			case tooLong:
				s.LongTexts++
			default:
				e.Value(c.Key, code)
			}
		}
	}
	if at.count > 1 && a.count >= 0 {
		e.Int(a.count, int64(at.count))
	}
}

// writeFields writes the values of a row one by one, where a request names fields that
// tiles do not carry as a rule.
func (a *attributes) writeFields(e *mvt.Encoder, l *layer, row int, s *Stats) {
	for key, field := range a.fields {
		switch v := l.collection.Value(row, field); v.Type() {
		case "":
		case referentials.Integer:
			e.Int(key, v.Int())
		case referentials.Number:
			e.Double(key, v.Float())
		case referentials.Boolean:
			e.Bool(key, v.Bool())
		case referentials.String, referentials.JSON:
			if len(v.Str()) > longestText {
				s.LongTexts++
				continue
			}
			e.String(key, v.Str())
		default:
			e.String(key, v.String())
		}
	}
}
