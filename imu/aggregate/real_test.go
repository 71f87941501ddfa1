package aggregate

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/imu/crosswalk"
	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/catalog"
	"socle/referentials/importer"
	"socle/referentials/snapshot"
	"socle/referentials/synth"
)

// importAll brings files into a shelf; each is named by the collection it becomes.
func importAll(t *testing.T, folder string, files map[string]string) *shelf {
	t.Helper()
	s := &shelf{}
	for id, name := range files {
		if !filepath.IsAbs(name) {
			name = filepath.Join(folder, name)
		}
		if _, err := importer.Import(t.Context(), s, importer.Options{Files: []string{name}, As: id}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return s
}

// beginning copies the first lines of a gzipped file, which say as much of what it is.
func beginning(t *testing.T, name string, lines int) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for r := bufio.NewReader(z); lines > 0; lines-- {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(line)
	}
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(name), ".gz"))
	if err := os.WriteFile(out, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return out
}

// register adds the addresses of the municipal register, with what is needed here of each:
// its key, its commune and its place.
func register(t *testing.T, s *shelf, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := catalog.Lookup("adresses")
	if !ok {
		t.Fatal("the catalog has no addresses")
	}
	d.Fields = []referentials.Field{d.Fields[d.FieldIndex("id_adr")], d.Fields[d.FieldIndex("code_insee")]}
	var rows []referentials.Row
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), ";")
		x, errX := strconv.ParseFloat(strings.Replace(cells[10], ",", ".", 1), 64)
		y, errY := strconv.ParseFloat(strings.Replace(cells[11], ",", ".", 1), 64)
		if errX != nil || errY != nil {
			continue // the header, which the count below would show if it were more
		}
		g := geo.Geometry{Type: geo.Point}
		g.Add(x, y)
		rows = append(rows, referentials.Row{Geom: g, Values: []referentials.Value{referentials.StringValue(cells[0]), referentials.StringValue(cells[6])}})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	s.add(d, rows)
}

// named adds the communes that addresses name, without their shapes.
func named(t *testing.T, s *shelf) {
	t.Helper()
	d, ok := catalog.Lookup("communes")
	if !ok {
		t.Fatal("the catalog has no communes")
	}
	d.Geometry, d.CRS, d.Mesh = geo.None, crs.CRS{}, false
	i := slices.IndexFunc(s.states, func(st referentials.State) bool { return st.Descriptor.ID == "adresses" })
	f := s.states[i].Descriptor.FieldIndex("code_insee")
	seen := map[string]bool{}
	var rows []referentials.Row
	for _, r := range s.rows["adresses"] {
		if code := r.Values[f].String(); code != "" && !seen[code] {
			seen[code] = true
			rows = append(rows, referentials.Row{Values: make([]referentials.Value, len(d.Fields))})
			rows[len(rows)-1].Values[d.KeyIndex()] = referentials.StringValue(code)
		}
	}
	s.add(d, rows)
}

// TestRennes puts the real addresses on the real districts.
func TestRennes(t *testing.T) {
	const data = "../../../shared/data"
	s := importAll(t, data, map[string]string{
		"iris":          "rennes/iris_rennes_metropole.ods.json.gz",
		"filosofi_iris": beginning(t, data+"/insee/filosofi_disp_iris_2018.csv.gz", 300),
	})
	register(t, s, data+"/rennes/rva_adresses_2013.csv.gz")
	named(t, s)
	get := s.load(t)
	rel := mustRun(t, Request{Source: get("adresses"), Mesh: get("iris"), Measures: []Measure{{Function: Count}, {Function: Density}}, Parents: []*snapshot.Collection{get("communes")}})
	sum, none, most := 0.0, 0, 0.0
	for _, v := range columnOf(rel.Table, 0, 0, 0) {
		if v != v {
			none++
			continue
		}
		sum += v
		most = max(most, v)
	}
	if sum != 85287 || none != 5 || most != 1714 || rel.Table.Len() != 172 {
		t.Errorf("%v addresses in %d districts, %d without, %v at most; want 85287, 172, 5, 1714", sum, rel.Table.Len(), none, most)
	}
	b := rel.Receipt.Balance[0]
	if *b.Total != 85292 || b.Shown != 85287 || *b.Unmatched != 5 || len(rel.Receipt.Unmatched) != 5 {
		t.Errorf("the balance is %s", rel.Receipt.Text("en"))
	}
	for _, f := range rel.Receipt.Unmatched {
		if f.Key == "" || !strings.Contains(f.Reason, "outside") {
			t.Errorf("unmatched %q because %q", f.Key, f.Reason)
		}
	}
	// The five lie in another commune, which their reference names: the level above has them.
	up := 0.0
	for _, v := range columnOf(rel.Parents[0], 0, 0, 0) {
		up += zeroIfNull(v)
	}
	if up != 85292 {
		t.Errorf("communes have %v addresses, want all 85292", up)
	}

	for measure, want := range map[string]string{
		"mean(disp_med)":                      "A quantile of a zone is not combined into a quantile of several zones",
		"mean(disp_med,weight=disp_tp60)":     "A quantile of a zone is not combined",
		"median(disp_d9)":                     "A quantile of a zone is not combined",
		"sum(disp_gi)":                        "an inequality index is not combined",
		"mean(disp_tp60,weight=nbpersmenfis)": "has no field",
	} {
		list, err := ParseMeasures(measure)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Run(t.Context(), Request{Source: get("filosofi_iris"), Mesh: get("communes"), Through: []*snapshot.Collection{get("iris")}, Field: "code_iris", Measures: list}, fresh{})
		var e *referentials.Error
		if !errors.As(err, &e) || e.Code != referentials.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", measure, err, want)
		}
	}
}

