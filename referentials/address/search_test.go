package address

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// village is a small register that a person can keep in mind.
func village() *Index {
	b := NewBuilder()
	b.AddCommune(Commune{Code: "35238", Name: "Rennes", Postcodes: []string{"35000", "35200"}, Population: 220_000, Position: Position{-1.68, 48.11}})
	b.AddCommune(Commune{Code: "35240", Name: "Le Rheu", Postcodes: []string{"35650"}, Position: Position{-1.79, 48.10}})
	b.AddCommune(Commune{Code: "35360", Name: "Vitré", Postcodes: []string{"35500"}, Position: Position{-1.21, 48.12}})
	id := 0
	add := func(city, street string, number int32, suffix, building string) {
		id++
		b.Add(&Address{ID: fmt.Sprint("a", id), Number: number, Suffix: suffix, Building: building, StreetName: street, CityCode: city,
			Position: Position{-1.7 + float64(number)*1e-4, 48.1 + float64(id)*1e-5}})
	}
	for n := int32(1); n <= 30; n++ {
		if n != 13 && n != 22 {
			add("35238", "Rue du Général Leclerc", n, "", "")
		}
		add("35240", "Rue du Général Leclerc", n, "", "")
	}
	add("35238", "Rue du Général Leclerc", 12, "bis", "")
	add("35238", "Rue du Général Leclerc", 14, "bis", "")
	add("35238", "Rue du Général Leclerc", 14, "", "B")
	add("35238", "Place du 8 Mai 1945", 3, "", "")
	add("35238", "Rue des Vingt-cinq Fusillés", 25, "", "")
	add("35238", "Avenue de la Belle Vue", 4, "", "")
	add("35238", "Rue de Vitré", 7, "", "")
	add("35240", "la Noë", 2, "", "")
	add("35240", "Rue de Rennes", 9, "", "")
	return b.Build("village")
}

func TestSearch(t *testing.T) {
	x := village()
	for _, c := range []struct {
		text string
		want string // label, level, status of the first answer
	}{
		{"12 rue du general leclerc rennes", "12 Rue du Général Leclerc Rennes housenumber exact"},
		{"12, R. GAL LECLERC 35000 RENNES CEDEX 7", "12 Rue du Général Leclerc Rennes housenumber exact"},
		{"Mairie, BP 1234, 12 rue du gal Leclerc, 35650", "12 Rue du Général Leclerc 35650 Le Rheu housenumber exact"},
		{"12bis rue du general leclerc rennes", "12 bis Rue du Général Leclerc Rennes housenumber exact"},
		{"12 b rue du general leclerc rennes", "12 bis Rue du Général Leclerc Rennes housenumber exact"},
		{"14B rue du general leclerc rennes", "14 B Rue du Général Leclerc Rennes housenumber exact"},
		{"14 rue du general leclerc bat B rennes", "14 B Rue du Général Leclerc Rennes housenumber exact"},
		{"14 ter rue du general leclerc rennes", "14 Rue du Général Leclerc Rennes interpolated nearest"},
		{"13 rue du general leclerc rennes", "11 Rue du Général Leclerc Rennes interpolated nearest"},
		{"999 rue du general leclerc rennes", "Rue du Général Leclerc Rennes street missing"},
		{"18-20 rue du general leclerc le rheu", "18 Rue du Général Leclerc 35650 Le Rheu housenumber exact"},
		{"22-24 rue du general leclerc rennes", "24 Rue du Général Leclerc Rennes housenumber exact"},
		{"12-14bis rue du general leclerc rennes", "12 Rue du Général Leclerc Rennes housenumber exact"},
		{"13-14bis rue du general leclerc rennes", "14 bis Rue du Général Leclerc Rennes housenumber exact"},
		{"22 à 24 rue du general leclerc rennes", "24 Rue du Général Leclerc Rennes housenumber exact"},
		{"douze rue du general leclerc rennes", "12 Rue du Général Leclerc Rennes housenumber exact"},
		{"appt 3 2e étage 12 rue du general leclerc rennes", "12 Rue du Général Leclerc Rennes housenumber exact"},
		{"3 place du huit mai mil neuf cent quarante-cinq rennes", "3 Place du 8 Mai 1945 Rennes housenumber exact"},
		{"3 pl 8 mai 1945", "3 Place du 8 Mai 1945 Rennes housenumber exact"},
		{"place du 8 mai 1945 rennes", "Place du 8 Mai 1945 Rennes street "},
		{"25 rue des 25 fusillés rennes", "25 Rue des Vingt-cinq Fusillés Rennes housenumber exact"},
		{"4 avenue bellevue rennes", "4 Avenue de la Belle Vue Rennes housenumber exact"},
		{"7 rue de vitré rennes", "7 Rue de Vitré Rennes housenumber exact"},
		{"7 rue de rennes vitré", "Vitré municipality missing"},
		{"9 rue de rennes le rheu", "9 Rue de Rennes 35650 Le Rheu housenumber exact"},
		{"lieu-dit la noë 35650", "la Noë 35650 Le Rheu locality "},
		{"12 rue du jeneral leklerc rennes", "12 Rue du Général Leclerc Rennes housenumber exact"},
		{"rennes", "Rennes municipality "},
		{"35650 le rheu", "Le Rheu municipality "},
		{"8 le rheu", "Le Rheu municipality missing"},
		{"8 rue x le rheu", "Le Rheu municipality missing"},
		{"35650", "Le Rheu municipality "},
		{"12 rue du general leclerc 44000 nantes", ""},
		{"12 rue de la paix", ""},
		{"rue", ""},
		{"", ""},
		{"🙂🙃", ""},
		{"'; DROP TABLE adresses; --", ""},
		{"\xff\xfe\x00", ""},
		{strings.Repeat("rue ", 5000), ""},
	} {
		got := ""
		if r := x.Search(&Query{Text: c.text}, nil); len(r) > 0 {
			got = fmt.Sprintf("%s %s %s", r[0].AppendLabel(nil), r[0].Level, r[0].Number)
		}
		if got != c.want {
			t.Errorf("%.80q is %q, want %q", c.text, got, c.want)
		}
	}
}

