package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// data gives the path of a real file.
func data(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the real data is missing (%v): it lies in ../shared/data beside the checkout", err)
	}
	return path
}

// golden compares with testdata/reports/name, or writes it where SOCLE_GOLDEN=write.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "reports", name)
	if os.Getenv("SOCLE_GOLDEN") == "write" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (SOCLE_GOLDEN=write writes it)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s\ninstead of\n%s", path, got, want)
	}
}

// TestRealFiles imports every real file and compares what it tells, word for word.
func TestRealFiles(t *testing.T) {
	for _, c := range []struct {
		name               string
		files              string
		opt                Options
		accepted, rejected int64
		check              func(*testing.T, *memoryStore) // of the rows; nil where their number is enough
	}{
		{"adresses", "rennes/rva_adresses_2013.csv.gz", Options{}, 85292, 0, checkAddresses},
		{"iris-json", "rennes/iris_rennes_metropole.ods.json.gz", Options{}, 172, 0, nil},
		{"iris-csv", "rennes/iris_rennes_metropole.ods.csv.gz", Options{}, 172, 0, checkIris},
		{"iris-census", "rennes/iris_rennes_rp_insee.geojson.gz", Options{}, 93, 0, nil},
		{"batiments", "rennes/batiments_iris160_cesson.ods.json.gz rennes/batiments_iris163_rennes.ods.json.gz", Options{As: "batiments"}, 1288, 0, nil},
		{"voies-osm", "rennes/rues_osm_2014.geojson.gz", Options{As: "voies"}, 3065, 4116, nil},
		{"rues-osm", "rennes/rues_osm_2014.geojson.gz", Options{}, 7181, 0, nil},
		{"toponymes", "rennes/toponymes_voies.csv.gz", Options{}, 1904, 0, nil},
		{"communes35", "rennes/communes35.geojson.gz", Options{}, 332, 0, nil},
		{"communes35-2018", "rennes/communes35_france-geojson.geojson.gz", Options{As: "communes"}, 345, 0, nil},
		{"carreaux-200m", "rennes/carreaux_200m_rm.geojson.gz", Options{}, 6772, 0, checkGrid},
		{"carreaux-1km", "rennes/carreaux_1km_35.geojson.gz", Options{}, 6536, 0, nil},
		{"filosofi-2015", "insee/filosofi_disp_iris_2015.csv.gz", Options{}, 12227, 0, checkFilosofi2015},
		{"filosofi-2018", "insee/filosofi_disp_iris_2018.csv.gz", Options{}, 12395, 0, checkFilosofi2018},
		{"filosofi-meta", "insee/filosofi_disp_iris_2018_meta.csv.gz", Options{}, 12426, 0, nil},
		{"bdtopo-v3-batiment", "bdtopo_12174/v3_BATIMENT.shp.zip", Options{}, 2273, 0, nil},
		{"bdtopo-v3-commune", "bdtopo_12174/v3_COMMUNE.shp.zip", Options{}, 1, 0, nil},
		{"bdtopo-v3-eau", "bdtopo_12174/v3_SURFACE_HYDROGRAPHIQUE.shp.zip", Options{}, 28, 0, nil},
		{"bdtopo-v3-route", "bdtopo_12174/v3_TRONCON_DE_ROUTE_NODBF.shp.zip", Options{}, 1094, 0, nil},
		{"bdtopo-v3-rail", "bdtopo_12174/v3_TRONCON_DE_VOIE_FERREE.shp.zip", Options{}, 6, 0, nil},
		{"bdtopo-v3-vegetation", "bdtopo_12174/v3_ZONE_DE_VEGETATION.shp.zip", Options{}, 665, 0, nil},
		{"bdtopo-v3-activite", "bdtopo_12174/v3_ZONE_D_ACTIVITE_OU_D_INTERET.shp.zip", Options{}, 21, 0, nil},
		{"bdtopo-v2-bati", "bdtopo_12174/v2_BATI_INDIFFERENCIE.shp.zip bdtopo_12174/v2_BATI_INDUSTRIEL.shp.zip bdtopo_12174/v2_BATI_REMARQUABLE.shp.zip", Options{}, 11202, 0, nil},
		{"bdtopo-v2-route", "bdtopo_12174/v2_ROUTE.shp.zip", Options{}, 4981, 0, nil},
		{"bdtopo-v2-population", "bdtopo_12174/v2_population.shp.zip", Options{}, 444, 13, nil},
		{"geneve-adresses", "geneva/geneva_addresses.geojson.gz", Options{}, 9163, 0, nil},
		{"geneve-batiments", "geneva/geneva_buildings.geojson.gz", Options{}, 11673, 0, nil},
		{"geneve-rues", "geneva/geneva_streets.geojson.gz", Options{}, 14122, 0, nil},
		{"dpe-lozere", "energie/dpe_ban_lozere_48.csv.gz", Options{}, 2594, 0, checkRowNames},
		{"parkings", "rennes/parkings.ods.json.gz", Options{}, 4300, 0, checkCarParks},
		{"sites", "rennes/sites_organismes.csv.gz", Options{}, 2115, 54, nil},
		{"postes", "rennes/enedis_postes_electriques_rm.csv.gz", Options{}, 6867, 0, nil},
		{"trafic", "rennes/etat_trafic_2021.ods.json.gz", Options{}, 2368, 0, nil},
		{"velostar", "rennes/velostar.geojson.gz", Options{}, 55, 0, nil},
		{"decheteries", "rennes/decheteries.geojson.gz", Options{}, 25, 0, nil},
		{"metro-lignes", "rennes/metro_lignes.geojson.gz", Options{}, 73, 0, nil},
		{"metro-stations", "rennes/metro_stations.geojson.gz", Options{}, 30, 0, nil},
		{"qpv", "rennes/qpv_rennes.geojson.gz", Options{}, 5, 0, nil},
		{"zac", "rennes/zac_rennes.geojson.gz", Options{}, 3, 0, nil},
		{"villejean", "rennes/villejean_bati_height.geojson.gz", Options{}, 78, 0, nil},
		{"villejean-batiments", "rennes/villejean_bati_height.geojson.gz", Options{As: "batiments"}, 20, 58, nil},
		{"batiments-publics", "defects/batiments_publics.geojson.gz", Options{}, 3356, 0, nil},
		{"caf", "defects/insee_caf_iris_2009.csv.gz", Options{}, 95, 0, nil},
		{"trottoirs", "defects/accessibilite_trottoirs.geojson.gz", Options{CRS: crs.EPSG(2154)}, 7654, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for f := range strings.FieldsSeq(c.files) {
				c.opt.Files = append(c.opt.Files, data(t, f))
			}
			var log bytes.Buffer
			c.opt.Rejects = &log
			m := &memoryStore{light: c.check == nil}
			r, err := Import(context.Background(), m, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			if r.Accepted != c.accepted || r.Rejected != c.rejected || r.Read != r.Accepted+r.Rejected || m.count != r.Accepted {
				t.Errorf("%d read, %d accepted, %d rejected, %d stored", r.Read, r.Accepted, r.Rejected, m.count)
			}
			list, err := csv.NewReader(&log).ReadAll()
			if err != nil || int64(max(len(list), 1)-1) != r.Rejected {
				t.Errorf("the rejects hold %d rows, %v", len(list), err)
			}
			golden(t, c.name+".txt", r.String())
			if c.check != nil {
				c.check(t, m)
			}
		})
	}
}

