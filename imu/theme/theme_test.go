package theme

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// shelf is a store of collections in memory.
type shelf struct {
	referentials.Store // what a Keeper does not call here
	states             []referentials.State
	rows               [][]referentials.Row
}

func (s *shelf) Collections(context.Context) ([]referentials.State, error) { return s.states, nil }

func (s *shelf) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	k := slices.IndexFunc(s.states, func(t referentials.State) bool { return t.Descriptor.ID == id })
	return read(s.states[k], func(yield func(*referentials.Row, error) bool) {
		for i := range s.rows[k] {
			if !yield(&s.rows[k][i], nil) {
				return
			}
		}
	})
}

func (s *shelf) add(d referentials.Descriptor, rows ...referentials.Row) {
	s.rows = append(s.rows, rows)
	s.states = append(s.states, referentials.State{Descriptor: d, Version: referentials.Version{
		Collection: d.ID, ID: 1, Rows: int64(len(rows)), Current: true, PublishedAt: time.Date(2024, 5, 6, 0, 0, 0, 0, time.UTC),
	}})
}

// town is two blocks of 100 m, households by house, which refer to them, and what is
// restricted without a profile.
func town() *shelf {
	s := new(shelf)
	block := func(x float64) geo.Geometry {
		g := geo.Geometry{Type: geo.Polygon, XY: []float64{x, 0, x + 100, 0, x + 100, 100, x, 100, x, 0}}
		g.EndRing()
		g.EndPart()
		return g
	}
	text, integer := referentials.StringValue, referentials.IntegerValue
	key := referentials.Field{Name: "id", Type: referentials.String, Role: referentials.Key}
	blocks := referentials.Descriptor{ID: "imu", Class: referentials.Reference, Access: referentials.Open, Geometry: geo.Polygon, CRS: crs.EPSG(2154), Key: "id",
		Mesh: true, Fields: []referentials.Field{key, {Name: "classe", Type: referentials.String}}}
	s.add(blocks, referentials.Row{Values: []referentials.Value{text("a"), text("centre")}, Geom: block(700_000)},
		referentials.Row{Values: []referentials.Value{text("b"), text("bourg")}, Geom: block(700_100)})
	homes := referentials.Descriptor{ID: "menages", Class: referentials.Territory, Access: referentials.Open, Key: "id", Fields: []referentials.Field{
		key, {Name: "imu", Type: referentials.String, Role: referentials.Ref, Refers: "imu"}, {Name: "personnes", Type: referentials.Integer, Role: referentials.Extensive},
		{Name: "revenu", Type: referentials.Integer, Disclosure: referentials.Confidential}, {Name: "statut", Type: referentials.String, Role: referentials.Category}}}
	var rows []referentials.Row
	for i := range 40 {
		rows = append(rows, referentials.Row{Values: []referentials.Value{text(fmt.Sprint("m", i)), text(string(rune('a' + i%2))), integer(2), integer(int64(i)), text("locataire")}})
	}
	s.add(homes, rows...)
	secret := homes.Clone()
	secret.ID, secret.Access = "noms", referentials.Restricted
	s.add(secret, rows...)
	ruled := homes.Clone()
	ruled.ID, ruled.Profile = "foyers", "insee-menages-11"
	s.add(ruled, rows...)
	return s
}

