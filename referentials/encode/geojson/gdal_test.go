package geojson_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials/encode/encodetest"
	"socle/referentials/encode/geojson"
)

// GDAL reads every layer, in its system and with its types.
func TestGDAL(t *testing.T) {
	for _, layer := range encodetest.Layers() {
		var out bytes.Buffer
		w, err := geojson.New(&out, layer.Header)
		if err != nil {
			t.Fatal(err)
		}
		for i := range layer.Rows {
			if err := w.Write(&layer.Rows[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "a.geojson")
		if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		var info, errs bytes.Buffer
		cmd := exec.Command("ogrinfo", "-al", "-ro", name)
		cmd.Stdout, cmd.Stderr = &info, &errs
		err = cmd.Run()
		// GDAL warns of the greatest int64 itself, and reads it right.
		warned := errs.Len() > 0 && !strings.Contains(errs.String(), "out of 64bit integer range")
		if err != nil || warned {
			t.Fatalf("%s: ogrinfo: %v\n%s(the tests need GDAL: apt-get install gdal-bin)", layer.Name, err, errs.String())
		}
		want := []string{"Feature Count: "}
		switch layer.Name {
		case "Table":
			want = append(want, "entier: Integer64", "vrai: Integer(Boolean)", "jour: Date", "instant: DateTime", "9223372036854775807")
		case "Points":
			want = append(want, "Geometry: Point", `ID["EPSG",2154]`)
		default:
			want = append(want, `ID["EPSG",3948]`)
		}
		for _, text := range want {
			if !strings.Contains(info.String(), text) {
				t.Errorf("%s: ogrinfo does not say %q:\n%.3000s", layer.Name, text, info.String())
			}
		}
	}
}
