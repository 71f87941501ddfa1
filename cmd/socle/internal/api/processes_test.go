package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socle/cmd/socle/internal/jobs"
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

// TestExceptions checks the types of OGC API Processes and the media type of errors.
func TestExceptions(t *testing.T) {
	a := openProcesses(t, jobs.Options{}, nil)
	job := executeLater(t, a, "echo", `{"inputs":{"string":"x","pause":5}}`)
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
