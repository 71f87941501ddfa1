package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"socle/cmd/socle/internal/jobs"
)

func TestEcho(t *testing.T) {
	a := openProcesses(t, jobs.Options{}, nil)
	const all = `{"string":"é<","number":1.50,"array":[1,2],"object":{"value":{"a":null}},"box":{"bbox":[1,2,3,4]},"mixed":{"value":7}}`
	for name, c := range map[string]struct{ body, media, want string }{
		"one output":           {`{"inputs":{"string":"hello"}}`, "text/plain; charset=utf-8", "hello"},
		"a number as it is":    {`{"inputs":{"number":1.50}}`, mediaJSON, "1.50"},
		"one of many":          {`{"inputs":` + all + `,"outputs":{"array":{"transmissionMode":"value"}},"response":"raw"}`, mediaJSON, "[1,2]"},
		"object as it is":      {`{"inputs":{"object":{"value":"its own"}}}`, mediaJSON, `{"value":"its own"}`},
		"object in a value":    {`{"inputs":{"object":{"value":{"a":1}}}}`, mediaJSON, `{"a":1}`},
		"text as JSON":         {`{"inputs":{"string":"hello"},"outputs":{"string":{"format":{"mediaType":"application/json"}}}}`, mediaJSON, `"hello"`},
		"no outputs named":     {`{"inputs":{"mixed":"x"},"outputs":{}}`, "text/plain; charset=utf-8", "x"},
		"as a document":        {`{"inputs":` + all + `,"response":"document"}`, mediaJSON, `{"array":[1,2],"box":{"value":{"bbox":[1,2,3,4]}},"mixed":7,"number":1.50,"object":{"value":{"a":null}},"string":"é\u003c"}` + "\n"},
		"without being waited": {`{"inputs":{"string":"now","pause":0}}`, "text/plain; charset=utf-8", "now"},
	} {
		t.Run(name, func(t *testing.T) {
			w := execute(t, a, "echo", c.body)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != c.media || w.Body.String() != c.want {
				t.Errorf("%d %s %q, want %s %q", w.Code, w.Header().Get("Content-Type"), w.Body, c.media, c.want)
			}
			path := executeLater(t, a, "echo", c.body)
			if s := ends(t, a, path).at("status").text(); s != "successful" {
				t.Fatalf("as a job: %s", s)
			}
			if w := ask(t, a, path+"/results"); w.Header().Get("Content-Type") != c.media || w.Body.String() != c.want {
				t.Errorf("as a job: %s %q", w.Header().Get("Content-Type"), w.Body)
			}
		})
	}
	t.Run("several outputs", func(t *testing.T) {
		w := execute(t, a, "echo", `{"inputs":`+all+`}`)
		if again := execute(t, a, "echo", `{"inputs":`+all+`}`); again.Body.String() != w.Body.String() {
			t.Error("the same request gave other bytes")
		}
		media, parameters, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
		if err != nil || media != "multipart/related" {
			t.Fatal(media, err)
		}
		var got []string
		for parts := multipart.NewReader(w.Body, parameters["boundary"]); ; {
			part, err := parts.NextPart()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(part)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, part.Header.Get("Content-Id")+string(body))
		}
		want := []string{"<string>é<", "<number>1.50", "<array>[1,2]", `<object>{"a":null}`, `<box>{"bbox":[1,2,3,4]}`, "<mixed>7"}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// TestExecuteAggregate checks that the process gives what the path of the same name gives.
func TestExecuteAggregate(t *testing.T) {
	a := openProcesses(t, jobs.Options{}, nil)
	const inputs = `{"inputs":{"mesh":"îlots","source":"adresses","measure":"count,mean(numero)","wide":false,"method":"point","filter":"numero > 2"}`
	const query = "/collections/îlots/aggregate?source=adresses&measure=count,mean(numero)&method=point&filter=numero%20%3E%202"
	for _, f := range jobFormats {
		body := inputs + `,"outputs":{"release":{"format":{"mediaType":"` + plain(f.media) + `"}}}}`
		w := execute(t, a, "aggregate", body)
		want := ask(t, a, query+"&f="+f.name)
		if w.Code != http.StatusOK || want.Code != http.StatusOK || w.Header().Get("Content-Type") != want.Header().Get("Content-Type") {
			t.Fatalf("%s: %d %s, %d %s", f.name, w.Code, w.Body, want.Code, want.Body)
		}
		if f.name == "geojson" { // there it has links and an hour, which belong to the path
			var got, there struct{ Features any }
			if json.Unmarshal(w.Body.Bytes(), &got) != nil || json.Unmarshal(want.Body.Bytes(), &there) != nil || fmt.Sprint(got) != fmt.Sprint(there) || got.Features == nil {
				t.Errorf("%s\nwant %s", w.Body, want.Body)
			}
		} else if w.Body.String() != want.Body.String() {
			t.Errorf("%s: %s\nwant %s", f.name, w.Body, want.Body)
		}
		path := executeLater(t, a, "aggregate", body)
		if job := ends(t, a, path); job.at("progress").number() != 100 || job.link(relResults) != host+path+"/results" {
			t.Errorf("%v", job.v)
		}
		if later := ask(t, a, path+"/results"); f.name != "geojson" && later.Body.String() != want.Body.String() {
			t.Errorf("%s as a job: %s", f.name, later.Body)
		}
	}
	w := execute(t, a, "aggregate", inputs+`,"outputs":{"release":{"format":{"mediaType":"text/csv"}}},"response":"document"}`)
	var doc struct {
		Release struct{ MediaType, Value string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.Release.MediaType != "text/csv" || !strings.HasPrefix(doc.Release.Value, "id,") {
		t.Errorf("%v %s", err, w.Body)
	}
}

// TestExecutionRefused checks that what is wrong is told, where it is, before any work.
func TestExecutionRefused(t *testing.T) {
	a := openProcesses(t, jobs.Options{ResultBytes: 64}, nil)
	const question = `"mesh":"îlots","source":"adresses","measure":"count"`
	for name, c := range map[string]struct {
		process, body string
		status        int
		say           string
	}{
		"unknown process":   {"ecco", `{"inputs":{"string":"x"}}`, 404, `did you mean \"echo\"`},
		"no inputs":         {"echo", `{}`, 400, "nothing to give back"},
		"unknown member":    {"echo", `{"invalid-execute-request":"true"}`, 400, "invalid-execute-request"},
		"callbacks":         {"echo", `{"inputs":{"string":"x"},"subscriber":{"successUri":"http://a"}}`, 400, "subscriber"},
		"not JSON":          {"echo", `{"inputs":`, 400, "not an execute request"},
		"more than one":     {"echo", `{"inputs":{"string":"x"}} {}`, 400, "more follows"},
		"unknown input":     {"echo", `{"inputs":{"strin":"x"}}`, 400, `did you mean \"string\"`},
		"wrong type":        {"echo", `{"inputs":{"number":"x"}}`, 400, "input number"},
		"wrong item":        {"echo", `{"inputs":{"array":[1,2.5]}}`, 400, "item 1"},
		"wrong box":         {"echo", `{"inputs":{"box":{"bbox":[1,2,3]}}}`, 400, "at least 4"},
		"no box":            {"echo", `{"inputs":{"box":{"crs":"x"}}}`, 400, `no member \"bbox\"`},
		"wrong mixed":       {"echo", `{"inputs":{"mixed":true}}`, 400, "input mixed"},
		"wrong media type":  {"echo", `{"inputs":{"note":{"type":"wrong/type"}}}`, 400, "not of the type string"},
		"long pause":        {"echo", `{"inputs":{"string":"x","pause":3600}}`, 400, "above 5"},
		"a reference":       {"echo", `{"inputs":{"string":{"href":"http://169.254.169.254/"}}}`, 400, "give the value itself"},
		"output by link":    {"echo", `{"inputs":{"string":"x"},"outputs":{"string":{"transmissionMode":"reference"}}}`, 400, "reference"},
		"unknown output":    {"echo", `{"inputs":{"string":"x"},"outputs":{"strings":{}}}`, 400, `did you mean \"string\"`},
		"output not given":  {"echo", `{"inputs":{"string":"x"},"outputs":{"number":{}}}`, 400, "nothing to give back"},
		"output as a film":  {"echo", `{"inputs":{"string":"x"},"outputs":{"string":{"format":{"mediaType":"video/mp4"}}}}`, 400, "video/mp4"},
		"unknown response":  {"echo", `{"inputs":{"string":"x"},"response":"cooked"}`, 400, "use raw or document"},
		"missing input":     {"aggregate", `{"inputs":{"mesh":"îlots"}}`, 400, "input source"},
		"unknown mesh":      {"aggregate", `{"inputs":{"mesh":"ilot","source":"adresses","measure":"count"}}`, 404, "did you mean"},
		"unknown method":    {"aggregate", `{"inputs":{` + question + `,"method":"ara"}}`, 400, `did you mean \"area\"`},
		"parents as a text": {"aggregate", `{"inputs":{` + question + `,"parents":"communes"}}`, 400, "input parents"},
		"unknown measure":   {"aggregate", `{"inputs":{"mesh":"îlots","source":"adresses","measure":"sume(numero)"}}`, 400, "measure"},
		"wrong form":        {"aggregate", `{"inputs":{` + question + `},"outputs":{"release":{"format":{"mediaType":"image/png"}}}}`, 400, "text/csv"},
		"too much":          {"aggregate", `{"inputs":{` + question + `}}`, 413, "more than 64 bytes"},
		"too large a body":  {"echo", `{"inputs":{"string":"` + strings.Repeat("x", maxExecuteBytes) + `"}}`, 413, "1048576"},
	} {
		t.Run(name, func(t *testing.T) {
			w := execute(t, a, c.process, c.body)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.say) || w.Header().Get("Content-Type") != mediaProblem {
				t.Errorf("%d %s %s, want %d and %q", w.Code, w.Header().Get("Content-Type"), w.Body, c.status, c.say)
			}
		})
	}
	if w := execute(t, a, "echo", `<xml/>`, "Content-Type", "text/xml"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if waiting, running, _ := a.config.Jobs.Load(); waiting+running != 0 {
		t.Errorf("%d jobs wait, %d run", waiting, running)
	}
}
