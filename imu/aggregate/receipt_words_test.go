package aggregate

import (
	"strings"
	"testing"

	"socle/imu/crosswalk"
)

// TestReasonsInFrench holds what crosswalks say of features without a cell against French.
func TestReasonsInFrench(t *testing.T) {
	for english, french := range map[string]string{
		"it has no geometry":                                           "sans géométrie",
		"it is a Point, without area":                                  "c'est un Point, sans surface",
		"its com is null; its code_iris 010 is not in iris":            "com est vide ; code_iris 010 n'est pas dans iris",
		"its id_adr 7 leads to no cell of imu":                         "id_adr 7 ne mène à aucune maille de imu",
		"nothing weighs in it, and a part of it lies outside the mesh": "rien n'y pèse, et une partie est hors du maillage",
		"all that weighs in it lies outside the mesh":                  "tout ce qui y pèse est hors du maillage",
	} {
		if got := (&writer{french: true}).reason(english); got != french {
			t.Errorf("%s: %s", english, got)
		}
		if got := (&writer{}).reason(english); got != english {
			t.Errorf("%s: %s", english, got)
		}
	}
}

// TestUnmatchedIsBounded keeps the text short where thousands have no cell.
func TestUnmatchedIsBounded(t *testing.T) {
	r := &Receipt{Method: MethodUsed{Name: crosswalk.Area, Base: crosswalk.Total}}
	for range 40 {
		r.Unmatched = append(r.Unmatched, crosswalk.Fate{Key: "k", Share: 0.375, Reason: "a part of it lies outside the mesh"})
	}
	fr, en := r.Text("fr"), r.Text("en")
	if n := strings.Count(fr, "k : en partie hors du maillage, 37,5 %\n"); n != maxExamples || !strings.Contains(fr, "d'autres exemples") {
		t.Errorf("%d examples in\n%s", n, fr)
	}
	if !strings.Contains(en, "k: a part of it lies outside the mesh, 37.5 %\n") || !strings.Contains(en, "is not counted in it") {
		t.Error(en)
	}
}

// TestSummary has what the law wants told go with what is published.
func TestSummary(t *testing.T) {
	w := newWorld(t, 2, four(), secret("energie-elec-res"))
	r := w.request(t, "sum(kwh)")
	r.Year = 2022
	r.Bin = Year
	rel := mustRun(t, r)
	d := rel.Descriptor()
	for lang, want := range map[string]string{d.Description.FR: "sum(kwh), units ; point dans polygone (demandée). ", d.Description.EN: "sum(kwh), units; point in polygon (asked for). "} {
		if !strings.HasPrefix(lang, want) || !strings.Contains(lang, "D. 111-53") {
			t.Error(lang)
		}
	}
	if !strings.Contains(d.Description.FR, strings.TrimSuffix(rel.Receipt.Rules.Notice.FR, ".")) {
		t.Errorf("the notice is not in %q", d.Description.FR)
	}
}
