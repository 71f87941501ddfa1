package style

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/referentials"
)

// released describes figures on cells, as releases do: told apart by period and sector, or
// only by cell.
func released(apart bool) referentials.Descriptor {
	d := referentials.Descriptor{ID: "conso_imu", Geometry: geo.Polygon, Fields: []referentials.Field{
		{Name: "id", Type: referentials.String, Role: referentials.Key}, {Name: "nom", Type: referentials.String, Role: referentials.Label}}}
	if apart {
		d.Fields = append(d.Fields, referentials.Field{Name: "period", Type: referentials.String, Role: referentials.Category},
			referentials.Field{Name: "secteur", Type: referentials.String, Role: referentials.Category})
	}
	d.Fields = append(d.Fields,
		referentials.Field{Name: "sum_conso", Type: referentials.Number, Role: referentials.Extensive, Unit: "MW.h"},
		referentials.Field{Name: "units", Type: referentials.Integer, Role: referentials.Extensive},
		referentials.Field{Name: "status", Type: referentials.String, Role: referentials.Category},
		referentials.Field{Name: "reason", Type: referentials.String, Role: referentials.Category})
	return d
}

// TestFigures draws the measure that was asked for first, of all sectors and the last period.
func TestFigures(t *testing.T) {
	text, number := referentials.StringValue, referentials.NumberValue
	rows := [][]referentials.Value{}
	add := func(period, sector string, v float64) {
		all := referentials.Null
		if sector != "" {
			all = text(sector)
		}
		value, status := number(v), "shown"
		if math.IsNaN(v) {
			value, status = referentials.Null, "hidden"
		}
		rows = append(rows, []referentials.Value{text(fmt.Sprint(len(rows))), referentials.Null, text(period), all, value, number(3), text(status), referentials.Null})
	}
	add("2021", "", 1)
	add("2021", "A", 1)
	add("2022", "", 20)
	add("2022", "A", 12)
	add("2022", "B", 8)
	add("2022", "", 30)
	add("2022", "", math.NaN())
	d := released(true)
	f, ok := FiguresOf(&d)
	if !ok || d.Fields[f.Measure].Name != "sum_conso" || d.Fields[f.Status].Name != "status" {
		t.Fatalf("%+v", f)
	}
	values := f.Draw(len(rows), func(row, field int) referentials.Value { return rows[row][field] })
	if !slices.Equal(values, []float64{20, 30}) {
		t.Errorf("drawn: %v", values)
	}
	b := book(t)
	layers, legend := b.OfFigures(&d, &f, values)
	var ids []string
	for _, l := range layers {
		ids = append(ids, l.ID)
	}
	if got := strings.Join(ids, " "); got != "background conso_imu-empty conso_imu-fill-1 conso_imu-fill-2 conso_imu-hidden conso_imu-hatching conso_imu-line" {
		t.Error(got)
	}
	for k, want := range []string{`["<",["get","sum_conso"],30]] {"fill-color":"#c7e9b4","fill-opacity":0.9}`, `[">=",["get","sum_conso"],30]] {"fill-color":"#225ea8","fill-opacity":0.9}`} {
		l := layers[2+k]
		plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">")
		if got := plain.Replace(string(l.Filter)) + " " + string(l.Paint); got != `["all",["==",["get","period"],"2022"],["!",["has","secteur"]],["==",["get","status"],"shown"],`+want {
			t.Error(got)
		}
	}
	if got := string(layers[5].Paint); got != `{"fill-pattern":"hatching"}` {
		t.Error(got)
	}
	if len(legend.Classes) != 2 || legend.Classes[0] != (Class{20, 30, "#c7e9b4"}) || legend.Unit != "MW.h" || legend.Hidden == legend.Empty {
		t.Errorf("%+v", legend)
	}
	plain := released(false)
	if f, ok = FiguresOf(&plain); !ok || f.filter(&plain, nil) != nil {
		t.Errorf("%+v", f)
	}
	// Nothing to show: all is hidden, and drawn nonetheless.
	if layers, legend = b.OfFigures(&plain, &f, nil); len(layers) != 5 || len(legend.Classes) != 0 {
		t.Errorf("%+v", legend)
	}
	for _, wrong := range []func(*referentials.Descriptor){
		func(d *referentials.Descriptor) { d.Geometry = geo.Point },
		func(d *referentials.Descriptor) { d.Fields = d.Fields[:3] },
	} {
		d := released(false)
		wrong(&d)
		if _, ok := FiguresOf(&d); ok {
			t.Errorf("%v is drawn as figures", d.Fields)
		}
	}
}

// TestClassesOfFigures: every value is in a class, no class is empty, and where values differ enough
// each holds about as many.
func TestClassesOfFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.SampledFrom([]float64{0, 0, 1, 2.5})), 1, 300).Draw(t, "values")
		breaks := breaksOf(values, 5)
		if len(breaks) < 2 || len(breaks) > 6 {
			t.Fatalf("breaks %v", breaks)
		}
		counts := make([]int, len(breaks)-1)
		for _, v := range values {
			k := len(counts) - 1
			for k > 0 && v < breaks[k] {
				k--
			}
			if v < breaks[0] || v > breaks[len(breaks)-1] {
				t.Fatalf("%v is outside %v", v, breaks)
			}
			counts[k]++
		}
		same := map[float64]int{}
		most := 0
		for _, v := range values {
			same[v]++
			most = max(most, same[v])
		}
		for k, n := range counts {
			if n == 0 {
				t.Fatalf("class %d of %v is empty", k, breaks)
			}
			if n > len(values)/5+1+2*most {
				t.Fatalf("class %d of %v holds %d of %d", k, breaks, n, len(values))
			}
		}
	})
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{[]float64{7, 7, 7}, "[7 7]"},
		{[]float64{0, 0, 0, 0, 0, 0, 3}, "[0 3]"},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, "[1 3 5 7 9 10]"},
		{[]float64{100.37, 214.9, 3480.2, 3501.7, 9999}, "[100.37 200 3000 3500 9000 9999]"},
		{[]float64{-5.25, -0.5, 0, 12}, "[-5.25 -0.5 0 10 12]"},
	} {
		if got := fmt.Sprint(breaksOf(c.values, 5)); got != c.want {
			t.Errorf("%v: %s, want %s", c.values, got, c.want)
		}
	}
}

// TestColours tells neighbouring classes apart by lightness alone, for whoever sees few
// colours, and hidden cells from all of them.
func TestColours(t *testing.T) {
	b := book(t)
	light := func(colour string) float64 {
		var r, g, blue int
		if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &blue); err != nil {
			t.Fatal(colour, err)
		}
		return 0.2126*float64(r) + 0.7152*float64(g) + 0.0722*float64(blue)
	}
	for k, colours := range b.Theme.Classes {
		if len(colours) != k+1 {
			t.Errorf("%d colours for %d classes", len(colours), k+1)
		}
		for j := 1; j < len(colours); j++ {
			if light(colours[j-1])-light(colours[j]) < 20 {
				t.Errorf("%s and %s are as light", colours[j-1], colours[j])
			}
		}
	}
	if math.Abs(light(colourOf(&b.Theme.Hidden))-light(colourOf(&b.Theme.Empty))) < 40 {
		t.Error("hidden looks like empty")
	}
}
