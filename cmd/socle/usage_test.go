package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/store/gpkg"
)

// TestHelp: help can be asked for in any of the ways people ask for it, and tells the
// defaults that placeholders hide.
func TestHelp(t *testing.T) {
	ask := func(args ...string) string {
		t.Helper()
		out, err := socle(t, args...)
		if !errors.Is(err, errDone) {
			t.Errorf("socle %s ends with %v", strings.Join(args, " "), err)
		}
		return strings.Join(strings.Fields(out), " ")
	}
	if all := ask("--help"); ask("help") != all || ask() != all || !strings.Contains(all, "imu indicators") {
		t.Error("help is not what --help gives")
	}
	if one := ask("imu", "build", "--help"); ask("help", "imu", "build") != one {
		t.Error("help of a command is not what its --help gives")
	}
	if v := ask("--version"); v != strings.TrimSpace(mustSocle(t, "version")) {
		t.Errorf("--version gives %q", v)
	}
	for _, c := range []struct{ command, says string }{
		{"serve", "Address to listen on; 127.0.0.1:8080 when left out ($SOCLE_LISTEN)."},
		{"serve", "for tiles that are kept; 0: none; 256 when left out ($SOCLE_TILE_MEMORY)."},
		{"import", "gpkg:var/socle.gpkg when left out ($SOCLE_STORE)."},
		{"links", "Metres that a façade may be away; 60 when left out."},
	} {
		if help := ask(c.command, "--help"); !strings.Contains(help, c.says) {
			t.Errorf("help of %s does not say %q:\n%s", c.command, c.says, help)
		}
	}
}

// TestRefusedSettings: what cannot be meant is told with the flag, before anything is done.
func TestRefusedSettings(t *testing.T) {
	store := newGeoPackage(t)
	smallZone(t, store)
	at := func(args ...string) []string { return append(args, "--store", store) }
	for _, c := range []struct {
		args []string
		says []string
	}{
		{at("serve", "--listen", "nowhere"), []string{"--listen nowhere", "write HOST:PORT"}},
		{at("serve", "--listen", ""), []string{"--listen", "names no address"}},
		{at("serve", "--listen", "127.0.0.1:99999"), []string{"--listen", "write HOST:PORT"}},
		{at("serve", "--listen", "127.0.0.1:0", "--max-limit=0"), []string{"--max-limit", "between 1 and"}},
		{at("serve", "--listen", "127.0.0.1:0", "--max-concurrent=0"), []string{"--max-concurrent", "between 1 and"}},
		{at("serve", "--listen", "127.0.0.1:0", "--max-upload=-1"), []string{"--max-upload"}},
		{at("serve", "--listen", "127.0.0.1:0", "--tile-memory=18446744073709551615"), []string{"--tile-memory"}},
		{at("serve", "--listen", "127.0.0.1:0", "--tiles-ahead=-1"), []string{"--tiles-ahead"}},
		{at("serve", "--listen", "127.0.0.1:0", "--request-timeout=-5s"), []string{"--request-timeout", "60s"}},
		{at("demo", "--listen", "127.0.0.1:0", "--cursor-lifetime=0s"), []string{"--cursor-lifetime"}},
		{at("serve", "--listen", "127.0.0.1:0", "--publish-token=short"), []string{"--publish-token", "openssl"}},
		{at("serve", "--listen", "127.0.0.1:0", "--base-url=here"), []string{"https://"}},
		{at("serve", "--trusted-proxies=10.0.0.1,proxy"), []string{"--trusted-proxies", `"proxy"`, "10.0.0.0/8"}},
		{at("imu", "build", "--within", "zone", "--crs", "EPSG:4326"), []string{"--crs", "degree", "metres"}},
		{at("imu", "build", "--within", "zone", "--crs", "EPSG:2225"), []string{"--crs", "foot", "metres"}},
		{at("imu", "build", "--within", "zone", "--crs", "EPSG:3857"), []string{"--crs", "whole world", "metres"}},
		{at("export", "zone", "-o", filepath.Join(t.TempDir(), "z.csv"), "--filter", "nom ="), []string{"--filter: character 6"}},
		{at("export", "zone", "-o", filepath.Join(t.TempDir(), "z.csv"), "--crs", "here"), []string{"--crs"}},
		{at("import", "absent.csv", "--as", "a b"), []string{`--as: "a b"`, "letters"}},
		{at("import", "absent.csv", "--encoding", "klingon"), []string{`--encoding: "klingon"`, "UTF-16"}},
		{at("import", "absent.csv", "--delimiter", "ab"), []string{`--delimiter: "ab"`, "one character"}},
		{[]string{"collections", "--store", "gpkg:"}, []string{"--store", "names no file"}},
		{[]string{"collections", "--store", "socle.gpkg"}, []string{"--store", "write gpkg:FILE"}},
	} {
		_, err := socle(t, c.args...)
		var usage *usageError
		if !errors.As(err, &usage) {
			t.Errorf("socle %s ends with %v, which is no usage error", strings.Join(c.args, " "), err)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("socle %s says %q, without %q", strings.Join(c.args, " "), err, s)
			}
		}
	}
}

