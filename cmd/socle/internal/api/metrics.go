package api

import (
	"strconv"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// measures count what the server does.
type measures struct {
	answers [6]*metrics.Counter // by the first digit of their status
	atHand  *metrics.Counter
	took    *metrics.PrometheusHistogram // of what was made, in seconds
}

// answerSeconds are the bounds that answers are counted by, from what is at hand to the longest
// that may be made.
func answerSeconds() []float64 {
	return []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

// measure registers what an operator may want to know.
func (a *API) measure(set *metrics.Set) {
	m := &a.measures
	for class := range m.answers {
		m.answers[class] = set.NewCounter(`socle_http_answers_total{status="` + strconv.Itoa(class) + `xx"}`)
	}
	m.atHand = set.NewCounter("socle_http_answers_at_hand_total")
	m.took = set.NewPrometheusHistogramExt("socle_http_answer_seconds", answerSeconds())
	gauge := func(name string, value func() float64) { set.NewGauge(name, value) }
	gauge("socle_http_requests_under_way", func() float64 { return float64(len(a.slots)) })
	gauge("socle_snapshot_ready", func() float64 {
		if a.status().Ready {
			return 1
		}
		return 0
	})
	gauge("socle_snapshot_checked_timestamp_seconds", func() float64 { return seconds(a.status().CheckedAt) })
	gauge("socle_snapshot_refreshed_timestamp_seconds", func() float64 { return seconds(a.status().RefreshedAt) })
	gauge("socle_collections", func() float64 { return float64(len(a.public().Collections())) })
	gauge("socle_features", func() (n float64) {
		for _, c := range a.public().Collections() {
			n += float64(c.Len())
		}
		return n
	})
	if m := a.config.Jobs; m != nil {
		gauge("socle_jobs_waiting", func() float64 { waiting, _, _ := m.Load(); return float64(waiting) })
		gauge("socle_jobs_running", func() float64 { _, running, _ := m.Load(); return float64(running) })
		gauge("socle_job_results_bytes", func() float64 { _, _, bytes := m.Load(); return float64(bytes) })
	}
	if a.cache == nil {
		return
	}
	gauge("socle_tiles_kept", func() float64 { return float64(a.TileStats().Tiles) })
	gauge("socle_tiles_kept_bytes", func() float64 { return float64(a.TileStats().Bytes) })
	gauge("socle_tiles_at_hand", func() float64 { return float64(a.TileStats().Hits) })
	gauge("socle_tiles_missed", func() float64 { return float64(a.TileStats().Misses) })
	gauge("socle_tiles_drawn", func() float64 { return float64(a.TileStats().Drawn) })
	gauge("socle_tiles_drawn_ahead", func() float64 { return float64(a.TileStats().Ahead) })
	features := func(fate string, count func() int) {
		gauge(`socle_tile_features{fate="`+fate+`"}`, func() float64 { return float64(count()) })
	}
	features("drawn", func() int { return a.TileStats().Features.Features })
	features("unseen", func() int { return a.TileStats().Features.Unseen })
	features("merged", func() int { return a.TileStats().Features.Merged })
	features("thinned", func() int { return a.TileStats().Features.Thinned })
	features("dropped", func() int { return a.TileStats().Features.Dropped })
	features("coarser", func() int { return a.TileStats().Features.Coarser })
	features("bare", func() int { return a.TileStats().Features.Bare })
	features("repaired", func() int { return a.TileStats().Features.Repaired })
}

// count notes an answer.
func (m *measures) count(status int) { m.answers[min(max(status/100, 0), len(m.answers)-1)].Inc() }

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
