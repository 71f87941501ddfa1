package api

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"

	"socle/referentials/filter/cql2"
)

// TestScripts has Node read every script, and run what computes without a page. The
// filters that it makes are read as the server does.
func TestScripts(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, body []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("package.json", []byte(`{"type":"module"}`))
	names, err := fs.Glob(assetFiles, "assets/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(assetFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		write(path.Base(name), body)
		node(t, dir, "--check", path.Base(name))
	}
	body, err := os.ReadFile(filepath.Join("testdata", "assets", "assets.test.js"))
	if err != nil {
		t.Fatal(err)
	}
	write("assets.test.js", body)
	var filters []string
	if err := json.Unmarshal(node(t, dir, "assets.test.js"), &filters); err != nil {
		t.Fatal(err)
	}
	if len(filters) < 50 {
		t.Errorf("only %d filters", len(filters))
	}
	for _, text := range filters {
		if _, err := cql2.ParseText(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// node runs Node in a folder and gives what it printed.
func node(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), "node", args...)
	c.Dir = dir
	out, err := c.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("node %v: %s", args, exit.Stderr)
		}
		t.Fatalf("node %v: %v (scripts are tested with Node)", args, err)
	}
	return out
}