func open(t *testing.T) *Desk {
	t.Helper()
	keeper := snapshot.New(town(), snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{}, keeper.Current)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestRelease(t *testing.T) {
	d := open(t)
	for _, c := range []struct {
		question Question
		want     string // of the first cell, or in the error
		code     referentials.Code
	}{
		{Question{Mesh: "imu", Source: "menages", Measure: "sum(personnes)"}, "40", ""},
		{Question{Mesh: "imu", Source: "menages", Measure: "count", Filter: "id = 'm0'"}, "1", ""},
		{Question{Mesh: "imu", Source: "foyers", Measure: "count"}, "20", ""},
		{Question{Mesh: "imu", Source: "foyers", Measure: "count", Filter: "id <> 'm0'"}, "released whole", referentials.Refused},
		{Question{Mesh: "imu", Source: "foyers", Measure: "count", MeshFilter: "classe = 'centre'"}, "released whole", referentials.Refused},
		{Question{Mesh: "imu", Source: "menages", Measure: "count", Filter: "revenu > 3"}, "revenu", referentials.Invalid},
		{Question{Mesh: "imu", Source: "noms", Measure: "count"}, "no collection", referentials.Invalid},
		{Question{Mesh: "imv", Source: "menages", Measure: "count"}, `did you mean "imu"?`, referentials.NotFound},
		{Question{Mesh: "foyers", Source: "menages", Measure: "count"}, "no collection", referentials.NotFound},
		{Question{Mesh: "imu", Measure: "count"}, "no collection is named", referentials.Invalid},
		{Question{Mesh: "imu", Source: "menages", Measure: "count", Parents: []string{"noms"}}, "no collection", referentials.Invalid},
		{Question{Mesh: "imu", Source: "menages", Measure: "count", Profile: "nul"}, "nul", referentials.Invalid},
	} {
		r, err := d.Release(t.Context(), &c.question)
		if referentials.CodeOf(err) != c.code || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.question, err)
		}
		if err == nil {
			if v, ok := r.Table.Value(0, 0, 0, 0); !ok || fmt.Sprint(v) != c.want {
				t.Errorf("%+v: %g, %t", c.question, v, ok)
			}
		}
	}
}

func TestTags(t *testing.T) {
	d := open(t)
	a, b := Question{Mesh: "imu", Source: "menages", Measure: "count"}, Question{Mesh: "imu", Source: "menages", Measure: "count", By: "imu"}
	if same := a; d.Tag(&a) != d.Tag(&same) || d.Tag(&a) == d.Tag(&b) {
		t.Error("tags do not tell questions apart")
	}
}

