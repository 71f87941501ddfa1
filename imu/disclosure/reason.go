package disclosure

import (
	"fmt"
	"strings"
)

// Reason says why a cell is shown or hidden.
type Reason uint8

// The reasons.
const (
	Shown         Reason = iota
	Empty                // no unit stands behind it; it is published as empty
	Threshold            // too few units
	Dominance            // one unit is too large a part of it
	Complementary        // it would give away another
)

// Hidden tells the reasons for which a value must not leave.
func (r Reason) Hidden() bool { return r > Empty }

// String gives the word receipts use.
func (r Reason) String() string {
	switch r {
	case Shown:
		return "shown"
	case Empty:
		return "empty"
	case Threshold:
		return "threshold"
	case Dominance:
		return "dominance"
	}
	return "complementary"
}

// MarshalText gives the same word.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Why says a reason to people, by the profile's own numbers; "" for what is shown.
func (p *Profile) Why(r Reason) Text {
	switch r {
	case Empty:
		return Text{FR: "aucune unité", EN: "no unit"}
	case Threshold:
		t := Text{
			FR: fmt.Sprintf("moins de %d %s", p.Rule.Units, p.Counted.FR),
			EN: fmt.Sprintf("fewer than %d %s", p.Rule.Units, p.Counted.EN),
		}
		if p.Rule.OrOver > 0 {
			t.FR += fmt.Sprintf(" et au plus %v %s", p.Rule.OrOver, p.Unit)
			t.EN += fmt.Sprintf(" and at most %v %s", p.Rule.OrOver, p.Unit)
		}
		return Text{FR: strings.TrimSpace(t.FR), EN: strings.TrimSpace(t.EN)}
	case Dominance:
		if p.Rule.Dominance == 0 {
			return Text{FR: "la plus grande unité se déduirait de trop près", EN: "the largest unit could be inferred too closely"}
		}
		return Text{
			FR: fmt.Sprintf("une unité pèse plus de %v %%", 100*p.Rule.Dominance),
			EN: fmt.Sprintf("one unit is more than %v %% of it", 100*p.Rule.Dominance),
		}
	case Complementary:
		return Text{FR: "elle permettrait de déduire une valeur masquée", EN: "a hidden value could be inferred from it"}
	}
	return Text{}
}
