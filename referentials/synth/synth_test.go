package synth

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"socle/referentials"
)

// generate writes a metropolis for a test.
func generate(t testing.TB, addresses int, seed uint64) (string, Summary) {
	t.Helper()
	dir := t.TempDir()
	s, err := Generate(context.Background(), Options{Dir: dir, Addresses: addresses, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return dir, s
}

// digest lists the files of a folder with their hashes, as sha256sum does.
func digest(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range files {
		r, err := os.Open(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
		fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(h.Sum(nil)), f.Name())
	}
	return b.String()
}

func TestSameBytes(t *testing.T) {
	const addresses, seed = 3000, 1
	one, _ := generate(t, addresses, seed)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	two, _ := generate(t, addresses, seed)
	got := digest(t, one)
	if again := digest(t, two); again != got {
		t.Fatalf("two runs differ:\n%s\n%s", got, again)
	}
	other, _ := generate(t, addresses, seed+1)
	if digest(t, other) == got {
		t.Error("another seed gives the same files")
	}
	golden := filepath.Join("testdata", "golden-"+runtime.GOARCH+".sha256")
	if os.Getenv("SOCLE_GOLDEN") == "write" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if errors.Is(err, os.ErrNotExist) && runtime.GOARCH != "amd64" {
		return // rounding may differ between architectures; only amd64's bytes are kept
	}
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("the files changed: if that is meant, SOCLE_GOLDEN=write rewrites %s\n%s", golden, got)
	}
}

func TestSummary(t *testing.T) {
	dir, s := generate(t, 2000, 3)
	if s.Addresses != 2000 {
		t.Errorf("%d addresses, want 2000", s.Addresses)
	}
	on, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(on) != len(s.Files)+len(descriptions) {
		t.Errorf("%d files in the folder, %d in the summary, %d descriptions", len(on), len(s.Files), len(descriptions))
	}
	for _, f := range s.Files {
		if n := countRows(t, filepath.Join(dir, f.Name)); n != f.Rows || n == 0 && f.Name != "filosofi_iris.csv" { // no commune is large enough to be divided
			t.Errorf("%s has %d rows, the summary says %d", f.Name, n, f.Rows)
		}
	}
}

// countRows counts lines but the header of a table, features of a layer.
func countRows(t *testing.T, name string) int {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 1<<24)
	for scan.Scan() {
		if strings.HasSuffix(name, ".csv") || strings.HasPrefix(scan.Text(), `{"type":"Feature",`) {
			n++
		}
	}
	if scan.Err() != nil {
		t.Fatal(scan.Err())
	}
	if strings.HasSuffix(name, ".csv") {
		n--
	}
	return n
}

func TestAnySize(t *testing.T) {
	for _, n := range []int{MinAddresses, 1234, 7_000} {
		if _, s := generate(t, n, 5); s.Addresses != n {
			t.Errorf("%d addresses, want %d", s.Addresses, n)
		}
	}
}

func TestBadOptions(t *testing.T) {
	for _, n := range []int{-1, 0, MinAddresses - 1, MaxAddresses + 1} {
		_, err := Generate(context.Background(), Options{Dir: t.TempDir(), Addresses: n})
		if referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%d addresses: %v", n, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Generate(context.Background(), Options{Dir: filepath.Join(file, "below"), Addresses: 1000})
	if referentials.CodeOf(err) != referentials.Unavailable {
		t.Errorf("a folder that cannot be made: %v", err)
	}
	taken := t.TempDir()
	if err := os.Mkdir(filepath.Join(taken, "dpe.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = Generate(context.Background(), Options{Dir: taken, Addresses: 1000})
	if referentials.CodeOf(err) != referentials.Unavailable || !strings.Contains(err.Error(), "dpe.csv") {
		t.Errorf("a file that cannot be made: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var stages []string
	_, err := Generate(ctx, Options{Dir: t.TempDir(), Addresses: 12_000, Seed: 1, Progress: func(p Progress) {
		stages = append(stages, p.Stage)
		if p.Stage == "buildings" {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(stages, []string{"plan", "buildings"}) {
		t.Errorf("stages %v", stages)
	}
}

func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Generate(context.Background(), Options{Dir: b.TempDir(), Addresses: 20_000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "addresses/s")
}
