package cql2

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectors are the standard's examples, beside the checkout.
const vectors = "../../../../shared/vectors/cql2"

// examples reads the standard's examples of a form, by name.
func examples(t testing.TB, form string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(vectors, "examples", form, "*."+map[string]string{"text": "txt", "json": "json"}[form]))
	if err != nil || len(files) == 0 {
		t.Fatalf("the shared vectors must be beside the checkout: %v", err)
	}
	all := map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))] = string(b)
	}
	return all
}

// predicates reads those of the standard's annex.
func predicates(t testing.TB) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(vectors, "ats_cases.ndjson"))
	if err != nil {
		t.Fatalf("the shared vectors must be beside the checkout: %v", err)
	}
	defer f.Close()
	var all []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c struct{ Predicate string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c.Predicate)
	}
	return all
}

func TestStandardTexts(t *testing.T) {
	texts := examples(t, "text")
	if len(texts) != 120 {
		t.Errorf("%d texts, the standard has 120", len(texts))
	}
	for name, s := range texts {
		if _, err := ParseText(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnnex(t *testing.T) {
	all := predicates(t)
	if len(all) != 351 {
		t.Errorf("%d predicates, the annex has 351", len(all))
	}
	for _, s := range all {
		if _, err := ParseText(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}
