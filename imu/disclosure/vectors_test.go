package disclosure

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
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
	breaches, err := verify(context.Background(), p, table, o)
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
