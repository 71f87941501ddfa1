package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const pressToken = "0123456789abcdef0123456789abcdef"

// askToPublish sends a request with the token of who publishes.
func askToPublish(t testing.TB, method, target, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+pressToken)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(answer)
}

// TestPublishOverHTTP makes a collection of figures on both stores, through a request, a
// process and a file that is sent, and finds it served at once as features, tiles and a style.
func TestPublishOverHTTP(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "files")
	mustSocle(t, "synth", "--out", folder, "--addresses", "2000")
	var features []string
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			store := s.open(t)
			for _, f := range []string{"rva_adresses.csv", "imu.geojson", "contours_iris.geojson", "communes.geojson", "enedis_adresse.csv"} {
				mustSocle(t, "import", "--store", store, filepath.Join(folder, f))
			}
			base := serve(t, store, "--publish-token", pressToken)
			figures := base + "/collections/imu/aggregate?source=conso_elec_adresse&measure=" + url.QueryEscape("sum(conso_mwh),density(conso_mwh)")
			if status, body := get(t, figures+"&publish=conso_imu"); status != http.StatusUnauthorized {
				t.Errorf("without the token: %d %s", status, body)
			}
			res, table := askToPublish(t, http.MethodGet, figures+"&publish=conso_imu&f=csv", "")
			if res.StatusCode != http.StatusCreated || res.Header.Get("Location") != base+"/collections/conso_imu" {
				t.Fatalf("%d %v %s", res.StatusCode, res.Header, table)
			}
			rows := tableOf(t, table)
			items := getJSON(t, res.Header.Get("Location")+"/items?limit=10000")["features"].([]any)
			if len(items) != len(rows["status"]) || !slices.Contains(rows["status"], "hidden") || !slices.Contains(rows["status"], "shown") {
				t.Errorf("%d features, %d cells", len(items), len(rows["status"]))
			}
			style := getJSON(t, base+"/styles/conso_imu.json")
			legend := style["metadata"].(map[string]any)["socle:legend"].(map[string]any)
			if len(legend["classes"].([]any)) != 5 || legend["field"] != "sum_conso_mwh" || legend["unit"] != "MW.h" {
				t.Errorf("the legend is %v", legend)
			}
			layers := fmt.Sprint(style["layers"])
			if !strings.Contains(layers, "sum_conso_mwh") || !strings.Contains(layers, "hatching") {
				t.Errorf("the style is %s", layers)
			}
			for _, file := range []string{".json", ".png", "@2x.json", "@2x.png"} {
				if status, body := get(t, style["sprite"].(string)+file); status != http.StatusOK || len(body) == 0 {
					t.Errorf("the sprite's %s: %d", file, status)
				}
			}
			center := style["center"].([]any)
			x, y := tileOf(center[0].(float64), center[1].(float64), 12)
			if status, tile := get(t, fmt.Sprintf("%s/tiles/conso_imu/12/%d/%d.mvt", base, x, y)); status != http.StatusOK || !strings.Contains(string(tile), "sum_conso_mwh") || !strings.Contains(string(tile), "status") {
				t.Errorf("a tile does not carry what is drawn: %d", status)
			}
			features = append(features, fmt.Sprint(items))

			// A name is kept for releases, or for what it stands for.
			if res, body := askToPublish(t, http.MethodGet, figures+"&publish=iris", ""); res.StatusCode != http.StatusConflict {
				t.Errorf("%d %s", res.StatusCode, body)
			}
			if res, body := askToPublish(t, http.MethodGet, figures+"&publish="+url.QueryEscape("../iris"), ""); res.StatusCode != http.StatusBadRequest {
				t.Errorf("%d %s", res.StatusCode, body)
			}
			// By a process, over the release before; and of a file of one's own.
			res, body := askToPublish(t, http.MethodPost, base+"/processes/aggregate/execution",
				`{"inputs":{"mesh":"iris","source":"adresses","measure":"count","publish":"conso_imu"}}`, "Content-Type", "application/json")
			if again := getJSON(t, base+"/collections/conso_imu/items?limit=1"); res.StatusCode != http.StatusOK || again["numberMatched"] == float64(len(items)) {
				t.Errorf("%d %s: %v features", res.StatusCode, body, again["numberMatched"])
			}
			res, body = askToPublish(t, http.MethodPost, base+"/collections/communes/aggregate?measure=count&publish=mes_points&source-crs=EPSG:2154&source-key=nom",
				"nom,x,y\na,350000,6789000\nb,350010,6789000\n", "Content-Type", "text/csv")
			if res.StatusCode != http.StatusCreated || getJSON(t, base+"/collections/mes_points/items?limit=1")["numberMatched"] == float64(0) {
				t.Errorf("%d %s", res.StatusCode, body)
			}
			// What is published is no mesh that protected figures are told on.
			if status, body := get(t, base+"/collections/conso_imu/aggregate?source=conso_elec_adresse&measure=count"); status != http.StatusForbidden || strings.Contains(string(body), "told on conso") {
				t.Errorf("%d %s", status, body)
			}
			if status, again := get(t, figures+"&f=csv"); status != http.StatusOK || string(again) != table {
				t.Errorf("%d, and the figures changed by publishing", status)
			}
		})
	}
	if len(features) == 2 && features[0] != features[1] {
		t.Error("the stores publish different features")
	}
}

// TestPublishToken refuses tokens that can be guessed.
func TestPublishToken(t *testing.T) {
	t.Parallel()
	if _, errs, code := run(t, "serve", "--store", newGeoPackage(t), "--publish-token", "secret"); code != 2 || !strings.Contains(errs, "can be guessed") || strings.Contains(errs, `"secret"`) {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
