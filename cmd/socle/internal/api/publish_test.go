package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"socle/cmd/socle/internal/jobs"
	"socle/imu/aggregate"
	"socle/referentials"
)

const pressToken = "a token that nobody guesses"

// pressDesk notes what is published.
type pressDesk struct {
	Desk
	mu        sync.Mutex
	published []string // id, and rows
}

func (d *pressDesk) MayPublish(_ context.Context, id string) error {
	if id == "adresses" {
		return referentials.Errorf(referentials.Conflict, "%q is a collection that is no release", id)
	}
	return nil
}

func (d *pressDesk) Publish(_ context.Context, id string, rel *aggregate.Release) (referentials.Version, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.published = append(d.published, fmt.Sprint(id, " ", rel.Table.RowLen()))
	return referentials.Version{Collection: id, ID: 1}, nil
}

func (d *pressDesk) said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.published)
}

func openPress(t *testing.T) (*API, *pressDesk) {
	t.Helper()
	desk := &pressDesk{}
	a := openProcesses(t, jobs.Options{}, func(c *Config) { desk.Desk, c.Desk, c.PublishToken = c.Desk, desk, pressToken })
	return a, desk
}

// TestPublish makes collections for who sends the token, and for nobody else.
func TestPublish(t *testing.T) {
	a, desk := openPress(t)
	const figures = "/collections/îlots/aggregate?source=conso_elec&measure=sum(conso_mwh)"
	for _, headers := range [][]string{
		nil, {"Authorization", "Bearer"}, {"Authorization", "Bearer a token that somebody guesses"}, {"Authorization", "Basic " + pressToken},
		{"Authorization", pressToken}, {"Cookie", "token=" + pressToken},
	} {
		w := ask(t, a, figures+"&publish=conso_imu", headers...)
		if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") || strings.Contains(w.Body.String(), "columns") {
			t.Errorf("%v: %d %v %s", headers, w.Code, w.Header(), w.Body)
		}
	}
	with := []string{"Authorization", "bearer " + pressToken}
	if w := send(t, a, http.MethodHead, figures+"&publish=conso_imu", with...); w.Code != http.StatusBadRequest {
		t.Errorf("HEAD: %d", w.Code)
	}
	if w := ask(t, a, figures+"&publish=adresses", with...); w.Code != http.StatusConflict {
		t.Errorf("the name of another: %d %s", w.Code, w.Body)
	}
	if w := ask(t, a, "/collections/îlots/aggregate?source=conso_elec&measure=max(conso_mwh)&publish=conso_imu", with...); w.Code != http.StatusForbidden {
		t.Errorf("what may not be told: %d %s", w.Code, w.Body)
	}
	if said := desk.said(); said != nil {
		t.Fatalf("published: %v", said)
	}
	for _, format := range []string{"json", "csv"} {
		w := ask(t, a, figures+"&publish=conso_imu&f="+format, with...)
		if w.Code != http.StatusCreated || w.Header().Get("Location") != host+"/collections/conso_imu" || w.Header().Get("Cache-Control") != "no-store" || w.Body.Len() == 0 {
			t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		if strings.Contains(w.Header().Get("Link"), "publish") {
			t.Errorf("a link publishes again: %s", w.Header().Get("Link"))
		}
	}
	if w := ask(t, a, figures, with...); w.Code != http.StatusOK {
		t.Errorf("without publishing: %d", w.Code)
	}
	if said := fmt.Sprint(desk.said()); said != "[conso_imu 4 conso_imu 4]" {
		t.Errorf("published: %s", said)
	}
	// A page of another origin cannot send the token along.
	if w := send(t, a, http.MethodOptions, figures); strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Error("scripts of other origins may publish")
	}
}

// TestPublishByProcess publishes when the work is done, as a job or at once.
func TestPublishByProcess(t *testing.T) {
	a, desk := openPress(t)
	const body = `{"inputs":{"mesh":"îlots","source":"adresses","measure":"count","publish":"compte"}}`
	if w := execute(t, a, "aggregate", body); w.Code != http.StatusUnauthorized {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := execute(t, a, "aggregate", strings.Replace(body, "compte", "adresses", 1), "Authorization", "Bearer "+pressToken); w.Code != http.StatusConflict {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := execute(t, a, "aggregate", body, "Authorization", "Bearer "+pressToken); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	later := execute(t, a, "aggregate", body, "Authorization", "Bearer "+pressToken, "Prefer", "respond-async")
	job := ends(t, a, strings.TrimPrefix(later.Header().Get("Location"), host))
	if job.at("status").text() != "successful" || fmt.Sprint(desk.said()) != "[compte 4 compte 4]" {
		t.Errorf("%v %v", job.v, desk.said())
	}
}

// TestPublishIsOffered describes publishing where it is, and says who can where it is not.
func TestPublishIsOffered(t *testing.T) {
	a, _ := openPress(t)
	doc := description(t, a)
	get := doc.Paths.Find("/collections/îlots/aggregate").Get
	if get.Parameters.GetByInAndName("query", "publish") == nil || get.Responses.Value("201") == nil || doc.Components.SecuritySchemes["publish"] == nil {
		t.Error("the description does not tell how to publish")
	}
	if !strings.Contains(ask(t, a, "/processes/aggregate").Body.String(), `"publish"`) {
		t.Error("the process does not tell how to publish")
	}
	b := openProcesses(t, jobs.Options{}, nil)
	if strings.Contains(ask(t, b, "/api").Body.String(), `"publish"`) || strings.Contains(ask(t, b, "/processes/aggregate").Body.String(), `"publish"`) {
		t.Error("publishing is offered where it is not")
	}
	w := ask(t, b, "/collections/îlots/aggregate?source=adresses&measure=count&publish=x", "Authorization", "Bearer ")
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "--publish-token") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestJobsOfOthers lists a client's own jobs only, also behind a proxy that is trusted.
func TestJobsOfOthers(t *testing.T) {
	proxies := []string{"192.0.2.0/24", "2001:db8::/32"}
	a := openProcesses(t, jobs.Options{}, func(c *Config) {
		for _, p := range proxies {
			c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(p))
		}
	})
	ask := func(remote, forwarded string) int {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, host+"/jobs", nil)
		r.RemoteAddr = remote
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return strings.Count(w.Body.String(), `"jobID"`)
	}
	job := execute(t, a, "echo", `{"inputs":{"string":"x"}}`, "Prefer", "respond-async", "X-Forwarded-For", "198.51.100.7, 203.0.113.9, 192.0.2.44")
	path := strings.TrimPrefix(job.Header().Get("Location"), host)
	for _, c := range []struct {
		remote, forwarded string
		want              int
	}{
		{"203.0.113.9:4", "", 1},
		{"203.0.113.9:4", "198.51.100.7", 1}, // which nobody trusted says
		{"[2001:db8::1]:4", "203.0.113.9:555", 1},
		{"192.0.2.1:4", "", 0},
		{"192.0.2.1:4", "nonsense", 0},
		{"198.51.100.7:4", "", 0},
		{"198.51.100.7:4", "203.0.113.9", 0},
	} {
		if n := ask(c.remote, c.forwarded); n != c.want {
			t.Errorf("%s for %q sees %d jobs, want %d", c.remote, c.forwarded, n, c.want)
		}
	}
	if s := ends(t, a, path).at("status").text(); s != "successful" { // by its id
		t.Errorf("it is %s", s)
	}
}
