package synth

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"socle/geo/crs"
)

// table is a file read back, by column.
type table struct {
	columns map[string]int
	rows    [][]string
}

func (tb *table) get(row []string, column string) string { return row[tb.columns[column]] }

func (tb *table) number(t testing.TB, row []string, column string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.Replace(tb.get(row, column), ",", ".", 1), 64)
	if err != nil {
		t.Fatalf("%s: %v", column, err)
	}
	return v
}

func readTable(t testing.TB, dir, name string, latin bool) *table {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if latin {
		if b, err = charmap.ISO8859_15.NewDecoder().Bytes(b); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(strings.NewReader(string(b)))
	r.Comma = ';'
	rows, err := r.ReadAll() // refuses rows of another length than the header
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	tb := &table{columns: map[string]int{}, rows: rows[1:]}
	for i, h := range rows[0] {
		tb.columns[h] = i
	}
	return tb
}

// shape is a GeoJSON feature read back.
type shape struct {
	Properties map[string]any
	Geometry   struct {
		Type        string
		Coordinates json.RawMessage
	}
}

func (s *shape) text(name string) string { return fmt.Sprint(s.Properties[name]) }
func (s *shape) int(name string) int {
	v, _ := s.Properties[name].(float64)
	return int(v)
}

// polygons gives the rings of a polygon or multipolygon.
func (s *shape) polygons(t testing.TB) [][][][2]float64 {
	t.Helper()
	var many [][][][2]float64
	var err error
	if s.Geometry.Type == "MultiPolygon" {
		err = json.Unmarshal(s.Geometry.Coordinates, &many)
	} else {
		many = make([][][][2]float64, 1)
		err = json.Unmarshal(s.Geometry.Coordinates, &many[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	return many
}

func (s *shape) line(t testing.TB) [][2]float64 {
	t.Helper()
	var line [][2]float64
	if err := json.Unmarshal(s.Geometry.Coordinates, &line); err != nil {
		t.Fatal(err)
	}
	return line
}

func readLayer(t testing.TB, dir, name string) []shape {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var collection struct {
		Type     string
		Features []shape
	}
	if err := json.Unmarshal(b, &collection); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if collection.Type != "FeatureCollection" || len(collection.Features) == 0 {
		t.Fatalf("%s is not a feature collection", name)
	}
	return collection.Features
}

// metres takes longitude and latitude to a plane that is true to about 0.1 % over a town.
func metres(p [2]float64) pt {
	return pt{(p[0] + 1.675) * 111_320 * 0.6677, (p[1] - 48.114) * 111_190}
}

func plane(ring [][2]float64) []pt {
	out := make([]pt, 0, len(ring)-1)
	for _, p := range ring[:len(ring)-1] {
		out = append(out, metres(p))
	}
	return out
}

func covers(polygons [][][][2]float64, p pt) bool {
	for _, rings := range polygons {
		if !inside(plane(rings[0]), p) {
			continue
		}
		in := true
		for _, hole := range rings[1:] {
			in = in && !inside(plane(hole), p)
		}
		if in {
			return true
		}
	}
	return false
}

func TestRegisterFormat(t *testing.T) {
	dir, _ := generate(t, 2000, 2)
	for _, name := range []string{"rva_adresses.csv", "rva_voies.csv"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(b), "\n")
		for i, l := range lines[:len(lines)-1] {
			if !strings.HasSuffix(l, "\r") {
				t.Fatalf("%s: line %d does not end with CRLF", name, i+1)
			}
		}
		if !strings.Contains(string(b), "All\xe9e ") {
			t.Errorf("%s: no Allée in ISO-8859-15", name)
		}
	}
	real := "ID_ADR;NUMERO;EXTENSION;BATIMENT;ANGLE_GRD;ANGLE_DEG;CODE_INSEE;ID_VOIE;VOIE_NOM;ADR_CPLETE;X_LAMBCC48;Y_LAMBCC48;X_LAMB93;Y_LAMB93;X_WGS84;Y_WGS84"
	if addressHeader != real {
		t.Error("the header is not the register's")
	}
}

func TestAddressesAgreeInAllSystems(t *testing.T) {
	dir, _ := generate(t, 2000, 2)
	tb := readTable(t, dir, "rva_adresses.csv", true)
	to93, err := crs.NewTransformer(crs.EPSG(3948), crs.EPSG(2154))
	if err != nil {
		t.Fatal(err)
	}
	defer to93.Close()
	from84, err := crs.NewTransformer(crs.CRS84, crs.EPSG(3948))
	if err != nil {
		t.Fatal(err)
	}
	defer from84.Close()
	for _, row := range tb.rows {
		at := func(x, y string) []float64 { return []float64{tb.number(t, row, x), tb.number(t, row, y)} }
		cc48, l93, wgs := at("X_LAMBCC48", "Y_LAMBCC48"), at("X_LAMB93", "Y_LAMB93"), at("X_WGS84", "Y_WGS84")
		forth := append([]float64(nil), cc48...)
		if err := errorsOf(to93.Forward(forth), from84.Forward(wgs)); err != nil {
			t.Fatal(err)
		}
		if d := math.Hypot(forth[0]-l93[0], forth[1]-l93[1]); d > 0.01 {
			t.Fatalf("address %s: Lambert-93 is %.3f m off", row[0], d)
		}
		if d := math.Hypot(wgs[0]-cc48[0], wgs[1]-cc48[1]); d > 0.01 {
			t.Fatalf("address %s: WGS84 is %.3f m off", row[0], d)
		}
		deg, grd := tb.number(t, row, "ANGLE_DEG"), tb.number(t, row, "ANGLE_GRD")
		if deg <= -90 || deg > 90 || math.Abs(grd-(90-deg)/0.9) > 1e-3 {
			t.Fatalf("address %s: %g° is not %g gon", row[0], deg, grd)
		}
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestAddressesStandWhereTheySay(t *testing.T) {
	dir, _ := generate(t, 3000, 4)
	streets := map[string][]pt{}
	names := map[string]bool{}
	for _, s := range readLayer(t, dir, "voies.geojson") {
		var line []pt
		for _, p := range s.line(t) {
			line = append(line, metres(p))
		}
		streets[s.text("id_voie")] = line
		full := s.text("code_insee") + s.text("voie_nom_complet")
		if names[full] {
			t.Errorf("two streets are named %s", full)
		}
		names[full] = true
	}
	areas := map[string][][][][2]float64{}
	for _, s := range readLayer(t, dir, "communes.geojson") {
		areas[s.text("code_insee")] = s.polygons(t)
	}
	for _, s := range readLayer(t, dir, "contours_iris.geojson") {
		areas[s.text("CODE_IRIS")] = s.polygons(t)
	}
	tb := readTable(t, dir, "rva_adresses.csv", true)
	at := map[string]pt{}
	keys := map[string]bool{}
	for _, row := range tb.rows {
		p := metres([2]float64{tb.number(t, row, "X_WGS84"), tb.number(t, row, "Y_WGS84")})
		at[row[0]] = p
		id := tb.get(row, "ID_VOIE")
		line, ok := streets[id]
		if !ok {
			t.Fatalf("address %s: no street %s", row[0], id)
		}
		near, left := nearest(line, p)
		if near > 60 {
			t.Errorf("address %s is %.0f m from its street", row[0], near)
		}
		if n := int(tb.number(t, row, "NUMERO")); n <= 0 || left != (n%2 == 1) {
			t.Errorf("address %s: number %d on the wrong side", row[0], n)
		}
		if !covers(areas[tb.get(row, "CODE_INSEE")], p) {
			t.Errorf("address %s is outside its commune", row[0])
		}
		key := id + "/" + tb.get(row, "NUMERO") + tb.get(row, "EXTENSION") + tb.get(row, "BATIMENT")
		if keys[key] {
			t.Errorf("address %s repeats %s", row[0], key)
		}
		keys[key] = true
	}
	power := readTable(t, dir, "enedis_adresse.csv", false)
	for _, row := range power.rows {
		if code := power.get(row, "code_iris"); !covers(areas[code], at[power.get(row, "id_adr")]) {
			t.Errorf("address %s is outside its IRIS %s", power.get(row, "id_adr"), code)
		}
	}
}

// nearest gives the distance to a line and whether the place is on its left.
func nearest(line []pt, p pt) (float64, bool) {
	best, left := math.Inf(1), false
	for i := 0; i+1 < len(line); i++ {
		if d := toSegment(p, line[i], line[i+1]); d < best {
			best, left = d, line[i+1].sub(line[i]).cross(p.sub(line[i])) > 0
		}
	}
	return best, left
}

func TestTotalsAgree(t *testing.T) {
	dir, s := generate(t, 6000, 6)
	sum := func(name, column string, latin bool) (total float64) {
		tb := readTable(t, dir, name, latin)
		for _, row := range tb.rows {
			if tb.get(row, column) != "" {
				total += tb.number(t, row, column)
			}
		}
		return total
	}
	sumLayer := func(name, member string) (total int) {
		for _, f := range readLayer(t, dir, name) {
			total += f.int(member)
		}
		return total
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"dwellings of buildings", sumLayer("batiments.geojson", "nb_logement"), s.Dwellings},
		{"houses and flats of buildings", sumLayer("batiments.geojson", "nb_maison") + sumLayer("batiments.geojson", "nb_appart"), s.Dwellings},
		{"dwellings of blocks", sumLayer("imu.geojson", "nb_logements"), s.Dwellings},
		{"addresses of blocks", sumLayer("imu.geojson", "nb_adresses"), s.Addresses},
		{"buildings of blocks", sumLayer("imu.geojson", "nb_batiments"), s.Buildings},
		{"dwellings of the census", int(sum("recensement_iris.csv", "P20_LOG", false)), s.Dwellings},
		{"residences of the census", int(sum("recensement_iris.csv", "P20_RP", false) + sum("recensement_iris.csv", "P20_RSECOCC", false) + sum("recensement_iris.csv", "P20_LOGVAC", false)), s.Dwellings},
		{"people of the census", int(sum("recensement_iris.csv", "P20_POP", false)), s.Persons},
		{"people of communes", sumLayer("communes.geojson", "population"), s.Persons},
		{"people of the 200 m grid", sumLayer("carreaux_200m.geojson", "ind"), s.Persons},
		{"people of the 1 km grid", sumLayer("carreaux_1km.geojson", "ind"), s.Persons},
		{"households of the 1 km grid", sumLayer("carreaux_1km.geojson", "men"), int(sum("recensement_iris.csv", "P20_RP", false))},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	if s.Dwellings < 6000 || s.Persons < s.Dwellings {
		t.Errorf("%d people in %d dwellings", s.Persons, s.Dwellings)
	}
	ageClasses(t, dir)
	energyAgrees(t, dir)
}

func ageClasses(t *testing.T, dir string) {
	t.Helper()
	tb := readTable(t, dir, "recensement_iris.csv", false)
	for _, row := range tb.rows {
		ages := 0.0
		for _, c := range strings.Fields("0002 0305 0610 1117 1824 2539 4054 5564 6579 80P") {
			ages += tb.number(t, row, "P20_POP"+c)
		}
		if ages != tb.number(t, row, "P20_POP") {
			t.Errorf("IRIS %s: ages do not add up", row[0])
		}
	}
}

// energyAgrees compares the figures by IRIS with the sums of addresses, and what is hidden
// with the number of delivery points.
func energyAgrees(t *testing.T, dir string) {
	t.Helper()
	type use struct{ sites, energy float64 }
	sums := map[string]use{}
	for name, network := range map[string]string{"enedis_adresse.csv": "Enedis", "grdf_adresse.csv": "GRDF"} {
		tb := readTable(t, dir, name, false)
		sites := "nombre_de_logements"
		if network == "GRDF" {
			sites = "nombre_de_points_de_livraison"
		}
		for _, row := range tb.rows {
			k := network + tb.get(row, "code_iris") + tb.get(row, "code_grand_secteur")
			u := sums[k]
			u.sites += tb.number(t, row, sites)
			u.energy += tb.number(t, row, "consommation_annuelle_totale_de_l_adresse_mwh")
			sums[k] = u
		}
	}
	tb := readTable(t, dir, "conso_iris.csv", false)
	if len(tb.rows) != len(sums) {
		t.Errorf("%d rows by IRIS, %d sums of addresses", len(tb.rows), len(sums))
	}
	hidden := 0
	for _, row := range tb.rows {
		u := sums[tb.get(row, "operateur")+tb.get(row, "code_iris")+tb.get(row, "code_grand_secteur")]
		if u.sites != tb.number(t, row, "nb_sites") {
			t.Errorf("%v: addresses have %g sites", row, u.sites)
		}
		if tb.get(row, "conso_totale_mwh") == "" {
			hidden++
			if u.sites > 10 {
				t.Errorf("%v is hidden", row)
			}
			continue
		}
		if u.sites <= 10 || math.Abs(u.energy-tb.number(t, row, "conso_totale_mwh")) > 1e-6*u.energy+1e-9 {
			t.Errorf("%v: addresses use %g MWh", row, u.energy)
		}
	}
	if hidden == 0 {
		t.Error("no figure is hidden")
	}
}

func checkIncomes(t *testing.T, dir string) {
	tb := readTable(t, dir, "filosofi_iris.csv", false)
	empty := 0
	for _, row := range tb.rows {
		if tb.get(row, "DISP_D118") == "" {
			empty++
			continue
		}
		last := 0.0
		for _, c := range []string{"D1", "D2", "Q1", "D3", "D4", "MED", "D6", "D7", "Q3", "D8", "D9"} {
			v := tb.number(t, row, "DISP_"+c+"18")
			if v <= last {
				t.Errorf("IRIS %s: %s is %g after %g", row[0], c, v, last)
			}
			last = v
		}
		whole := 0.0
		for _, c := range []string{"PACT", "PPEN", "PPAT", "PPSOC", "PIMPOT"} {
			whole += tb.number(t, row, "DISP_"+c+"18")
		}
		if math.Abs(whole-100) > 0.11 {
			t.Errorf("IRIS %s: shares add up to %g", row[0], whole)
		}
		if g := tb.number(t, row, "DISP_GI18"); g < 0.1 || g > 0.5 {
			t.Errorf("IRIS %s: Gini of %g", row[0], g)
		}
	}
	if empty == 0 || empty > len(tb.rows)/2 {
		t.Errorf("%d of %d rows are empty", empty, len(tb.rows))
	}
}

func TestGridCells(t *testing.T) {
	dir, _ := generate(t, 2000, 8)
	for name, side := range map[string]float64{"carreaux_200m.geojson": 200, "carreaux_1km.geojson": 1000} {
		for _, s := range readLayer(t, dir, name) {
			ring := s.polygons(t)[0][0]
			key := fmt.Sprintf("CRS3035RES%gmN%.0fE%.0f", side, ring[0][1], ring[0][0])
			id := s.text("idcar_200m")
			if side == 1000 {
				id = s.text("idcar_1km")
			}
			if id != key || ring[2][0]-ring[0][0] != side || ring[2][1]-ring[0][1] != side || math.Mod(ring[0][0], side) != 0 {
				t.Errorf("cell %s stands at %v", id, ring)
			}
			if side == 200 && (s.int("men") < fewHouseholds) != (s.int("i_est_200") == 1) {
				t.Errorf("cell %s of %d households: i_est_200 is %d", id, s.int("men"), s.int("i_est_200"))
			}
		}
	}
}
