package importer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

func point(x, y float64) geo.Geometry { return geo.Geometry{Type: geo.Point, XY: []float64{x, y}} }

func line(xy ...float64) geo.Geometry {
	return geo.Geometry{Type: geo.LineString, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}}
}

func polygon(xy ...float64) geo.Geometry {
	return geo.Geometry{Type: geo.Polygon, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}, Parts: []uint32{1}}
}

func multi(g geo.Geometry) geo.Geometry { g.Promote(); return g }

// bring imports inputs made in memory.
func bring(t *testing.T, opt Options, inputs ...*input) (*memoryStore, *Report, error) {
	t.Helper()
	m := &memoryStore{}
	r, err := importInputs(context.Background(), m, inputs, nil, opt)
	if err == nil && r.Read != r.Accepted+r.Rejected {
		t.Errorf("%d rows read, %d accepted and %d rejected", r.Read, r.Accepted, r.Rejected)
	}
	return m, r, err
}

// brought is bring where nothing may fail.
func brought(t *testing.T, opt Options, inputs ...*input) (*memoryStore, *Report) {
	t.Helper()
	m, r, err := bring(t, opt, inputs...)
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func wantTally(t *testing.T, list []Tally, reason string, count int64, samples ...string) {
	t.Helper()
	for _, y := range list {
		if y.Reason == reason {
			if y.Count != count || len(samples) > 0 && !slices.Equal(y.Samples, samples) {
				t.Errorf("%q: %d rows %q, not %d %q", reason, y.Count, y.Samples, count, samples)
			}
			return
		}
	}
	t.Errorf("no row was told for %q, only %+v", reason, list)
}

func wantNote(t *testing.T, r *Report, note string) {
	t.Helper()
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, note) }) {
		t.Errorf("no note says %q, only %q", note, r.Notes)
	}
}

func TestInferredTable(t *testing.T) {
	m, r := brought(t, Options{}, table(
		[]string{"NAME", "code_insee", "Part", "id", "Vu"},
		[]string{"a", "35238", "1,5", "7", "2024-01-02"},
		[]string{"", "35047", "", "8", ""},
	))
	d := m.desc
	if d.ID != "table" || !d.Inferred || d.Geometry != geo.None || d.Key != "id" || r.KeyFrom != "column id" {
		t.Errorf("%+v, key from %s", d, r.KeyFrom)
	}
	want := []string{"NAME string", "code_insee string", "Part number", "id integer", "Vu date"}
	for i, f := range d.Fields {
		if got := f.Name + " " + string(f.Type); got != want[i] {
			t.Errorf("field %d is %s, not %s", i, got, want[i])
		}
	}
	for field, want := range map[string]string{"NAME": "a", "code_insee": "35238", "Part": "1.5", "Vu": "2024-01-02"} {
		if got := m.get("7", field); got != want {
			t.Errorf("%s = %q, not %q", field, got, want)
		}
	}
	if !m.rows[1].Values[0].IsNull() || !m.rows[1].Values[2].IsNull() {
		t.Error("an empty cell is not null")
	}
}

func TestKnownCollectionKeepsWhatItDoesNotKnow(t *testing.T) {
	m, r := brought(t, Options{As: "communes"}, table(
		[]string{"INSEE_COM", "NOM_COM", "POPULATION", "Note de l'Élu"},
		[]string{"35238", "Rennes", "220000", "x"},
	))
	if m.desc.Key != "code_insee" || m.get("35238", "nom") != "Rennes" || m.get("35238", "population") != "220000" {
		t.Errorf("the fields are not those of the catalog: %+v", m.rows)
	}
	if got := m.get("35238", "note_de_l_elu"); got != "x" {
		t.Errorf("the column more is %q", got)
	}
	if got := m.get("35238", "code_epci"); got != "" {
		t.Errorf("the field that the file lacks is %q", got)
	}
	wantNote(t, r, "communes is published as a table")
	wantNote(t, r, "1 column is kept beside those of the catalog: note_de_l_elu")
	if m.desc.Mesh || !m.desc.CRS.IsZero() {
		t.Error("a table is called a mesh or has a reference system")
	}
}

