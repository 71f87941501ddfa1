package theme

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// secretive is a town whose confidential fields and restricted collections hold what seed
// says: references to cells, dates, weights, positions. What may be seen does not depend on it.
func secretive(seed uint64) *shelf {
	random := rand.New(rand.NewPCG(seed, 1))
	s := new(shelf)
	text, integer := referentials.StringValue, referentials.IntegerValue
	square := func(x float64) geo.Geometry {
		g := geo.Geometry{Type: geo.Polygon, XY: []float64{x, 0, x + 100, 0, x + 100, 100, x, 100, x, 0}}
		g.EndRing()
		g.EndPart()
		return g
	}
	point := func(x float64) geo.Geometry {
		g := geo.Geometry{Type: geo.Point, XY: []float64{x, 50}}
		g.EndRing()
		g.EndPart()
		return g
	}
	cell := func() referentials.Value { return text(string(rune('a' + random.IntN(4)))) }
	key := referentials.Field{Name: "id", Type: referentials.String, Role: referentials.Key}
	hidden := func(f referentials.Field) referentials.Field { f.Disclosure = referentials.Confidential; return f }
	layer := func(id string, g geo.Type, fields ...referentials.Field) referentials.Descriptor {
		d := referentials.Descriptor{ID: id, Class: referentials.Reference, Access: referentials.Open, Geometry: g, Key: "id", Mesh: g == geo.Polygon,
			Fields: append([]referentials.Field{key}, fields...)}
		if g != geo.None {
			d.CRS = crs.EPSG(2154)
		}
		return d
	}
	var blocks, districts, houses, people, register, pointers, buildings []referentials.Row
	for k := range 4 {
		x, id := 700_000+100*float64(k), text(string(rune('a'+k)))
		blocks = append(blocks, referentials.Row{Values: []referentials.Value{id, text(string(rune('a' + random.IntN(2))))}, Geom: square(x)})
		buildings = append(buildings, referentials.Row{Values: []referentials.Value{id, integer(int64(random.IntN(50))), integer(int64(k))}, Geom: square(x + 20)})
	}
	for k := range 2 {
		districts = append(districts, referentials.Row{Values: []referentials.Value{text(string(rune('a' + k)))}, Geom: square(700_050 + 100*float64(k))})
	}
	for i := range 30 {
		id := text(fmt.Sprint("m", i))
		values := func() []referentials.Value {
			return []referentials.Value{id, integer(int64(1 + i%3)), cell(), integer(int64(2000 + random.IntN(5))), integer(int64(random.IntN(1000)))}
		}
		houses = append(houses, referentials.Row{Values: values(), Geom: point(700_000 + float64(13*i))})
		people = append(people, referentials.Row{Values: values()})
		register = append(register, referentials.Row{Values: []referentials.Value{id, cell()}, Geom: point(700_000 + 400*random.Float64())})
		pointers = append(pointers, referentials.Row{Values: []referentials.Value{id, id}})
	}
	measured := []referentials.Field{{Name: "personnes", Type: referentials.Integer, Role: referentials.Extensive},
		hidden(referentials.Field{Name: "cache", Type: referentials.String, Role: referentials.Ref, Refers: "imu"}),
		hidden(referentials.Field{Name: "annee", Type: referentials.Integer, Role: referentials.Time}),
		hidden(referentials.Field{Name: "revenu", Type: referentials.Integer, Role: referentials.Extensive})}
	s.add(layer("imu", geo.Polygon, hidden(referentials.Field{Name: "iris", Type: referentials.String, Role: referentials.Ref, Refers: "iris"})), blocks...)
	s.add(layer("iris", geo.Polygon), districts...)
	s.add(layer("maisons", geo.Point, measured...), houses...)
	s.add(layer("menages", geo.None, measured...), people...)
	s.add(layer("renvois", geo.None, referentials.Field{Name: "vers", Type: referentials.String, Role: referentials.Ref, Refers: "registre"}), pointers...)
	s.add(layer("batiments", geo.Polygon, hidden(referentials.Field{Name: "poids", Type: referentials.Integer, Role: referentials.Extensive}),
		referentials.Field{Name: "rang", Type: referentials.Integer, Role: referentials.Extensive}), buildings...)
	kept := layer("registre", geo.Point, referentials.Field{Name: "imu", Type: referentials.String, Role: referentials.Ref, Refers: "imu"})
	kept.Access = referentials.Restricted
	s.add(kept, register...)
	keyed := layer("cles", geo.Point, referentials.Field{Name: "imu", Type: referentials.String, Role: referentials.Ref, Refers: "imu"})
	keyed.Fields[0].Disclosure = referentials.Confidential
	s.add(keyed, register...)
	return s
}

