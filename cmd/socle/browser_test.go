package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// verdict is what the browser tells of one scenario, on a line of its own.
type verdict struct {
	Name  string `json:"name"`
	Error string `json:"error"`
	Notes string `json:"notes"`
	MS    int    `json:"ms"`
}

// TestBrowser drives Chromium through the page of the map and the other pages, on a
// synthetic metropolis: testdata/browser says what people do there and what they must see.
func TestBrowser(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Abs("../../.cache/web/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "playwright-core")); err != nil {
		t.Fatalf("playwright-core is not there: run `make web` (%v)", err)
	}
	dir, store := t.TempDir(), newGeoPackage(t)
	mustSocle(t, "synth", "--out", dir, "--addresses", "4000")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if filepath.Base(f) != streetRegister {
			mustSocle(t, "import", "--store", store, f)
		}
	}
	base := serve(t, store)
	c := exec.CommandContext(t.Context(), "node", "testdata/browser/run.mjs", base, os.Getenv("SOCLE_BROWSER_ONLY"))
	c.Env = append(os.Environ(), "SOCLE_NODE_MODULES="+modules, "SOCLE_SHOTS="+os.Getenv("SOCLE_SHOTS"))
	c.Cancel, c.WaitDelay = func() error { return c.Process.Signal(os.Interrupt) }, 5*time.Second
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	told := 0
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Errorf("%s", lines.Text())
			continue
		}
		told++
		t.Run(v.Name, func(t *testing.T) {
			t.Logf("%d ms %s", v.MS, v.Notes)
			if v.Error != "" {
				t.Error(v.Error)
			}
		})
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("the browser: %v\n%s", err, &errs)
	}
	if told == 0 {
		t.Fatalf("no scenario ran\n%s", &errs)
	}
}
