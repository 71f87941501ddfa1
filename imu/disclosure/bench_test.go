package disclosure

import (
	"context"
	"math/rand/v2"
	"testing"
)

// city makes blocks in districts in communes in one whole, and with categories each of them
// by category, all added up both ways.
func city(blocks, categories int) *Table {
	r := rand.New(rand.NewPCG(1, 2))
	b := &builder{}
	leaf := func() int {
		c := Cell{Units: int64(r.ExpFloat64() * 20)}
		for range c.Units {
			v := 2 + 10*r.Float64()
			c.Value += v
			c.Largest, c.Second = max(c.Largest, v), max(min(c.Largest, v), c.Second)
		}
		b.Cells = append(b.Cells, c)
		return len(b.Cells) - 1
	}
	line := func() []int {
		if categories == 0 {
			return []int{leaf()}
		}
		var row []int
		for range categories {
			row = append(row, leaf())
		}
		return append(row, b.total(row[:len(row):len(row)]))
	}
	fold := func(rows [][]int) []int {
		var out []int
		for k := range rows[0] {
			var column []int
			for _, row := range rows {
				column = append(column, row[k])
			}
			out = append(out, b.total(column))
		}
		if categories > 0 {
			b.Relations = append(b.Relations, Relation{Total: out[categories], Parts: out[:categories:categories]})
		}
		return out
	}
	var communes, districts, rows [][]int
	for k := range blocks {
		if rows = append(rows, line()); len(rows) == 60 || k == blocks-1 {
			districts = append(districts, fold(rows))
			rows = nil
		}
		if len(districts) == 12 || len(districts) > 0 && k == blocks-1 {
			communes = append(communes, fold(districts))
			districts = nil
		}
	}
	fold(communes)
	return &b.Table
}

func benchmarkProtect(b *testing.B, t *Table) {
	p := residential(b)
	b.ReportAllocs()
	for b.Loop() {
		o, err := Protect(context.Background(), p, t)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(o.Certificate.Derivations), "sensitive")
		b.ReportMetric(float64(o.Certificate.Complementary), "extra")
	}
}

func BenchmarkProtectNested(b *testing.B)     { benchmarkProtect(b, city(24000, 0)) }
func BenchmarkProtectCategories(b *testing.B) { benchmarkProtect(b, city(24000, 3)) }
func BenchmarkProtectCategory(b *testing.B)   { benchmarkProtect(b, city(24000, 1)) }

func BenchmarkProtectEnterprises(b *testing.B) {
	t := readTurnover(b, "turnover_act_size", "activity_corr_table.csv").Table
	p, err := Find("insee-entreprises", 2023)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Protect(context.Background(), p, t); err != nil {
			b.Fatal(err)
		}
	}
}
