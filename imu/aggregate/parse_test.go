package aggregate

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"socle/referentials"
)

func TestParseMeasures(t *testing.T) {
	for _, c := range []struct {
		text string
		want []Measure
		name string // of the first
	}{
		{"count", []Measure{{Function: Count}}, "count"},
		{"COUNT()", []Measure{{Function: Count}}, "count"},
		{" sum( conso_mwh ) , count", []Measure{{Function: Sum, Field: "conso_mwh"}, {Function: Count}}, "sum_conso_mwh"},
		{"mean(x)", []Measure{{Function: Mean, Field: "x"}}, "mean_x"},
		{"mean(x, weight = y)", []Measure{{Function: Mean, Field: "x", Weight: "y"}}, "mean_x_by_y"},
		{"median(addr:x)", []Measure{{Function: Median, Field: "addr:x", Level: 0.5}}, "median_addr:x"},
		{"quantile(x,0.07)", []Measure{{Function: Quantile, Field: "x", Level: 0.07}}, "q7_x"},
		{"quantile(x,0.125)", []Measure{{Function: Quantile, Field: "x", Level: 0.125}}, "q12_5_x"},
		{"share", []Measure{{Function: Share}}, "share"},
		{"share(x)", []Measure{{Function: Share, Field: "x"}}, "share_x"},
		{"ratio(a,b)", []Measure{{Function: Ratio, Field: "a", Second: "b"}}, "ratio_a_b"},
		{"density(count)", []Measure{{Function: Density}}, "density_count"},
		{"density(x,per=logements)", []Measure{{Function: Density, Field: "x", Second: "logements"}}, "density_x_per_logements"},
		{`density("count")`, []Measure{{Function: Density, Field: "count"}}, "density_count"},
		{`sum("né ""ici""")`, []Measure{{Function: Sum, Field: `né "ici"`}}, `sum_né "ici"`},
		{"std(x,weight=area)", []Measure{{Function: Std, Field: "x", Weight: "area"}}, "std_x_by_area"},
	} {
		got, err := ParseMeasures(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got[0].Name() != c.name {
			t.Errorf("%s names its column %q, want %q", c.text, got[0].Name(), c.name)
		}
		for i := range got {
			got[i].at = 0
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s is read as %+v, want %+v", c.text, got, c.want)
		}
	}
}

func TestParseMeasuresErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "measure, character 1: a measure is missing (write count, or sum(x) for a field x)"},
		{"count,", "measure, character 7: a measure is missing"},
		{"summ(x)", `measure, character 1: "summ" is not a measure (did you mean sum?)`},
		{"écart-type(x)", `is not a measure (known: count, sum, mean`},
		{"count sum(x)", `measure, character 7: "s" follows a measure (put a comma`},
		{"sum", "sum lacks something (write sum(x))"},
		{"sum(x", "measure, character 6: a parenthesis is not closed"},
		{"sum(x;y)", `measure, character 6: ";" follows an argument`},
		{"sum(x,y)", `measure, character 7: sum takes no "y" (write sum(x))`},
		{"count(x)", `count takes no "x"`},
		{"sum(é,weight=y)", `measure, character 7: sum has no option "weight"`},
		{"mean(x,wieght=y)", `mean has no option "wieght" (its option is weight=)`},
		{"mean(x,weight=y,weight=z)", "weight= is given twice"},
		{"mean(x,weight=)", "measure, character 15: weight= lacks its field"},
		{"quantile(x)", "quantile lacks something (write quantile(x,0.9))"},
		{"quantile(x,90)", `measure, character 12: "90" is not a level from 0 to 1`},
		{"ratio(a)", "ratio lacks something"},
		{`sum("x)`, "measure, character 5: a quote is not closed"},
		{`sum("")`, "a name is empty"},
		{"count,sum(x),count", "measure, character 14: count is asked for twice"},
		{"sum(\xff)", "not UTF-8"},
		{strings.Repeat("x", 5000), "over 4096 bytes"},
		{manySums(33), "more than 32 measures"},
	} {
		_, err := ParseMeasures(c.text)
		var e *referentials.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, want %s", c.text, err, c.want)
		}
	}
}

func manySums(n int) string {
	var list []string
	for i := range n {
		list = append(list, "sum(x"+strings.Repeat("x", i)+")")
	}
	return strings.Join(list, ",")
}

// FuzzParseMeasures holds that what is read, written and read again is the same.
func FuzzParseMeasures(f *testing.F) {
	for _, s := range []string{"count", `sum("a ""b"),mean(x,weight=y)`, "quantile(x,0.9),density(count,per=z)", "share,ratio(a,b)", "std(x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseMeasures(text)
		if err != nil {
			var e *referentials.Error
			if !errors.As(err, &e) || e.Where == "" {
				t.Fatalf("%q: %v says not where", text, err)
			}
			return
		}
		var written []string
		for i := range list {
			written = append(written, list[i].String())
		}
		again, err := ParseMeasures(strings.Join(written, ","))
		if err != nil && referentials.CodeOf(err) != referentials.TooLarge {
			t.Fatalf("%q, written %q: %v", text, written, err)
		}
		for i := range again {
			again[i].at = list[i].at
			if again[i] != list[i] {
				t.Fatalf("%q: %+v, written %q, is read as %+v", text, list[i], written[i], again[i])
			}
		}
	})
}
