package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socle/cmd/socle/internal/jobs"
	"socle/imu/aggregate"
	"socle/imu/theme"
	"socle/referentials/snapshot"
)

// openProcesses gives an API with jobs, which run until the test ends.
func openProcesses(t *testing.T, o jobs.Options, change func(*Config)) *API {
	t.Helper()
	store := rennes()
	d, rows := consumption()
	store.add(d, rows...)
	keeper := snapshot.New(store, snapshot.Options{})
	if err := keeper.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	desk, err := theme.New(theme.Options{}, keeper.Current)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(desk.Close)
	manager := jobs.New(o)
	config := Config{Version: "test", Desk: desk, Jobs: manager}
	if change != nil {
		change(&config)
	}
	a, err := New(config, keeper, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- manager.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return a
}

// busyDesk answers questions when it is told to, or never.
type busyDesk struct {
	Desk
	begun chan struct{} // one for each question
}

func (d *busyDesk) Release(ctx context.Context, _ *theme.Question) (*aggregate.Release, error) {
	d.begun <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

// execute sends a request to execute a process.
func execute(t testing.TB, h http.Handler, id, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, host+"/processes/"+id+"/execution", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr, r.RequestURI = "192.0.2.1:4711", r.URL.RequestURI()
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// executeLater has a process executed as a job and gives the path of the job.
func executeLater(t testing.TB, h http.Handler, id, body string) string {
	t.Helper()
	w := execute(t, h, id, body, "Prefer", "wait=5, respond-async")
	path, ours := strings.CutPrefix(w.Header().Get("Location"), host)
	if w.Code != http.StatusCreated || !ours || w.Header().Get("Preference-Applied") != "respond-async" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	return path
}

// ends waits for the end of a job.
func ends(t testing.TB, h http.Handler, path string) document {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		job := get(t, h, path, http.StatusOK)
		if s := job.at("status").text(); s != "accepted" && s != "running" {
			return job
		}
	}
	t.Fatalf("%s does not end", path)
	return document{}
}

func TestProcesses(t *testing.T) {
	a := openProcesses(t, jobs.Options{}, nil)
	landing := get(t, a, "/", http.StatusOK)
	if landing.link(relProcesses) != host+"/processes" || landing.link(relJobs) != host+"/jobs" {
		t.Errorf("%v", landing.at("links").v)
	}
	conforms := fmt.Sprint(get(t, a, "/conformance", http.StatusOK).at("conformsTo").v)
	for _, class := range processClasses {
		if !strings.Contains(conforms, class) {
			t.Errorf("%s is not among the classes", class)
		}
	}
	var ids []string
	for next := "/processes?limit=1"; next != ""; {
		page := get(t, a, next, http.StatusOK)
		if n := len(page.at("processes").list()); n != 1 {
			t.Fatalf("%d processes on a page of 1", n)
		}
		ids = append(ids, page.at("processes.0.id").text())
		next = strings.TrimPrefix(page.link("next"), host)
	}
	if fmt.Sprint(ids) != "[aggregate echo]" {
		t.Fatalf("%v", ids)
	}
	for _, id := range ids {
		doc := get(t, a, "/processes/"+id, http.StatusOK)
		if doc.link(relExecute) != host+"/processes/"+id+"/execution" || len(doc.at("inputs").v.(map[string]any)) == 0 || len(doc.at("outputs").v.(map[string]any)) == 0 {
			t.Errorf("%v", doc.v)
		}
	}
	// The inputs come as a person would ask: the first is the one that matters most.
	body := ask(t, a, "/processes/aggregate").Body.String()
	if mesh, parents := strings.Index(body, `"mesh"`), strings.Index(body, `"parents"`); mesh < 0 || parents < mesh {
		t.Errorf("inputs are out of order: %s", body)
	}
	without := open(t, nil)
	for _, path := range []string{"/processes", "/jobs", "/processes/echo"} {
		get(t, without, path, http.StatusNotFound)
	}
}

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
			if err == io.EOF {
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
		"long pause":        {"echo", `{"inputs":{"string":"x","pause":3600}}`, 400, "above 10"},
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

// TestExceptions checks the types of OGC API Processes and the media type of errors.
func TestExceptions(t *testing.T) {
	a := openProcesses(t, jobs.Options{}, nil)
	job := executeLater(t, a, "echo", `{"inputs":{"string":"x","pause":10}}`)
	for target, want := range map[string]string{
		"/processes/nothing":          noSuchProcess,
		"/processes/nothing?f=json":   noSuchProcess,
		"/jobs/nothing":               noSuchJob,
		"/jobs/nothing/results":       noSuchJob,
		job + "/results":              notReady,
		"/collections/nothing":        "about:blank",
		"/processes/nothing/anything": "about:blank",
	} {
		for accept, media := range map[string]string{"": mediaProblem, "*/*": mediaProblem, "application/json": mediaJSON, "application/json, application/problem+json": mediaProblem} {
			w := ask(t, a, target, "Accept", accept)
			if want == "about:blank" {
				media = mediaProblem
			}
			if w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != media || !strings.Contains(w.Body.String(), `"type":"`+want+`"`) {
				t.Errorf("%s %q: %d %s %s, want %s %s", target, accept, w.Code, w.Header().Get("Content-Type"), w.Body, media, want)
			}
		}
	}
	if w := send(t, a, http.MethodDelete, job); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, a, job+"/results"); w.Code != http.StatusGone {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestDismiss stops a job in the middle of its work, and one that waits.
func TestDismiss(t *testing.T) {
	desk := &busyDesk{begun: make(chan struct{}, 8)}
	a := openProcesses(t, jobs.Options{Workers: 1}, func(c *Config) { desk.Desk, c.Desk = c.Desk, desk })
	const body = `{"inputs":{"mesh":"îlots","source":"adresses","measure":"count"}}`
	running, waiting := executeLater(t, a, "aggregate", body), executeLater(t, a, "aggregate", body)
	<-desk.begun
	if s := get(t, a, running, http.StatusOK).at("status").text(); s != "running" {
		t.Errorf("the first is %s", s)
	}
	get(t, a, running+"/results", http.StatusNotFound)
	for _, job := range []string{waiting, running} {
		w := send(t, a, http.MethodDelete, job)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"dismissed"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if s := get(t, a, job, http.StatusOK).at("status").text(); s != "dismissed" {
			t.Errorf("%s after it was dismissed", s)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		w, r, bytes := a.config.Jobs.Load()
		if w+r+bytes == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d wait, %d run, %d bytes are left", w, r, bytes)
		}
	}
	if len(desk.begun) != 0 {
		t.Error("the job that waited was begun")
	}
	if w := send(t, a, http.MethodDelete, "/jobs/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestClientLeaves checks that a client which does not wait any more leaves no work.
func TestClientLeaves(t *testing.T) {
	desk := &busyDesk{begun: make(chan struct{}, 1)}
	a := openProcesses(t, jobs.Options{}, func(c *Config) { desk.Desk, c.Desk = c.Desk, desk })
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, host+"/processes/aggregate/execution", strings.NewReader(`{"inputs":{"mesh":"îlots","source":"adresses","measure":"count"}}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.ServeHTTP(httptest.NewRecorder(), r)
	}()
	<-desk.begun
	cancel()
	<-done
	if len(a.config.Jobs.List()) != 0 {
		t.Error("a request that is waited for made a job")
	}
}

func TestQueueFull(t *testing.T) {
	desk := &busyDesk{begun: make(chan struct{}, 8)}
	a := openProcesses(t, jobs.Options{Workers: 1, Waiting: 1}, func(c *Config) { desk.Desk, c.Desk = c.Desk, desk })
	const body = `{"inputs":{"mesh":"îlots","source":"adresses","measure":"count"}}`
	executeLater(t, a, "aggregate", body)
	<-desk.begun
	executeLater(t, a, "aggregate", body)
	w := execute(t, a, "echo", `{"inputs":{"string":"x"}}`, "Prefer", "respond-async")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "wait already") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := execute(t, a, "echo", `{"inputs":{"string":"x"}}`); w.Code != http.StatusOK {
		t.Errorf("waited for: %d %s", w.Code, w.Body)
	}
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestResultExpires(t *testing.T) {
	c := &clock{now: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)}
	a := openProcesses(t, jobs.Options{Keep: time.Hour, Now: c.Now}, nil)
	job := executeLater(t, a, "echo", `{"inputs":{"string":"x"}}`)
	if created := ends(t, a, job).at("created").text(); created != "2024-05-06T07:08:09Z" {
		t.Error(created)
	}
	c.pass(time.Hour - time.Second)
	if w := ask(t, a, job+"/results"); w.Code != http.StatusOK || w.Body.String() != "x" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	c.pass(time.Second)
	for _, target := range []string{job, job + "/results"} {
		if w := ask(t, a, target); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), noSuchJob) || !strings.Contains(w.Body.String(), "execute the process again") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestJobList(t *testing.T) {
	c := &clock{now: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)}
	a := openProcesses(t, jobs.Options{Now: c.Now}, nil)
	a.now = c.Now
	var all []string
	for i, body := range []string{`{"inputs":{"string":"x"}}`, `{"inputs":{"string":"y"}}`, `{"inputs":{"mesh":"nothing","source":"adresses","measure":"count"}}`} {
		job := executeLater(t, a, []string{"echo", "echo", "aggregate"}[i], body)
		ends(t, a, job)
		all = append([]string{strings.TrimPrefix(job, "/jobs/")}, all...)
		c.pass(24 * time.Hour / 100)
	}
	for query, want := range map[string][]string{
		"":                                    all,
		"limit=2":                             all[:2],
		"limit=2&offset=2":                    all[2:],
		"type=process":                        all,
		"processID=echo":                      all[1:],
		"processID=aggregate,echo":            all,
		"processID=nothing":                   {},
		"status=failed":                       all[:1],
		"status=successful,failed":            all,
		"status=running":                      {},
		"datetime=2024-05-06":                 all,
		"datetime=2024-05-07":                 {},
		"datetime=2024-05-06T07:08:10Z/..":    all[:2],
		"datetime=../2024-05-06T07:08:09Z":    all[2:],
		"minDuration=1":                       {},
		"maxDuration=0":                       all,
		"processID=echo&status=failed&f=json": {},
	} {
		ids := []string{}
		for _, job := range get(t, a, "/jobs?"+query, http.StatusOK).at("jobs").list() {
			ids = append(ids, document{t, job}.at("jobID").text())
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%q: %v, want %v", query, ids, want)
		}
	}
	for _, query := range []string{"status=done", "type=other", "minDuration=-1", "maxDuration=x", "datetime=yesterday", "limit=0", "stats=failed"} {
		get(t, a, "/jobs?"+query, http.StatusBadRequest)
	}
}

// TestJobsTellNothing checks that neither lists nor logs nor errors of jobs tell of what is
// under statistical confidentiality, nor lists of what others ask.
func TestJobsTellNothing(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&lockedWriter{w: &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a := openProcesses(t, jobs.Options{Logger: logger}, func(c *Config) { c.Logger = logger })
	const inputs = `{"inputs":{"mesh":"îlots","source":"conso_elec","measure":"sum(conso_mwh)"`
	var told bytes.Buffer
	for body, status := range map[string]string{
		inputs + `}}`: "successful",
		inputs + `,"filter":"pdl='SECRET-0-0'"}}`:                                               "failed",
		`{"inputs":{"mesh":"conso_elec","source":"adresses","measure":"count"}}`:                "failed",
		`{"inputs":{"mesh":"îlots","source":"conso_elec","measure":"count","by":"pdl"}}`:        "failed",
		`{"inputs":{"mesh":"îlots","source":"conso_elec","measure":"max(conso_mwh,numero=1)"}}`: "failed",
	} {
		job := executeLater(t, a, "aggregate", body)
		if got := ends(t, a, job).at("status").text(); got != status {
			t.Errorf("%s: %s", body, got)
		}
		told.Write(ask(t, a, job).Body.Bytes())
		told.Write(ask(t, a, job+"/results").Body.Bytes())
		if status == "failed" && ask(t, a, job+"/results").Code < 400 {
			t.Error("a failed job has a result")
		}
	}
	list := ask(t, a, "/jobs").Body.String()
	for _, word := range []string{"SECRET", "message", "conso", "adresses"} {
		if strings.Contains(list, word) {
			t.Errorf("the list tells of %q: %s", word, list)
		}
	}
	if strings.Contains(told.String(), "SECRET") || strings.Contains(log.String(), "SECRET") {
		t.Errorf("a secret is told: %s\n%s", told.String(), log.String())
	}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// TestMethodsOfProcesses checks that a path takes what it offers and nothing else.
func TestMethodsOfProcesses(t *testing.T) {
	a := openProcesses(t, jobs.Options{}, nil)
	for target, want := range map[string]string{
		"/processes":                      "GET, HEAD, OPTIONS",
		"/processes/echo":                 "GET, HEAD, OPTIONS",
		"/processes/echo/execution":       "POST, OPTIONS",
		"/processes/echo/execution/":      "POST, OPTIONS",
		"/jobs":                           "GET, HEAD, OPTIONS",
		"/jobs/any":                       "GET, HEAD, DELETE, OPTIONS",
		"/jobs/any/results":               "GET, HEAD, OPTIONS",
		"/collections/adresses/items":     "GET, HEAD, OPTIONS",
		"/collections/adresses/items/A01": "GET, HEAD, OPTIONS",
		"/collections/%C3%AElots/items":   "GET, HEAD, OPTIONS",
		"/nowhere":                        "GET, HEAD, OPTIONS",
	} {
		w := send(t, a, http.MethodOptions, target)
		if w.Code != http.StatusNoContent || w.Header().Get("Allow") != want || w.Header().Get("Access-Control-Allow-Methods") != want {
			t.Errorf("%s: %d %v, want %s", target, w.Code, w.Header(), want)
		}
		for _, header := range []string{"Content-Type", "Prefer"} {
			if !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), header) {
				t.Errorf("scripts of other origins may not send %s", header)
			}
		}
		if target == "/nowhere" {
			continue
		}
		if w := send(t, a, http.MethodPut, target); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != want {
			t.Errorf("PUT %s: %d %v", target, w.Code, w.Header())
		}
	}
	if w := ask(t, a, "/processes/echo/execution"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST, OPTIONS" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
