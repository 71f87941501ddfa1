package disclosure

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// cube collects a two-way table from rows of a file.
type cube struct {
	*Table
	at          map[[2]string]int
	first, next []string
}

func newCube() *cube { return &cube{Table: &Table{}, at: make(map[[2]string]int)} }

func (b *cube) put(row, column string, c Cell) {
	b.at[[2]string{row, column}] = len(b.Cells)
	b.Cells = append(b.Cells, c)
	if !slices.Contains(b.first, row) {
		b.first = append(b.first, row)
	}
	if !slices.Contains(b.next, column) {
		b.next = append(b.next, column)
	}
}

// relate adds the relations of a hierarchy of the rows, and of the columns to "Total".
func (b *cube) relate(children map[string][]string) {
	add := func(total [2]string, parts [][2]string) {
		i, ok := b.at[total]
		r := Relation{Total: i}
		for _, p := range parts {
			if k, ok := b.at[p]; ok {
				r.Parts = append(r.Parts, k)
			}
		}
		if ok && len(r.Parts) > 0 {
			b.Relations = append(b.Relations, r)
		}
	}
	for _, row := range b.first {
		var across [][2]string
		for _, column := range b.next {
			if column != "Total" {
				across = append(across, [2]string{row, column})
			}
			var down [][2]string
			for _, child := range children[row] {
				down = append(down, [2]string{child, column})
			}
			add([2]string{row, column}, down)
		}
		add([2]string{row, "Total"}, across)
	}
}

func readCSV(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(secrecy, "rtauargus_csv", name))
	if err != nil {
		t.Fatalf("the shared vectors must be beside the checkout: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// readTurnover reads one of the four tables of enterprises.
func readTurnover(t testing.TB, name, hierarchy string) *cube {
	t.Helper()
	b := newCube()
	for _, row := range readCSV(t, name+".csv") {
		units, err1 := strconv.ParseInt(row[2], 10, 64)
		value, err2 := strconv.ParseFloat(row[3], 64)
		largest, err3 := strconv.ParseFloat(row[4], 64)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(row)
		}
		b.put(row[0], row[1], Cell{Units: units, Value: value, Largest: largest})
	}
	children := make(map[string][]string)
	for _, chain := range readCSV(t, hierarchy) {
		chain = append([]string{"Total"}, chain...)
		for k := range chain[1:] {
			if up, down := chain[k], chain[k+1]; up != down && !slices.Contains(children[up], down) {
				children[up] = append(children[up], down)
			}
		}
	}
	b.relate(children)
	return b
}

func TestFourTablesOfEnterprises(t *testing.T) {
	var v struct {
		Tables map[string]struct{ A, B, D_tauargus, V int } `json:"tables"`
	}
	readVector(t, "rtauargus_4_linked_tables.json", &v)
	p, err := Find("insee-entreprises", 2023)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range v.Tables {
		t.Run(name, func(t *testing.T) {
			hierarchy := "activity_corr_table.csv"
			if name[:13] == "turnover_nuts" {
				hierarchy = "nuts23_fr_corr_table.csv"
			}
			o := mustProtect(t, p, readTurnover(t, name, hierarchy).Table)
			c := o.Certificate
			if c.Threshold != want.A || c.Dominance != want.B {
				t.Errorf("%d and %d were hidden for their own sake, want %d and %d", c.Threshold, c.Dominance, want.A, want.B)
			}
			t.Logf("%d hidden for another's sake in %d rounds, %d by tau-argus", c.Complementary, c.Rounds, want.D_tauargus)
			if c.Complementary > want.D_tauargus*11/10 {
				t.Errorf("%d were hidden for another's sake, tau-argus hides %d", c.Complementary, want.D_tauargus)
			}
		})
	}
}

// The four tables at once share their margins: the turnover of an activity is one cell,
// whether split by size or by legal category.
func TestFourTablesOfEnterprisesAtOnce(t *testing.T) {
	all := &Table{}
	at := make(map[[3]string]int)
	for _, name := range []string{"turnover_act_size", "turnover_act_cj", "turnover_nuts_size", "turnover_nuts_cj"} {
		rows, columns := name[9:12], name[len(name)-2:]
		hierarchy := map[string]string{"act": "activity_corr_table.csv", "nut": "nuts23_fr_corr_table.csv"}[rows]
		b := readTurnover(t, name, hierarchy)
		place := make([]int, len(b.Cells))
		keys := make([][2]string, len(b.Cells))
		for key, i := range b.at {
			keys[i] = key
		}
		for i, key := range keys {
			shared := [3]string{rows, columns, key[0] + " " + key[1]}
			if key[1] == "Total" {
				shared[1] = ""
			}
			if key[0] == "Total" {
				shared[0] = ""
			}
			k, ok := at[shared]
			if !ok {
				k = len(all.Cells)
				at[shared] = k
				all.Cells = append(all.Cells, b.Cells[i])
			}
			if all.Cells[k] != b.Cells[i] {
				t.Fatalf("%v is %v in one table and %v in another", shared, all.Cells[k], b.Cells[i])
			}
			place[i] = k
		}
		for _, r := range b.Relations {
			shared := Relation{Total: place[r.Total]}
			for _, c := range r.Parts {
				shared.Parts = append(shared.Parts, place[c])
			}
			all.Relations = append(all.Relations, shared)
		}
	}
	p, err := Find("insee-entreprises", 2023)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Protect(context.Background(), p, all)
	if err != nil {
		t.Fatal(err)
	}
	c := o.Certificate
	t.Logf("%d cells, %d and %d hidden for their own sake, %d for another's; tau-argus hides 354 in the four", c.Cells, c.Threshold, c.Dominance, c.Complementary)
	if c.Components != 1 || c.Complementary > (83+88+82+101)*11/10 {
		t.Errorf("%d components, %d hidden for another's sake", c.Components, c.Complementary)
	}
	// A shown total is the same for all tables; hidden cells stand against all of them.
	parts, err := all.components()
	if err != nil {
		t.Fatal(err)
	}
	s := newState(&p, all)
	copy(s.reasons, o.Reasons)
	l := newLinked(context.Background(), &p, all, s, &parts[0], make([]int32, len(all.Cells)))
	if flaws, err := l.audit(); err != nil || len(flaws) > 0 {
		t.Errorf("%v, %v", flaws, err)
	}
}
