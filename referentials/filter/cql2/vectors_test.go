package cql2

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"socle/referentials/filter"
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
	schema := standardSchema(t)
	for name, s := range texts {
		e, err := ParseText(s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		roundTrip(t, e)
		validate(t, schema, e)
	}
}

// A pair is a text and the JSON of the same name; those that end in -alt01 are other
// texts of a pair.
func TestStandardPairs(t *testing.T) {
	texts, jsons := examples(t, "text"), examples(t, "json")
	if len(jsons) != 109 {
		t.Errorf("%d JSON texts, the standard has 109", len(jsons))
	}
	for name, s := range texts {
		pair, ok := jsons[strings.TrimSuffix(name, "-alt01")]
		if !ok {
			t.Errorf("%s has no JSON", name)
			continue
		}
		want, err := ParseJSON([]byte(pair))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := mustText(t, s); !equal(got, want) {
			t.Errorf("%s: the text is\n%s, the JSON\n%s", name, AppendJSON(nil, got), AppendJSON(nil, want))
		}
		roundTrip(t, want)
	}
}

func TestAnnex(t *testing.T) {
	all := predicates(t)
	if len(all) != 351 {
		t.Errorf("%d predicates, the annex has 351", len(all))
	}
	schema := standardSchema(t)
	for _, s := range all {
		e := mustText(t, s)
		roundTrip(t, e)
		validate(t, schema, e)
	}
}

// standardSchema compiles the standard's cql2.json.
func standardSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(vectors, "cql2.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate checks the JSON of a tree against the standard's schema.
func validate(t interface {
	Helper()
	Fatalf(string, ...any)
}, schema *jsonschema.Schema, e filter.Expr) {
	t.Helper()
	written := AppendJSON(nil, e)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
	if err != nil {
		t.Fatalf("%s: %v", written, err)
	}
	if err := schema.Validate(v); err != nil {
		t.Fatalf("%s: %v", written, err)
	}
}