// TestNothingHiddenIsSeen asks two servers the same, of which all that may be seen is the
// same and all that may not is different: no answer and no error may differ.
func TestNothingHiddenIsSeen(t *testing.T) {
	var desks [2]*Desk
	var keepers [2]*snapshot.Keeper
	for k := range desks {
		keepers[k] = snapshot.New(secretive(uint64(k)), snapshot.Options{})
		if err := keepers[k].Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		var err error
		if desks[k], err = New(Options{}, keepers[k].Current); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(desks[k].Close)
	}
	release := func(d *Desk, q *Question) string {
		var out bytes.Buffer
		r, err := d.Release(t.Context(), q)
		if err == nil {
			err = r.WriteJSON(&out)
		}
		return fmt.Sprintf("%s%v", out.Bytes(), err)
	}
	own := func(k int, q *Question) string {
		s := keepers[k].Current()
		c, ok := s.Collection("renvois")
		if !ok {
			t.Fatal("nothing is there to be sent")
		}
		mine := *c
		var out bytes.Buffer
		r, err := desks[k].ReleaseOf(t.Context(), q, &mine)
		if err == nil {
			err = r.WriteJSON(&out)
		}
		return fmt.Sprintf("%s%v", out.Bytes(), err)
	}
	passage := func(d *Desk, q *Question) string {
		var out bytes.Buffer
		p, err := d.Crosswalk(t.Context(), q)
		if err == nil {
			err = p.WriteCSV(t.Context(), &out)
		}
		return fmt.Sprintf("%s%v", out.Bytes(), err)
	}
	if a, b := fmt.Sprintf("%+v", desks[0].Offers()), fmt.Sprintf("%+v", desks[1].Offers()); a != b {
		t.Errorf("offers differ:\n%s\n%s", a, b)
	}
	answered := 0
	rapid.Check(t, func(t *rapid.T) {
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		q := Question{
			Mesh:    pick("mesh", "imu", "imu", "imu", "iris", "registre", "cles"),
			Source:  pick("source", "maisons", "menages", "renvois", "batiments", "imu", "iris", "cles", "registre"),
			Measure: "count",
		}
		for range rapid.IntRange(0, 2).Draw(t, "odd parts") { // most of more are refused together
			switch pick("part", "measure", "by", "bin", "method", "field", "weights", "filter", "profile", "parents") {
			case "measure":
				q.Measure = pick("measure", "sum(personnes)", "mean(personnes)", "mean(personnes,weight=revenu)", "max(revenu)", "sum(rang)", "min(annee)", "density(count)", "sum(revenuu)")
			case "by":
				q.By = pick("by", "cache", "personnes", "revenu")
			case "bin":
				q.Bin = pick("bin", "year", "month")
			case "method":
				q.Method = pick("method", "key", "point", "area", "dasymetric")
			case "field":
				q.Field = pick("field", "cache", "annee", "vers", "iris")
			case "weights":
				q.Weights, q.Weight = pick("weights", "batiments", "batiments", "registre", "imu"), pick("weight", "", "poids", "rang-poids", "rang")
			case "filter":
				q.Filter = pick("filter", "revenu > 300", "cache = 'a'", "personnes = 1")
			case "profile":
				q.Profile = pick("profile", "none", "insee-menages-11")
			default:
				q.Parents = []string{pick("parent", "iris", "registre", "cles")}
			}
		}
		for name, told := range map[string][2]string{
			"release": {release(desks[0], &q), release(desks[1], &q)},
			"passage": {passage(desks[0], &q), passage(desks[1], &q)},
			"own":     {own(0, &q), own(1, &q)},
		} {
			if told[0] != told[1] {
				t.Fatalf("%s of %+v tells what is hidden:\n%.600s\n%.600s", name, q, told[0], told[1])
			}
			if told[0] != "" && told[0][0] == '{' {
				answered++
			}
		}
	})
	if answered == 0 {
		t.Error("every question was refused")
	}
}
