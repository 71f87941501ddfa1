package aggregate

import (
	"testing"

	"socle/referentials"
)

// TestWeighedByWhatIsHidden refuses, where all answers hide the same, means that what is
// confidential weighs, or how many stand behind it: with values that are known, they are
// equations of their own. Of two cells that are hidden beside a total that is shown,
//
//	a + b = total, p·a + q·b = total·mean
//
// tells both, where p and q are prices that everybody knows.
func TestWeighedByWhatIsHidden(t *testing.T) {
	for _, c := range []struct {
		weight, measure string
		code            referentials.Code
	}{
		{"kwh", "mean(rate)", referentials.Refused},
		{"sites", "mean(rate)", referentials.Refused},
		{"kwh", "mean(rate),sum(kwh)", referentials.Refused},
		{"slope", "mean(rate)", ""},
	} {
		list := four()
		for i := range list {
			list[i].year, list[i].rate = 2022, float64(1+i)
		}
		w := newWorld(t, 2, list, func(d *referentials.Descriptor) {
			secret("insee-menages-11")(d)
			f := &d.Fields[d.FieldIndex("rate")]
			f.Role, f.Disclosure, f.Weight = referentials.Intensive, referentials.Public, c.weight
			d.Fields[d.FieldIndex("slope")].Role = referentials.Extensive
		})
		r := w.request(t, c.measure)
		r.OneWay = true
		if _, err := Run(t.Context(), r, fresh{}); referentials.CodeOf(err) != c.code {
			t.Errorf("%s weighed by %s: %v", c.measure, c.weight, err)
		}
	}
}
