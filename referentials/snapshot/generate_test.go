package snapshot

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// everyType describes a collection with a field of each type, one of them confidential.
func everyType(id string, key referentials.FieldType, shape geo.Type, system crs.CRS) referentials.Descriptor {
	d := referentials.Descriptor{
		ID: id, Class: referentials.Reference, Access: referentials.Open, Key: "id", Geometry: shape,
		Fields: []referentials.Field{
			{Name: "secret", Type: referentials.Number, Disclosure: referentials.Confidential},
			{Name: "id", Type: key, Role: referentials.Key},
			{Name: "street", Type: referentials.String},
			{Name: "address", Type: referentials.String},
			{Name: "levels", Type: referentials.Integer},
			{Name: "height", Type: referentials.Number},
			{Name: "listed", Type: referentials.Boolean},
			{Name: "built", Type: referentials.Date},
			{Name: "seen", Type: referentials.DateTime},
			{Name: "parts", Type: referentials.JSON},
		},
	}
	if shape != geo.None {
		d.CRS = system
	}
	return d
}

// rowMaker makes random rows of everyType.
type rowMaker struct {
	rand *rand.Rand
	d    *referentials.Descriptor

	deletes bool // among changes
}

func (m *rowMaker) key(n int) referentials.Value {
	if m.d.Fields[m.d.KeyIndex()].Type == referentials.Integer {
		return referentials.IntegerValue(int64(n) - 3)
	}
	return referentials.StringValue(fmt.Sprintf("k%d", n))
}

func (m *rowMaker) row(n int) referentials.Row {
	r := m.rand
	maybe := func(v referentials.Value) referentials.Value {
		if r.IntN(5) == 0 {
			return referentials.Null
		}
		return v
	}
	wide := int64(1) << r.IntN(63)
	return referentials.Row{
		Values: []referentials.Value{
			maybe(referentials.NumberValue(r.NormFloat64() * 1e6)),
			m.key(n),
			maybe(referentials.StringValue([]string{"", "rue du Bois", "allée des Chênes", "quai"}[r.IntN(4)])),
			maybe(referentials.StringValue(fmt.Sprintf("%d bis, chemin n° %d", r.IntN(1000), r.IntN(1000)))),
			maybe(referentials.IntegerValue(r.Int64N(wide) - wide/2)),
			maybe(referentials.NumberValue(float64(r.IntN(100)) / 4)),
			maybe(referentials.BooleanValue(r.IntN(2) == 0)),
			maybe(referentials.DateValue(r.Int64N(40000) - 20000)),
			maybe(referentials.DateTimeValue(r.Int64N(1 << 50))),
			maybe(referentials.JSONValue(fmt.Sprintf(`["p%d"]`, r.IntN(30)))),
		},
		Geom: m.shape(),
	}
}

func (m *rowMaker) shape() geo.Geometry {
	var g geo.Geometry
	t := m.d.Geometry
	if t == geo.None || m.rand.IntN(8) == 0 {
		return g
	}
	if t == geo.Any {
		t = geo.Type(1 + m.rand.IntN(6))
	}
	g.Type = t
	pieces := 1
	if t == t.Multi() {
		pieces += m.rand.IntN(3)
	}
	x, y := 1_340_000+m.rand.Float64()*30_000, 7_210_000+m.rand.Float64()*30_000
	if m.d.CRS != crs.EPSG(3948) {
		x, y = -1.9+m.rand.Float64()/2, 47.9+m.rand.Float64()/2
	}
	size := 1.0
	if m.d.CRS != crs.EPSG(3948) {
		size = 1e-5
	}
	at := func(dx, dy float64) { g.Add(x+dx*size, y+dy*size) }
	for p := range pieces {
		o := float64(p * 100)
		switch t.Dimension() {
		case 0:
			at(o, o)
		case 1:
			for k := range 2 + m.rand.IntN(4) {
				at(o+float64(k), m.rand.Float64()*10)
			}
			g.EndRing()
		case 2:
			for _, v := range [][2]float64{{0, 0}, {30, 0}, {30, 30}, {0, 30}, {0, 0}} {
				at(o+v[0], v[1])
			}
			g.EndRing()
			if m.rand.IntN(3) == 0 {
				for _, v := range [][2]float64{{5, 5}, {5, 9}, {9, 9}, {9, 5}, {5, 5}} {
					at(o+v[0], v[1])
				}
				g.EndRing()
			}
			g.EndPart()
		}
	}
	return g
}

// changes makes edits of keys 0..keys, at most one per key.
func (m *rowMaker) changes(n, keys int) []referentials.Change {
	var out []referentials.Change
	for _, k := range m.rand.Perm(keys)[:n] {
		if m.deletes && m.rand.IntN(3) == 0 {
			out = append(out, referentials.Change{Op: referentials.Delete, Key: m.key(k)})
			continue
		}
		out = append(out, referentials.Change{Op: referentials.Upsert, Key: m.key(k), Row: m.row(k)})
	}
	return out
}

// told gives changes of c in the order that stores tell them in: upserts as their rows lie, new
// rows last.
func told(c *Collection, changes []referentials.Change) []referentials.Change {
	place := func(change referentials.Change) int {
		if change.Op == referentials.Delete {
			return -1
		}
		if at, known := c.keys.find(change.Key); known {
			return at
		}
		return c.Len()
	}
	slices.SortStableFunc(changes, func(a, b referentials.Change) int { return cmp.Compare(place(a), place(b)) })
	return changes
}
