package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeocodeFiles: a file that is not whole, or not one, is told as such and is no wrong
// use of the command; outputs are two files.
func TestGeocodeFiles(t *testing.T) {
	store, dir := newGeoPackage(t), t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	register := write("adresses.csv", []byte("id_adr,numero,voie_nom,code_insee,x_wgs84,y_wgs84\n1,12,Rue de Nantes,35238,-1.68,48.1\n"))
	mustSocle(t, "import", "--store", store, register, "--as", "adresses")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(bytes.Repeat([]byte("adresse\n12 rue de Nantes\n"), 1000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := write("whole.csv.gz", z.Bytes())
	other := bytes.Clone(z.Bytes())
	other[len(other)-5] ^= 1
	out := filepath.Join(dir, "out.csv")
	for _, c := range []struct {
		args  []string
		usage bool
		says  string
	}{
		{[]string{write("cut.csv.gz", z.Bytes()[:z.Len()/2]), "-o", out}, false, "cut.csv.gz: the compressed data ends too early"},
		{[]string{write("end.csv.gz", z.Bytes()[:z.Len()-6]), "-o", out}, false, "end.csv.gz: the compressed data ends too early"},
		{[]string{write("sum.csv.gz", other), "-o", out}, false, "sum.csv.gz: the checksum does not match"},
		{[]string{write("head.csv.gz", z.Bytes()[:5]), "-o", out}, false, "head.csv.gz: "},
		{[]string{dir, "-o", out}, false, "is a directory"},
		{[]string{write("empty.csv", nil), "-o", out}, false, "empty.csv: the file is empty"},
		{[]string{whole, "-o", filepath.Join(dir, "no", "out.csv")}, false, "make the folder"},
		{[]string{whole, "-o", out, "--review", filepath.Join(dir, ".", "out.csv")}, true, "it is the output too"},
		{[]string{whole, "-o", out, "--columns", "nowhere"}, true, "no column"},
	} {
		_, err := socle(t, append([]string{"geocode", "--store", store}, c.args...)...)
		var usage *usageError
		if err == nil || !strings.Contains(err.Error(), c.says) || errors.As(err, &usage) != c.usage {
			t.Errorf("socle geocode %s: %v", strings.Join(c.args, " "), err)
		}
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Fatalf("socle geocode %s: an output was left", strings.Join(c.args, " "))
		}
	}
	mustSocle(t, "geocode", "--store", store, whole, "-o", out)
}
