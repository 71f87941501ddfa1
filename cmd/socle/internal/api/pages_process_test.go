package api

import (
	"net/http"
	"strings"
	"testing"

	"socle/cmd/socle/internal/jobs"
)

const browser = "text/html,application/xhtml+xml,*/*;q=0.8"

// TestPagesOfProcesses reads the pages that browsers get where programs get JSON.
func TestPagesOfProcesses(t *testing.T) {
	a := openProcesses(t, jobs.Options{}, nil)
	job := executeLater(t, a, "aggregate", `{"inputs":{"mesh":"îlots","source":"adresses","measure":"count"}}`)
	ends(t, a, job)
	for path, says := range map[string][]string{
		"/processes":           {"Traitements", `href="/processes/aggregate?f=html"`, `href="/jobs?f=html"`},
		"/processes/aggregate": {"Un thème sur un maillage", "<code>measure</code>", "POST http://socle.test/processes/aggregate/execution", "text/csv"},
		"/jobs":                {"réussie", "100 %", `href="/processes/aggregate?f=html"`},
		job:                    {"réussie", job + "/results", `<progress max="100" value="100"`},
	} {
		w := ask(t, a, path, "Accept", browser, "Accept-Language", "fr")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != mediaHTML || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		for _, s := range says {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s does not say %q:\n%s", path, s, w.Body)
			}
		}
		for _, accept := range []string{"", "*/*", "application/json"} {
			if w := ask(t, a, path, "Accept", accept); w.Header().Get("Content-Type") != mediaJSON {
				t.Errorf("%s as %q: %s", path, accept, w.Header().Get("Content-Type"))
			}
		}
	}
}

// TestPageOfFigures reads figures as a page, which hides what must be hidden.
func TestPageOfFigures(t *testing.T) {
	a := openDesk(t)
	w := ask(t, a, "/collections/%C3%AElots/aggregate?source=conso_elec&measure=sum(conso_mwh)&f=html", "Accept-Language", "fr")
	page := w.Body.String()
	for _, s := range []string{"Comment ces chiffres ont été faits", "energie-elec-res", "hidden", `href="/map?measure=sum%28conso_mwh%29&amp;mesh=`, "f=csv"} {
		if w.Code != http.StatusOK || !strings.Contains(page, s) {
			t.Errorf("%d: the page does not say %q:\n%s", w.Code, s, page)
		}
	}
	if strings.Contains(page, "SECRET") {
		t.Error("the page tells of single rows")
	}
	grouped := ask(t, a, "/collections/%C3%AElots/aggregate?source=adresses&measure=count&by=id_voie&f=html").Body.String()
	if strings.Contains(grouped, `href="/map?m`) {
		t.Error("the page leads to a map of figures that it does not draw")
	}
}
