package aggregate

import (
	"context"
	"math"
	"strings"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// fataler is a *testing.T, a *testing.B or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// fresh is a Crosswalks that keeps nothing.
type fresh struct{}

// Get builds the matrix.
func (fresh) Get(ctx context.Context, r crosswalk.Request) (*crosswalk.Matrix, error) {
	return crosswalk.Build(ctx, r)
}

// shelf is a store of collections in memory.
type shelf struct {
	referentials.Store // what a Keeper does not call here
	states             []referentials.State
	rows               map[string][]referentials.Row
}

func (s *shelf) Collections(context.Context) ([]referentials.State, error) { return s.states, nil }

func (s *shelf) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	for _, state := range s.states {
		if state.Descriptor.ID == id {
			return read(state, func(yield func(*referentials.Row, error) bool) {
				for i := range s.rows[id] {
					if !yield(&s.rows[id][i], nil) {
						return
					}
				}
			})
		}
	}
	return referentials.Errorf(referentials.NotFound, "no %s", id)
}

func (s *shelf) add(d referentials.Descriptor, rows []referentials.Row) {
	if s.rows == nil {
		s.rows = map[string][]referentials.Row{}
	}
	s.rows[d.ID] = rows
	s.states = append(s.states, referentials.State{Descriptor: d, Version: referentials.Version{
		Collection: d.ID, ID: 3, Rows: int64(len(rows)), Current: true, PublishedAt: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
	}})
}

// Replace makes the shelf fit for imports.
func (s *shelf) Replace(_ context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	var kept []referentials.Row
	for r, err := range rows {
		if err != nil {
			return referentials.Version{}, err
		}
		kept = append(kept, referentials.Row{Values: append([]referentials.Value(nil), r.Values...), Geom: r.Geom.Clone()})
	}
	s.add(p.Descriptor, kept)
	return s.states[len(s.states)-1].Version, nil
}

func (s *shelf) load(t fataler) func(id string) *snapshot.Collection {
	t.Helper()
	k := snapshot.New(s, snapshot.Options{})
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	return func(id string) *snapshot.Collection {
		c, ok := k.Current().Collection(id)
		if !ok {
			t.Fatalf("no collection %s", id)
		}
		return c
	}
}

// loadOne loads a collection by itself.
func loadOne(t fataler, d referentials.Descriptor, rows []referentials.Row) *snapshot.Collection {
	t.Helper()
	s := &shelf{}
	s.add(d, rows)
	return s.load(t)(d.ID)
}

var lambert = crs.EPSG(2154)

const west, south = 350_000.0, 6_780_000.0

func square(x, y, side float64) geo.Geometry {
	g := geo.Geometry{Type: geo.Polygon}
	for _, v := range [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
		g.Add(west+x+v[0]*side, south+y+v[1]*side)
	}
	g.EndRing()
	g.EndPart()
	return g
}

func point(x, y float64) geo.Geometry {
	g := geo.Geometry{Type: geo.Point}
	g.Add(west+x, south+y)
	return g
}

// blocks is a mesh of n × n squares of 100 m, a hectare each, that lie in districts of two
// blocks a side.
func blocks(n int) (referentials.Descriptor, []referentials.Row) {
	d := referentials.Descriptor{
		ID: "blocks", Class: referentials.Territorial, Access: referentials.Open, Key: "block", Geometry: geo.Polygon, CRS: lambert, Mesh: true,
		Title: referentials.Text{FR: "Îlots", EN: "Blocks"},
		Fields: []referentials.Field{
			{Name: "block", Type: referentials.String, Role: referentials.Key},
			{Name: "name", Type: referentials.String, Role: referentials.Label},
			{Name: "district", Type: referentials.String, Role: referentials.Ref, Refers: "districts"},
			{Name: "green", Type: referentials.Boolean},
		},
	}
	var rows []referentials.Row
	for k := range n * n {
		x, y := k%n, k/n
		rows = append(rows, referentials.Row{Geom: square(float64(x)*100, float64(y)*100, 100), Values: []referentials.Value{
			referentials.StringValue(blockKey(k)), referentials.StringValue("Block " + blockKey(k)),
			referentials.StringValue(districtKey(y/2*((n+1)/2) + x/2)), referentials.BooleanValue(k%2 == 0),
		}})
	}
	return d, rows
}

