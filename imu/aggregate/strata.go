package aggregate

import "context"

// Strata sort the rows of a source by how they came to their places, for the receipt.
type Strata struct {
	Kinds []Stratum // Rows and Mass are filled in by Run
	Of    []int32   // of each row of the source, where in Kinds it belongs
}

// Stratum is the rows of a source that are known as precisely as each other.
type Stratum struct {
	Level string `json:"level"`          // housenumber, interpolated, street, locality, municipality, none
	Mesh  string `json:"mesh,omitempty"` // the finest with a cell that surely holds them, none of them when left out
	Rows  int    `json:"rows"`           // that the filter keeps
	Mass  []Mass `json:"mass,omitempty"` // none of a source with rules
}

// Mass is a quantity that adds up.
type Mass struct {
	Measure string  `json:"measure"`
	Unit    string  `json:"unit,omitempty"`
	Value   float64 `json:"value"`
}

// stratify counts the rows of each stratum and what they carry, all periods together.
func (w *work) stratify(ctx context.Context, codes []int32) error {
	s := w.r.Strata
	if s == nil {
		return nil
	}
	list := make([]Stratum, len(s.Kinds))
	for k := range list {
		list[k] = Stratum{Level: s.Kinds[k].Level, Mesh: s.Kinds[k].Mesh}
	}
	of := make([]int32, len(s.Of))
	for i, k := range s.Of {
		if of[i] = k; codes != nil && codes[i] < 0 {
			of[i] = -1
			continue
		}
		list[k].Rows++
	}
	sums, err := multiply(ctx, everything(len(of)), w.plan.terms, of, len(list))
	if err != nil {
		return err
	}
	for i := range w.plan.outputs {
		o := &w.plan.outputs[i]
		if w.ruled || !w.plan.balanced(o) || w.plan.terms[o.num].kind == rows {
			continue
		}
		for k := range list {
			if v := sums.terms[o.num][k]; v == v {
				list[k].Mass = append(list[k].Mass, Mass{o.field.Name, o.field.Unit, rounded(v)})
			}
		}
	}
	for _, stratum := range list {
		if stratum.Rows > 0 {
			w.strata = append(w.strata, stratum)
		}
	}
	return nil
}

// balanced tells measures that are quantities, which must add up.
func (p *plan) balanced(o *output) bool {
	k := p.terms[o.num].kind
	return (k == rows || k == total) && o.den < 0 && o.scale == plainScale
}
