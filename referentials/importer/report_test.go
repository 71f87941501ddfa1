package importer

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestReportAsJSON(t *testing.T) {
	_, r := brought(t, Options{As: "voies"}, table([]string{"id_voie"}, []string{"1"}, []string{""}))
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"collection":"voies"`, `"read":2,"accepted":1,"repaired":0,"rejected":1`, `"geometry":"None"`,
		`"rejects":[{"reason":"has no id_voie, which is the key","count":1,"samples":["2"]}]`, `"version":{"collection":"voies","id":1`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report does not hold %s:\n%s", want, text)
		}
	}
}

func TestTalliesKeepTheFirstRows(t *testing.T) {
	var y tallies
	for _, row := range strings.Fields("1 2 3 4 5 6 7") {
		y.add("often", row)
	}
	y.add("once", "8")
	list := y.sorted()
	if list[0].Count != 7 || list[0].rows() != "1, 2, 3, 4, 5, …" || list[1].rows() != "8" {
		t.Errorf("%+v", list)
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 85292: "85,292", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}