func blockKey(k int) string    { return "b" + referentials.IntegerValue(int64(k)).String() }
func districtKey(k int) string { return "d" + referentials.IntegerValue(int64(k)).String() }

func districts(n int) (referentials.Descriptor, []referentials.Row) {
	d := referentials.Descriptor{
		ID: "districts", Class: referentials.Reference, Access: referentials.Open, Key: "district", Geometry: geo.Polygon, CRS: lambert, Mesh: true,
		Fields: []referentials.Field{{Name: "district", Type: referentials.String, Role: referentials.Key}},
	}
	side := (n + 1) / 2
	var rows []referentials.Row
	for k := range side * side {
		rows = append(rows, referentials.Row{Geom: square(float64(k%side)*200, float64(k/side)*200, 200), Values: []referentials.Value{referentials.StringValue(districtKey(k))}})
	}
	return d, rows
}

// reading is a row of meters.
type reading struct {
	x, y   float64
	kwh    float64 // NaN for null
	sites  int64
	rate   float64 // NaN for null
	sector string  // "" for null
	year   int64   // negative for null
	block  string  // "" for null
	place  string  // the district
}

// meters describes points with a quantity, its units, a rate and a category.
func meters() referentials.Descriptor {
	return referentials.Descriptor{
		ID: "meters", Class: referentials.Territorial, Access: referentials.Open, Key: "id", Geometry: geo.Point, CRS: lambert,
		Title: referentials.Text{FR: "Compteurs", EN: "Meters"},
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.String, Role: referentials.Key},
			{Name: "kwh", Type: referentials.Number, Role: referentials.Extensive, Unit: "kW.h", Title: referentials.Text{FR: "Consommation", EN: "Use"}},
			{Name: "sites", Type: referentials.Integer, Role: referentials.Extensive, Unit: "1", Disclosure: referentials.UnitCount},
			{Name: "rate", Type: referentials.Number, Role: referentials.Intensive, Unit: "%", Weight: "sites"},
			{Name: "median_income", Type: referentials.Number, Role: referentials.Intensive, Unit: "EUR",
				Description: referentials.Text{FR: "Un quantile ne se combine pas.", EN: "A quantile is not combined."}},
			{Name: "height", Type: referentials.Number, Unit: "m"},
			{Name: "slope", Type: referentials.Number, Role: referentials.Intensive, Unit: "%"},
			{Name: "sector", Type: referentials.String, Role: referentials.Category},
			{Name: "year", Type: referentials.Integer, Role: referentials.Time},
			{Name: "block", Type: referentials.String, Role: referentials.Ref, Refers: "blocks"},
			{Name: "district", Type: referentials.String, Role: referentials.Ref, Refers: "districts"},
			{Name: "seen", Type: referentials.Date},
		},
	}
}

func readings(list []reading) (rows []referentials.Row) {
	text := func(s string) referentials.Value {
		if s == "" {
			return referentials.Null
		}
		return referentials.StringValue(s)
	}
	for i, m := range list {
		year := referentials.IntegerValue(m.year)
		if m.year < 0 {
			year = referentials.Null
		}
		rows = append(rows, referentials.Row{Geom: point(m.x, m.y), Values: []referentials.Value{
			referentials.StringValue("meter-" + referentials.IntegerValue(int64(i)).String()), referentials.NumberValue(m.kwh), referentials.IntegerValue(m.sites),
			referentials.NumberValue(m.rate), referentials.NumberValue(m.kwh), referentials.NumberValue(m.kwh / 2), referentials.NumberValue(m.rate),
			text(m.sector), year, text(m.block), text(m.place), referentials.DateValue(19_700 + 20*int64(i)),
		}})
	}
	return rows
}