func TestValuesThatDoNotFit(t *testing.T) {
	m, r := brought(t, Options{As: "adresses"}, table(
		[]string{"id_adr", "numero"}, []string{"1", "12"}, []string{"2", "12B"}, []string{"3", "0014"}))
	if len(m.rows) != 2 || m.get("3", "numero") != "14" {
		t.Errorf("%+v", m.rows)
	}
	wantTally(t, r.Rejects, "numero is not a whole number", 1, "2: 12B")
}

func TestRowsTheReaderRefuses(t *testing.T) {
	in := table([]string{"id"}, []string{"1"}, []string{"2"})
	in.src.(*memorySource).records[1].Err = referentials.Errorf(referentials.Invalid, "has 3 fields instead of 1")
	_, r := brought(t, Options{}, in)
	wantTally(t, r.Rejects, "has 3 fields instead of 1", 1, "2")
}

func TestNothingIsPublishedWhenNothingIsAccepted(t *testing.T) {
	_, r, err := bring(t, Options{As: "voies"}, layer(crs.CRS84, point(-1.6, 48.1), point(-1.7, 48.1)))
	if err == nil || !strings.Contains(err.Error(), "none of 2 rows could be accepted: 2 × is a Point: voies takes lines") {
		t.Errorf("%v", err)
	}
	if r.Rejected != 2 || r.Version != nil {
		t.Errorf("%+v", r)
	}
	if _, _, err := bring(t, Options{}, table([]string{"a"})); err == nil || !strings.Contains(err.Error(), "no row") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestShapes(t *testing.T) {
	square := polygon(-1.7, 48, -1.6, 48, -1.6, 48.1, -1.7, 48.1, -1.7, 48)
	open := polygon(-1.7, 48, -1.6, 48, -1.6, 48.1, -1.7, 48.1)
	bowtie := polygon(-1.7, 48, -1.6, 48.1, -1.6, 48, -1.7, 48.1, -1.7, 48)
	flat := polygon(-1.7, 48, -1.6, 48, -1.7, 48, -1.7, 48)
	for _, c := range []struct {
		name     string
		shapes   []geo.Geometry
		as       string
		target   geo.Type
		repaired int64
		rejected int64
		note     string
	}{
		{"polygons", []geo.Geometry{square, square}, "", geo.Polygon, 0, 0, "1 row repeats the geometry"},
		{"single and multi", []geo.Geometry{square, multi(square.Clone())}, "", geo.MultiPolygon, 0, 0, "single and multi"},
		{"mixed dimensions", []geo.Geometry{square, point(-1.7, 48)}, "", geo.Any, 0, 0, "geometry types are mixed: 1 Point, 1 Polygon"},
		{"null among points", []geo.Geometry{point(-1.7, 48), {}}, "", geo.Point, 0, 0, "1 row has no geometry"},
		{"an open ring", []geo.Geometry{open}, "", geo.Polygon, 1, 0, ""},
		{"a bow tie becomes two", []geo.Geometry{square, bowtie}, "", geo.MultiPolygon, 1, 0, ""},
		{"a bow tie of the catalog", []geo.Geometry{bowtie}, "batiments", geo.MultiPolygon, 1, 0, ""},
		{"a polygon without area", []geo.Geometry{square, flat}, "", geo.Polygon, 0, 1, ""},
		{"lines and points as streets", []geo.Geometry{line(-1.7, 48, -1.6, 48), point(-1.7, 48)}, "voies", geo.MultiLineString, 0, 1, "mixed"},
		{"a multipoint of one as an address", []geo.Geometry{multi(point(-1.7, 48))}, "adresses", geo.Point, 0, 0, ""},
		{"a multipoint of two as an address", []geo.Geometry{point(-1.7, 48), {Type: geo.MultiPoint, XY: []float64{-1.7, 48, -1.6, 48}}}, "adresses", geo.Point, 0, 1, ""},
	} {
		m, r := brought(t, Options{As: c.as}, layer(crs.CRS84, c.shapes...))
		if m.desc.Geometry != c.target || r.Repaired != c.repaired || r.Rejected != c.rejected {
			t.Errorf("%s: %s, %d repaired, %d rejected\n%s", c.name, m.desc.Geometry, r.Repaired, r.Rejected, r)
		}
		if c.note != "" {
			wantNote(t, r, c.note)
		}
	}
}

// TestHeightsOfTheSystemAreDropped takes Lambert-93 with heights for Lambert-93, whoever says so.
func TestHeightsOfTheSystemAreDropped(t *testing.T) {
	for _, c := range []struct{ declared, asked crs.CRS }{{crs.EPSG(5698), crs.CRS{}}, {crs.CRS{}, crs.EPSG(5698)}} {
		if m, _ := brought(t, Options{CRS: c.asked}, layer(c.declared, point(350000, 6780000))); m.desc.CRS != crs.EPSG(2154) {
			t.Errorf("declared %s, asked for %s: %s", c.declared, c.asked, m.desc.CRS)
		}
	}
}

func TestDroppedOrdinatesAreToldOnce(t *testing.T) {
	in := layer(crs.CRS84, point(-1.6, 48), point(-1.7, 48))
	for i := range in.src.(*memorySource).records {
		in.src.(*memorySource).records[i].HasZ = true
	}
	_, r := brought(t, Options{}, in)
	wantNote(t, r, "the third ordinate (Z or M) of 2 geometries was dropped")
}

// TestTypesThatNoValueHas keeps as text what a file declares and does not hold, and refuses
// the odd value of a column that mostly holds it.
func TestTypesThatNoValueHas(t *testing.T) {
	in := layer(crs.CRS84, point(-1.6, 48), point(-1.7, 48), point(-1.8, 48))
	src := in.src.(*memorySource)
	src.fields = append(src.fields, source.Field{Name: "heure", Type: referentials.DateTime}, source.Field{Name: "jour", Type: referentials.Date})
	for i, hour := range []referentials.Value{referentials.StringValue("13:45:59"), referentials.Null, referentials.StringValue("00:00:00")} {
		src.records[i].Values = append(src.records[i].Values, hour, referentials.DateValue(int64(i)))
	}
	src.records[2].Values[2] = referentials.StringValue("hier")
	src.fields = append(src.fields, source.Field{Name: "ouvert", Type: referentials.Boolean})
	for i, text := range []string{"oui", "non", "oui"} { // texts that are of the type
		src.records[i].Values = append(src.records[i].Values, referentials.StringValue(text))
	}
	m, r := brought(t, Options{Key: "n"}, in)
	if f := m.desc.Fields[1]; f.Type != referentials.String || r.Accepted != 2 || m.get("1", "heure") != "13:45:59" {
		t.Errorf("%+v, %+v", f, r)
	}
	if f := m.desc.Fields[3]; f.Type != referentials.Boolean || m.get("2", "ouvert") != "false" {
		t.Errorf("%+v", f)
	}
	if r.Rejects[0].Reason != "jour is not a date" {
		t.Errorf("%+v", r.Rejects)
	}
	wantNote(t, r, "heure: no value is a date and time, though the file declares so; it is kept as text")
}

func TestCoordinatesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name     string
		declared crs.CRS
		shape    geo.Geometry
		opt      Options
		want     []string // parts of the refusal; none when it is taken
	}{
		{"degrees", crs.CRS84, point(-1.68, 48.11), Options{}, nil},
		{"degrees elsewhere", crs.CRS84, point(6.14, 46.2), Options{}, nil},
		{"degrees far away", crs.CRS84, point(-73.6, 45.5), Options{}, nil},
		{"Lambert-93", crs.EPSG(2154), point(351000, 6789000), Options{}, nil},
		{"metres as degrees", crs.CRS84, point(765282.7, 6274586.1), Options{}, []string{"cannot be of OGC:CRS84", "EPSG:2154, RGF93", "--crs EPSG:2154", "longitude 3.8"}},
		{"CC48 as degrees", crs.CRS84, point(1352000, 7223000), Options{}, []string{"--crs EPSG:3948"}},
		{"CC47 as Lambert-93", crs.EPSG(2154), point(1352000, 6223000), Options{}, []string{"cannot be of EPSG:2154", "--crs EPSG:3947"}},
		{"web metres as degrees", crs.CRS84, point(-187000, 6124000), Options{}, []string{"--crs EPSG:3857"}},
		{"latitude first", crs.CRS84, point(48.11, -1.68), Options{}, []string{"exchanged", "longitude -1.68"}},
		{"latitude first, declared as EPSG:4326", crs.EPSG(4326), point(48.11, -1.68), Options{}, []string{"exchanged"}},
		{"Lambert-93, northing first", crs.EPSG(2154), point(6789000, 351000), Options{}, []string{"EPSG:2154", "exchanged"}},
		{"degrees as Lambert-93", crs.EPSG(2154), point(-1.68, 48.11), Options{}, []string{"--crs EPSG:4326"}},
		{"nothing declared", crs.CRS{}, point(351000, 6789000), Options{}, []string{"no coordinate reference system is declared, or none that is known", "--crs EPSG:2154"}},
		{"nothing that fits", crs.CRS84, point(1e9, 1e9), Options{}, []string{"say which system they are in with --crs"}},
		{"forced", crs.CRS84, point(765282.7, 6274586.1), Options{CRS: crs.EPSG(2154)}, nil},
		{"Somalia, forced", crs.CRS84, point(48.11, 1.68), Options{CRS: crs.EPSG(4326)}, nil},
		{"forced and impossible", crs.CRS{}, point(765282.7, 6274586.1), Options{CRS: crs.EPSG(4326)}, []string{"--crs EPSG:2154"}},
	} {
		m, r, err := bring(t, c.opt, layer(c.declared, c.shape))
		if len(c.want) == 0 {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			} else if got := m.rows[0].Geom.XY; !slices.Equal(got, c.shape.XY) {
				t.Errorf("%s: %v was moved to %v", c.name, c.shape.XY, got)
			}
			continue
		}
		if referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%s is taken: %v\n%s", c.name, err, r)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: the refusal does not say %q: %v", c.name, w, err)
			}
		}
	}
}

