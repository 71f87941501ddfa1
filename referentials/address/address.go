// Package address finds the address, street, place or municipality that a piece of text
// means, and the addresses near a position.
//
//	rows ─▶ Builder ─▶ Index ─▶ Search / Reverse ─▶ []Result
//
// An [Index] is immutable and safe for concurrent use. It is made of plain rows by a
// [Builder], or of the collections of a snapshot by [FromSnapshot]; a [Keeper] makes a new
// one whenever those change.
//
// # The walk of one request
//
//	"12bis, av. gal Leclerc 35000 Rennes"
//	   │ fold        lower case, no accents, cut into words      12 bis av gal leclerc 35000 rennes
//	   │ spell       abbreviations, numbers written as words     12 bis avenue general leclerc 35000 rennes
//	   │ read        what is no name: postcode, cedex, BP, flat  [35000]
//	   │ mention     which words name communes                   rennes
//	   │ gather      streets that share rare words               postings, cut to communes that are named
//	   │ align       each street with the words; what is left    "Avenue du Général Leclerc": 12 bis is its number
//	   │             over is its number, its commune, or noise
//	   ▼ number      exact, between two neighbours, or missing   12 bis
//	[]Result         sorted, with the margin over the runner-up
//
// When no street explains the words well, the same walk is done once more with words that
// are spelled or pronounced like them. A street outside the communes that the text or the
// caller names is never an answer: no answer at all is better.
//
// # The index
//
// Streets are sorted by commune, so the part of a postings list that lies in a commune is a
// range. Words are numbered in alphabetical order, so a prefix is a range of numbers. The
// addresses of a street are sorted by number. Typing errors are found by deletion
// neighbourhoods: words that become the same when one letter of each is left out.
package address

// Level says how far down an answer goes.
type Level uint8

// The levels, the most precise first.
const (
	Housenumber  Level = iota // the number itself
	Interpolated              // between two numbers of its street, or at the number without its suffix
	Street                    // the street, its middle
	Locality                  // a place without streets, its middle
	Municipality              // the commune
)

var levelNames = [...]string{"housenumber", "interpolated", "street", "locality", "municipality"}

// String gives the name that answers carry.
func (l Level) String() string { return levelNames[l] }

// Kind gives the type that clients of the national service know: interpolated numbers are
// told as housenumber there.
func (l Level) Kind() string {
	if l == Interpolated {
		return levelNames[Housenumber]
	}
	return levelNames[l]
}

// NumberStatus says what became of the house number that was asked for.
type NumberStatus uint8

// The states of a number.
const (
	NotAsked NumberStatus = iota // the text has none
	Exact                        // there is an address of that number, suffix and building
	Nearest                      // the address given is the nearest in number
	Missing                      // the street has no number near it
)

var statusNames = [...]string{"", "exact", "nearest", "missing"}

// String gives the name that answers carry, "" for NotAsked.
func (s NumberStatus) String() string { return statusNames[s] }

// Query is what is searched for.
type Query struct {
	Text         string
	Autocomplete bool // the last word may be unfinished

	// CityCodes and Postcode restrict answers to communes; both empty: everywhere.
	CityCodes []string
	Postcode  string
	// Kinds restricts answers to housenumber, street, locality or municipality; nil: all.
	Kinds []string

	// Near prefers answers near a position among those of one score.
	Near *Position

	Limit int // 5 when 0, at most MaxLimit
}

// Position is longitude and latitude in degrees (CRS84).
type Position struct{ Lon, Lat float64 }

// MaxLimit is the most results of one search.
const MaxLimit = 20

// MaxTextBytes is how much of a text is read; the rest is left out.
const MaxTextBytes = 1000

// Result is one answer. Its strings are views of the index.
type Result struct {
	Level  Level
	Number NumberStatus

	// ID is the key of what was found: of the address, the street, or the commune.
	ID       string
	StreetID string // "" for a municipality

	House    int32  // the number, 0 when the answer has none
	Suffix   string // bis, ter, a…
	Building string
	Name     string // of the street or locality; of the commune for a municipality
	CityCode string
	City     string
	Postcode string // "" when the referential does not tell

	Position Position
	Distance float64 // metres from Query.Near, or from the point of a reverse search; -1 without one

	// Text is the share of words that agree, each counted by how rare it is, 0 to 1.
	Text float64
	// Score is Text, lowered when the number is not the one asked for, 0 to 1.
	Score float64
	// Margin is how far Score is above that of the next answer.
	Margin float64
	// Importance is the share of the commune's weight and the street's addresses, 0 to 1.
	Importance float64
}

// AppendNumber appends the house number as it is written: 12, 12 bis, 1 A.
func (r *Result) AppendNumber(dst []byte) []byte {
	if r.House == 0 && r.Suffix == "" {
		return dst
	}
	dst = appendInt(dst, r.House)
	if r.Suffix != "" {
		dst = append(append(dst, ' '), r.Suffix...)
	}
	if r.Building != "" {
		dst = append(append(dst, ' '), r.Building...)
	}
	return dst
}

// AppendLabel appends the whole address on one line.
func (r *Result) AppendLabel(dst []byte) []byte {
	if r.Level == Municipality {
		return append(dst, r.City...)
	}
	at := len(dst)
	if dst = r.AppendNumber(dst); len(dst) > at {
		dst = append(dst, ' ')
	}
	dst = append(dst, r.Name...)
	if r.Postcode != "" {
		dst = append(append(dst, ' '), r.Postcode...)
	}
	return append(append(dst, ' '), r.City...)
}
