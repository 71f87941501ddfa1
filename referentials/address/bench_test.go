package address

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func percentile(took []time.Duration, share float64) time.Duration {
	slices.Sort(took)
	return took[min(int(share*float64(len(took))), len(took)-1)]
}

// BenchmarkSearch searches for addresses of the real register, written in all ways in turn.
func BenchmarkSearch(b *testing.B) {
	town := realTown(b)
	w := &writer{town: town, random: rand.New(rand.NewPCG(5, 6)), post: town.postcodes()}
	var texts []string
	for range 20_000 {
		form := writings[w.random.IntN(len(writings))]
		if text, ok := form.write(w, &town.rows[w.random.IntN(len(town.rows))]); ok {
			texts = append(texts, text)
		}
	}
	b.Run("one", func(b *testing.B) {
		took := make([]time.Duration, 0, b.N)
		var room []Result
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			began := time.Now()
			room = town.index.Search(&Query{Text: texts[i%len(texts)], Limit: 5}, room[:0])
			took = append(took, time.Since(began))
		}
		b.ReportMetric(float64(percentile(took, 0.99).Microseconds()), "p99-µs")
	})
	b.Run("all cores", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			var room []Result
			for i := 0; pb.Next(); i++ {
				room = town.index.Search(&Query{Text: texts[i*7919%len(texts)], Limit: 5}, room[:0])
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "searches/s")
	})
	b.Run("autocomplete", func(b *testing.B) {
		took := make([]time.Duration, 0, b.N)
		var room []Result
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			text := texts[i%len(texts)]
			text = text[:1+i*31%len(text)]
			began := time.Now()
			room = town.index.Search(&Query{Text: text, Autocomplete: true, Limit: 5}, room[:0])
			took = append(took, time.Since(began))
		}
		b.ReportMetric(float64(percentile(took, 0.99).Microseconds()), "p99-µs")
	})
	b.Run("reverse", func(b *testing.B) {
		b.ReportAllocs()
		var room []Result
		for i := 0; b.Loop(); i++ {
			room = town.index.Reverse(&ReverseQuery{Position: town.rows[i*7919%len(town.rows)].Position}, room[:0])
		}
	})
}

// BenchmarkBuild makes the index of the real register.
func BenchmarkBuild(b *testing.B) {
	town := realTown(b)
	b.ReportAllocs()
	for b.Loop() {
		town.build()
	}
	b.ReportMetric(float64(town.index.Stats().Bytes)/1e6, "MB")
}

// BenchmarkNation shows what a register costs as it grows: synthetic ones of the size given,
// whose streets bear the names of the real one in ever more communes.
func BenchmarkNation(b *testing.B) {
	for _, size := range []int{100_000, 1_000_000, 5_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			town := realTown(b)
			began := time.Now()
			x, texts := nation(town, size)
			built := time.Since(began)
			var before runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			took := make([]time.Duration, 0, b.N)
			var room []Result
			b.ReportAllocs()
			b.ResetTimer()
			found := 0
			for i := 0; b.Loop(); i++ {
				q := texts[i%len(texts)]
				at := time.Now()
				room = x.Search(&Query{Text: q, Limit: 5}, room[:0])
				took = append(took, time.Since(at))
				if len(room) > 0 && room[0].Number == Exact {
					found++
				}
			}
			b.ReportMetric(built.Seconds(), "build-s")
			b.ReportMetric(float64(x.Stats().Bytes)/1e6, "MB")
			b.ReportMetric(float64(before.HeapAlloc)/1e6, "heap-MB")
			b.ReportMetric(float64(percentile(took, 0.99).Microseconds()), "p99-µs")
			b.ReportMetric(float64(found)/float64(len(took)), "found")
		})
	}
}

// nation repeats the real streets in communes of invented names, with numbers of their own.
func nation(town *town, size int) (*Index, []string) {
	random := rand.New(rand.NewPCG(7, 8))
	b := NewBuilder()
	var names []string
	seen := map[string]bool{}
	for i := range town.rows {
		if n := town.rows[i].StreetName; !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	syllables := strings.Fields("bar cau dol fen gré hou jal ker lan mor nu plé quin ros sau tré val ven ybo zé")
	var texts []string
	id := 0
	for commune := 0; id < size; commune++ {
		name := ""
		for k := commune + 400; k > 0; k /= len(syllables) {
			name += syllables[k%len(syllables)]
		}
		code := fmt.Sprintf("%05d", commune)
		post := fmt.Sprintf("%05d", commune/6)
		b.AddCommune(Commune{Code: code, Name: name, Postcodes: []string{post}, Position: NoPosition})
		x, y := -4+12*random.Float64(), 43+7*random.Float64()
		for range 20 + random.IntN(200) {
			street := names[random.IntN(len(names))]
			for n := range int32(5 + random.IntN(30)) {
				id++
				a := Address{ID: fmt.Sprint(id), Number: n + 1, StreetName: street, CityCode: code, Position: Position{x + random.Float64()/50, y + random.Float64()/50}}
				b.Add(&a)
				if random.IntN(size/2000+1) == 0 {
					texts = append(texts, fmt.Sprintf("%d %s %s %s", n+1, street, post, name))
				}
			}
		}
	}
	return b.Build("nation"), texts
}
