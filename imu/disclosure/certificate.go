package disclosure

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
)

// Certificate says what was tested, and what was hidden. What a reader could turn against
// the hidden values (a hash to try guesses on, widths that follow from them) stays out of
// its JSON.
type Certificate struct {
	Profile       string  `json:"profile"`
	From          int     `json:"from,omitempty"`
	Until         int     `json:"until,omitempty"`
	Cells         int     `json:"cells"`
	Relations     int     `json:"relations"`
	Shown         int     `json:"shown"`
	Empty         int     `json:"empty"`
	Threshold     int     `json:"threshold"`
	Dominance     int     `json:"dominance"`
	Complementary int     `json:"complementary"`
	Partial       int     `json:"partial"`     // totals published without some of their parts
	LeftOut       int     `json:"leftOut"`     // hidden cells that no total holds
	Protection    float64 `json:"protection"`  // how far inference stays from a hidden value, as a share of it
	Derivations   int     `json:"derivations"` // hidden cells tested against exact derivation
	Sums          int     `json:"sums"`        // derivable sums of hidden cells tested against the rule
	Intervals     int     `json:"intervals"`   // hidden cells tested against inference of bounds
	Components    int     `json:"components"`  // groups of cells tied by relations
	Rounds        int     `json:"rounds"`      // times the tests were run until nothing was found
	Inputs        string  `json:"-"`           // SHA-256 of profile and table, hex
	HiddenUnits   int64   `json:"-"`           // units behind the complementary cells
	HiddenValue   float64 `json:"-"`           // value of the complementary cells
}

// count fills in what became of the cells.
func (c *Certificate) count(o *Outcome, t *Table) {
	for i, r := range o.Reasons {
		switch r {
		case Shown:
			c.Shown++
		case Empty:
			c.Empty++
		case Threshold:
			c.Threshold++
		case Dominance:
			c.Dominance++
		case Complementary:
			c.Complementary++
			c.HiddenUnits += t.Cells[i].Units
			c.HiddenValue += t.Cells[i].Value
		}
	}
	c.Partial, c.LeftOut = len(o.Partial), len(o.Left)
	c.Derivations = c.Threshold + c.Dominance
	c.Intervals = c.Derivations - c.LeftOut
}

// digest names the inputs, so that a run can be told to be the same.
func digest(p *Profile, t *Table) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %d %+v %v %v %v %s\n", p.Name, p.From, p.Until, p.Rule, p.Active, p.Partial, p.Protection, p.Cost)
	buf := make([]byte, 0, 1<<16)
	flush := func(least int) {
		if len(buf) > least {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	for _, c := range t.Cells {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(c.Units)<<1|bit(c.Shared))
		for _, v := range [...]float64{c.Value, c.Largest, c.Second} {
			buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
		}
		flush(1 << 15)
	}
	for _, r := range t.Relations {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(r.Total)<<1|bit(r.Partial))
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(r.Parts)))
		for _, c := range r.Parts {
			buf = binary.LittleEndian.AppendUint64(buf, uint64(c))
			flush(1 << 15)
		}
	}
	flush(0)
	return hex.EncodeToString(h.Sum(nil))
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
