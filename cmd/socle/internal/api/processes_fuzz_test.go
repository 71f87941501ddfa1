package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"socle/referentials"
)

// FuzzExecution reads any body as a request to execute echo: it is refused with a reason,
// or what comes out is what the description announces.
func FuzzExecution(f *testing.F) {
	for _, body := range []string{`{"inputs":{"string":"x"}}`, `{"inputs":{"box":{"value":{"bbox":[1,2,3,4]}}},"response":"document"}`} {
		f.Add([]byte(body))
	}
	p := echo()
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, host, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", mediaJSON)
		e, err := readExecution(httptest.NewRecorder(), r, p)
		var todo work
		if err == nil {
			for i := range p.inputs {
				in := &p.inputs[i]
				if raw, given := e.inputs[in.name]; given {
					if err := checkValue(in.schema, raw); err != nil {
						t.Errorf("input %s is %s: %v", in.name, raw, err)
					}
				}
			}
			delete(e.inputs, "pause")
			todo, err = p.prepare(httptest.NewRecorder(), r, e)
		}
		if err != nil {
			if code := referentials.CodeOf(err); code != referentials.Invalid && code != referentials.TooLarge {
				t.Errorf("%s: %v", code, err)
			}
			return
		}
		outputs, err := todo(t.Context(), func(int) {})
		if err != nil || len(outputs) == 0 {
			t.Fatal(outputs, err)
		}
		result, err := compose(outputs, e.raw)
		if err != nil || result.Media == mediaJSON && !json.Valid(result.Body) {
			t.Errorf("%s %s: %v", result.Media, result.Body, err)
		}
	})
}