func TestFilters(t *testing.T) {
	x := village()
	first := func(q Query) string {
		r := x.Search(&q, nil)
		if len(r) == 0 {
			return ""
		}
		return r[0].ID
	}
	const text = "12 rue du general leclerc"
	here, there := first(Query{Text: text, CityCodes: []string{"35238"}}), first(Query{Text: text, CityCodes: []string{"35240"}})
	if here == "" || there == "" || here == there {
		t.Fatalf("%q in one commune, %q in the other", here, there)
	}
	for name, c := range map[string]struct {
		q    Query
		want string
	}{
		"postcode":             {Query{Text: text, Postcode: "35650"}, there},
		"postcode of two":      {Query{Text: text, Postcode: "35200"}, here},
		"both agree":           {Query{Text: text, Postcode: "35650", CityCodes: []string{"35240"}}, there},
		"both disagree":        {Query{Text: text, Postcode: "35650", CityCodes: []string{"35238"}}, ""},
		"unknown commune":      {Query{Text: text, CityCodes: []string{"99999"}}, ""},
		"unknown postcode":     {Query{Text: text, Postcode: "99999"}, ""},
		"filter against text":  {Query{Text: text + " rennes", CityCodes: []string{"35240"}}, ""},
		"communes only":        {Query{Text: text, CityCodes: []string{"35240"}, Kinds: []string{"municipality"}}, ""},
		"near the one":         {Query{Text: "7 rue du general leclerc", Near: &Position{-1.7 + 7e-4, 48.1 + 13e-5}}, x.Search(&Query{Text: "7 rue du general leclerc rennes"}, nil)[0].ID},
		"commune of the text":  {Query{Text: text + " le rheu"}, there},
		"postcode of the text": {Query{Text: text + " 35650"}, there},
	} {
		if got := first(c.q); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if r := x.Search(&Query{Text: text}, nil); len(r) != 2 || r[0].Margin != 0 {
		t.Errorf("two communes have the address, and the answers are %v", labels(r))
	}
}

func TestAutocomplete(t *testing.T) {
	x := village()
	for text, want := range map[string]string{
		"rue du gen":       "Rue du Général Leclerc Rennes",
		"12 rue du gen":    "12 Rue du Général Leclerc Rennes",
		"12 rue gen lecl":  "12 Rue du Général Leclerc Rennes",
		"place du 8 m":     "Place du 8 Mai 1945 Rennes",
		"renn":             "Rennes",
		"belle v":          "Avenue de la Belle Vue Rennes",
		"rue de vitré ren": "Rue de Vitré Rennes",
	} {
		r := x.Search(&Query{Text: text, Autocomplete: true}, nil)
		if len(r) == 0 || string(r[0].AppendLabel(nil)) != want {
			t.Errorf("%q is completed as %v, want %s", text, labels(r), want)
		}
	}
}

// TestReverse compares with looking at every address.
func TestReverse(t *testing.T) {
	town := realTown(t)
	x := town.index
	random := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		p := Position{-1.9 + 0.4*random.Float64(), 48 + 0.2*random.Float64()}
		limit := 1 + random.IntN(5)
		got := x.Reverse(&ReverseQuery{Position: p, Limit: limit}, nil)
		var all []float64
		for i := range x.at {
			if d := between(p, x.at[i].position()); d < Farthest {
				all = append(all, d)
			}
		}
		slices.Sort(all)
		if len(got) != min(limit, len(all)) {
			t.Fatalf("%v: %d answers, want %d", p, len(got), min(limit, len(all)))
		}
		for i, r := range got {
			if diff := r.Distance - all[i]; diff > 0.01 || diff < -0.01 {
				t.Errorf("%v: answer %d is %.2f m away, want %.2f", p, i, r.Distance, all[i])
			}
		}
	}
	streets := x.Reverse(&ReverseQuery{Position: Position{-1.6794, 48.1114}, Kinds: []string{"street"}, Limit: 5}, nil)
	seen := map[string]bool{}
	for _, r := range streets {
		seen[r.ID] = true
	}
	if len(streets) != 5 || len(seen) != 5 {
		t.Errorf("the nearest streets are %v", labels(streets))
	}
	if r := x.Reverse(&ReverseQuery{Position: Position{2.35, 48.85}}, nil); len(r) != 0 {
		t.Errorf("Paris is near %v", labels(r))
	}
}