func TestMetresDeclaredAsDegreesAreRefused(t *testing.T) {
	m := &memoryStore{}
	r, err := Import(context.Background(), m, Options{Files: []string{data(t, "defects/accessibilite_trottoirs.geojson.gz")}})
	if referentials.CodeOf(err) != referentials.Invalid || len(m.rows) > 0 || r.Version != nil {
		t.Fatalf("%v, %d rows", err, len(m.rows))
	}
	golden(t, "trottoirs-refused.txt", err.Error()+"\n")
}

func realImport(t *testing.T, opt Options, files ...string) *memoryStore {
	t.Helper()
	for _, f := range files {
		opt.Files = append(opt.Files, data(t, f))
	}
	m := &memoryStore{}
	if _, err := Import(context.Background(), m, opt); err != nil {
		t.Fatal(err)
	}
	return m
}

// checkAddresses: CC48 is kept to the last digit, agrees with the file's own longitudes and latitudes,
// and accents are right.
func checkAddresses(t *testing.T, m *memoryStore) {
	if m.desc.CRS != crs.EPSG(3948) || m.desc.Geometry != geo.Point {
		t.Fatalf("%s %s", m.desc.Geometry, m.desc.CRS)
	}
	if got := m.get("41205", "adr_cplete"); got != "1 Allée Beau Rivage" {
		t.Errorf("the address reads %q", got)
	}
	if xy := m.rows[0].Geom.XY; xy[0] != 1362371.13 || xy[1] != 7224509.27 {
		t.Errorf("CC48 is %v", xy)
	}
	lon, lat := m.desc.FieldIndex("x_wgs84"), m.desc.FieldIndex("y_wgs84")
	xy := make([]float64, 0, 2*len(m.rows))
	for _, r := range m.rows {
		xy = append(xy, r.Geom.XY...)
	}
	to, err := crs.NewTransformer(m.desc.CRS, crs.CRS84)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if err := to.Forward(xy); err != nil {
		t.Fatal(err)
	}
	const metresPerDegree = 111_195.0
	worst := 0.0
	for i, r := range m.rows {
		dy := (xy[2*i+1] - r.Values[lat].Float()) * metresPerDegree
		dx := (xy[2*i] - r.Values[lon].Float()) * metresPerDegree * math.Cos(xy[2*i+1]*math.Pi/180)
		worst = max(worst, math.Hypot(dx, dy))
	}
	if worst > 0.02 {
		t.Errorf("a point lies %.3f m from the file's own longitude and latitude", worst)
	}
}