func TestOutsideOfAForcedSystemIsTold(t *testing.T) {
	_, r := brought(t, Options{CRS: crs.EPSG(2154)}, layer(crs.CRS{}, point(-5e6, 9e6)))
	wantNote(t, r, "outside the area of EPSG:2154")
}

func TestAFewPositionsOutOfDegreesAreRejected(t *testing.T) {
	var shapes []geo.Geometry
	for i := range 99 {
		shapes = append(shapes, point(-1.6, 48+float64(i)/1000))
	}
	_, r := brought(t, Options{}, layer(crs.CRS84, append(shapes, point(351000, 6789000))...))
	wantTally(t, r.Rejects, "has coordinates that are not degrees, though its file is in OGC:CRS84", 1, "100")
}

func TestManyFilesMakeOneVersion(t *testing.T) {
	a := layer(crs.EPSG(2154), point(351003.2555, 6788257.133))
	b := layer(crs.CRS84, point(-1.698245965, 48.10876199))
	a.name, b.name = "a.fgb", "b.fgb"
	b.src.(*memorySource).fields = append(b.src.(*memorySource).fields, source.Field{Name: "nom", Type: referentials.String})
	b.src.(*memorySource).records[0].Values = append(b.src.(*memorySource).records[0].Values, referentials.StringValue("x"))
	m, r := brought(t, Options{As: "both"}, a, b)
	if m.desc.CRS != crs.EPSG(2154) || len(m.rows) != 2 || m.desc.FieldIndex("nom") < 0 {
		t.Fatalf("%+v", m.desc)
	}
	if xy := m.rows[1].Geom.XY; max(abs(xy[0]-350532.1622), abs(xy[1]-6789109.667)) > 0.01 {
		t.Errorf("the second file's point lies at %v", xy)
	}
	wantNote(t, r, "b.fgb was transformed from OGC:CRS84 to EPSG:2154")
	if got := m.get("2", "nom"); got != "x" {
		t.Errorf("the second file's column is %q", got)
	}
	if !m.rows[0].Values[m.desc.FieldIndex("nom")].IsNull() {
		t.Error("the first file has a value of the second's column")
	}
}