// TestAnyText searches for anything: answers keep what they promise.
func TestAnyText(t *testing.T) {
	x := village()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(strings.Fields("12 rue du général leclerc 35000 rennes le rheu bis B 8 mai 1945 vitré de la 3e étage bp cedex 18-20 batiment"))), 0, 60).Draw(t, "words")
		q := Query{Text: strings.Join(words, " "), Autocomplete: rapid.Bool().Draw(t, "autocomplete"), Limit: rapid.IntRange(0, 30).Draw(t, "limit")}
		if rapid.Bool().Draw(t, "filtered") {
			q.CityCodes = []string{"35240"}
		}
		got := x.Search(&q, nil)
		if len(got) > MaxLimit {
			t.Fatalf("%d answers", len(got))
		}
		last := 2.0
		for _, r := range got {
			if r.Score < 0 || r.Score > 1.0001 || r.Text < r.Score || r.Margin < 0 || r.ID == "" && r.Level == Municipality || r.Score > last+1.0/scoreSteps {
				t.Fatalf("%+v", r)
			}
			if q.CityCodes != nil && r.CityCode != "35240" {
				t.Fatalf("%+v is outside the filter", r)
			}
			last = r.Score
		}
		again := x.Search(&q, nil)
		if !slices.Equal(got, again) {
			t.Fatalf("%v, then %v", labels(got), labels(again))
		}
	})
}

func FuzzSearch(f *testing.F) {
	x := village()
	for _, s := range []string{"12bis r. gal leclerc 35 000 rennes cedex 7", "18-20 bp 1 cs 12345", "\xff", "e\u0301", "12e", "1 2 3 4 5 6 7 8 9"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, auto bool) {
		for _, r := range x.Search(&Query{Text: text, Autocomplete: auto}, nil) {
			if r.Score > 1.0001 || r.City == "" {
				t.Errorf("%q: %+v", text, r)
			}
		}
	})
}

// TestLargerCommunesComeFirst has the people of a commune decide between two of one name,
// whichever was added first.
func TestLargerCommunesComeFirst(t *testing.T) {
	for _, people := range [][2]int64{{20, 60}, {60, 20}, {-1, 1 << 40}, {1 << 40, -1}} {
		b := NewBuilder()
		codes := []string{"35001", "35002"}
		for i, n := range people {
			b.AddCommune(Commune{Code: codes[i], Name: "Saint-Aubin", Population: n, Position: Position{-1.7, 48.1 + float64(i)}})
		}
		for n := range int32(100) { // what people are weighed against
			b.Add(&Address{ID: fmt.Sprint(n), Number: n + 1, StreetName: "Rue Haute", CityCode: "35003", Position: Position{-1, 48}})
		}
		found := b.Build("test").Search(&Query{Text: "saint aubin"}, nil)
		if len(found) != 2 {
			t.Fatal(found)
		}
		larger := codes[0]
		if people[1] > people[0] {
			larger = codes[1]
		}
		if found[0].CityCode != larger || found[0].Importance <= found[1].Importance {
			t.Errorf("%d: %s comes first, of importance %g and %g", people, found[0].CityCode, found[0].Importance, found[1].Importance)
		}
	}
}
