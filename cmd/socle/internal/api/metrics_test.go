package api

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/VictoriaMetrics/metrics"
)

// TestMetrics has answers counted by what they were, whether they were made or at hand.
func TestMetrics(t *testing.T) {
	set := metrics.NewSet()
	a := open(t, func(c *Config) { c.Metrics = set })
	told := func() map[string]string {
		var b bytes.Buffer
		set.WritePrometheus(&b)
		out := map[string]string{}
		for _, m := range regexp.MustCompile(`(?m)^(\S+) (\S+)$`).FindAllStringSubmatch(b.String(), -1) {
			out[m[1]] = m[2]
		}
		return out
	}
	page := "/collections/adresses/items?limit=2"
	tag := ask(t, a, "/collections").Header().Get("ETag")
	for _, target := range []string{page, page, page, "/nothing", "/collections/nothing", "/collections?x=1"} {
		ask(t, a, target)
	}
	ask(t, a, "/collections", "If-None-Match", tag)
	now := told()
	for name, want := range map[string]string{
		`socle_http_answers_total{status="2xx"}`:      "4",
		`socle_http_answers_total{status="3xx"}`:      "1",
		`socle_http_answers_total{status="4xx"}`:      "3",
		`socle_http_answers_total{status="5xx"}`:      "0",
		"socle_http_answers_at_hand_total":            "2", // the page, once it was made
		"socle_http_answer_seconds_count":             "6", // those that were made
		`socle_http_answer_seconds_bucket{le="60"}`:   "6", // as Prometheus reads them
		`socle_http_answer_seconds_bucket{le="+Inf"}`: "6",
		"socle_http_requests_under_way":               "0",
		"socle_snapshot_ready":                        "1",
	} {
		if now[name] != want {
			t.Errorf("%s is %s, not %s", name, now[name], want)
		}
	}
}