// TestCrosswalkOfPublic tells keys of what anyone may see, and of nothing else.
func TestCrosswalkOfPublic(t *testing.T) {
	d := open(t)
	var out bytes.Buffer
	passage, err := d.Crosswalk(t.Context(), &Question{Mesh: "imu", Source: "menages"})
	if err != nil {
		t.Fatal(err)
	}
	if err := passage.WriteCSV(t.Context(), &out); err != nil || bytes.Count(out.Bytes(), []byte("\n")) != 41 || passage.Len() != 40 {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
	for _, source := range []string{"foyers", "noms"} {
		if _, err := d.Crosswalk(t.Context(), &Question{Mesh: "imu", Source: source}); err == nil {
			t.Errorf("the keys of %s are told", source)
		}
	}
	if _, err := d.ReleaseOfFile(t.Context(), &Question{Mesh: "imu", Measure: "count"}, File{Name: "x.csv", Body: strings.NewReader("")}); referentials.CodeOf(err) != referentials.Unsupported {
		t.Errorf("a desk that takes no files: %v", err)
	}
}

// nested is a protected source on houses that refer to blocks, which refer to districts,
// and a grid that nests in neither.
func nested() *shelf {
	s := town()
	text := referentials.StringValue
	square := func(x, side float64) geo.Geometry {
		g := geo.Geometry{Type: geo.Polygon, XY: []float64{x, 0, x + side, 0, x + side, side, x, side, x, 0}}
		g.EndRing()
		g.EndPart()
		return g
	}
	s.states[0].Descriptor.Fields[1] = referentials.Field{Name: "iris", Type: referentials.String, Role: referentials.Ref, Refers: "iris"}
	for i := range s.rows[0] {
		s.rows[0][i].Values[1] = text("x")
	}
	district := referentials.Descriptor{ID: "iris", Class: referentials.Reference, Access: referentials.Open, Geometry: geo.Polygon, CRS: crs.EPSG(2154), Key: "id", Mesh: true,
		Fields: []referentials.Field{{Name: "id", Type: referentials.String, Role: referentials.Key}}}
	s.add(district, referentials.Row{Values: []referentials.Value{text("x")}, Geom: square(700_000, 200)})
	grid := district.Clone()
	grid.ID = "carreaux"
	s.add(grid, referentials.Row{Values: []referentials.Value{text("c")}, Geom: square(700_050, 200)})
	var rows []referentials.Row
	for i := range 12 {
		rows = append(rows, referentials.Row{Values: []referentials.Value{text(fmt.Sprint("a", i)), text("x")}})
	}
	s.add(referentials.Descriptor{ID: "abonnes", Class: referentials.Territory, Access: referentials.Restricted, Profile: "insee-menages-11", Key: "id", Fields: []referentials.Field{
		{Name: "id", Type: referentials.String, Role: referentials.Key}, {Name: "iris", Type: referentials.String, Role: referentials.Ref, Refers: "iris"}}}, rows...)
	return s
}

// TestProtectedIsToldInOneWay gives the public the same figure of a level whatever is asked
// with it, and refuses what would be judged apart.
func TestProtectedIsToldInOneWay(t *testing.T) {
	keeper := snapshot.New(nested(), snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{}, keeper.Current)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	district := func(q Question) string {
		t.Helper()
		r, err := d.Release(t.Context(), &q)
		if err != nil {
			t.Fatal(err)
		}
		table := r.Table
		if table.Collection() != "iris" {
			table = r.Parents[0]
		}
		v, ok := table.Value(0, 0, 0, 0)
		return fmt.Sprint(v, ok, table.Status(0, 0, 0), table.Partial(0, 0, 0))
	}
	alone := district(Question{Mesh: "iris", Source: "foyers", Measure: "sum(personnes)"})
	if below := district(Question{Mesh: "imu", Source: "foyers", Measure: "sum(personnes)", Parents: []string{"iris"}}); alone != below {
		t.Errorf("alone %s, with its blocks %s", alone, below)
	}
	if r, err := d.Release(t.Context(), &Question{Mesh: "imu", Source: "foyers", Measure: "count"}); err != nil || len(r.Parents) != 0 || r.Receipt.Mesh.Collection != "imu" {
		t.Errorf("%v %v", r, err)
	}
	if r, err := d.Release(t.Context(), &Question{Mesh: "iris", Source: "foyers", Measure: "count"}); err != nil || r.Receipt.Mesh.Collection != "iris" || r.Receipt.Balance != nil {
		t.Errorf("%v %v", r, err)
	}
	for where, q := range map[string]Question{
		"mesh":    {Mesh: "carreaux", Source: "foyers", Measure: "count"},
		"by":      {Mesh: "imu", Source: "foyers", Measure: "count", By: "statut"},
		"bin":     {Mesh: "imu", Source: "foyers", Measure: "count", Bin: "month"},
		"method":  {Mesh: "imu", Source: "foyers", Measure: "count", Method: "key"},
		"base":    {Mesh: "imu", Source: "foyers", Measure: "count", Base: "total"},
		"field":   {Mesh: "imu", Source: "foyers", Measure: "count", Field: "imu"},
		"weights": {Mesh: "imu", Source: "foyers", Measure: "count", Weights: "imu"},
		"year":    {Mesh: "imu", Source: "foyers", Measure: "count", Year: 2010},
		"profile": {Mesh: "imu", Source: "foyers", Measure: "count", Profile: "insee-entreprises"},
		"measure": {Mesh: "imu", Source: "foyers", Measure: "median(personnes)"},
		"parents": {Mesh: "iris", Source: "foyers", Measure: "count", Parents: []string{"imu"}},
	} {
		if _, err := d.Release(t.Context(), &q); referentials.CodeOf(err) != referentials.Refused || !strings.Contains(err.Error(), where) {
			t.Errorf("%s: %v", where, err)
		}
	}
	// What leads to districts only is told from there on.
	if r, err := d.Release(t.Context(), &Question{Mesh: "iris", Source: "abonnes", Measure: "count"}); err != nil {
		t.Error(err)
	} else if v, _ := r.Table.Value(0, 0, 0, 0); v != 12 {
		t.Errorf("of 12 in the district, it counts %g", v)
	}
	if _, err := d.Release(t.Context(), &Question{Mesh: "imu", Source: "abonnes", Measure: "count"}); referentials.CodeOf(err) != referentials.Refused || !strings.Contains(err.Error(), "it is told on iris") {
		t.Errorf("on blocks, which it does not lead to: %v", err)
	}
	// Whoever keeps the data may ask in any way.
	mine, err := New(Options{Trusted: true}, keeper.Current)
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	if _, err := mine.Release(t.Context(), &Question{Mesh: "carreaux", Source: "foyers", Measure: "count", Method: "key", Field: "imu"}); referentials.CodeOf(err) == referentials.Refused {
		t.Error(err)
	}
}
