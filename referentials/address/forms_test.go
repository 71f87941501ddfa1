package address

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// writing is one way of writing an address.
type writing struct {
	name  string
	least float64 // share that must be found
	write func(w *writer, a *Address) (string, bool)
}

type writer struct {
	town   *town
	random *rand.Rand
	post   map[string]string // a postcode of each commune, where one is known
}

func (w *writer) number(a *Address) string {
	s := fmt.Sprint(a.Number)
	if a.Suffix != "" {
		s += " " + a.Suffix
	}
	if a.Building != "" {
		s += " " + a.Building
	}
	return s
}

var shortened = strings.NewReplacer("Rue ", "R. ", "Allée ", "All. ", "Avenue ", "Av. ", "Boulevard ", "Bd ", "Place ", "Pl. ", "Square ", "Sq ", "Impasse ", "Imp. ",
	"Chemin ", "Ch. ", "Route ", "Rte ", "Résidence ", "Rés. ", "Saint-", "St ", "Sainte-", "Ste ", "Saint ", "St ", "Sainte ", "Ste ", "Général ", "Gal ", "Maréchal ", "Mal ",
	"Docteur ", "Dr ", "Professeur ", "Prof. ", "Capitaine ", "Cap ", "Commandant ", "Cdt ", "Passage ", "Pass. ", "Quartier ", "Qrt ", "Lotissement ", "Lot. ", "Faubourg ", "Fbg ")

// withoutArticles leaves articles out, but for a name that would be nothing without them.
func withoutArticles(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '\'' })
	kept := slices.DeleteFunc(words, func(w string) bool { return articles[strings.ToLower(w)] })
	return strings.Join(kept, " ")
}

func fold1(s string) string {
	buf, runs := fold(nil, nil, s)
	var out []string
	for _, r := range runs {
		out = append(out, string(buf[r.from:r.to]))
	}
	return strings.Join(out, " ")
}

// typo makes one error in a letter of the name: one is left out, put in, replaced, or
// swapped with the next.
func (w *writer) typo(name string) string {
	letters := []rune(name)
	var at []int
	for i, r := range letters {
		if i > 0 && r >= 'a' && r <= 'z' && letters[i-1] != ' ' {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return name
	}
	i := at[w.random.IntN(len(at))]
	other := rune('a' + w.random.IntN(26))
	switch w.random.IntN(4) {
	case 0:
		return string(slices.Delete(letters, i, i+1))
	case 1:
		return string(slices.Insert(letters, i, other))
	case 2:
		letters[i] = other
	default:
		letters[i], letters[i-1] = letters[i-1], letters[i]
	}
	return string(letters)
}

var writings = []writing{
	{"capitals", 0.995, func(w *writer, a *Address) (string, bool) {
		return strings.ToUpper(w.number(a) + " " + a.StreetName + " " + a.City), true
	}},
	{"no accents", 0.995, func(w *writer, a *Address) (string, bool) {
		return fold1(w.number(a) + " " + a.StreetName + " " + a.City), true
	}},
	{"abbreviations", 0.995, func(w *writer, a *Address) (string, bool) {
		return w.number(a) + " " + shortened.Replace(a.StreetName+" ") + shortened.Replace(a.City), true
	}},
	{"number glued", 0.995, func(w *writer, a *Address) (string, bool) {
		return strings.Replace(w.number(a), " ", "", 1) + ", " + a.StreetName + ", " + a.City, true
	}},
	{"no article", 0.995, func(w *writer, a *Address) (string, bool) {
		return w.number(a) + " " + withoutArticles(a.StreetName) + " " + a.City, true
	}},
	{"postcode only", 0.995, func(w *writer, a *Address) (string, bool) {
		post, ok := w.post[a.CityCode]
		return w.number(a) + " " + a.StreetName + " " + post, ok
	}},
	{"city only", 0.995, func(w *writer, a *Address) (string, bool) {
		return w.number(a) + " " + a.StreetName + " " + a.City, true
	}},
	{"one typo", 0.97, func(w *writer, a *Address) (string, bool) {
		return w.number(a) + " " + w.typo(a.StreetName) + " " + a.City, true
	}},
}

// TestWritings finds every address of the register again, written in eight ways.
func TestWritings(t *testing.T) {
	town := realTown(t)
	post := town.postcodes()
	for k, form := range writings {
		t.Run(form.name, func(t *testing.T) {
			t.Parallel()
			w := &writer{town: town, random: rand.New(rand.NewPCG(1, uint64(k))), post: post}
			w.check(t, &form)
		})
	}
}

func (w *writer) check(t *testing.T, form *writing) {
	x := w.town.index
	times := map[string]int{}
	if form.name == "postcode only" {
		for i := range w.town.rows {
			text, _ := form.write(w, &w.town.rows[i])
			times[text]++
		}
	}
	var asked, found, elsewhere, several int
	for i := 0; i < len(w.town.rows); i += every {
		a := &w.town.rows[i]
		text, ok := form.write(w, a)
		if !ok {
			continue
		}
		if times[text] > 1 { // communes that share a postcode have streets of one name
			several++
			if !among(x, text, a.ID) {
				t.Errorf("%q is not told to be any of %d addresses", text, times[text])
			}
			continue
		}
		asked++
		got := x.Search(&Query{Text: text, Limit: 1}, nil)
		if len(got) == 1 && got[0].ID == a.ID {
			found++
			continue
		}
		if len(got) == 1 && got[0].CityCode != a.CityCode {
			elsewhere++
			t.Errorf("%q is found elsewhere: %v", text, labels(got))
		}
		if testing.Verbose() && asked-found < 12 {
			t.Logf("%q: %v", text, labels(got))
		}
	}
	share := float64(found) / float64(asked)
	t.Logf("%s: %d of %d (%.3f %%), %d in a wrong commune, %d texts mean several addresses", form.name, found, asked, 100*share, elsewhere, several)
	if share < form.least {
		t.Errorf("only %.3f %% are found", 100*share)
	}
}

// among tells whether id is among answers that are told to be no better than each other.
func among(x *Index, text, id string) bool {
	got := x.Search(&Query{Text: text, Limit: MaxLimit}, nil)
	return len(got) > 1 && got[0].Margin == 0 && slices.ContainsFunc(got, func(r Result) bool { return r.ID == id && r.Score == got[0].Score })
}

// postcodes gives the postcode that most organisations of a commune write.
func (t *town) postcodes() map[string]string {
	out := map[string]string{}
	most := map[string]int{}
	count := map[string]int{}
	for _, s := range t.sites {
		for code, name := range t.city {
			if fold1(name) == fold1(s["commune"]) && len(s["code_postal"]) == 5 {
				key := code + s["code_postal"]
				if count[key]++; count[key] > most[code] {
					most[code], out[code] = count[key], s["code_postal"]
				}
			}
		}
	}
	return out
}