// smallZone stores one square as the collection zone.
func smallZone(t *testing.T, store string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "zone.geojson")
	square := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nom":"Z"},"geometry":` +
		`{"type":"Polygon","coordinates":[[[-1.68,48.11],[-1.67,48.11],[-1.67,48.12],[-1.68,48.12],[-1.68,48.11]]]}}]}`
	if err := os.WriteFile(path, []byte(square), 0o600); err != nil {
		t.Fatal(err)
	}
	mustSocle(t, "import", path, "--store", store)
}

// TestTrustedProxies: a single address stands for itself.
func TestTrustedProxies(t *testing.T) {
	for text, want := range map[string]string{"10.0.0.0/8": "10.0.0.0/8", "10.0.0.1": "10.0.0.1/32", "::1": "::1/128"} {
		var n network
		if err := n.UnmarshalText([]byte(text)); err != nil {
			t.Error(err)
		} else if got := prefixes([]network{n})[0].String(); got != want {
			t.Errorf("%s is %s, not %s", text, got, want)
		}
	}
}

// TestInterrupted: a stop is told as one, and is no success.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	m := NewMain()
	m.Stdout, m.Stderr = &out, &errs
	if err := m.ParseFlags([]string{"import", realFile(t, "rennes/communes35.geojson.gz"), "--store", newGeoPackage(t)}); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(m, m.Run(ctx)); code != exitFail {
		t.Errorf("exit code %d", code)
	}
	if said := errs.String(); !strings.HasPrefix(said, "socle: interrupted") || strings.Contains(said, "context") {
		t.Errorf("it says %q", said)
	}
}

