package importer

import (
	"fmt"
	"slices"
	"strings"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// Report tells what an import did with every row. Read = Accepted + Rejected, and the
// repaired rows are among the accepted ones.
type Report struct {
	Collection string                `json:"collection"`
	DryRun     bool                  `json:"dryRun,omitempty"`
	Files      []FileReport          `json:"files"`
	Key        string                `json:"key"`
	KeyFrom    string                `json:"keyFrom"` // "column ID_ADR", "row numbers"…
	Geometry   geo.Type              `json:"geometry"`
	CRS        crs.CRS               `json:"crs,omitzero"`
	CRSFrom    string                `json:"crsFrom,omitempty"` // "declared by the file", "--crs"…
	Vintage    string                `json:"vintage,omitempty"`
	Types      []TypeCount           `json:"types,omitempty"` // geometry types met in the files
	Read       int64                 `json:"read"`
	Accepted   int64                 `json:"accepted"`
	Repaired   int64                 `json:"repaired"`
	Rejected   int64                 `json:"rejected"`
	Repairs    []Tally               `json:"repairs,omitempty"`
	Rejects    []Tally               `json:"rejects,omitempty"`
	Notes      []string              `json:"notes,omitempty"`
	Version    *referentials.Version `json:"version,omitempty"` // nil when nothing was published
}

// FileReport tells what one file was taken for.
type FileReport struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	Layer  string `json:"layer,omitempty"`
	Known  string `json:"known,omitempty"` // the known format recognised
	Rows   int64  `json:"rows"`
}

// TypeCount counts the rows of one geometry type; None counts rows without geometry.
type TypeCount struct {
	Type  geo.Type `json:"type"`
	Count int64    `json:"count"`
}

// Tally counts the rows that share a fate for one reason, with the first of them.
type Tally struct {
	Reason  string   `json:"reason"`
	Count   int64    `json:"count"`
	Samples []string `json:"samples"` // "12", or "12: value"; "file 12" when there are several files
}

const keptSamples = 5

// tallies counts by reason, in the order reasons are first met.
type tallies struct {
	list  []Tally
	index map[string]int
}

func (t *tallies) add(reason, sample string) {
	i, known := t.index[reason]
	if !known {
		if t.index == nil {
			t.index = map[string]int{}
		}
		i = len(t.list)
		t.index[reason] = i
		t.list = append(t.list, Tally{Reason: reason})
	}
	t.list[i].Count++
	if len(t.list[i].Samples) < keptSamples {
		t.list[i].Samples = append(t.list[i].Samples, sample)
	}
}

// sorted gives the tallies, most frequent first.
func (t *tallies) sorted() []Tally {
	list := slices.Clone(t.list)
	slices.SortStableFunc(list, func(a, b Tally) int { return int(min(1, max(-1, b.Count-a.Count))) })
	return list
}

func (r *Report) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

// String writes the report for people.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s read, %s accepted, %s repaired, %s rejected\n", r.Collection,
		rowsWord(r.Read), grouped(r.Accepted), grouped(r.Repaired), grouped(r.Rejected))
	for _, f := range r.Files {
		fmt.Fprintf(&b, "  from     %s (%s)\n", f.Name, strings.Join(f.words(), ", "))
	}
	if r.Key != "" {
		fmt.Fprintf(&b, "  key      %s (%s)\n", r.Key, r.KeyFrom)
	}
	switch {
	case r.Geometry == geo.None && len(r.Files) > 0:
		b.WriteString("  geometry none: a table\n")
	case r.Geometry != geo.None:
		fmt.Fprintf(&b, "  geometry %s, %s (%s)\n", r.Geometry, r.CRS, r.CRSFrom)
	}
	if r.Vintage != "" {
		fmt.Fprintf(&b, "  vintage  %s\n", r.Vintage)
	}
	switch {
	case r.Version != nil:
		fmt.Fprintf(&b, "  version  %d published\n", r.Version.ID)
	case r.DryRun:
		b.WriteString("  version  none: dry run\n")
	default:
		b.WriteString("  version  none: nothing was published\n")
	}
	section(&b, "Rejected", r.Rejects)
	section(&b, "Repaired", r.Repairs)
	if len(r.Notes) > 0 {
		b.WriteString("Notes\n")
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "  - %s\n", n)
		}
	}
	return b.String()
}

func (f *FileReport) words() []string {
	words := []string{f.Format}
	if f.Known != "" {
		words = append(words, f.Known)
	}
	if f.Layer != "" {
		words = append(words, "layer "+f.Layer)
	}
	return append(words, rowsWord(f.Rows))
}

func section(b *strings.Builder, title string, list []Tally) {
	if len(list) == 0 {
		return
	}
	b.WriteString(title + "\n")
	for _, t := range list {
		fmt.Fprintf(b, "  %s × %s (row %s)\n", grouped(t.Count), t.Reason, t.rows())
	}
}

// rows lists the first rows of a tally.
func (t *Tally) rows() string {
	rows := strings.Join(t.Samples, ", ")
	if t.Count > int64(len(t.Samples)) {
		rows += ", …"
	}
	return rows
}

func rowsWord(n int64) string { return plural(n, "row", "rows") }

// plural writes a count with its noun.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes 85292 as "85,292".
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
