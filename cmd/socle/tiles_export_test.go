package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"socle/referentials"
	"socle/tiles"
	"socle/tiles/pmtiles"
)

// drawn is what the tests export.
const drawn = "iris,batiments,adresses"

// smallMetropolis fills a store with what is drawn, and with micro-data that are not.
func smallMetropolis(t *testing.T, store string) {
	t.Helper()
	dir := t.TempDir()
	mustSocle(t, "synth", "--out", dir, "--addresses", "1500")
	for _, name := range []string{"rva_adresses.csv", "batiments.geojson", "contours_iris.geojson", "enedis_adresse.csv", "rva_voies.csv"} {
		mustSocle(t, "import", "--store", store, filepath.Join(dir, name))
	}
}

func openArchive(t *testing.T, path string) *pmtiles.File {
	t.Helper()
	f, err := pmtiles.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestTilesExport writes the same archive from both stores, on one core and on all, whose
// tiles are those that the server gives.
func TestTilesExport(t *testing.T) {
	var first string
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			store, dir := s.open(t), t.TempDir()
			smallMetropolis(t, store)
			path := filepath.Join(dir, "metropolis.pmtiles")
			out := mustSocle(t, "tiles", "export", "--store", store, "--collections", drawn, "--zoom", "7-15", "-o", path)
			if !strings.Contains(out, "tiles of zooms 8 to 15") || !strings.Contains(out, "thinned") {
				t.Errorf("it prints\n%s", out)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
				t.Errorf("the folder holds %v, %v", left, err)
			}
			before := runtime.GOMAXPROCS(1)
			again := filepath.Join(dir, "again.pmtiles")
			mustSocle(t, "tiles", "export", "--store", store, "--collections", drawn, "--zoom", "7-15", "-o", again)
			runtime.GOMAXPROCS(before)
			whole := readFile(t, path)
			if whole != readFile(t, again) {
				t.Error("one core gives other bytes than all")
			}
			if first == "" {
				first = whole
			}
			if whole != first {
				t.Error("the two stores give other bytes")
			}
			f := openArchive(t, path)
			server := serve(t, store, "--tiles", path)
			compareWithServer(t, f, server+"/tiles/"+drawn)
			compareWithServer(t, f, server+"/tiles/"+f.Name())
		})
	}
}

// compareWithServer asks both for every tile of the archive's bounds and those around.
func compareWithServer(t *testing.T, f *pmtiles.File, base string) {
	t.Helper()
	h := f.Header()
	doc := getJSON(t, base+".json")
	bounds := make([]float64, len(h.Bounds))
	for i, v := range doc["bounds"].([]any) {
		bounds[i] = v.(float64)
		if d := bounds[i] - h.Bounds[i]; d > 1e-7 || d < -1e-7 {
			t.Errorf("bounds are %v, the server says %v", h.Bounds, bounds)
		}
	}
	held := uint64(0)
	left, top := fractionsOf(bounds[0], bounds[3])
	right, bottom := fractionsOf(bounds[2], bounds[1])
	for z := uint32(h.MinZoom); z <= uint32(h.MaxZoom); z++ {
		n := float64(uint32(1) << z)
		for x := uint32(left*n) - 1; x <= uint32(right*n)+1; x++ {
			for y := uint32(top*n) - 1; y <= uint32(bottom*n)+1; y++ {
				tile, encoding, err := f.Tile(z, x, y)
				if err != nil || tile != nil && encoding != "gzip" {
					t.Fatalf("%d/%d/%d: in %q, %v", z, x, y, encoding, err)
				}
				plain := []byte(nil)
				if tile != nil {
					held++
					if plain, err = f.Plain(tile); err != nil {
						t.Fatalf("%d/%d/%d: %v", z, x, y, err)
					}
				}
				status, served := get(t, base+tilePath(z, x, y))
				if string(served) != string(plain) || (status == http.StatusNoContent) != (tile == nil) {
					t.Fatalf("%d/%d/%d: %d bytes, the server gives %d with status %d", z, x, y, len(plain), len(served), status)
				}
			}
		}
	}
	if held != h.Tiles {
		t.Errorf("the archive has %d tiles, %d of them within and around its bounds", h.Tiles, held)
	}
	var layers []struct{ ID string }
	if err := json.Unmarshal(f.TileJSON("").VectorLayers, &layers); err != nil || len(layers) != 3 || layers[0].ID != "iris" || layers[2].ID != "adresses" {
		t.Errorf("its layers are %v, %v", layers, err)
	}
}

