package aggregate

import (
	"errors"
	"testing"

	"socle/referentials"
)

func hintOf(err error) string {
	var e *referentials.Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}

// TestNamesOfFields answers to aliases and titles, and names columns as they were asked for.
func TestNamesOfFields(t *testing.T) {
	w := newWorld(t, 2, four(), func(d *referentials.Descriptor) {
		d.Fields[d.FieldIndex("kwh")].Aliases = []string{"conso", "block"} // which is a field itself
		d.Fields[d.FieldIndex("sector")].Aliases = []string{"secteur"}
		d.Fields[d.FieldIndex("rate")].Aliases, d.Fields[d.FieldIndex("slope")].Aliases = []string{"taux"}, []string{"Taux"}
	})
	for asked, want := range map[string]struct {
		column string
		value  float64
	}{
		`sum(conso)`:                {"sum_conso", 90},
		`sum(CONSO)`:                {"sum_CONSO", 90},
		`sum("Consommation")`:       {"sum_Consommation", 90},
		`sum("use")`:                {"sum_use", 90},
		`sum(kwh)`:                  {"sum_kwh", 90},
		`mean(rate,weight=conso)`:   {"mean_rate_by_conso", 30},
		`ratio(conso,sites)`:        {"ratio_conso_sites", 22.5},
		`density(conso,per=sites)`:  {"density_conso_per_sites", 22.5},
		`mean(rate,weight="sites")`: {"mean_rate_by_sites", 30},
	} {
		r := w.request(t, asked)
		r.By = "secteur"
		rel, err := Run(t.Context(), r, fresh{})
		if err != nil {
			t.Errorf("%s: %v", asked, err)
			continue
		}
		if f := rel.Table.Measures()[0]; f.Name != want.column {
			t.Errorf("%s makes column %s", asked, f.Name)
		}
		if v, _ := rel.Table.Value(0, 0, 0, 0); !near(v, want.value) {
			t.Errorf("%s is %v", asked, v)
		}
	}
	// What two go by is nobody's, and what a field is called is its own.
	for _, asked := range []string{"mean(taux)", "sum(block)", "sum(nothing)"} {
		if _, err := Run(t.Context(), w.request(t, asked), fresh{}); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%s: %v", asked, err)
		}
	}
}

// TestAliasesAreProtected judges a confidential field by whatever name it is asked for.
func TestAliasesAreProtected(t *testing.T) {
	w := newWorld(t, 2, four(), func(d *referentials.Descriptor) {
		f := &d.Fields[d.FieldIndex("kwh")]
		f.Aliases, f.Disclosure = []string{"conso"}, referentials.Confidential
	})
	if _, err := Run(t.Context(), w.request(t, "sum(conso)"), fresh{}); referentials.CodeOf(err) != referentials.Refused {
		t.Errorf("a confidential sum without a profile: %v", err)
	}
	r := w.request(t, "sum(conso)")
	r.Resolve()
	if !r.Protected() {
		t.Error("it is not protected by that name")
	}
}