// checkIris: both exports of the layer give the same shapes and values.
func checkIris(t *testing.T, b *memoryStore) {
	a := realImport(t, Options{}, "rennes/iris_rennes_metropole.ods.json.gz")
	shapes := map[string]geo.Geometry{}
	key := a.desc.KeyIndex()
	for _, r := range a.rows {
		shapes[r.Values[key].String()] = r.Geom
	}
	for _, r := range b.rows {
		k := r.Values[b.desc.KeyIndex()].String()
		g, ok := shapes[k]
		if !ok || g.Type != r.Geom.Type || !slices.Equal(g.XY, r.Geom.XY) || !slices.Equal(g.Ends, r.Geom.Ends) || !slices.Equal(g.Parts, r.Geom.Parts) {
			t.Errorf("IRIS %s differs", k)
		}
		for _, f := range []string{"nom_iris", "code_insee", "num_iris", "type_iris", "aire_geo", "nomsquart"} {
			if x, y := a.get(k, f), b.get(k, f); x != y {
				t.Errorf("IRIS %s: %s is %q in JSON and %q in CSV", k, f, x, y)
			}
		}
	}
	if len(shapes) != 172 || len(b.rows) != 172 {
		t.Errorf("%d and %d IRIS", len(shapes), len(b.rows))
	}
}

// checkFilosofi2015: decimal commas are read, and empty is not zero.
func checkFilosofi2015(t *testing.T, a *memoryStore) {
	for field, want := range map[string]string{"disp_tp60": "22.6", "disp_med": "18689", "disp_pimpot": "-13.9", "com": "01004", "libcom": "Ambérieu-en-Bugey"} {
		if got := a.get("010040101", field); got != want {
			t.Errorf("%s = %q, not %q", field, got, want)
		}
	}
	if a.desc.Vintage != "2015" {
		t.Errorf("vintage %q", a.desc.Vintage)
	}
	// Counted in the file itself: empty is secret or absent, never zero.
	empty, zero := 0, 0
	for _, r := range a.rows {
		for i, f := range a.desc.Fields {
			switch v := r.Values[i]; {
			case !strings.HasPrefix(f.Name, "disp_"):
			case v.IsNull():
				empty++
			case f.Type == referentials.Number && v.Float() == 0:
				zero++
			}
		}
	}
	if empty != 4324 || zero != zerosOf(t, "insee/filosofi_disp_iris_2015.csv.gz") {
		t.Errorf("%d empty cells and %d zeros", empty, zero)
	}
}

