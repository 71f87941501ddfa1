package disclosure

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"socle/referentials"
)

func TestBrokenTables(t *testing.T) {
	two := []Cell{{Units: 12, Value: 5}, {Units: 20, Value: 5}}
	chain := &Table{Cells: make([]Cell, maxDepth+2)}
	for i := range maxDepth + 1 {
		chain.Relations = append(chain.Relations, Relation{Total: i + 1, Parts: []int{i}})
	}
	for name, test := range map[string]struct {
		table *Table
		code  referentials.Code
		says  string
	}{
		"no sum":      {&Table{Cells: append([]Cell{{Units: 12, Value: 11}}, two...), Relations: []Relation{{Total: 0, Parts: []int{1, 2}}}}, referentials.Invalid, "add up"},
		"no cell":     {&Table{Cells: two, Relations: []Relation{{Total: 0, Parts: []int{2}}}}, referentials.Invalid, "cell 2 of 2"},
		"below zero":  {&Table{Cells: two, Relations: []Relation{{Total: -1, Parts: []int{1}}}}, referentials.Invalid, "cell -1"},
		"twice":       {&Table{Cells: two, Relations: []Relation{{Total: 0, Parts: []int{1, 1}}}}, referentials.Invalid, "twice"},
		"own part":    {&Table{Cells: two, Relations: []Relation{{Total: 0, Parts: []int{0}}}}, referentials.Invalid, "twice"},
		"circle":      {&Table{Cells: two, Relations: []Relation{{Total: 0, Parts: []int{1}}, {Total: 1, Parts: []int{0}}}}, referentials.Invalid, "part of itself"},
		"negative":    {&Table{Cells: []Cell{{Units: 3, Value: -1}}}, referentials.Invalid, "not negative"},
		"not numbers": {&Table{Cells: []Cell{{Units: 3, Value: math.NaN()}}}, referentials.Invalid, "finite"},
		"too deep":    {chain, referentials.TooLarge, "deep"},
	} {
		_, err := Protect(context.Background(), residential(t), test.table)
		if referentials.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without rules nothing is hidden, and cells that no relation holds need no more than
// their own rule.
func TestTablesWithoutRelations(t *testing.T) {
	table := &Table{Cells: []Cell{{Units: 1, Value: 1}, {Units: 10, Value: 1}, {}}}
	open, err := Find("none", 0)
	if err != nil {
		t.Fatal(err)
	}
	if o := mustProtect(t, open, table); !slices.Equal(o.Reasons, []Reason{Shown, Shown, Empty}) {
		t.Errorf("%v", o.Reasons)
	}
	if o := mustProtect(t, residential(t), table); !slices.Equal(o.Reasons, []Reason{Threshold, Shown, Empty}) {
		t.Errorf("%v", o.Reasons)
	}
}

// The same table gives the same outcome, and its certificate says nothing to try guesses on.
func TestOutcomeIsDeterministic(t *testing.T) {
	for seed := range uint64(60) {
		_, table := randomTable(rand.New(rand.NewPCG(seed, 8)))
		p := residential(t)
		first := mustProtect(t, p, table)
		if again := mustProtect(t, p, table); !reflect.DeepEqual(first, again) {
			t.Fatalf("seed %d: two outcomes:\n%+v\n%+v", seed, first, again)
		}
		c := first.Certificate
		if c.Shown+c.Empty+c.Threshold+c.Dominance+c.Complementary != c.Cells || c.Cells != len(table.Cells) {
			t.Errorf("seed %d: the counts of %+v do not add up", seed, c)
		}
		text, err := json.Marshal(c)
		if err != nil || strings.Contains(string(text), c.Inputs) {
			t.Errorf("%s, %v", text, err)
		}
		table.Cells[0].Second += 0.5
		if changed := mustProtect(t, p, table); changed.Certificate.Inputs == c.Inputs {
			t.Errorf("seed %d: another table has the same name", seed)
		}
	}
}

// stopped is a context that is cancelled after being asked a few times.
type stopped struct {
	context.Context
	left int
}

func (s *stopped) Err() error {
	if s.left--; s.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancelled(t *testing.T) {
	for _, table := range []*Table{city(300, 0), city(300, 2)} {
		for _, left := range []int{0, 1, 3} {
			if _, err := Protect(&stopped{context.Background(), left}, residential(t), table); !errors.Is(err, context.Canceled) {
				t.Errorf("after %d: %v", left, err)
			}
		}
	}
}

// A release too tied together for the attack is told, not passed.
func TestVerifyIsBounded(t *testing.T) {
	values := make([][]float64, 30)
	for r := range values {
		values[r] = slices.Repeat([]float64{7}, 30)
	}
	table := grid(values, func(int, int) int64 { return 5 })
	o, err := Protect(context.Background(), residential(t), table)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(context.Background(), residential(t), table, o); referentials.CodeOf(err) != referentials.TooLarge {
		t.Errorf("%v", err)
	}
}

// A city of blocks by categories, in three levels more, withstands the attack as small
// tables do.
func TestCityWithstandsTheAttack(t *testing.T) {
	o := mustProtect(t, residential(t), city(1500, 2))
	if c := o.Certificate; c.Derivations < 1000 || c.Complementary == 0 || c.Shown < c.Cells/4 {
		t.Errorf("%+v", c)
	}
}

// The verdict of the random change is that of plain elimination.
func TestChangeAgreesWithPlainElimination(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 9))
		n, m := 3+r.IntN(10), 1+r.IntN(8)
		var rows [][]entry
		var plain [][]float64
		for range m {
			var row []entry
			long := make([]float64, n+1)
			for v := range n {
				switch r.IntN(4) {
				case 0:
					row = append(row, entry{int32(v), 1})
					long[v] = 1
				case 1:
					row = append(row, entry{int32(v), prime - 1})
					long[v] = -1
				}
			}
			if row != nil {
				rows, plain = append(rows, row), append(plain, long)
			}
		}
		e, err := eliminate(n, rows)
		if err != nil {
			t.Fatal(err)
		}
		y := e.change(n, 0)
		s := newSimplex(plain, n)
		for v := range n {
			one := make([]float64, n)
			one[v] = 1
			if got, want := y[v] == 0, s.fixed(one); got != want {
				t.Fatalf("seed %d: variable %d of %v is fixed: %v, want %v", seed, v, plain, got, want)
			}
		}
	}
}
