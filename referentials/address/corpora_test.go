package address

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func between(a, b Position) float64 {
	return metres(spotOf(a), spotOf(b), math.Cos(a.Lat*math.Pi/180))
}

// TestOrganisations finds the addresses of real organisations, and holds them to the
// coordinates that their own register gives.
func TestOrganisations(t *testing.T) {
	town := realTown(t)
	covered, names := map[string]bool{}, map[string]bool{} // communes the register has addresses in, streets
	for i := range town.rows {
		names[town.rows[i].CityCode+fold1(town.rows[i].StreetName)] = true
		covered[fold1(town.rows[i].City)] = true
	}
	levels := map[string]int{}
	var off []float64
	var outliers []string
	asked := 0
	for _, s := range town.sites {
		street, _, _ := strings.Cut(s["voie"], ",")
		if street == "" || !covered[fold1(s["commune"])] {
			levels["nothing to find"]++
			continue
		}
		asked++
		text := strings.TrimSpace(s["numero"] + " " + s["extension"] + " " + street + " " + s["code_postal"] + " " + s["commune"])
		got := town.index.Search(&Query{Text: text, Limit: 1}, nil)
		if len(got) == 0 {
			levels["nothing"]++
			if testing.Verbose() {
				t.Logf("nothing: %s", text)
			}
			continue
		}
		r := &got[0]
		levels[r.Level.String()]++
		if fold1(r.City) != fold1(s["commune"]) {
			t.Errorf("%q is found in %s", text, r.City)
		}
		if r.Level == Municipality && names[r.CityCode+fold1(street)] {
			t.Errorf("%q is found as %v only", text, labels(got))
		}
		at := Position{decimal(s["longitude"]), decimal(s["latitude"])}
		if r.Level == Housenumber && at.Lat > 40 && at.Lon < 0 {
			d := between(r.Position, at)
			off = append(off, d)
			if d > 250 {
				outliers = append(outliers, fmt.Sprintf("%6.0f m  %s ─▶ %s", d, text, r.AppendLabel(nil)))
			}
		}
	}
	slices.Sort(off)
	median := off[len(off)/2]
	t.Logf("%d asked: %v; %d housenumbers with coordinates, median %.1f m, p90 %.0f m", asked, levels, len(off), median, off[len(off)*9/10])
	for _, o := range outliers {
		t.Log(o)
	}
	if median > 25 {
		t.Errorf("the median distance is %.1f m", median)
	}
	if found := levels["housenumber"] + levels["interpolated"] + levels["street"] + levels["locality"]; float64(found) < 0.9*float64(asked) {
		t.Errorf("%d of %d are found at the street or better", found, asked)
	}
}

// TestCorpora runs what the public corpora of French addresses ask in the communes that the
// register covers.
func TestCorpora(t *testing.T) {
	town := realTown(t)
	covered := map[string]string{} // folded name, code
	for i := range town.rows {
		covered[fold1(town.rows[i].City)] = town.rows[i].CityCode
	}
	type tally struct{ pass, all int }
	tallies := map[string]*tally{}
	for _, name := range []string{"bretagne_test_addresses.csv", "bretagne_test_from_user_input.csv", "bretagne_fuzzy_test_typo.csv"} {
		f, err := os.Open(shared + "vectors/geocoder/" + name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, h := range rows[0] {
			column[h] = i
		}
		group := map[string]string{} // the city of a postcode's lines: each address comes in three forms
		for _, row := range rows[1:] {
			get := func(h string) string {
				if i, ok := column[h]; ok && i < len(row) {
					return strings.TrimSpace(row[i])
				}
				return ""
			}
			street, number, city := get("expected_street"), get("expected_housenumber"), get("expected_city")
			query := get("query")
			key := number + street
			if city == "" {
				for c := range covered {
					if strings.HasSuffix(fold1(query), " "+c) {
						group[key] = c
					}
				}
				city = group[key]
			} else {
				group[key] = fold1(city)
			}
			code, ok := covered[fold1(city)]
			if !ok {
				continue
			}
			category := name + ": city named"
			q := Query{Text: query, Limit: 1}
			if lon := decimal(get("lon")); lon != 0 {
				q.Near, category = &Position{lon, decimal(get("lat"))}, name+": position given"
			} else if strings.ContainsAny(query[max(len(query)-5, 0):], "0123456789") {
				category = name + ": postcode named"
			}
			v := tallies[category]
			if v == nil {
				v = &tally{}
				tallies[category] = v
			}
			got := town.index.Search(&q, nil)
			v.all++
			if !town.has(code, street, number) {
				v.all--
				t.Logf("the register of 2013 has no %s %s in %s; answer %v", number, street, city, labels(got))
				if len(got) > 0 && got[0].CityCode != code && q.Near == nil {
					t.Errorf("%q is found in %s", query, got[0].City)
				}
				continue
			}
			if len(got) == 1 && got[0].CityCode == code && fold1(got[0].Name) == fold1(street) && (number == "" || strings.EqualFold(strings.ReplaceAll(string(got[0].AppendNumber(nil)), " ", ""), number)) {
				v.pass++
				continue
			}
			t.Errorf("%q (%s): %v", query, city, labels(got))
		}
	}
	for name, v := range tallies {
		t.Logf("%-60s %d of %d", name, v.pass, v.all)
	}
	if len(tallies) < 3 {
		t.Errorf("only %d categories are covered", len(tallies))
	}
}

func labels(results []Result) (out []string) {
	for _, r := range results {
		out = append(out, fmt.Sprintf("%s (%s, %.2f)", r.AppendLabel(nil), r.Level, r.Text))
	}
	return out
}

// has tells whether the register has an address, whatever the case and the accents.
func (t *town) has(code, street, number string) bool {
	for i := range t.rows {
		a := &t.rows[i]
		if a.CityCode == code && fold1(a.StreetName) == fold1(street) && (number == "" || strings.EqualFold(strings.ReplaceAll(fmt.Sprint(a.Number, a.Suffix, a.Building), " ", ""), number)) {
			return true
		}
	}
	return false
}