// fillStopped fills a new store by the demo, which is interrupted once so many collections are
// there, and gives what it said and how it ended.
func fillStopped(t *testing.T, after int, with func(*stoppingStore) referentials.Store) (m *Main, said *bytes.Buffer, s *stoppingStore, err error) {
	t.Helper()
	store := newGeoPackage(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	opened, err := openStore(ctx, store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	said, m = &bytes.Buffer{}, NewMain()
	m.Stdout, m.Stderr = said, said
	if err := m.ParseFlags([]string{"demo", "--store", store, "--addresses", "1000"}); err != nil {
		t.Fatal(err)
	}
	s = &stoppingStore{Store: opened, after: after, stop: cancel}
	return m, said, s, m.cli.Demo.fill(ctx, m, with(s))
}

// TestInterruptedDemo: a metropolis that is not whole does not stay, or the next start
// would serve it.
func TestInterruptedDemo(t *testing.T) {
	_, _, s, err := fillStopped(t, 3, func(s *stoppingStore) referentials.Store { return s })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("it ends with %v", err)
	}
	left, err := s.Collections(t.Context())
	if err != nil || len(left) > 0 || s.published < 3 {
		t.Errorf("%d collections are left of %d, %v", len(left), s.published, err)
	}
}

// TestStuckDemo: where a part of a metropolis cannot be removed, that is told, and no word of
// all being as it was.
func TestStuckDemo(t *testing.T) {
	m, out, _, err := fillStopped(t, 1, func(s *stoppingStore) referentials.Store { return stuckStore{s} })
	code := exitCode(m, err)
	if said := out.String(); code != exitFail || !strings.Contains(said, "a part of the metropolis stays") || !strings.Contains(said, "remove gpkg:") {
		t.Errorf("exit code %d, and\n%s", code, said)
	}
}

// stuckStore keeps what it has.
type stuckStore struct{ referentials.Store }

func (stuckStore) Drop(context.Context, string) error { return errors.New("no room") }

// TestAbsentStore: what only reads makes no store of a path that is mistyped; what fills one
// makes it, with its folder.
func TestAbsentStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "places.csv")
	if err := os.WriteFile(file, []byte("id,name\n1,here\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "typo", "socle.gpkg")
	out := filepath.Join(dir, "out")
	for _, args := range [][]string{
		{"collections", "adresses"}, {"rollback", "adresses"}, {"export", "adresses", "-o", out + ".csv"}, {"tiles", "export", "-o", out + ".pmtiles"},
		{"geocode", file, "-o", out + ".csv"}, {"aggregate", "--source", "a", "--mesh", "b", "--measure", "count"},
		{"aggregate", "--source-file", file, "--mesh", "b", "--measure", "count"}, {"crosswalk", "--source", "a", "--mesh", "b"},
		{"links"}, {"imu", "build", "--within", "a", "--barriers", "b"}, {"imu", "indicators", "--mesh", "a", "--buildings", "b", "--as", "c"},
		{"imu", "sizes", "--within", "a", "--source", "b", "--sum", "c"},
	} {
		said, err := socle(t, append(args, "--store", "gpkg:"+path)...)
		if referentials.CodeOf(err) != referentials.NotFound || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "check the path") {
			t.Errorf("socle %s ends with %v\n%s", strings.Join(args, " "), err, said)
		}
	}
	for _, c := range []struct {
		says string
		args []string
	}{
		{"there is no such file", []string{"collections"}}, {"[]", []string{"collections", "--json"}}, {"1 accepted", []string{"import", "--dry-run", file}},
	} {
		if said := mustSocle(t, append(c.args, "--store", "gpkg:"+path)...); !strings.Contains(said, c.says) {
			t.Errorf("socle %s says\n%s", strings.Join(c.args, " "), said)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 1 {
		t.Errorf("they leave %v, %v", left, err)
	}
	mustSocle(t, "import", file, "--store", "gpkg:"+path)
	if said := mustSocle(t, "collections", "--store", "gpkg:"+path); !strings.Contains(said, "places") {
		t.Errorf("an import into no store leaves\n%s", said)
	}
}

// stoppingStore stops what it is used for after some publications.
type stoppingStore struct {
	referentials.Store
	published, after int
	stop             func()
}

func (s *stoppingStore) Replace(ctx context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	v, err := s.Store.Replace(ctx, p, rows)
	if s.published++; s.published == s.after {
		s.stop()
	}
	return v, err
}

// TestFullDisk: what does not fit is told with the file that was asked for, and leaves
// nothing behind.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	err := writeWhole(path, func(*os.File) error {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer full.Close()
		_, err = full.WriteString("x")
		return err
	})
	if err == nil || err.Error() != path+": the disk is full (make room and try again)" {
		t.Errorf("a full disk gives %v", err)
	}
	if err := writeWhole(filepath.Join(dir, "no", "out.csv"), nil); err == nil || !strings.Contains(err.Error(), "make the folder") {
		t.Errorf("an absent folder gives %v", err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(path, func(*os.File) error { return nil }); err == nil || !strings.HasPrefix(err.Error(), path+": cannot write there") {
		t.Errorf("a folder in its place gives %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRejectsAreSafeFirst: nothing is published while the rejected rows cannot be kept.
func TestRejectsAreSafeFirst(t *testing.T) {
	store := newGeoPackage(t)
	path := filepath.Join(t.TempDir(), "points.csv")
	if err := os.WriteFile(path, []byte("id,nom\n1,a\n1,b\n2,c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := socle(t, "import", path, "--key", "id", "--rejects", "/dev/full", "--store", store)
	if err == nil || !strings.Contains(err.Error(), "--rejects /dev/full: the disk is full") || !strings.Contains(out, "nothing was published") {
		t.Errorf("it ends with %v\n%s", err, out)
	}
	s, err := gpkg.Open(t.Context(), strings.TrimPrefix(store, "gpkg:"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if states, err := s.Collections(t.Context()); err != nil || slices.ContainsFunc(states, func(referentials.State) bool { return true }) {
		t.Errorf("published: %v, %v", states, err)
	}
}
