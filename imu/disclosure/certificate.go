package disclosure

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
