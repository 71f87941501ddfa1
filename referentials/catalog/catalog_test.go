package catalog

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"socle/referentials"
)

// lacks names everything a descriptor needs and does not have.
func lacks(d referentials.Descriptor, known map[string]bool) []string {
	var missing []string
	miss := func(format string, args ...any) { missing = append(missing, fmt.Sprintf(format, args...)) }
	if err := d.Validate(); err != nil {
		miss("validity: %v", err)
	}
	bilingual := func(what string, t referentials.Text) {
		if t.FR == "" {
			miss("a French %s", what)
		}
		if t.EN == "" {
			miss("an English %s", what)
		}
	}
	bilingual("title", d.Title)
	bilingual("description", d.Description)
	if !slices.Contains([]referentials.Class{referentials.Reference, referentials.Territorial, referentials.Territory}, d.Class) {
		miss("a class")
	}
	if !slices.Contains([]referentials.Access{referentials.Open, referentials.Shared, referentials.Restricted}, d.Access) {
		miss("an access level")
	}
	if d.Producer == "" {
		miss("a producer")
	}
	if !slices.Contains([]string{etalab, odbl}, d.Licence) {
		miss("an SPDX licence")
	}
	if d.Frequency == "" || d.Frequency == referentials.Unknown {
		miss("a frequency")
	}
	if d.HasGeometry() {
		lacksTiles(d, miss)
	}
	if i := d.KeyIndex(); i >= 0 && d.Fields[i].Role != referentials.Key {
		miss("the key role on %s", d.Key)
	}
	keys, confidential, units := 0, 0, 0
	names := map[string]string{}
	for _, f := range d.Fields {
		lacksField(d, f, known, miss, bilingual)
		for _, n := range append([]string{f.Name}, f.Aliases...) {
			folded := strings.Map(func(r rune) rune {
				if r == ':' || r == ' ' || r == '-' {
					return '_'
				}
				return r
			}, strings.ToLower(n))
			if other, taken := names[folded]; taken {
				miss("a name of its own for %s: %s has it too (%q)", f.Name, other, n)
			}
			names[folded] = f.Name
		}
		switch {
		case f.Role == referentials.Key:
			keys++
		case f.Disclosure == referentials.Confidential:
			confidential++
		case f.Disclosure == referentials.UnitCount:
			units++
		}
	}
	if keys != 1 {
		miss("exactly one key field (%d)", keys)
	}
	if confidential > 0 && (d.Profile == "" || d.Access != referentials.Restricted || units == 0) {
		miss("a disclosure profile, restricted access and a count of units to protect its confidential fields")
	}
	if d.Profile != "" && confidential == 0 {
		miss("confidential fields, though it has a disclosure profile")
	}
	return missing
}

func lacksTiles(d referentials.Descriptor, miss func(string, ...any)) {
	if d.Tiles.MaxZoom == 0 || d.Tiles.MinZoom > d.Tiles.MaxZoom || d.Tiles.MaxZoom > 22 {
		miss("a tile policy")
	}
	for _, name := range d.Tiles.Fields {
		i := d.FieldIndex(name)
		if i < 0 {
			miss("the field %s its tiles carry", name)
		} else if !d.Fields[i].IsPublic() {
			miss("a public %s: its tiles carry it", name)
		}
	}
	if !slices.Contains(d.Tiles.Fields, d.Key) {
		miss("its key on tiles")
	}
}

