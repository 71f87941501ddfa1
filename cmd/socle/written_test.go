package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"socle/imu/aggregate"
)

// TestAggregateWritten puts a table of written addresses on blocks: a number in its block, a
// street of several blocks in its IRIS, one of several IRIS in its commune, by command and by
// HTTP alike.
func TestAggregateWritten(t *testing.T) {
	t.Parallel()
	store, _ := newTerritory(t, "communes.geojson", "contours_iris.geojson", "imu.geojson", "rva_adresses.csv")
	dir := t.TempDir()
	file, out := filepath.Join(dir, "adherents.csv"), filepath.Join(dir, "adherents_imu.csv")
	const text = "nom;voie;ville;montant\n" +
		"a;40 Boulevard de l'Innovation;35500;1\n" +
		"b;bd de l'innovation;35500 Ariennes;10\n" +
		"c;Rue du 14 Juillet 1789;Sernezan;100\n" +
		"d;Nulle Part Ailleurs;;1000\n"
	for name, content := range map[string]string{file: text, file + ".yaml": "key: nom\nfields: {montant: {role: extensive, type: integer}}\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := mustSocle(t, "collections", "--store", store)
	question := []string{"aggregate", "--store", store, "--source-file", file, "--mesh", "imu", "--parents", "iris,communes", "--measure", "count,sum(montant)"}
	_, told, code := run(t, append(question, "--source-address", "voie,ville", "-o", out)...)
	if code != 0 {
		t.Fatal(told)
	}
	for name, want := range map[string]float64{out: 1, filepath.Join(dir, "adherents_imu.iris.csv"): 101, filepath.Join(dir, "adherents_imu.communes.csv"): 111} {
		if got := sumOf(t, tableOf(t, readFile(t, name))["sum_montant"]); got != want {
			t.Errorf("%s: %v in all, want %v", filepath.Base(name), got, want)
		}
	}
	for _, line := range []string{"  au numéro, imu : 1, sum_montant 1\n", "  à la rue, iris : 1, sum_montant 100\n", "  à la rue, communes : 1, sum_montant 10\n",
		"  introuvable, aucune maille : 1, sum_montant 1000\n", "Bilan sum_montant : total 1111, montré 1, hors maillage ou non apparié 1110"} {
		if !strings.Contains(told, line) {
			t.Errorf("%q is not in\n%s", line, told)
		}
	}
	var kept aggregate.Receipt
	if err := json.Unmarshal([]byte(readFile(t, out+receiptSuffix)), &kept); err != nil || len(kept.Written) != 4 {
		t.Errorf("the receipt is %+v, %v", kept.Written, err)
	}
	if _, told, code := run(t, append(question, "--source-address", "rue")...); code != 2 || !strings.Contains(told, `no column "rue"`) {
		t.Errorf("a column that is not there: %d %s", code, told)
	}

	base := serve(t, store)
	at := base + "/collections/imu/aggregate?f=json&parents=iris,communes&measure=" + url.QueryEscape("count,sum(montant)")
	get(t, base+"/geocodage/search?q=innovation") // which waits for the index
	var doc struct {
		Receipt aggregate.Receipt `json:"receipt"`
	}
	status, body := post(t, at+"&source-address=voie,ville", "text/csv", text)
	if err := json.Unmarshal([]byte(body), &doc); status != http.StatusOK || err != nil {
		t.Fatalf("%d %s", status, body)
	}
	same := func(a, b aggregate.Stratum) bool {
		return a.Level == b.Level && a.Mesh == b.Mesh && a.Rows == b.Rows && slices.Equal(a.Mass, b.Mass)
	}
	if !slices.EqualFunc(doc.Receipt.Written, kept.Written, same) {
		t.Errorf("HTTP tells %+v, the command %+v", doc.Receipt.Written, kept.Written)
	}
	for query, want := range map[string]string{"voie,vile": "did you mean", "voie,,ville": "a column has no name", strings.Repeat("voie,", 20) + "voie": "over the bound"} {
		if status, body := post(t, at+"&source-address="+query, "text/csv", text); status != http.StatusBadRequest || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
	if after := mustSocle(t, "collections", "--store", store); after != before {
		t.Errorf("the store has changed:\n%s", after)
	}
}

// TestAggregateWrittenWithoutRegister says what to import where there are no addresses.
func TestAggregateWrittenWithoutRegister(t *testing.T) {
	t.Parallel()
	store, _ := newTerritory(t, "communes.geojson")
	status, body := post(t, serve(t, store)+"/collections/communes/aggregate?f=json&measure=count&source-address=voie", "text/csv", "voie\nRue Haute\n")
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "as adresses") {
		t.Errorf("%d %s", status, body)
	}
}