func abs(v float64) float64 { return max(v, -v) }

func TestPositionsInColumns(t *testing.T) {
	m, r := brought(t, Options{}, table([]string{"id", "Longitude", "Latitude"},
		[]string{"1", "-1,675734069", "48,09285128"}, []string{"2", "-1.7", "48.1"}, []string{"3", "0.0", ""}, []string{"4", "0", "0"}))
	if m.desc.Geometry != geo.Point || m.desc.CRS != crs.CRS84 {
		t.Fatalf("%s %s", m.desc.Geometry, m.desc.CRS)
	}
	if got := m.rows[0].Geom.XY; !slices.Equal(got, []float64{-1.675734069, 48.09285128}) {
		t.Errorf("the first point is %v", got)
	}
	if !m.rows[2].Geom.IsNull() || !m.rows[3].Geom.IsNull() {
		t.Error("an unknown position is a point")
	}
	wantNote(t, r, "2 rows have no geometry")

	m, r = brought(t, Options{}, table([]string{"id", "x", "y"}, []string{"1", "351003", "6788257"}))
	wantNote(t, r, "columns x and y look like coordinates")
	if m.desc.HasGeometry() {
		t.Error("points were made in a system that nobody named")
	}
	m, _ = brought(t, Options{CRS: crs.EPSG(2154)}, table([]string{"id", "x", "y"}, []string{"1", "351003", "6788257"}))
	if m.desc.CRS != crs.EPSG(2154) {
		t.Error("--crs does not make points of columns x and y")
	}
}