// four are hand-made readings on 2 × 2 blocks: three in b0, two in b1, a null one in b2,
// none in b3, one outside.
func four() []reading {
	return []reading{
		{x: 10, y: 10, kwh: 10, sites: 1, rate: 50, sector: "A", year: 2022},
		{x: 20, y: 10, kwh: 20, sites: 2, rate: 20, sector: "B", year: 2022},
		{x: 30, y: 10, kwh: 60, sites: 1, rate: math.NaN(), sector: "A", year: 2023},
		{x: 110, y: 10, kwh: 5, sites: 3, rate: 10, sector: "A", year: 2022},
		{x: 120, y: 10, kwh: 7, sites: 1, rate: 30, year: 2023},
		{x: 10, y: 110, kwh: math.NaN(), sites: 1, rate: 90, sector: "B", year: 2022},
		{x: 900, y: 900, kwh: 100, sites: 4, rate: 1, sector: "B", year: 2023},
	}
}

type world struct {
	meters, blocks, districts *snapshot.Collection
}

// newWorld loads readings beside n × n blocks; change alters the descriptor of the meters.
func newWorld(t fataler, n int, list []reading, change func(*referentials.Descriptor)) world {
	t.Helper()
	s := &shelf{}
	d := meters()
	if change != nil {
		change(&d)
	}
	s.add(d, readings(list))
	s.add(blocks(n))
	s.add(districts(n))
	get := s.load(t)
	return world{get("meters"), get("blocks"), get("districts")}
}

// tables is newWorld without shapes: meters name the block they are in, which is much faster
// to load.
func tables(t fataler, n int, list []reading, change func(*referentials.Descriptor)) world {
	t.Helper()
	placed := append([]reading(nil), list...)
	for i := range placed {
		if k := blockOf(&placed[i], n); k >= 0 {
			placed[i].block = blockKey(k)
		}
	}
	s := &shelf{}
	add := func(d referentials.Descriptor, rows []referentials.Row) {
		d.Geometry, d.CRS, d.Mesh = geo.None, crs.CRS{}, false
		for i := range rows {
			rows[i].Geom = geo.Geometry{}
		}
		s.add(d, rows)
	}
	d := meters()
	if change != nil {
		change(&d)
	}
	add(d, readings(placed))
	add(blocks(n))
	add(districts(n))
	get := s.load(t)
	return world{get("meters"), get("blocks"), get("districts")}
}

// blockOf gives the block of a reading, -1 for none.
func blockOf(m *reading, n int) int {
	if m.x >= float64(n*100) || m.y >= float64(n*100) {
		return -1
	}
	return int(m.y/100)*n + int(m.x/100)
}

// secret makes the meters confidential under a profile.
func secret(profile string) func(d *referentials.Descriptor) {
	return func(d *referentials.Descriptor) {
		d.Access, d.Profile = referentials.Restricted, profile
		for i := range d.Fields {
			if name := d.Fields[i].Name; name == "kwh" || name == "rate" {
				d.Fields[i].Disclosure = referentials.Confidential
			}
		}
	}
}

func (w world) request(t fataler, measures string) Request {
	t.Helper()
	list, err := ParseMeasures(measures)
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Source: w.meters, Mesh: w.blocks, Measures: list, Method: crosswalk.Point}
	if !w.blocks.Descriptor().HasGeometry() {
		r.Method, r.Field = crosswalk.Key, "block"
	}
	return r
}

func mustRun(t fataler, r Request) *Release {
	t.Helper()
	rel, err := Run(context.Background(), r, fresh{})
	if err != nil {
		t.Fatal(err)
	}
	return rel
}

func jsonOf(t fataler, rel *Release) string {
	t.Helper()
	var b strings.Builder
	if err := rel.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func near(a, b float64) bool {
	return a == b || a != a && b != b || math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

func columnOf(t *Table, m, bin, category int) []float64 {
	out := make([]float64, t.Len())
	for k := range out {
		out[k], _ = t.Value(m, k, bin, category)
	}
	return out
}
