package synth

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAppendFixed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		decimals := rapid.IntRange(0, 10).Draw(t, "decimals")
		v := rapid.Float64Range(-9e7, 9e7).Draw(t, "v")
		got := string(appendFixed(nil, v, decimals, '.'))
		back, err := strconv.ParseFloat(got, 64)
		if err != nil {
			t.Fatalf("%g is written %q", v, got)
		}
		if math.Abs(back-v) > 0.5000001*math.Pow10(-decimals)+math.Abs(v)*1e-15 {
			t.Fatalf("%g is written %q", v, got)
		}
		if _, after, _ := strings.Cut(got, "."); len(after) != decimals {
			t.Fatalf("%q does not have %d decimals", got, decimals)
		}
	})
	for want, v := range map[string]float64{"0,00": 0, "-0,05": -0.05, "0,10": 0.1, "1352741,03": 1352741.03, "-1,67": -1.6700001} {
		if got := string(appendFixed(nil, v, 2, ',')); got != want {
			t.Errorf("%g is written %q, want %q", v, got, want)
		}
	}
}

func TestSheetDialects(t *testing.T) {
	dir := t.TempDir()
	s := newSheet(dir, "a.csv", municipal, "nom;x")
	s.text(`Cœur; "vert" été €`)
	s.fixed(1.5, 2)
	s.end()
	s.empty()
	s.int(-3)
	s.end()
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := "nom;x\r\n\"C\xbdur; \"\"vert\"\" \xe9t\xe9 \xa4\";1,50\r\n;-3\r\n"
	if string(b) != want {
		t.Errorf("got %q\nwant %q", b, want)
	}
	if s.count().Rows != 2 {
		t.Errorf("%d rows", s.count().Rows)
	}
}

func TestHouseNumbers(t *testing.T) {
	n := numbering{number: -1, salt: 42}
	seen := map[string]bool{}
	extensions, buildings := 0, 0
	last := int32(0)
	for range 5000 {
		n.advance()
		key := strconv.Itoa(int(n.number)) + n.extension() + n.building()
		if seen[key] {
			t.Fatalf("%s is there twice", key)
		}
		seen[key] = true
		if n.number%2 != 1 || n.number < last {
			t.Fatalf("%d after %d on the odd side", n.number, last)
		}
		last = n.number
		if n.ext > 0 {
			extensions++
		}
		if n.bat > 0 {
			buildings++
		}
	}
	if extensions < 50 || buildings < 50 {
		t.Errorf("%d with bis or ter, %d lettered buildings, of 5000", extensions, buildings)
	}
}

func TestStreetNames(t *testing.T) {
	for want, n := range map[string]streetName{
		"Rue de la Fontaine":        ofThing("Rue", "de la|Fontaine"),
		"Place de l'Église":         ofThing("Place", "de l'|Église"),
		"Rue Victor Hugo":           {kind: "Rue", first: "Victor", proper: "Hugo"},
		"Rue du Général de Gaulle":  ofThing("Rue", "du Général|de Gaulle"),
		"Route d'Ariennes":          {kind: "Route", particle: "de", proper: "Ariennes"},
		"Route du Pont-Kermellac":   {kind: "Route", particle: "de", proper: "Le Pont-Kermellac"},
		"Route de La Chapelle-Kerb": {kind: "Route", particle: "de", proper: "La Chapelle-Kerb"},
	} {
		if got := n.elide().full(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	// A large town never runs out of names.
	n := newNamer(1, 0)
	for range 30_000 {
		n.name(street, suburb, "")
	}
}

func TestDisjoint(t *testing.T) {
	square := func(x, y, s float64) []pt { return []pt{{x, y}, {x + s, y}, {x + s, y + s}, {x, y + s}} }
	for _, c := range []struct {
		a, b []pt
		want bool
	}{
		{square(0, 0, 10), square(10, 0, 10), true},   // a shared wall
		{square(0, 0, 10), square(9.99, 0, 10), true}, // a rounding
		{square(0, 0, 10), square(9.9, 0, 10), false},
		{square(0, 0, 10), square(2, 2, 3), false},
		{square(0, 0, 10), []pt{{20, 5}, {25, 0}, {30, 5}, {25, 10}}, true},
	} {
		if got := disjoint(c.a, c.b, 0.02); got != c.want || disjoint(c.b, c.a, 0.02) != c.want {
			t.Errorf("%v and %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
