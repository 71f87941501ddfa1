package api

import (
	"bytes"
	"context"
	"io"
	"log/slog"
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
)

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
	if len(a.config.Jobs.List("192.0.2.1")) != 0 {
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
