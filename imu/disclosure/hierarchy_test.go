package disclosure

import (
	"context"
	"slices"
	"testing"
)

// nest builds a table of three levels by hand: the units of the lowest cells, by district.
// Values are ten times the units. The last cell is the whole.
func nest(districts ...[]int64) *Table {
	t := &Table{}
	whole := Relation{}
	var sum Cell
	for _, blocks := range districts {
		r := Relation{}
		var d Cell
		for _, units := range blocks {
			c := Cell{Units: units, Value: 10 * float64(units), Largest: 10}
			r.Parts = append(r.Parts, len(t.Cells))
			t.Cells = append(t.Cells, c)
			d = d.add(c)
		}
		r.Total = len(t.Cells)
		whole.Parts = append(whole.Parts, r.Total)
		t.Cells = append(t.Cells, d)
		t.Relations = append(t.Relations, r)
		sum = sum.add(d)
	}
	whole.Total = len(t.Cells)
	t.Cells = append(t.Cells, sum)
	t.Relations = append(t.Relations, whole)
	return t
}

func residential(t testing.TB) Profile {
	t.Helper()
	p, err := Find("energie-elec-res", 2023)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatNestsIsMended(t *testing.T) {
	const s, e, h, c = Shown, Empty, Threshold, Complementary
	for _, test := range []struct {
		name      string
		districts [][]int64
		want      []Reason
		partial   []int
	}{
		{"nothing to hide", [][]int64{{10, 12}, {30, 11}}, []Reason{s, s, s, s, s, s, s}, nil},
		{"one block takes the cheapest neighbour along", [][]int64{{5, 40, 12}, {30, 11}}, []Reason{h, s, c, s, s, s, s, s}, nil},
		{"enough together", [][]int64{{5, 6, 12}, {30, 11}}, []Reason{h, h, s, s, s, s, s, s}, nil},
		{"not enough together", [][]int64{{5, 4, 12}, {30, 11}}, []Reason{h, h, c, s, s, s, s, s}, nil},
		{"an empty block hides nothing", [][]int64{{5, 0, 12}, {30, 11}}, []Reason{h, e, c, s, s, s, s, s}, nil},
		{"an only block is hidden with its district, and another with its block", [][]int64{{5}, {30, 11}}, []Reason{h, h, s, c, c, s}, nil},
		{"ten points in all, and no neighbour", [][]int64{{5, 4}, {30, 11}}, []Reason{h, h, h, s, c, c, s}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := mustProtect(t, residential(t), nest(test.districts...))
			if !slices.Equal(o.Reasons, test.want) || !slices.Equal(o.Partial, test.partial) {
				t.Errorf("got %v, partial %v; want %v, %v", o.Reasons, o.Partial, test.want, test.partial)
			}
		})
	}
}

// The sums the law names leave out what is hidden below them when it holds too little, and
// every sum above them does too.
func TestPartialTotalOfTheLaw(t *testing.T) {
	table := nest([]int64{5, 4, 12}, []int64{30, 11})
	for k := range table.Relations {
		table.Relations[k].Partial = true
	}
	o := mustProtect(t, residential(t), table)
	if want := []Reason{Threshold, Threshold, Shown, Shown, Shown, Shown, Shown, Shown}; !slices.Equal(o.Reasons, want) {
		t.Errorf("got %v, want %v", o.Reasons, want)
	}
	if !slices.Equal(o.Partial, []int{3, 7}) || !slices.Equal(o.Left, []int{0, 1}) {
		t.Fatalf("partial %v, left out %v", o.Partial, o.Left)
	}
	if o.Reduced[0].Units != 12 || o.Reduced[0].Value != 120 || o.Reduced[1].Units != 53 || o.Reduced[1].Value != 530 {
		t.Errorf("partial totals %v", o.Reduced)
	}
	// With ten points between them, the total stays whole.
	table = nest([]int64{5, 5, 12}, []int64{30, 11})
	for k := range table.Relations {
		table.Relations[k].Partial = true
	}
	if o := mustProtect(t, residential(t), table); o.Partial != nil || o.Certificate.Complementary != 0 {
		t.Errorf("%v, partial %v", o.Reasons, o.Partial)
	}
}

// Where nothing more can be hidden, the total leaves out what is hidden; without a law that
// allows it, it is hidden.
func TestNoNeighbourToHide(t *testing.T) {
	table := &Table{
		Cells:     []Cell{{Units: 5, Value: 50}, {Units: 0}, {Units: 12, Value: 120}, {Units: 17, Value: 170}},
		Relations: []Relation{{Total: 3, Parts: []int{0, 1, 2}}},
	}
	p := residential(t)
	p.Protection = 1 // 50 more than 50: the neighbour of 120 will do
	if o := mustProtect(t, p, table); o.Reasons[2] != Complementary {
		t.Errorf("%v", o.Reasons)
	}
	dominated := &Table{
		Cells:     []Cell{{Units: 5, Value: 1000}, {Units: 12, Value: 1}, {Units: 17, Value: 1001}},
		Relations: []Relation{{Total: 2, Parts: []int{0, 1}}},
	}
	o := mustProtect(t, residential(t), dominated)
	if !slices.Equal(o.Partial, []int{2}) || o.Reduced[0].Value != 1 || o.Reasons[1] != Shown {
		t.Errorf("%v, partial %v %v", o.Reasons, o.Partial, o.Reduced)
	}
	p = residential(t)
	p.Partial = false
	if o := mustProtect(t, p, dominated); !o.Reasons[2].Hidden() {
		t.Errorf("%v", o.Reasons)
	}
}

// The only unit of a block knows its own consumption, and must not compute another's.
func TestAnOnlyUnitLearnsNothing(t *testing.T) {
	p := Profile{Rule: Rule{Units: 3}, Cost: ByUnits, Protection: 0.1}
	table := &Table{
		Cells:     []Cell{{Units: 1, Value: 10}, {Units: 2, Value: 20}, {Units: 9, Value: 90}, {Units: 12, Value: 120}},
		Relations: []Relation{{Total: 3, Parts: []int{0, 1, 2}}},
	}
	if o := mustProtect(t, p, table); o.Reasons[2] != Complementary {
		t.Errorf("%v: the unit of cell 0 can compute cell 1", o.Reasons)
	}
	// The attacker of the tests sees it too.
	o := &Outcome{Reasons: []Reason{Threshold, Threshold, Shown, Shown}}
	breaches, err := verify(context.Background(), p, table, o)
	if err != nil || len(breaches) == 0 {
		t.Errorf("the attack found nothing, %v", err)
	}
}
