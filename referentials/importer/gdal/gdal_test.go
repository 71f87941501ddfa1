package gdal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/importer/source"
)

const kml = `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>lieux</name>
<Placemark><name>Mairie</name><Point><coordinates>-1.68,48.11</coordinates></Point></Placemark>
</Document></kml>`

func open(t *testing.T, name, text string) *source.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := source.Open(t.Context(), path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestConvert(t *testing.T) {
	path, cleanup, err := Convert(t.Context(), open(t, "lieux.kml", kml))
	if err != nil {
		t.Fatalf("is GDAL installed? %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Fatalf("no GeoPackage came out: %v", err)
	}
	cleanup()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("the temporary file is still there")
	}
}

func TestConvertRefuses(t *testing.T) {
	_, _, err := Convert(t.Context(), open(t, "broken.xml", "<nothing/>"))
	if referentials.CodeOf(err) != referentials.Unsupported || !strings.Contains(err.Error(), "does not read it either") {
		t.Errorf("got %v", err)
	}
	if said := err.Error(); strings.Contains(said, "Warning") || strings.Contains(said, "->") || len(said) > 500 {
		t.Errorf("it says too much: %s", said)
	}
	t.Setenv("PATH", "")
	_, _, err = Convert(t.Context(), open(t, "lieux.kml", kml))
	if referentials.CodeOf(err) != referentials.Unsupported || !strings.Contains(err.Error(), "install GDAL") {
		t.Errorf("got %v", err)
	}
}
