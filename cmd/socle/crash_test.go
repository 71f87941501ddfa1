package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestKilledImport kills an import at ten random moments: the version before must still
// be current and whole, nothing half-made may show, and the next import must work.
func TestKilledImport(t *testing.T) {
	t.Parallel()
	file := realFile(t, "rennes/rva_adresses_2013.csv.gz")
	const kills = 10
	program := build(t)
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			store := s.open(t)
			importing := []string{"import", "--store", store, file}
			began := time.Now()
			if out, err := exec.Command(program, importing...).CombinedOutput(); err != nil {
				t.Fatalf("the first import failed: %v\n%s", err, out)
			}
			whole := time.Since(began)
			want := contents(t, program, store)
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d, an import takes %v", seed, whole)
			rng := rand.New(rand.NewPCG(seed, 1))
			killed := 0
			for tries := 0; killed < kills; tries++ {
				if tries == 10*kills {
					t.Fatalf("%d of %d imports were killed in time", killed, tries)
				}
				took, ended := killAfter(t, time.Duration(rng.Int64N(int64(whole*8/10))), program, importing...)
				if ended {
					whole = min(whole, took) // the machine has more time for us than before
				} else {
					killed++
				}
				got := contents(t, program, store)
				// An import that had just committed is whole too: only its number differs.
				if got.rows != want.rows || !bytes.Equal(got.data, want.data) {
					t.Fatalf("after a kill: %d rows, want %d, or other content", got.rows, want.rows)
				}
			}
			if out, err := exec.Command(program, importing...).CombinedOutput(); err != nil {
				t.Fatalf("the import after %d kills failed: %v\n%s", killed, err, out)
			}
			if got := contents(t, program, store); got.rows != want.rows || !bytes.Equal(got.data, want.data) {
				t.Fatal("the import after the kills stored something else")
			}
		})
	}
}

// killAfter runs a program and kills it after a while; ended tells that it had ended well
// before, within the time it took.
func killAfter(t *testing.T, while time.Duration, program string, args ...string) (took time.Duration, ended bool) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	select {
	case err := <-over:
		if err != nil {
			t.Fatalf("an import failed before it was killed: %v\n%s", err, &said)
		}
		return time.Since(began), true
	case <-time.After(while):
	}
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	return time.Since(began), <-over == nil
}

// build makes the program, without what tests add to it, to be run as a process.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "socle")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

type collectionContents struct {
	rows int
	data []byte
}

// contents reads the whole of adresses in another process, by exporting it.
func contents(t *testing.T, program, store string) collectionContents {
	t.Helper()
	file := filepath.Join(t.TempDir(), "adresses.csv")
	if out, err := exec.Command(program, "export", "--store", store, "adresses", "-o", file).CombinedOutput(); err != nil {
		t.Fatalf("the export failed: %v\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return collectionContents{bytes.Count(data, []byte("\n")) - 1, data}
}