func TestDryRun(t *testing.T) {
	m, r := brought(t, Options{DryRun: true, As: "voies"}, table([]string{"id_voie"}, []string{"1"}, []string{""}))
	if m.desc.ID != "" || r.Version != nil || r.Accepted != 1 || r.Rejected != 1 {
		t.Errorf("%+v", r)
	}
}

// Whatever way it ends, an import leaves no goroutine behind.
func TestNoGoroutineStays(t *testing.T) {
	rows := [][]string{{"id"}}
	for i := range 10 * batchRows {
		rows = append(rows, []string{fmt.Sprint(i)})
	}
	before := runtime.NumGoroutine()
	for _, fail := range []int{1, batchRows, 5*batchRows + 3} {
		m := &memoryStore{fail: fail}
		_, err := importInputs(context.Background(), m, []*input{table(rows...)}, nil, Options{})
		if !errors.Is(err, errStore) {
			t.Errorf("the store's error is lost: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err := importInputs(ctx, &memoryStore{}, []*input{table(rows...)}, nil, Options{Progress: func(p Progress) {
		if p.Stage == Publishing {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("an import that was cancelled ended with %v", err)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func TestProgress(t *testing.T) {
	rows := [][]string{{"id"}}
	for i := range 2*progressStep + 1 {
		rows = append(rows, []string{fmt.Sprint(i)})
	}
	var got []Progress
	brought(t, Options{Progress: func(p Progress) { got = append(got, p) }}, table(rows...))
	want := []Progress{
		{"table.csv", Surveying, progressStep, 0, 0}, {"table.csv", Surveying, 2 * progressStep, 0, 0}, {"table.csv", Surveying, 2*progressStep + 1, 0, 0},
		{"table.csv", Publishing, progressStep, 0, 0}, {"table.csv", Publishing, 2 * progressStep, 0, 0}, {"table.csv", Publishing, 2*progressStep + 1, 0, 0},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestNamesThatCollide(t *testing.T) {
	long := strings.Repeat("x", 80)
	m, r := brought(t, Options{}, table([]string{"name", "NAME", "", long, "id"}, []string{"a", "b", "c", "d", "1"}))
	var names []string
	for _, f := range m.desc.Fields {
		names = append(names, f.Name)
	}
	if want := []string{"name", "NAME_2", "column_3", long[:maxName], "id"}; !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	wantNote(t, r, `column "NAME" is named "NAME_2"`)
}

func TestColumnsBesideMicroDataAreConfidential(t *testing.T) {
	m, _ := brought(t, Options{As: "conso_elec_adresse"}, table([]string{"annee", "adresse", "secret"}, []string{"2024", "1 rue X", "y"}))
	f := m.desc.Fields[m.desc.FieldIndex("secret")]
	if f.IsPublic() {
		t.Error("an unknown column beside micro-data is public")
	}
}

// TestUnstorable checks that what no store takes costs one row, and that its key stays
// free for a later one.
func TestUnstorable(t *testing.T) {
	in := table(
		[]string{"code", "nom"},
		[]string{"a", "zero\x00byte"},
		[]string{"a", "bien"},
		[]string{strings.Repeat("k", referentials.MaxKeyBytes+1), "long"},
	)
	m, r := brought(t, Options{Key: "code"}, in)
	if r.Accepted != 1 || len(m.rows) != 1 {
		t.Errorf("%d rows accepted: %s", r.Accepted, r)
	}
	wantTally(t, r.Rejects, "cannot be stored", 2)
}
