package disclosure

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// secrecy is where other projects' published cases lie, beside the checkout.
const secrecy = "../../../shared/vectors/secrecy"

func readVector(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(secrecy, name))
	if err != nil {
		t.Fatalf("the shared vectors must be beside the checkout: %v", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// mustProtect protects a table, and attacks what comes out.
func mustProtect(t testing.TB, p Profile, table *Table) *Outcome {
	t.Helper()
	o, err := Protect(context.Background(), p, table)
	if err != nil {
		t.Fatal(err)
	}
	breaches, err := Verify(context.Background(), p, table, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches {
		t.Errorf("cells %v: %s", b.Cells, b.What)
	}
	return o
}

// grid is a two-way table with its margins.
func grid(values [][]float64, units func(r, c int) int64) *Table {
	rows, cols := len(values), len(values[0])
	t := &Table{Cells: make([]Cell, (rows+1)*(cols+1))}
	at := func(r, c int) int { return r*(cols+1) + c }
	for r := range rows {
		for c := range cols {
			cell := Cell{Units: units(r, c), Value: values[r][c]}
			for _, i := range []int{at(r, c), at(r, cols), at(rows, c), at(rows, cols)} {
				t.Cells[i].Units += cell.Units
				t.Cells[i].Value += cell.Value
			}
		}
	}
	for r := range rows + 1 {
		k := Relation{Total: at(r, cols)}
		for c := range cols {
			k.Parts = append(k.Parts, at(r, c))
		}
		t.Relations = append(t.Relations, k)
	}
	for c := range cols + 1 {
		k := Relation{Total: at(rows, c)}
		for r := range rows {
			k.Parts = append(k.Parts, at(r, c))
		}
		t.Relations = append(t.Relations, k)
	}
	return t
}

func TestHiddenCellOfAGridThatFollows(t *testing.T) {
	var v struct {
		Cells      map[string]float64 `json:"cells"`
		Suppressed []string           `json:"suppressed"`
		Derivable  []string           `json:"derivable"`
		OneMore    string             `json:"one_more_suppression"`
	}
	readVector(t, "grid4x4_hidden_cell_wb.json", &v)
	const rows, cols = "wxyz", "abcd"
	place := func(name string) int {
		return slices.Index([]byte(rows), name[0])*5 + slices.Index([]byte(cols), name[1])
	}
	values := make([][]float64, 4)
	for r := range values {
		values[r] = make([]float64, 4)
		for c := range values[r] {
			values[r][c] = v.Cells[rows[r:r+1]+cols[c:c+1]]
		}
	}
	// The cells the case hides are those with one unit here, and the rule hides them.
	table := grid(values, func(r, c int) int64 {
		if slices.Contains(v.Suppressed, rows[r:r+1]+cols[c:c+1]) {
			return 1
		}
		return 100
	})
	p := Profile{Rule: Rule{Units: 2}, Cost: ByValue}
	parts, err := table.components()
	if err != nil {
		t.Fatal(err)
	}
	l := newLinked(context.Background(), &p, table, newState(&p, table), &parts[0], make([]int32, len(table.Cells)))
	if err := l.draw(); err != nil {
		t.Fatal(err)
	}
	var derivable []int
	for i, y := range l.y {
		if l.sensitive(i) && y == 0 {
			derivable = append(derivable, i)
		}
	}
	if want := []int{place(v.Derivable[0])}; !slices.Equal(derivable, want) {
		t.Errorf("derivable %v, want %v", derivable, want)
	}
	o := mustProtect(t, p, table)
	if !slices.ContainsFunc(o.Reasons, func(r Reason) bool { return r == Complementary }) {
		t.Errorf("%s stays derivable: nothing was hidden with it", v.Derivable[0])
	}
	// With the one cell more that the case hides, nothing follows.
	l = newLinked(context.Background(), &p, table, newState(&p, table), &parts[0], make([]int32, len(table.Cells)))
	l.reasons[place(v.OneMore)] = Complementary
	if err := l.draw(); err != nil {
		t.Fatal(err)
	}
	for _, name := range v.Suppressed {
		if l.y[place(name)] == 0 {
			t.Errorf("with %s hidden, %s is still said to follow", v.OneMore, name)
		}
	}
}

func TestTwoMeshesThatGiveACellAwayTogether(t *testing.T) {
	var v struct {
		Leaves   map[string]int64               `json:"leaves"`
		Meshes   map[string]map[string][]string `json:"meshes"`
		Primary  []string                       `json:"primary"`
		Required []string                       `json:"required_secondary"`
	}
	readVector(t, "linked_meshes_county_small.json", &v)
	var names []string
	for name := range v.Leaves {
		names = append(names, name)
	}
	slices.Sort(names)
	p := Profile{Rule: Rule{Units: 4}, Cost: ByUnits}
	build := func(meshes ...string) *Table {
		table := &Table{}
		for _, name := range names {
			table.Cells = append(table.Cells, Cell{Units: v.Leaves[name], Value: float64(v.Leaves[name])})
		}
		for _, mesh := range meshes {
			var zones []string
			for zone := range v.Meshes[mesh] {
				zones = append(zones, zone)
			}
			slices.Sort(zones)
			for _, zone := range zones {
				r := Relation{Total: len(table.Cells)}
				var sum Cell
				for _, leaf := range v.Meshes[mesh][zone] {
					i := slices.Index(names, leaf)
					r.Parts = append(r.Parts, i)
					sum = sum.add(table.Cells[i])
				}
				table.Cells = append(table.Cells, sum)
				table.Relations = append(table.Relations, r)
			}
		}
		return table
	}
	hidden := func(o *Outcome, why ...Reason) []string {
		var out []string
		for i, r := range o.Reasons {
			if slices.Contains(why, r) {
				out = append(out, append(names, "total", "total", "total", "total")[i])
			}
		}
		return out
	}
	for _, mesh := range []string{"counties", "groups"} {
		if got := hidden(mustProtect(t, p, build(mesh)), Complementary); got != nil {
			t.Errorf("%s alone: %v were hidden, and nothing follows", mesh, got)
		}
	}
	o := mustProtect(t, p, build("counties", "groups"))
	if got := hidden(o, Threshold, Dominance); !slices.Equal(got, v.Primary) {
		t.Errorf("hidden for their own sake %v, want %v", got, v.Primary)
	}
	if got := hidden(o, Complementary); !slices.Equal(got, v.Required) {
		t.Errorf("hidden for another's %v, want %v", got, v.Required)
	}
}

func TestTableOfActivityBySize(t *testing.T) {
	var v struct {
		Rows []struct {
			Activity string  `json:"ACTIVITY"`
			Size     string  `json:"SIZE"`
			Val      float64 `json:"VAL"`
			Obs      int64   `json:"N_OBS"`
			Max      float64 `json:"MAX"`
			Status   string
		} `json:"rows"`
	}
	readVector(t, "rtauargus_act_size.json", &v)
	b := newCube()
	statuses := map[string]int{}
	for _, r := range v.Rows {
		b.put(r.Activity, r.Size, Cell{Units: r.Obs, Value: r.Val, Largest: r.Max})
		statuses[r.Status]++
	}
	b.relate(map[string][]string{"Total": {"01", "02", "06"}})
	o := mustProtect(t, Profile{Rule: Rule{Units: 3, Dominance: 0.85}, Cost: ByValue}, b.Table)
	c := o.Certificate
	if c.Threshold != statuses["A"] || c.Dominance != statuses["B"] {
		t.Errorf("%d and %d were hidden for their own sake, want %d and %d", c.Threshold, c.Dominance, statuses["A"], statuses["B"])
	}
	if c.Complementary > statuses["D"] {
		t.Errorf("%d were hidden for another's, over %d", c.Complementary, statuses["D"])
	}
}

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
