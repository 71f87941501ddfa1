package disclosure

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/referentials"
)

// Each row is a value and what the law says of it; the articles are in shared/vectors/legal.
func TestWhatTheLawSays(t *testing.T) {
	for _, test := range []struct {
		profile string
		year    int
		cell    Cell
		want    Reason
	}{
		// D. 111-53 II 1°: "supérieur à neuf"; "secrétisé lorsque … inférieur à dix".
		{"energie-elec-res", 2023, Cell{Units: 9, Value: 900}, Threshold},
		{"energie-elec-res", 2023, Cell{Units: 10, Value: 1}, Shown},
		{"energie-elec-res", 2019, Cell{Units: 10, Value: 1}, Shown},
		// More than ten, or more than 200 MWh, before.
		{"energie-elec-res", 2017, Cell{Units: 10, Value: 100}, Threshold},
		{"energie-elec-res", 2018, Cell{Units: 10, Value: 200}, Threshold},
		{"energie-elec-res", 2017, Cell{Units: 10, Value: 200.1}, Shown},
		{"energie-elec-res", 2017, Cell{Units: 11, Value: 1}, Shown},
		// D. 111-53 II 1°: gas "ou dont la consommation dépasse le seuil-secret".
		{"energie-gaz-res", 2023, Cell{Units: 9, Value: 200}, Threshold},
		{"energie-gaz-res", 2023, Cell{Units: 1, Value: 200.1}, Shown},
		{"energie-gaz-res", 2023, Cell{Units: 10, Value: 1}, Shown},
		{"energie-pro", 2023, Cell{Units: 9, Value: 5000}, Threshold},
		{"energie-pro", 2023, Cell{Units: 10, Value: 1}, Shown},
		{"energie-pro", 2017, Cell{Units: 10, Value: 1}, Threshold},
		// D. 111-52 3° and 4°: a category of its own, for which D. 111-53 states no threshold.
		{"energie-entreprises", 2023, Cell{Units: 1, Value: 1}, Shown},
		// D. 113-2 2°.
		{"chaleur", 2023, Cell{Units: 9, Value: 200}, Threshold},
		{"chaleur", 2023, Cell{Units: 9, Value: 201}, Shown},
		{"chaleur", 2023, Cell{Units: 10, Value: 1}, Shown},
		// D. 111-64: at least three points, none more than 85 %.
		{"energie-comptage", 2023, Cell{Units: 2, Value: 100, Largest: 50}, Threshold},
		{"energie-comptage", 2023, Cell{Units: 3, Value: 100, Largest: 85}, Shown},
		{"energie-comptage", 2023, Cell{Units: 3, Value: 100, Largest: 85.1}, Dominance},
		// D. 111-52 1°: points without consumption do not count.
		{"energie-elec-res", 2023, Cell{Units: 12, Value: 0}, Empty},
		{"insee-menages-11", 2019, Cell{Units: 10, Value: 100, Largest: 20}, Threshold},
		{"insee-menages-11", 2019, Cell{Units: 11, Value: 100, Largest: 85}, Shown},
		{"insee-menages-11", 2019, Cell{Units: 11, Value: 100, Largest: 86}, Dominance},
		{"insee-menages-11", 2019, Cell{Units: 4, Value: 0}, Threshold}, // they count, whatever they earn
		{"insee-menages-11", 2019, Cell{}, Empty},
		{"insee-entreprises", 2023, Cell{Units: 2, Value: 100, Largest: 60}, Threshold},
		{"insee-entreprises", 2023, Cell{Units: 3, Value: 100, Largest: 86}, Dominance},
		{"insee-entreprises", 2023, Cell{Units: 3, Value: 100, Largest: 80}, Shown},
		{"none", 2023, Cell{Units: 1, Value: 5, Largest: 5}, Shown},
		// A value nobody stands behind is not an empty one.
		{"energie-elec-res", 2023, Cell{Units: 0, Value: 3}, Threshold},
	} {
		p, err := Find(test.profile, test.year)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Judge(test.cell); got != test.want {
			t.Errorf("%s %d: %+v is %v, want %v", test.profile, test.year, test.cell, got, test.want)
		}
	}
}

// The articles a profile of the Energy Code cites are articles that are there.
func TestArticlesAreInTheCode(t *testing.T) {
	var text strings.Builder
	for _, name := range []string{"code_energie_D111-52_a_59.md", "code_energie_D111-60_a_66.md", "code_energie_D113-1_a_3.md"} {
		part, err := os.ReadFile(filepath.Join("../../../shared/vectors/legal", name))
		if err != nil {
			t.Fatalf("the shared vectors must be beside the checkout: %v", err)
		}
		text.Write(part)
	}
	all, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cited := 0
	for _, p := range all {
		for _, article := range p.Articles {
			if strings.HasPrefix(article, "D") {
				cited++
				if !strings.Contains(text.String(), "Article "+article+"\n") {
					t.Errorf("%s: article %s is not in the text", p.Name, article)
				}
			}
		}
		if p.Name != "none" && (p.Title.FR == "" || p.Title.EN == "" || p.Counted.FR == "" || p.Counted.EN == "") {
			t.Errorf("%s lacks words for receipts", p.Name)
		}
	}
	if cited == 0 {
		t.Error("no article was cited")
	}
}

