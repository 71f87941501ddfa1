package aggregate

import (
	"context"
	"fmt"
	"io"
	"math"
	"testing"

	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// city is 250,000 meters on 24,025 blocks.
func city(b *testing.B, change func(*referentials.Descriptor)) world {
	b.Helper()
	const n = 155
	list := make([]reading, 250_000)
	for i := range list {
		list[i] = reading{x: math.Mod(float64(i)*611.7, n*100), y: math.Mod(float64(i)*173.13, n*100), kwh: math.Mod(float64(i)*7.3, 40),
			sites: int64(i % 7), rate: float64(i % 100), sector: []string{"A", "B", "C"}[i%3], year: 2022}
	}
	return newWorld(b, n, list, change)
}

func BenchmarkRun(b *testing.B) {
	open, closed := city(b, nil), city(b, secret("energie-elec-res"))
	cache, err := crosswalk.NewCache(256<<20, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, measures, by string
		world              world
		parents            bool
	}{
		{"count-sum", "count,sum(kwh)", "", open, false},
		{"mean", "mean(rate)", "", open, false},
		{"median", "median(kwh)", "", open, false},
		{"by-sector", "count,sum(kwh)", "sector", open, false},
		{"protected", "count,sum(kwh)", "", closed, false},
		{"protected-districts", "count,sum(kwh)", "", closed, true},
		{"protected-by-sector", "count,sum(kwh)", "sector", closed, false},
	} {
		r := c.world.request(b, c.measures)
		r.By = c.by
		if c.parents {
			r.Parents = []*snapshot.Collection{c.world.districts}
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Run(context.Background(), r, cache); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	rel, err := Run(context.Background(), open.request(b, "count,sum(kwh)"), cache)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := rel.WriteJSON(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkQuantile(b *testing.B) {
	for _, n := range []int{10, 1_000, 100_000} {
		values, scratch := make([]float64, n), make([]float64, n)
		for i := range values {
			values[i] = math.Mod(float64(i)*7919.13, 1000)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				copy(scratch, values)
				quantileOf(scratch, 0.9)
			}
		})
	}
}
