package csv

import (
	"fmt"
	"strings"
	"unicode"

	"socle/referentials"
	"socle/referentials/importer/source"
)

// header is what stands before the data.
type header struct {
	none   bool   // columns have no names
	skip   int    // rows before the first row of data, the header's own included
	raw    string // the line of the names, to know it again where files were joined
	names  []string
	titles []string // of a second header line
}

// findColumns settles the columns from the first rows.
func (r *Reader) findColumns(rows []row) error {
	if strings.HasPrefix(rows[0].raw, "sep=") && len(rows) > 1 && r.opt.Delimiter == 0 && len(rows[0].raw) == len("sep=;") {
		r.header.skip = 1
		rows = rows[1:]
	}
	width, _, _ := consistency(rows)
	base := r.header.skip
	switch h := r.opt.Header; {
	case h == NoHeader:
		r.header.none = true
	case h > 0 && int(h) > len(rows):
		return referentials.Errorf(referentials.Invalid, "there is no header line %d in the first %d lines", h, len(rows)).At("%s", r.file.Path())
	case h > 0:
		r.takeHeader(rows, int(h)-1, base)
	default:
		if at, ok := locateHeader(rows, width); ok {
			r.takeHeader(rows, at, base)
		} else {
			r.header.none = true
			r.note("it has no header line: the columns are named column_1 to column_%d", width)
		}
	}
	if r.header.none {
		r.header.names = make([]string, width)
	}
	// Empty names at the end of a header that is longer than its rows name nothing.
	for n := len(r.header.names); n > width && strings.TrimSpace(r.header.names[n-1]) == ""; n-- {
		r.header.names = r.header.names[:n-1]
	}
	if r.opt.RowNames {
		r.header.names = append([]string{""}, r.header.names...)
		if r.header.titles != nil {
			r.header.titles = append([]string{""}, r.header.titles...)
		}
	}
	if len(r.header.names) > referentials.MaxFields {
		return referentials.Errorf(referentials.TooLarge, "it has %d columns, at most %d are kept", len(r.header.names), referentials.MaxFields).At("%s", r.file.Path())
	}
	r.columns = r.unique(r.header.names)
	r.titles = r.header.titles
	r.measure(rows[r.header.skip-base:])
	return nil
}

// takeHeader makes row at the header. Two lines of names are told apart from one by the
// data under them: the line that looks like identifiers names, the other one explains.
func (r *Reader) takeHeader(rows []row, at, base int) {
	r.header.skip = base + at + 1
	r.header.names, r.header.raw = rows[at].cells, rows[at].raw
	if at > 0 && r.opt.Header == AutoHeader {
		r.note("%d lines before the header, from %q, are left out", at, clip(strings.TrimSpace(strings.Join(rows[0].cells, " ")), 60))
	}
	if r.opt.Header != AutoHeader || at+2 >= len(rows) || len(rows[at+1].cells) != len(rows[at].cells) {
		return
	}
	v := vote(rows[at+1], rows[at+2:])
	if v.textOverTyped == 0 || v.typedOverTyped > 0 || 2*v.textOverTyped < v.typed {
		return
	}
	r.header.skip++
	first, second := rows[at].cells, rows[at+1].cells
	if identifiers(second) > identifiers(first) {
		first, second = second, first
		r.header.raw = rows[at+1].raw
	}
	r.header.names, r.header.titles = first, second
	r.note("the header has two lines: %q and the like are names, %q and the like are titles", clip(first[0], 40), clip(second[0], 40))
}

// identifiers counts the cells without blanks.
func identifiers(cells []string) (n int) {
	for _, c := range cells {
		if c != "" && !strings.ContainsFunc(c, unicode.IsSpace) {
			n++
		}
	}
	return n
}

// locateHeader gives the row with the names of the columns, false when the first row is
// data already.
func locateHeader(rows []row, width int) (at int, ok bool) {
	const furthest = 50
	for at < len(rows) && at < furthest && !full(rows[at], width) {
		at++
	}
	if at == len(rows) || at == furthest {
		at = 0
	}
	if isHeader(rows[at], rows[at+1:]) {
		return at, true
	}
	// Nothing is taken for a title before a header that is none.
	return 0, at > 0 && isHeader(rows[0], rows[1:])
}

// full tells a row of names or data from a title, which is short or mostly empty.
func full(r row, width int) bool {
	filled := 0
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			filled++
		}
	}
	return len(r.cells) >= width-1 && (filled > 2 || 2*filled >= width)
}

