package disclosure

import "math"

// Rule is what a value must satisfy by itself. Its zero value lets all through. Each part
// of it, once satisfied by two disjoint groups, is satisfied by both together; the tests of
// this package stand on that.
type Rule struct {
	Units     int64   `yaml:"units" json:"units,omitempty"`         // least number of active units
	OrOver    float64 `yaml:"orOver" json:"orOver,omitempty"`       // or a value above this; 0 = no such way out
	Dominance float64 `yaml:"dominance" json:"dominance,omitempty"` // largest share of one unit, in (0, 1]; 0 = any
	Percent   float64 `yaml:"percent" json:"percent,omitempty"`     // p%, as a share; 0 = none
}

// slack is what rounding may do to sums of values, as a share.
const slack = 1e-9

// Rules tells whether the profile has any rule at all.
func (p *Profile) Rules() bool { return p.Rule != Rule{} }

// Judge gives Shown, Empty, Threshold or Dominance for a cell by itself.
func (p *Profile) Judge(c Cell) Reason {
	if c.Value == 0 && (c.Units == 0 || p.Active) {
		return Empty
	}
	return p.Rule.judge(c)
}

func (r *Rule) judge(c Cell) Reason {
	if c.Units < r.Units && (r.OrOver == 0 || c.Value <= r.OrOver) {
		return Threshold
	}
	if r.need(c) > 0 {
		return Dominance
	}
	return Shown
}

// need gives what the value would have to be larger by for its largest unit not to dominate
// it: 0 when it does not.
func (r *Rule) need(c Cell) float64 {
	n := 0.0
	if r.Dominance > 0 && c.Largest > r.Dominance*c.Value*(1+slack) {
		n = c.Largest/r.Dominance - c.Value
	}
	if r.Percent > 0 {
		if short := r.Percent*c.Largest - (c.Value - c.Largest - c.Second); short > slack*c.Value {
			n = max(n, short)
		}
	}
	return n
}

// width gives how far from its value a hidden cell must seem to reach, on either side.
func (p *Profile) width(c Cell) float64 {
	return max(p.Protection*c.Value, p.Rule.need(c))
}

// add gives the cell that two disjoint ones make together. Where both may hold parts of the
// same unit, its contributions are at most what is said.
func (c Cell) add(d Cell) Cell {
	if c.Shared || d.Shared {
		return Cell{Units: c.Units + d.Units, Value: c.Value + d.Value, Largest: c.Largest + d.Largest, Second: c.Second + d.Second, Shared: true}
	}
	s := Cell{Units: c.Units + d.Units, Value: c.Value + d.Value, Largest: max(c.Largest, d.Largest)}
	s.Second = max(min(c.Largest, d.Largest), c.Second, d.Second)
	return s
}

// finite tells whether a cell holds numbers that can be judged.
func (c Cell) finite() bool {
	for _, v := range [...]float64{c.Value, c.Largest, c.Second} {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return false
		}
	}
	return c.Units >= 0
}