var snake = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func lacksField(d referentials.Descriptor, f referentials.Field, known map[string]bool, miss func(string, ...any), bilingual func(string, referentials.Text)) {
	bilingual("title of "+f.Name, f.Title)
	if !snake.MatchString(f.Name) || len(f.Name) > 63 {
		miss("a lower snake case name of at most 63 bytes instead of %s", f.Name)
	}
	if f.Disclosure == "" {
		miss("a disclosure class of %s", f.Name)
	}
	switch f.Role {
	case referentials.Extensive, referentials.Intensive:
		if f.Unit == "" {
			miss("a unit of %s", f.Name)
		}
		if f.Type != referentials.Integer && f.Type != referentials.Number {
			miss("a numeric type of the measure %s", f.Name)
		}
	case referentials.Plain:
		if f.Type == referentials.Number && f.Unit == "" {
			miss("a unit of %s", f.Name)
		}
	}
	if f.Role == referentials.Intensive {
		switch i := d.FieldIndex(f.Weight); {
		case f.Weight == "":
			if f.Description.FR == "" || f.Description.EN == "" {
				miss("a weight of %s, or a description that says why it cannot be combined", f.Name)
			}
		case i >= 0 && d.Fields[i].Role != referentials.Extensive:
			miss("an extensive weight of %s (%s is not)", f.Name, f.Weight)
		}
	}
	if f.Refers != "" && !known[f.Refers] {
		miss("the collection %q that %s refers to", f.Refers, f.Name)
	}
	if (f.Role == referentials.Ref) != (f.Refers != "") && f.Role != referentials.Key {
		miss("the reference role together with its target on %s", f.Name)
	}
}

func knownIDs() map[string]bool {
	known := map[string]bool{}
	for _, d := range All() {
		known[d.ID] = true
	}
	return known
}

func TestNothingIsMissing(t *testing.T) {
	known := knownIDs()
	for _, d := range All() {
		for _, m := range lacks(d, known) {
			t.Errorf("%s lacks %s", d.ID, m)
		}
	}
}

// The walk must see a descriptor that lacks things.
func TestTheWalkNamesWhatIsMissing(t *testing.T) {
	cases := map[string]func(*referentials.Descriptor){
		"an English title":                         func(d *referentials.Descriptor) { d.Title.EN = "" },
		"a producer":                               func(d *referentials.Descriptor) { d.Producer = "" },
		"an SPDX licence":                          func(d *referentials.Descriptor) { d.Licence = "libre" },
		"a frequency":                              func(d *referentials.Descriptor) { d.Frequency = referentials.Unknown },
		"a tile policy":                            func(d *referentials.Descriptor) { d.Tiles.MaxZoom = 0 },
		"its key on tiles":                         func(d *referentials.Descriptor) { d.Tiles.Fields = nil },
		"a French title of code_insee":             func(d *referentials.Descriptor) { d.Fields[0].Title.FR = "" },
		"a disclosure class of nom":                func(d *referentials.Descriptor) { d.Fields[1].Disclosure = "" },
		"exactly one key field (0)":                func(d *referentials.Descriptor) { d.Fields[0].Role = referentials.Plain },
		`the collection "lune" that nom refers to`: func(d *referentials.Descriptor) { d.Fields[1].Role, d.Fields[1].Refers = referentials.Ref, "lune" },
	}
	for want, spoil := range cases {
		d, ok := Lookup("communes")
		if !ok {
			t.Fatal("communes is not in the catalog")
		}
		spoil(&d)
		if got := lacks(d, knownIDs()); !slices.Contains(got, want) {
			t.Errorf("the walk does not name %q, only %q", want, got)
		}
	}
}

func TestIDs(t *testing.T) {
	want := strings.Fields(`adresses batiments carreaux_1km carreaux_200m communes comptages conso_elec_adresse
		conso_gaz_adresse conso_iris dpe filosofi_iris imu iris parcelles parkings recensement_iris sites voies`)
	var got []string
	for _, d := range All() {
		got = append(got, d.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the catalog holds\n%v\nnot\n%v", got, want)
	}
}

func TestLookup(t *testing.T) {
	for _, d := range All() {
		got, ok := Lookup(d.ID)
		if !ok || !reflect.DeepEqual(got, d) {
			t.Errorf("Lookup(%q) = %v, %v", d.ID, got.ID, ok)
		}
	}
	if _, ok := Lookup("atlantide"); ok {
		t.Error("a collection that does not exist was found")
	}
}

func TestCopiesAreTheCallersOwn(t *testing.T) {
	a, _ := Lookup("adresses")
	a.Fields[0].Name, a.Fields[0].Aliases[0], a.Tiles.Fields[0] = "x", "x", "x"
	b, _ := Lookup("adresses")
	if b.Fields[0].Name == "x" || b.Fields[0].Aliases[0] == "x" || b.Tiles.Fields[0] == "x" {
		t.Error("a change of one copy shows in the next")
	}
}