func TestFindProfile(t *testing.T) {
	newest, err := Find("energie-gaz-res", 0)
	if err != nil || newest.From != 2019 {
		t.Errorf("without a year: %d, %v", newest.From, err)
	}
	for name, hint := range map[string]string{
		"energie-elec-ress": "energie-elec-res",
		"energie-gaz":       "energie-gaz-res",
		"insee-menage-11":   "insee-menages-11",
		"xyzxyzxyzxyz":      "known: energie-elec-res, ",
	} {
		_, err := Find(name, 2023)
		var e *referentials.Error
		if !errors.As(err, &e) || e.Code != referentials.NotFound || !strings.Contains(e.Hint, hint) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestScaleOfUnits(t *testing.T) {
	p := residential(t)
	for unit, want := range map[string]float64{"Wh": 1e-6, "kWh": 1e-3, "MWh": 1, "GWh": 1e3} {
		if got, err := p.Scale(unit); err != nil || got != want {
			t.Errorf("%s: %v, %v", unit, got, err)
		}
	}
	if _, err := p.Scale("m³"); err == nil {
		t.Error("cubic metres were taken for energy")
	}
}

const custom = `
profiles:
  - name: communal
    unit: kWh
    cost: value
    protection: 0.2
    versions:
      - until: 2020
        rule: {units: 5}
        law: {fr: délibération, en: decision}
      - from: 2021
        rule: {units: 6, dominance: 0.8, percent: 0.1}
        law: {fr: délibération, en: decision}
`

func TestCustomProfile(t *testing.T) {
	more, err := Parse("socle.yaml", []byte(custom))
	if err != nil {
		t.Fatal(err)
	}
	all, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if all, err = all.With(more); err != nil {
		t.Fatal(err)
	}
	p, err := all.Find("communal", 2022)
	if err != nil || p.Rule != (Rule{Units: 6, Dominance: 0.8, Percent: 0.1}) || p.Cost != ByValue || p.Unit != "kWh" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := all.With(more); referentials.CodeOf(err) != referentials.Conflict {
		t.Errorf("a name was given twice: %v", err)
	}
	// p%: the others leave open less than a tenth of the largest.
	if got := p.Judge(Cell{Units: 6, Value: 100, Largest: 50, Second: 46}); got != Dominance {
		t.Errorf("%v", got)
	}
}

func TestBrokenProfiles(t *testing.T) {
	for name, change := range map[string][2]string{
		"overlap":     {"from: 2021", "from: 2020"},
		"open years":  {"until: 2020", "from: 2019"},
		"no law":      {"fr: délibération", "fr: ''"},
		"share":       {"dominance: 0.8", "dominance: 80"},
		"negative":    {"units: 5", "units: -5"},
		"protection":  {"protection: 0.2", "protection: 2"},
		"cost":        {"cost: value", "cost: money"},
		"unknown":     {"percent", "procent"},
		"no name":     {"name: communal", "name: ''"},
		"way out":     {"units: 5", "orOver: 5"},
		"not a list":  {"- name", "name"},
		"not numbers": {"units: 5", "units: five"},
	} {
		text := strings.Replace(custom, change[0], change[1], 1)
		if text == custom {
			t.Fatalf("%s changes nothing", name)
		}
		_, err := Parse("socle.yaml", []byte(text))
		if referentials.CodeOf(err) != referentials.Invalid || !strings.Contains(err.Error(), "socle.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Parse("socle.yaml", make([]byte, maxProfiles+1)); referentials.CodeOf(err) != referentials.TooLarge {
		t.Errorf("%v", err)
	}
}

// Two groups that may each be published may be published together: all tests stand on it.
func TestRulesHoldForUnions(t *testing.T) {
	all, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]Profile(all)).Draw(t, "profile")
		p.Rule.Percent = float64(rapid.IntRange(0, 3).Draw(t, "percent")) / 10
		group := rapid.Custom(func(t *rapid.T) Cell {
			var c Cell
			for _, v := range rapid.SliceOfN(rapid.IntRange(0, 400), 0, 14).Draw(t, "contributions") {
				c = c.add(Cell{Units: 1, Value: float64(v), Largest: float64(v)})
			}
			return c
		})
		a, b := group.Draw(t, "a"), group.Draw(t, "b")
		if p.Rule.judge(a) == Shown && p.Rule.judge(b) == Shown && p.Rule.judge(a.add(b)) != Shown {
			t.Fatalf("%s: %+v and %+v may be shown, together they may not", p.Name, a, b)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(builtinText)
	f.Add([]byte(custom))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := Parse("fuzz", text)
		if err != nil {
			if referentials.CodeOf(err) == referentials.Internal {
				t.Fatalf("not an error to act on: %v", err)
			}
			return
		}
		for _, p := range all {
			year := p.From
			if year == 0 {
				year = p.Until
			}
			if q, err := all.Find(p.Name, year); err != nil || q.Name != p.Name {
				t.Fatalf("%q was parsed and is not found: %v", p.Name, err)
			}
			if r := p.Judge(Cell{Units: 1 << 40, Value: 1e12, Largest: 1, Second: 1}); r.Hidden() && p.Rule.Units <= 1<<40 {
				t.Fatalf("%q hides everything", p.Name)
			}
		}
	})
}

func TestWhyInWords(t *testing.T) {
	gas, err := Find("energie-gaz-res", 2023)
	if err != nil {
		t.Fatal(err)
	}
	firms, err := Find("insee-entreprises", 2023)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		got  Text
		want Text
	}{
		{gas.Why(Threshold), Text{"moins de 10 points de livraison actifs et au plus 200 MWh", "fewer than 10 active delivery points and at most 200 MWh"}},
		{firms.Why(Threshold), Text{"moins de 3 entreprises", "fewer than 3 enterprises"}},
		{firms.Why(Dominance), Text{"une unité pèse plus de 85 %", "one unit is more than 85 % of it"}},
		{firms.Why(Shown), Text{}},
	} {
		if test.got != test.want {
			t.Errorf("%v, want %v", test.got, test.want)
		}
	}
}