// TestEnergyCascade puts a synthetic network's meters on blocks, districts and communes: the
// addresses' own figures never leave, and no kilowatt-hour is lost on the way.
func TestEnergyCascade(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Generate(context.Background(), synth.Options{Dir: dir, Addresses: 3000, Seed: 7}); err != nil {
		t.Fatal(err)
	}
	get := importAll(t, dir, map[string]string{
		"adresses": "rva_adresses.csv", "imu": "imu.geojson", "iris": "contours_iris.geojson", "communes": "communes.geojson",
		"conso_elec_adresse": "enedis_adresse.csv", "conso_gaz_adresse": "grdf_adresse.csv",
	}).load(t)
	measures, err := ParseMeasures("sum(consommation_annuelle_totale_de_l_adresse_mwh),count")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"conso_elec_adresse", "conso_gaz_adresse"} {
		source := get(id)
		rel := mustRun(t, Request{Source: source, Mesh: get("imu"), Measures: measures, Through: []*snapshot.Collection{get("adresses"), get("iris"), get("communes")},
			Parents: []*snapshot.Collection{get("iris"), get("communes")}})
		if rel.Receipt.Method.Name != crosswalk.Key {
			t.Errorf("%s reaches blocks by %s", id, rel.Receipt.Method.Name)
		}
		f := rel.Receipt.Figures
		if f.Threshold == 0 || f.Shown == 0 {
			t.Errorf("%s: %+v shows nothing of the rules", id, f)
		}
		// What communes lack of the whole is what their partial totals leave out: each of
		// them fewer delivery points than may be told.
		d := source.Descriptor()
		used, _ := source.Numbers(d.FieldIndex("consommation_annuelle_totale_de_l_adresse_mwh"))
		sites, _ := source.Numbers(d.FieldIndex("nombre_de_logements"))
		energy, points := 0.0, 0.0
		for i, v := range used {
			if v > 0 {
				energy, points = energy+v, points+sites[i]
			}
		}
		for k := range rel.Parents[1].Len() {
			v, _ := rel.Parents[1].Value(0, k, 0, 0)
			n, _ := rel.Parents[1].Value(2, k, 0, 0)
			energy, points = energy-zeroIfNull(v), points-zeroIfNull(n)
		}
		if points < 0 || points > float64(9*f.Partial) || energy < -1e-6 || points == 0 && energy > 1e-6 {
			t.Errorf("%s: communes lack %v MWh of %v delivery points\n%s", id, energy, points, rel.Receipt.Text("en"))
		}
		for k := range rel.Table.Len() {
			units, _ := rel.Table.Value(2, k, 0, 0)
			v, ok := rel.Table.Value(0, k, 0, 0)
			if r := rel.Table.Reason(k, 0, 0); ok != (r == disclosure.Shown) || ok && units < 10 && !(id == "conso_gaz_adresse" && v > 200) {
				t.Errorf("%s: block %d shows %v of %v delivery points, %s", id, k, v, units, r)
			}
		}
	}
}
