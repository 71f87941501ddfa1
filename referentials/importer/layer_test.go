package importer

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials"
)

// TestAskedLayer: a layer that is not in a file is never replaced by another without a word.
func TestAskedLayer(t *testing.T) {
	const feature = `{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[-1.6,48.1]}}`
	dir := t.TempDir()
	for name, text := range map[string]string{
		"plain.geojson": `{"type":"FeatureCollection","features":[` + feature + `]}`,
		"named.geojson": `{"type":"FeatureCollection","name":"Arrêts","features":[` + feature + `]}`,
		"table.csv":     "a;b\n1;2\n",
		"lists.json":    `{"name":"n","u":[{"a":1}],"v":[{"a":2}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ file, layer, want string }{
		{"plain.geojson", "x", "without a name"},
		{"plain.geojson", "plain", ""},
		{"named.geojson", "x", `"Arrêts"`},
		{"named.geojson", "arrêts", ""},
		{"table.csv", "x", "without a name"},
		{"table.csv", "TABLE", ""},
		{"lists.json", "v", ""},
		{"lists.json", "w", "u, v"},
	} {
		_, err := Import(context.Background(), &memoryStore{}, Options{Files: []string{filepath.Join(dir, c.file)}, Layer: c.layer})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s, layer %s: %v", c.file, c.layer, err)
		case c.want != "" && (referentials.CodeOf(err) != referentials.NotFound || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file)):
			t.Errorf("%s, layer %s: %v, which does not say %q", c.file, c.layer, err, c.want)
		}
	}
}