// votes counts the columns where a row and those under it tell of a header.
type votes struct {
	typed          int // columns of numbers, dates or geometries
	textOverTyped  int // … where the row has text: names
	typedOverTyped int // … where it has the same: data
	repeated       int // columns where its text comes again below: data
}

func vote(head row, below []row) (v votes) {
	const most = 200
	if len(below) > most {
		below = below[:most]
	}
	for i, cell := range head.cells {
		typed, filled, repeated := 0, 0, false
		for _, b := range below {
			if i >= len(b.cells) || b.raw == head.raw {
				continue // a row like the head is the header of a file joined to this one
			}
			switch kindOf(b.cells[i]) {
			case blankCell:
				continue
			case typedCell:
				typed++
			}
			filled++
			repeated = repeated || b.cells[i] == cell
		}
		kind := kindOf(cell)
		const mostly = 10
		isTyped := filled > 0 && (filled-typed)*mostly <= filled
		if isTyped {
			v.typed++
		}
		switch {
		case isTyped && kind == textCell:
			v.textOverTyped++
		case isTyped && kind == typedCell:
			v.typedOverTyped++
		case kind == textCell && repeated:
			v.repeated++
		}
	}
	return v
}

func isHeader(head row, below []row) bool {
	v := vote(head, below)
	switch {
	case v.textOverTyped > 0:
		// Years are names too; but text that comes again, over few real names, is data.
		return v.repeated == 0 || v.textOverTyped >= v.repeated+v.typedOverTyped
	case v.typedOverTyped > 0, v.repeated > 0:
		return false
	}
	for _, c := range head.cells {
		if kindOf(c) == typedCell {
			return false
		}
	}
	return true
}

type cellKind uint8

const (
	blankCell cellKind = iota
	textCell
	typedCell
)

// kindOf tells numbers, dates and geometries from text, and blanks and the ways of
// writing "nothing" from both.
func kindOf(s string) cellKind {
	s = strings.TrimSpace(s)
	switch strings.ToLower(s) {
	case "", "na", "n/a", "nan", "nd", "n.d.", "ns", "s", "c", "-", "null", "none", "..":
		return blankCell
	}
	if s[0] == '{' || s[0] == '[' {
		return typedCell
	}
	digits := 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case strings.ContainsRune("+-.,/: \u00a0\u202f%TZ", c):
		case c == 'E' || c == 'e':
		default:
			return textCell
		}
	}
	if digits == 0 {
		return textCell
	}
	return typedCell
}

// unique gives every column a name of its own and tells what it changed.
func (r *Reader) unique(names []string) []string {
	out := make([]string, len(names))
	taken := make(map[string]bool, len(names))
	for i, n := range names {
		out[i] = strings.TrimSpace(strings.Map(func(c rune) rune {
			if unicode.IsControl(c) {
				return ' '
			}
			return c
		}, n))
		taken[out[i]] = true
	}
	seen := make(map[string]bool, len(names))
	next := map[string]int{} // of a repeated name, the number to try
	for i, n := range out {
		if n == "" {
			n = fmt.Sprintf("column_%d", i+1)
			if !r.header.none {
				r.note("column %d has no name: it is called %q", i+1, n)
			}
		}
		if seen[n] {
			k := max(next[n], 2)
			for taken[numbered(n, k)] || seen[numbered(n, k)] {
				k++
			}
			next[n] = k + 1
			r.note("the name %q comes again: column %d is called %q", n, i+1, numbered(n, k))
			n = numbered(n, k)
		}
		seen[n] = true
		out[i] = n
	}
	return out
}

func numbered(name string, k int) string { return fmt.Sprintf("%s_%d", name, k) }

// measure counts the lengths of the first rows of data.
func (r *Reader) measure(data []row) {
	r.ragged = Ragged{Header: len(r.columns), Widths: map[int]int64{}}
	first := make(map[string]bool, len(data))
	r.padding = true
	for _, d := range data {
		r.ragged.add(len(d.cells))
		for _, c := range d.cells[min(len(d.cells), len(r.columns)):] {
			r.padding = r.padding && c == ""
		}
		first[d.cells[0]] = true
	}
	r.ragged.LeadingUnnamed = r.ragged.OneMore() && len(first) == len(data)
}

// layFields gives the fields that are left when the geometry has taken its columns.
func (r *Reader) layFields(out map[string]bool) {
	r.fields, r.position = nil, make([]int, len(r.columns))
	for i, name := range r.columns {
		r.position[i] = -1
		if out[name] {
			continue
		}
		f := source.Field{Name: name}
		if i < len(r.titles) {
			f.Title = strings.TrimSpace(r.titles[i])
		}
		r.position[i] = len(r.fields)
		r.fields = append(r.fields, f)
	}
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
