package address

import (
	"fmt"
	"testing"
)

// county has communes whose names people do not say in full.
func county() *Index {
	b := NewBuilder()
	id := 0
	town := func(code, name, post string, streets ...string) {
		at := Position{-1.7 + float64(len(b.communes))*1e-2, 48.1}
		b.AddCommune(Commune{Code: code, Name: name, Postcodes: []string{post}, Position: at})
		for _, street := range streets {
			for n := int32(1); n <= 14; n++ {
				id++
				b.Add(&Address{ID: fmt.Sprint("a", id), Number: n, StreetName: street, CityCode: code, Position: at})
			}
		}
	}
	town("35238", "Rennes", "35000", "Rue du Pré Botté", "Rue de Paris", "Rue de Châtillon", "Rue de Nantes", "Quai Lamartine")
	town("35051", "Cesson-Sévigné", "35510", "Rue de Paris", "Rue de Châtillon", "Rue du Bois")
	town("35281", "Saint-Jacques-de-la-Lande", "35136", "Rue de Nantes")
	town("35278", "Saint-Grégoire", "35760", "Rue du Bois")
	town("35072", "Châtillon-en-Vendelais", "35210", "Rue du Lac")
	town("35024", "Betton", "35830", "Rue du Bois", "Rue de Rennes")
	for i := range 2 * maxMentions {
		town(fmt.Sprint("22", 100+i), fmt.Sprintf("Plou%c%caret-Armor", 'a'+i/26, 'a'+i%26), "22000")
		town(fmt.Sprint("56", 100+i), fmt.Sprintf("Locmaria %c%cguer", 'a'+i/26, 'a'+i%26), "56000")
	}
	return b.Build("county")
}

// TestBegunTown: a commune is named by what its name begins with, in the end of a text, and
// no street of another one is an answer. What begins too many names says nothing.
func TestBegunTown(t *testing.T) {
	x := county()
	for _, c := range []struct {
		text   string
		typing bool
		want   string
	}{
		{"cesson", false, "Cesson-Sévigné municipality"},
		{"ces", true, "Cesson-Sévigné municipality"},
		{"st jacques", false, "Saint-Jacques-de-la-Lande municipality"},
		{"5 rue de paris cesson", false, "5 Rue de Paris 35510 Cesson-Sévigné housenumber"},
		{"5 rue de paris cess", true, "5 Rue de Paris 35510 Cesson-Sévigné housenumber"},
		{"5 rue de paris cesson 35510", false, "5 Rue de Paris 35510 Cesson-Sévigné housenumber"},
		{"5 rue de paris 35000 cesson", false, "5 Rue de Paris 35510 Cesson-Sévigné housenumber"},
		{"5 rue de paris cesson cedex", false, "5 Rue de Paris 35510 Cesson-Sévigné housenumber"},
		{"3 rue de nantes saint jacques", false, "3 Rue de Nantes 35136 Saint-Jacques-de-la-Lande housenumber"},
		{"3 rue du bois saint g", true, "3 Rue du Bois 35760 Saint-Grégoire housenumber"},
		{"3 rue du bois bett", true, "3 Rue du Bois 35830 Betton housenumber"},
		{"14 rue du pré botté cesson", false, ""},
		{"14 rue du pré botté saint", false, ""},
		{"12 rue de châtillon", false, "12 Rue de Châtillon 35000 Rennes housenumber"},
		{"12 rue de châtillon cesson", false, "12 Rue de Châtillon 35510 Cesson-Sévigné housenumber"},
		{"12 quai lamartine b", true, "12 Quai Lamartine 35000 Rennes housenumber"},
		{"12 quai lamartine locmaria", false, "12 Quai Lamartine 35000 Rennes housenumber"},
		{"12 quai lamartine plou", true, "12 Quai Lamartine 35000 Rennes housenumber"},
		{"35 000 rennes", false, "Rennes municipality"},
		{"35 000", false, "Rennes municipality"},
	} {
		got := ""
		if found := x.Search(&Query{Text: c.text, Autocomplete: c.typing}, nil); len(found) > 0 {
			r := &found[0]
			got = string(r.AppendLabel(nil)) + " " + r.Level.String()
		}
		if got != c.want {
			t.Errorf("%q is %q, not %q", c.text, got, c.want)
		}
	}
}

// TestNamesakes: where the caller says which commune is meant, a street of it that bears
// another one's name is found with whatever stands before it.
func TestNamesakes(t *testing.T) {
	x := county()
	if found := x.Search(&Query{Text: "Résidence Y 12 rue de Rennes", CityCodes: []string{"35024"}}, nil); len(found) == 0 || found[0].CityCode != "35024" || found[0].House != 12 {
		t.Errorf("in Betton: %v", labels(found))
	}
	if found := x.Search(&Query{Text: "12 rue de Paris Rennes", CityCodes: []string{"35051"}}, nil); len(found) > 0 && found[0].Level != Municipality {
		t.Errorf("a street of a commune that the text does not name: %v", labels(found))
	}
}
