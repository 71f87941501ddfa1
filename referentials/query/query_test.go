package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
)

// less orders values as the package says: nulls last whatever the direction.
func less(a, b referentials.Value, descending bool) int {
	switch {
	case a.IsNull() && b.IsNull():
		return 0
	case a.IsNull():
		return 1
	case b.IsNull():
		return -1
	}
	var c int
	switch a.Type() {
	case referentials.String:
		c = strings.Compare(a.Str(), b.Str())
	case referentials.Number:
		c = cmp.Compare(a.Float(), b.Float())
	default:
		c = cmp.Compare(a.Int(), b.Int())
	}
	if descending {
		return -c
	}
	return c
}

func TestSort(t *testing.T) {
	s := meters(200)
	c, e := s.collection(t), newEngine(t, Options{})
	rapid.Check(t, func(t *rapid.T) {
		q := Query{Sort: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Key {
			return Key{rapid.IntRange(0, 6).Draw(t, "field"), rapid.Bool().Draw(t, "descending")}
		}), 1, 3).Draw(t, "keys")}
		got, err := e.Select(context.Background(), c, &q)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]int, len(s.rows))
		for i := range want {
			want[i] = i
		}
		slices.SortStableFunc(want, func(a, b int) int {
			for _, k := range q.Sort {
				if c := less(s.rows[a].Values[k.Field], s.rows[b].Values[k.Field], k.Descending); c != 0 {
					return c
				}
			}
			return 0
		})
		if show(got) != fmt.Sprint(want) {
			t.Fatalf("%+v:\n got %s\nwant %v", q.Sort, show(got), want)
		}
	})
}

func TestSelect(t *testing.T) {
	s := meters(400)
	c, e := s.collection(t), newEngine(t, Options{})
	d := c.Descriptor()
	box, err := filter.BindBox(&filter.Box{Min: [2]float64{351_010, 6_789_000}, Max: [2]float64{351_020, 6_789_001}}, filter.Schema{Descriptor: d, CRS: crs.EPSG(2154)})
	if err != nil {
		t.Fatal(err)
	}
	inBox := func(r *referentials.Row) bool {
		return r.Geom.XY[0] >= 351_010 && r.Geom.XY[0] <= 351_020 && r.Geom.XY[1] <= 6_789_001
	}
	equal := func(name, raw string) *filter.Node {
		n, err := Equal(d, d.FieldIndex(name), raw)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	span := func(text string) *filter.Node {
		v, err := ParseSpan(text)
		if err != nil {
			t.Fatal(err)
		}
		return During(d, v)
	}
	for _, test := range []struct {
		name  string
		where []*filter.Node
		holds func(*referentials.Row) bool
	}{
		{"all", nil, func(*referentials.Row) bool { return true }},
		{"box", []*filter.Node{box}, inBox},
		{"text", []*filter.Node{equal("nom", "été")}, func(r *referentials.Row) bool { return r.Values[1].Str() == "été" }},
		{"empty text", []*filter.Node{equal("nom", "")}, func(r *referentials.Row) bool { return !r.Values[1].IsNull() && r.Values[1].Str() == "" }},
		{"number", []*filter.Node{equal("valeur", "0.25")}, func(r *referentials.Row) bool { return !r.Values[2].IsNull() && r.Values[2].Float() == 0.25 }},
		{"integer", []*filter.Node{equal("rang", "-4")}, func(r *referentials.Row) bool { return !r.Values[3].IsNull() && r.Values[3].Int() == -4 }},
		{"truth", []*filter.Node{equal("vrai", "false")}, func(r *referentials.Row) bool { return !r.Values[4].IsNull() && !r.Values[4].Bool() }},
		{"a day of instants", []*filter.Node{equal("vu", "2023-11-14")}, func(r *referentials.Row) bool {
			return !r.Values[6].IsNull() && r.Values[6].Time().Format("2006-01-02") == "2023-11-14"
		}},
		{"datetime", []*filter.Node{span("2022-01-10/2022-01-20T12:00:00Z")}, func(r *referentials.Row) bool {
			day := r.Values[5].String()
			return day >= "2022-01-10" && day <= "2022-01-20"
		}},
		{"open datetime", []*filter.Node{span("../2022-01-10")}, func(r *referentials.Row) bool { d := r.Values[5].String(); return d != "" && d <= "2022-01-10" }},
		{"all together", []*filter.Node{box, equal("rang", "-4"), span("2022-01-10/..")}, func(r *referentials.Row) bool {
			return inBox(r) && !r.Values[3].IsNull() && r.Values[3].Int() == -4 && r.Values[5].String() >= "2022-01-10"
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := e.Select(context.Background(), c, &Query{Where: test.where})
			if err != nil {
				t.Fatal(err)
			}
			var want []int
			for i := range s.rows {
				if test.holds(&s.rows[i]) {
					want = append(want, i)
				}
			}
			if show(got) != fmt.Sprint(want) || len(want) == 0 {
				t.Errorf("\n got %s\nwant %v", show(got), want)
			}
		})
	}
}

func TestEqualRefuses(t *testing.T) {
	d := meters(1).collection(t).Descriptor()
	for name, raw := range map[string]string{"rang": "1.5", "valeur": "NaN", "vrai": "yes", "jour": "yesterday", "vu": "2024-13-01", "id": ""} {
		if _, err := Equal(d, d.FieldIndex(name), raw); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%s=%s: got %v", name, raw, err)
		}
	}
}

// TestAnswersAreKept asks the same twice and meets the same answer, and another one of
// another revision.
func TestAnswersAreKept(t *testing.T) {
	s, e := meters(50), newEngine(t, Options{})
	q := &Query{Sort: []Key{{Field: 2}}}
	ask := func() *Selection {
		t.Helper()
		got, err := e.Select(context.Background(), s.collection(t), q)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := ask()
	if ask() != first {
		t.Error("the answer was made twice")
	}
	s.replace()
	if next := ask(); next == first || next.Len() != 49 {
		t.Errorf("the next revision has the answer of the one before: %d features", next.Len())
	}
}

func BenchmarkSort(b *testing.B) {
	s := meters(250_000)
	c := s.collection(b)
	for f, name := range []string{"id", "nom", "valeur"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			e := newEngine(b, Options{})
			for b.Loop() {
				if _, err := e.answer(context.Background(), c, &Query{Sort: []Key{{Field: f, Descending: true}}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