func tilePath(z, x, y uint32) string {
	path, _ := json.Marshal([]uint32{z, x, y})
	return "/" + strings.ReplaceAll(strings.Trim(string(path), "[]"), ",", "/") + ".mvt"
}

// TestTilesExportBounds writes the tiles that meet a box and no others.
func TestTilesExportBounds(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	smallMetropolis(t, store)
	all, part := filepath.Join(dir, "all.pmtiles"), filepath.Join(dir, "part.pmtiles")
	mustSocle(t, "tiles", "export", "--store", store, "--collections", "iris", "--zoom", "14", "-o", all)
	whole := openArchive(t, all)
	h := whole.Header()
	if h.MinZoom != 14 || h.MaxZoom != 14 || h.Tiles < 9 {
		t.Fatalf("%d tiles of zooms %d to %d", h.Tiles, h.MinZoom, h.MaxZoom)
	}
	lon, lat := (h.Bounds[0]+h.Bounds[2])/2, (h.Bounds[1]+h.Bounds[3])/2
	box := strings.Trim(mustJSON(t, []float64{h.Bounds[0], lat, lon, 90}), "[]")
	mustSocle(t, "tiles", "export", "--store", store, "--collections", "iris", "--zoom", "14", "--bounds", box, "-o", part)
	quarter := openArchive(t, part)
	middleX, middleY := fractionsOf(lon, lat)
	left, _ := fractionsOf(h.Bounds[0], 0)
	const side = 1.0 / (1 << 14)
	right, bottom := fractionsOf(h.Bounds[2], h.Bounds[1])
	_, top := fractionsOf(0, h.Bounds[3])
	for x := uint32(left/side) - 1; x <= uint32(right/side)+1; x++ {
		for y := uint32(top/side) - 1; y <= uint32(bottom/side)+1; y++ {
			want, _, err := whole.Tile(14, x, y)
			if err != nil {
				t.Fatal(err)
			}
			if float64(x)*side >= middleX || float64(x+1)*side <= left || float64(y)*side >= middleY {
				want = nil
			}
			if got, _, err := quarter.Tile(14, x, y); err != nil || string(got) != string(want) {
				t.Errorf("14/%d/%d has %d bytes, want %d; %v", x, y, len(got), len(want), err)
			}
		}
	}
	if b := quarter.Header().Bounds; b[0] != h.Bounds[0] || b[3] != h.Bounds[3] || b[1] < lat-1e-6 || b[2] > lon+1e-6 {
		t.Errorf("bounds are %v", b)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTilesExportRefusals checks what is said of a command that cannot be done, and that it
// leaves nothing.
func TestTilesExportRefusals(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	smallMetropolis(t, store)
	path := filepath.Join(dir, "x.pmtiles")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--collections", "adreses"}, exitFail, `did you mean "adresses"?`},
		{[]string{"--collections", "nothing_like_it"}, exitFail, "there is no collection"},
		{[]string{"--collections", "conso_elec_adresse"}, exitFail, "may not leave"},
		{[]string{"--collections", "voies"}, exitFail, "is a table"},
		{[]string{"--collections", "iris,iris"}, exitFail, "named twice"},
		{[]string{"--collections", "adresses", "--zoom", "0-9"}, exitFail, "adresses is drawn from zoom 14 on"},
		{[]string{"--bounds", "2,48,3,49"}, exitFail, "shows anything"},
		{[]string{"--zoom", "9-8"}, exitUsage, `"9-8" is no range of zooms`},
		{[]string{"--zoom", "0-23"}, exitUsage, "within 0 to 22"},
		{[]string{"--zoom", "all"}, exitUsage, "write it like 0-16"},
		{[]string{"--bounds", "1,2,3"}, exitUsage, "west,south,east,north"},
		{[]string{"--bounds"}, exitUsage, "is no box"},
		{[]string{"--bounds", "3,48,2,49"}, exitUsage, "is no box"},
		{[]string{"--bounds", "2,48,3,NaN"}, exitUsage, "is no box"},
		{[]string{"-o", filepath.Join(dir, "x.mbtiles")}, exitUsage, ".pmtiles"},
		{[]string{"-o", filepath.Join(dir, "none", "x.pmtiles")}, exitFail, "cannot write there"},
	} {
		args := append([]string{"tiles", "export", "--store", store}, c.args...)
		if !slices.Contains(c.args, "-o") {
			args = append(args, "-o", path)
		}
		_, err := socle(t, args...)
		m := NewMain()
		said := &strings.Builder{}
		m.Stderr = said
		if code := exitCode(m, err); code != c.code || !strings.Contains(said.String(), c.says) {
			t.Errorf("%v: exit code %d, want %d, and %q in\n%s", c.args, code, c.code, c.says, said)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// TestTilesExportInterrupted stops an export in the middle: the archive before is still
// there, and nothing else.
func TestTilesExportInterrupted(t *testing.T) {
	t.Parallel()
	store, dir := newGeoPackage(t), t.TempDir()
	smallMetropolis(t, store)
	path := filepath.Join(dir, "x.pmtiles")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := NewMain()
	m.cli.Store = store
	ctx, cancel := context.WithCancel(t.Context())
	stopped := false
	err := m.withStore(ctx, func(store referentials.Store) error {
		a, err := (&tilesExportCmd{Collections: strings.Split(drawn, ",")}).prepare(ctx, store)
		if err != nil {
			return err
		}
		a.tell = func(done, of int, _ uint32) {
			if done >= of/2 {
				cancel()
			}
		}
		return writeWhole(path, func(f *os.File) error {
			_, err := a.write(ctx, f, dir)
			stopped = err != nil
			return err
		})
	})
	if err == nil || !stopped || ctx.Err() == nil {
		t.Fatalf("it was not interrupted: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || readFile(t, path) != "before" {
		t.Errorf("it left %v, %v", left, err)
	}
}

// TestPyramid compares the tiles that are listed with all that the tiler draws.
func TestPyramid(t *testing.T) {
	t.Parallel()
	m := NewMain()
	m.cli.Store = newGeoPackage(t)
	smallMetropolis(t, m.cli.Store)
	err := m.withStore(t.Context(), func(store referentials.Store) error {
		public, ids, err := loadDrawn(t.Context(), store, []string{"batiments", "adresses"})
		if err != nil {
			return err
		}
		listed, err := newPyramid(public, ids, nil).list(t.Context(), 14, 15)
		if err != nil {
			return err
		}
		if !slices.IsSorted(listed) {
			t.Error("tiles are not in order")
		}
		tiler := tiles.New(tiles.Options{})
		empty := 0
		for _, id := range listed {
			z, x, y := pmtiles.Place(id)
			for dx := range uint32(3) {
				for dy := range uint32(3) {
					near := pmtiles.ID(z, x+dx-1, y+dy-1)
					tile, _, err := tiler.Tile(t.Context(), nil, public, ids, z, x+dx-1, y+dy-1)
					if err != nil {
						return err
					}
					_, known := slices.BinarySearch(listed, near)
					if len(tile) > 0 && !known {
						t.Errorf("%d/%d/%d shows something and is not listed", z, x+dx-1, y+dy-1)
					}
					if dx == 1 && dy == 1 && len(tile) == 0 {
						empty++
					}
				}
			}
		}
		if empty > len(listed)/4 {
			t.Errorf("%d of %d tiles listed are empty", empty, len(listed))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
