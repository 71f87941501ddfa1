package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"socle/cmd/socle/internal/formats"
)

const electricity = "sum(consommation_annuelle_totale_de_l_adresse_mwh)"

// newTerritory gives a store with a small synthetic territory and the folder of its files.
func newTerritory(t testing.TB, files ...string) (store, folder string) {
	t.Helper()
	store, folder = newGeoPackage(t), filepath.Join(t.TempDir(), "files")
	mustSocle(t, "synth", "--out", folder, "--addresses", "2000")
	for _, f := range files {
		mustSocle(t, "import", "--store", store, filepath.Join(folder, f))
	}
	return store, folder
}

// tableOf reads a CSV file by column.
func tableOf(t testing.TB, text string) map[string][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]string{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return columns
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range head {
			columns[name] = append(columns[name], row[i])
		}
	}
}

func sumOf(t testing.TB, column []string) (sum float64) {
	t.Helper()
	for _, s := range column {
		if s == "" {
			continue
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += v
	}
	return sum
}

// run gives standard output, standard error and the exit code of a command.
func run(t testing.TB, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e strings.Builder
	m := NewMain()
	m.Stdout, m.Stderr = &o, &e
	code = exitCode(m, m.ParseFlags(args))
	if code < 0 {
		code = max(exitCode(m, m.Run(t.Context())), 0)
	}
	return o.String(), e.String(), code
}

// TestAggregateRennes counts real addresses on real IRIS, and puts the people of real grid
// cells on them.
func TestAggregateRennes(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	for file, id := range map[string]string{
		"rennes/rva_adresses_2013.csv.gz": "adresses", "rennes/iris_rennes_metropole.ods.json.gz": "iris",
		"rennes/carreaux_200m_rm.geojson.gz": "carreaux_200m", "rennes/communes35.geojson.gz": "communes",
		"insee/filosofi_disp_iris_2018.csv.gz": "filosofi_iris",
	} {
		mustSocle(t, "import", "--store", store, realFile(t, file), "--as", id)
	}
	out := filepath.Join(dir, "adresses_iris.csv")
	said := mustSocle(t, "aggregate", "--store", store, "--source", "adresses", "--mesh", "iris", "--measure", "count", "-o", out)
	table := tableOf(t, readFile(t, out))
	if n := sumOf(t, table["count"]); n != 85287 || len(table["code_iris"]) != 172 {
		t.Errorf("%v addresses on %d IRIS", n, len(table["code_iris"]))
	}
	if _, shapes := table["WKT"]; shapes {
		t.Error("a table of figures has shapes")
	}
	for _, line := range []string{"iris: 172 rows written to " + out, "Adresses : count sur IRIS", "sans maille : 5", "24999 : hors du maillage",
		"total 85292, montré 85287, hors maillage ou non apparié 5, masqué 0", "5 sans donnée"} {
		if !strings.Contains(said, line) {
			t.Errorf("%q is not in\n%s", line, said)
		}
	}
	var receipt struct {
		Unmatched []struct{ Key, Reason string }
		Balance   []struct{ Total, Shown, Unmatched float64 }
	}
	if err := json.Unmarshal([]byte(readFile(t, out+receiptSuffix)), &receipt); err != nil {
		t.Fatal(err)
	}
	if len(receipt.Unmatched) != 5 || len(receipt.Balance) != 1 || receipt.Balance[0].Total != 85292 {
		t.Errorf("the receipt is %+v", receipt)
	}

	people := func(base string) float64 {
		out, errs, code := run(t, "aggregate", "--store", store, "--source", "carreaux_200m", "--mesh", "iris", "--measure", "sum(ind)", "--base", base, "--lang", "en")
		if code != 0 || !strings.Contains(errs, "in proportion to areas") {
			t.Fatalf("exit code %d\n%s", code, errs)
		}
		return sumOf(t, tableOf(t, out)["sum_ind"])
	}
	const all, outside = 364199, 441.608941759
	if n := people("sum"); math.Abs(n-all) > 1e-6 {
		t.Errorf("%v people of %d", n, all)
	}
	if n := people("total"); math.Abs(n+outside-all) > 1e-6 {
		t.Errorf("%v people, and %v outside, of %d", n, outside, all)
	}
	refused, err := socle(t, "aggregate", "--store", store, "--source", "filosofi_iris", "--mesh", "communes", "--measure", "mean(disp_med)", "-o", filepath.Join(dir, "no.csv"))
	if err == nil || !strings.Contains(err.Error(), "A quantile of a zone is not combined") || !strings.Contains(err.Error(), "compute it again") {
		t.Errorf("medians are averaged: %v\n%s", err, refused)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*no*")); err != nil || len(left) > 0 {
		t.Errorf("a refusal leaves %q", left)
	}

	passage := filepath.Join(dir, "passage.csv")
	said = mustSocle(t, "crosswalk", "--store", store, "--source", "adresses", "--mesh", "iris", "-o", passage)
	if lines := strings.Count(readFile(t, passage), "\n"); lines != 85288 || !strings.Contains(said, "adresses → iris: 85,287 rows written") {
		t.Errorf("%d lines: %s", lines, said)
	}
}

// TestAggregateEnergy releases micro-data under their profile, in every format and as a
// collection, and looks for what is hidden in all of it.
func TestAggregateEnergy(t *testing.T) {
	t.Parallel()
	store, folder := newTerritory(t, "rva_adresses.csv", "imu.geojson", "contours_iris.geojson", "communes.geojson", "enedis_adresse.csv")
	dir := t.TempDir()
	ask := []string{"aggregate", "--store", store, "--source", "conso_elec_adresse", "--mesh", "imu", "--measure", electricity,
		"--profile", "energie-elec-res", "--parents", "iris,communes"}
	out := filepath.Join(dir, "elec.csv")
	said := mustSocle(t, append(ask, "-o", out, "--publish", "elec_imu")...)
	for _, line := range []string{"D. 111-53", "masqués : ", "elec_imu: version 1 published"} {
		if !strings.Contains(said, line) {
			t.Errorf("%q is not in\n%s", line, said)
		}
	}
	table := tableOf(t, readFile(t, out))
	hidden, shown := 0, 0
	for i, status := range table["status"] {
		value, units := table["sum_consommation_annuelle_totale_de_l_adresse_mwh"][i], table["units"][i]
		switch status {
		case "hidden":
			hidden++
			if value != "" || units != "" || table["reason"][i] == "" {
				t.Errorf("%s is hidden, and told: %q %q", table["id_imu"][i], value, units)
			}
		case "shown":
			shown++
			if n, err := strconv.Atoi(units); err != nil || n < 10 {
				t.Errorf("%s is shown with %q delivery points", table["id_imu"][i], units)
			}
		}
	}
	if hidden == 0 || shown == 0 {
		t.Errorf("%d hidden, %d shown", hidden, shown)
	}
	for _, level := range []string{"iris", "communes"} {
		if rows := tableOf(t, readFile(t, filepath.Join(dir, "elec."+level+".csv")))["status"]; len(rows) == 0 {
			t.Errorf("the level %s is empty", level)
		}
	}
	for _, extension := range append(formats.Extensions(), jsonExtension) {
		out := filepath.Join(dir, "again"+extension)
		mustSocle(t, append(ask, "-o", out)...)
		if readFile(t, out+receiptSuffix) != readFile(t, filepath.Join(dir, "elec.csv"+receiptSuffix)) {
			t.Errorf("the receipt of %s is another", extension)
		}
		if extension == ".geojson" && !strings.Contains(readFile(t, out), `"MultiPolygon"`) {
			t.Error("GeoJSON has no shapes")
		}
	}

	base := serve(t, store)
	items := getJSON(t, base+"/collections/elec_imu/items?limit=10000")
	features := items["features"].([]any)
	if len(features) != len(table["status"]) {
		t.Errorf("%d features, %d cells", len(features), len(table["status"]))
	}
	for _, f := range features {
		feature := f.(map[string]any)
		if p := feature["properties"].(map[string]any); p["status"] == "hidden" && p["units"] != nil || feature["geometry"] == nil {
			t.Errorf("%v", feature["properties"])
		}
	}
	if d := getJSON(t, base+"/collections/elec_imu"); !strings.Contains(fmt.Sprint(d["description"]), "D. 111-53") {
		t.Errorf("the notice is not told: %v", d["description"])
	}
	doc := getJSON(t, base+"/tiles/elec_imu.json")
	center := doc["center"].([]any)
	z := 12
	x, y := tileOf(center[0].(float64), center[1].(float64), z)
	if status, body := get(t, fmt.Sprintf("%s/tiles/elec_imu/%d/%d/%d.mvt", base, z, x, y)); status != 200 || len(body) < 100 {
		t.Errorf("a tile of the published collection: %d, %d bytes", status, len(body))
	}

	if _, err := socle(t, "crosswalk", "--store", store, "--source", "conso_elec_adresse", "--mesh", "imu"); err == nil || !strings.Contains(err.Error(), "one by one") {
		t.Errorf("the table of passage of micro-data is told: %v", err)
	}
	// A file of one's own that is recognised as micro-data is held to the same rules.
	said, errs, code := run(t, "aggregate", "--store", store, "--source-file", filepath.Join(folder, "enedis_adresse.csv"), "--mesh", "imu", "--measure", electricity)
	if code != 0 || said != withoutShapes(t, store) || !strings.Contains(errs, "donnée fournie et non conservée") {
		t.Errorf("exit code %d, and the figures differ from those of the stored collection\n%s", code, errs)
	}
}

// withoutShapes gives the figures of the stored collection as CSV.
func withoutShapes(t testing.TB, store string) string {
	t.Helper()
	out, errs, code := run(t, "aggregate", "--store", store, "--source", "conso_elec_adresse", "--mesh", "imu", "--measure", electricity)
	if code != 0 {
		t.Fatal(errs)
	}
	return out
}

func tileOf(lon, lat float64, z int) (x, y int) {
	n := math.Exp2(float64(z))
	r := lat * math.Pi / 180
	return int((lon + 180) / 360 * n), int((1 - math.Log(math.Tan(r)+1/math.Cos(r))/math.Pi) / 2 * n)
}

// TestAggregateOwn puts a file of one's own on a mesh, broken rows and all.
func TestAggregateOwn(t *testing.T) {
	t.Parallel()
	store, _ := newTerritory(t, "communes.geojson", "contours_iris.geojson")
	before := mustSocle(t, "collections", "--store", store)
	dir := t.TempDir()
	file := filepath.Join(dir, "releves.csv")
	center := []float64{-1.6762, 48.1122}
	text := "nom;lon;lat;debit\n"
	for i := range 12 {
		text += fmt.Sprintf("p%d;%.4f;%.4f;%d\n", i, center[0]+float64(i%4)/500, center[1]+float64(i/4)/500, i)
	}
	text += "loin;-1.68;48.1;beaucoup\np0;-1.67;48.11;3\n"
	for name, content := range map[string]string{file: text, file + ".yaml": "key: nom\nfields: {debit: {role: extensive, type: integer}}\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, code := run(t, "aggregate", "--store", store, "--source-file", file, "--mesh", "communes", "--measure", "count,sum(debit)")
	if code != 0 {
		t.Fatal(errs)
	}
	table := tableOf(t, out)
	if n, sum := sumOf(t, table["count"]), sumOf(t, table["sum_debit"]); n != 12 || sum != 66 {
		t.Errorf("%v points, %v in all\n%s", n, sum, errs)
	}
	for _, line := range []string{"14 rows read, 12 accepted, 0 repaired, 2 rejected", "row 13: beaucoup", "has the nom of an earlier row"} {
		if !strings.Contains(errs, line) {
			t.Errorf("%q is not in\n%s", line, errs)
		}
	}
	if after := mustSocle(t, "collections", "--store", store); after != before {
		t.Errorf("the store has changed:\n%s", after)
	}
	for _, line := range []string{"Note : Lignes rejetées : 1 (n° 13)", "Note : Lignes rejetées : 1 (n° 14)"} {
		if !strings.Contains(errs, line) {
			t.Errorf("%q is not in\n%s", line, errs)
		}
	}
	base := serve(t, store, "--max-upload", "1")
	at := base + "/collections/communes/aggregate?measure=count&f=json"
	if status, body := post(t, at, "text/csv", text); status != 200 || !strings.Contains(body, `"total":14`) {
		t.Errorf("%d\n%s", status, body)
	}
	const broken = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[-1.68,48.11]}},
		{"type":"Feature","properties":{"a":2},"geometry":{"type":"Point","coordinates":[-1.68]}}]}`
	if status, body := post(t, at, "application/geo+json", broken); status != 200 || !strings.Contains(body, "Rows rejected: 1 (number 2)") || !strings.Contains(body, `"total":1,`) {
		t.Errorf("%d\n%s", status, body)
	}
	if status, body := post(t, at, "text/csv", text+strings.Repeat("x;-1.6;48.1;1\n", 1<<17)); status != 413 {
		t.Errorf("a file over the bound: %d\n%s", status, body)
	}
	if status, body := post(t, at, "text/csv", "nom;lon;lat\na;b"); status != 400 {
		t.Errorf("a broken file: %d\n%s", status, body)
	}
	if _, err := socle(t, "aggregate", "--store", store, "--source-file", file, "--mesh", "communes", "--measure", "count", "-o", file); err == nil || readFile(t, file) != text {
		t.Errorf("figures are written over what is read: %v", err)
	}
}

func post(t testing.TB, url, media, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", media)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

// TestAggregateRefuses checks what is said of what cannot be asked, and that nothing of a
// refusal is left on disk.
func TestAggregateRefuses(t *testing.T) {
	t.Parallel()
	store, _ := newTerritory(t, "communes.geojson", "contours_iris.geojson", "sites.csv", "rva_adresses.csv", "enedis_adresse.csv")
	dir := t.TempDir()
	profiles := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	weaker := profiles("weaker.yaml", strings.Replace(ownProfile, "maison", "energie-elec-res", 1))
	broken := profiles("broken.yaml", "profils: []\n")
	open := []string{"--source", "sites", "--mesh", "iris", "--measure", "count"}
	secret := []string{"--source", "conso_elec_adresse", "--mesh", "iris", "--measure", electricity}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--source", "sites", "--mesh", "iri", "--measure", "count"}, 1, `--mesh: there is no collection "iri"`},
		{[]string{"--source", "site", "--mesh", "iris", "--measure", "count"}, 1, `did you mean "sites"?`},
		{[]string{"--source", "sites", "--mesh", "iris", "--measure", "sum(nope)"}, 2, `no field "nope"`},
		{[]string{"--source", "sites", "--mesh", "iris", "--measure", "sum(nom)"}, 2, "of numbers"},
		{[]string{"--source", "sites", "--mesh", "iris", "--measure", "sum("}, 2, "measure"},
		{[]string{"--source", "sites", "--mesh", "iris"}, 2, "--measure"},
		{[]string{"--mesh", "iris", "--measure", "count"}, 2, "--source"},
		{append(open, "--source-file", "x.csv"), 2, "can't be used together"},
		{append(open, "--profile", "energie-elec-re"), 2, `did you mean "energie-elec-res"?`},
		{append(open, "--method", "keys"), 2, "did you mean key?"},
		{append(open, "--method", "area"), 2, "take method point"},
		{append(open, "--weights", "sitess"), 1, "--weights: there is no collection"},
		{append(open, "--parents", "regions"), 1, "--parents: there is no collection"},
		{append(open, "--filter", "nom ="), 2, "filter"},
		{append(open, "--by", "nope"), 2, `no field "nope"`},
		{append(open, "--crs", "Lambert"), 2, "EPSG:2154"},
		{append(open, "--lang", "de"), 2, "--lang"},
		{append(open, "--publish", "communes"), 1, "publish under another name"},
		{append(open, "--publish", "a/b"), 2, "cannot name a collection"},
		{append(open, "--profiles", broken), 2, "broken.yaml"},
		{append(open, "--profiles", weaker), 2, "energie-elec-res"},
		{append(open, "--profiles", "absent.yaml"), 2, "absent.yaml"},
		{append(secret, "--profile", "none"), 1, "leaves under profile energie-elec-res only"},
		{append(secret, "--filter", "annee = 2022"), 1, "not filtered"},
		{[]string{"--source-file", filepath.Join(dir, "absent.csv"), "--mesh", "iris", "--measure", "count"}, 1, "there is no such file"},
		{[]string{"--source-file", broken, "--mesh", "iris", "--measure", "count"}, 1, "broken.yaml"},
	} {
		out := filepath.Join(dir, "out.csv")
		_, errs, code := run(t, append([]string{"aggregate", "--store", store, "-o", out}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("aggregate %s: exit code %d, want %d, and %q in\n%s", strings.Join(c.args, " "), code, c.code, c.says, errs)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*out*")); err != nil || len(left) > 0 {
			t.Fatalf("aggregate %s leaves %q", strings.Join(c.args, " "), left)
		}
	}
	if _, errs, code := run(t, "aggregate", "--store", store, "--source", "sites", "--mesh", "iris", "--measure", "count", "-o", filepath.Join(dir, "x.doc")); code != 2 || !strings.Contains(errs, ".geojson") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if _, errs, code := run(t, "crosswalk", "--store", store, "--source", "sites", "--mesh", "iris", "-o", filepath.Join(dir, "x.json")); code != 2 || !strings.Contains(errs, ".csv") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

const ownProfile = `profiles:
  - name: maison
    title: {fr: Règle de la maison, en: House rule}
    counted: {fr: établissements, en: sites}
    protection: 0.1
    cost: units
    versions:
      - rule: {units: 5}
        law: {fr: Au moins 5 établissements, en: At least 5 sites}
`

// TestOwnProfile hides by rules of one's own.
func TestOwnProfile(t *testing.T) {
	t.Parallel()
	store, _ := newTerritory(t, "contours_iris.geojson", "sites.csv")
	file := filepath.Join(t.TempDir(), "profiles.yaml")
	if err := os.WriteFile(file, []byte(ownProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, "aggregate", "--store", store, "--source", "sites", "--mesh", "iris", "--measure", "count", "--profile", "maison", "--profiles", file)
	if code != 0 || !strings.Contains(errs, "maison, Règle de la maison") {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	table := tableOf(t, out)
	hidden := 0
	for i, status := range table["status"] {
		if status == "hidden" {
			hidden++
		} else if n := sumOf(t, table["count"][i:i+1]); status == "shown" && n < 5 {
			t.Errorf("%s shows %v", table["code_iris"][i], n)
		}
	}
	if hidden == 0 {
		t.Errorf("nothing is hidden\n%s", errs)
	}
}