func checkFilosofi2018(t *testing.T, b *memoryStore) {
	if got := b.get("010040101", "disp_gi"); got != "0.242" || b.desc.Vintage != "2018" {
		t.Errorf("disp_gi = %q, vintage %q", got, b.desc.Vintage)
	}
}

// zerosOf counts the cells of measures that the file itself writes as zero.
func zerosOf(t *testing.T, name string) int {
	t.Helper()
	in, err := openInput(context.Background(), data(t, name), &Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll([]*input{in})
	n := 0
	for rec, err := range in.src.Records(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range rec.Values {
			name := in.src.Fields()[i].Name
			if f, err := strconv.ParseFloat(strings.Replace(v.Str(), ",", ".", 1), 64); err == nil && f == 0 &&
				strings.HasPrefix(name, "DISP_") && !strings.HasPrefix(name, "DISP_NOTE") {
				n++
			}
		}
	}
	return n
}

// checkGrid: the identifiers of the cells are INSEE's: their corners are whole multiples of 200 m,
// and they are all different.
func checkGrid(t *testing.T, m *memoryStore) {
	for _, r := range m.rows {
		id := r.Values[m.desc.KeyIndex()].String()
		north, east, ok := strings.Cut(strings.TrimPrefix(id, "CRS3035RES200mN"), "E")
		n, errN := strconv.Atoi(north)
		e, errE := strconv.Atoi(east)
		if !ok || errN != nil || errE != nil || n%200 != 0 || e%200 != 0 {
			t.Fatalf("cell %s", id)
		}
	}
	if got := m.get("CRS3035RES200mN2858800E3459400", "ind"); got != "7" {
		t.Errorf("the first cell holds %q persons", got)
	}
}

// A grid that is not one keeps its rows and says why they have no identifier.
func TestShapesOffTheGridAreNumbered(t *testing.T) {
	square := polygon(-1.7, 48, -1.6, 48, -1.6, 48.1, -1.7, 48.1, -1.7, 48)
	m, r := brought(t, Options{As: "carreaux_200m"}, layer(crs.CRS84, square))
	if m.rows[0].Values[m.desc.KeyIndex()].String() != "1" {
		t.Errorf("%v", m.rows[0].Values)
	}
	wantNote(t, r, "1 shape is off the 200 m grid of EPSG:3035")
}

// checkRowNames: values stand under their own names, though each row has one more.
func checkRowNames(t *testing.T, m *memoryStore) {
	for field, want := range map[string]string{
		"identifiant_ban": "48002_0039_00038", "etiquette_dpe": "E", "conso_5_usages_ef": "32841.3", "code_insee_ban": "48002",
		"date_etablissement_dpe": "2023-04-18", "annee_construction": "2001", "nom_ancienne_commune": "", "alias": "",
	} {
		if got := m.get("2348E1316663V", field); got != want {
			t.Errorf("%s = %q, not %q", field, got, want)
		}
	}
}

// checkCarParks: « Non renseigné » is a value, and numbers that are codes are text.
func checkCarParks(t *testing.T, m *memoryStore) {
	if got := m.get("v_parking.50", "categorie"); got != "Non renseigné" {
		t.Errorf("categorie = %q", got)
	}
	if got := m.get("v_parking.50", "code_insee"); got != "35238" {
		t.Errorf("code_insee = %q", got)
	}
}

// What is imported twice is the same to the last byte.
func TestImportIsDeterministic(t *testing.T) {
	a := realImport(t, Options{}, "rennes/villejean_bati_height.geojson.gz")
	b := realImport(t, Options{}, "rennes/villejean_bati_height.geojson.gz")
	for i := range a.rows {
		if !slices.Equal(a.rows[i].Values, b.rows[i].Values) || !slices.Equal(a.rows[i].Geom.XY, b.rows[i].Geom.XY) {
			t.Fatalf("row %d differs", i+1)
		}
	}
}
