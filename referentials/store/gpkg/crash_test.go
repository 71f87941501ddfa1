package gpkg_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"socle/referentials"
	"socle/referentials/store/gpkg"
)

// crashFile makes the test binary a program that publishes without end.
const crashFile = "SOCLE_TEST_CRASH_FILE"

// crashRows is how many rows each publication has; their n is its number.
const crashRows = 5000

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		if err := publishForever(context.Background(), path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// publishForever says the number of each publication before and after it.
func publishForever(ctx context.Context, path string) error {
	s, err := gpkg.Open(ctx, path)
	if err != nil {
		return err
	}
	for {
		next := int64(1)
		if states, err := s.Versions(ctx, "lieux"); err == nil {
			next = states[0].Version.ID + 1
		}
		fmt.Println("begin", next)
		_, err := s.Replace(ctx, referentials.Publication{Descriptor: lieux("lieux")}, generation(next))
		if err != nil {
			return err
		}
		fmt.Println("done", next)
	}
}

func generation(n int64) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		for i := range crashRows {
			if r := lieu(strconv.Itoa(i), n, float64(i), float64(n)); !yield(&r, nil) {
				return
			}
		}
	}
}

// TestKilled kills a publishing program at random moments and looks at what it leaves.
func TestKilled(t *testing.T) {
	const seed = 35238
	random := rand.New(rand.NewPCG(seed, 0))
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	for round := range 10 {
		var published atomic.Int64
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), crashFile+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		started := make(chan struct{}, 1)
		go func() {
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				var n int64
				if _, err := fmt.Sscanf(lines.Text(), "done %d", &n); err == nil {
					published.Store(n)
				}
				select {
				case started <- struct{}{}:
				default:
				}
			}
			close(started)
		}()
		<-started
		time.Sleep(time.Duration(random.IntN(250)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for range started { // until the last line is read
		}
		_ = cmd.Wait() // killed

		inspect(t, path, round, published.Load())
	}
}

func inspect(t *testing.T, path string, round int, published int64) {
	t.Helper()
	s, err := gpkg.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	defer s.Close()
	versions, err := s.Versions(t.Context(), "lieux")
	switch {
	case referentials.CodeOf(err) == referentials.NotFound && published == 0:
	case err != nil:
		t.Fatalf("round %d, version %d was published: %v", round, published, err)
	default:
		v := versions[0].Version
		_, rows := load(t, s, "lieux")
		if !v.Current || v.ID < published || len(rows) != crashRows || v.Rows != crashRows {
			t.Fatalf("round %d: %+v with %d rows, %d was published", round, v, len(rows), published)
		}
		for i, got := range rows {
			r := lieu(strconv.Itoa(i), v.ID, float64(i), float64(v.ID))
			if want := fmt.Sprint(r.Values, r.Geom.XY); got != want {
				t.Fatalf("round %d, version %d, row %d: %s, want %s", round, v.ID, i, got, want)
			}
		}
	}
	ok(t, path)
	replace(t, s, lieux("autres"), lieu("a", int64(round), 1, 2))
}
