package csv

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"socle/referentials"
)

// What is looked at to detect a file's shape. Rows with large geometries need more.
const (
	sampleBytes = 1 << 20
	sampleMore  = 16 << 20
	sampleRows  = 1000
	sampleLeast = 20
)

// head gives the beginning of the file; whole tells that it is all of it.
func (r *Reader) head(ctx context.Context) (head []byte, whole bool, err error) {
	for _, size := range []int64{sampleBytes, sampleMore} {
		in, err := r.open(ctx)
		if err != nil {
			return nil, false, err
		}
		head, err = io.ReadAll(io.LimitReader(in, size))
		in.Close()
		if err != nil {
			return nil, false, err
		}
		whole = int64(len(head)) < size
		if whole || bytes.Count(head, []byte{r.text.Newline}) > sampleLeast {
			return head, whole, nil
		}
	}
	return head, whole, nil
}

// delimiters are tried in this order; the comma last, since it is also the decimal mark.
var delimiters = []byte{';', '\t', '|', ','}

// detectDelimiter gives the delimiter that cuts most of the first rows into as many
// fields, at least two. Where none does, the file has one column.
func (r *Reader) detectDelimiter(head []byte, whole bool) byte {
	if line, _, _ := bytes.Cut(head, []byte{r.text.Newline}); len(line) < 8 {
		// Excel's own declaration.
		if d, ok := strings.CutPrefix(strings.TrimRight(string(line), "\r"), "sep="); ok && len(d) == 1 {
			return d[0]
		}
	}
	// The bonus is for a first row as long as the others; the margin is what a delimiter
	// must be better by than one tried before it.
	const bonus, margin, least = 0.05, 0.02, 0.5
	best, score := byte(0), least
	for _, d := range delimiters {
		rows := r.sample(head, whole, d)
		width, share, stray := consistency(rows)
		if width < 2 {
			continue
		}
		s := share - stray
		if len(rows[0].cells) == width {
			s += bonus
		}
		if s > score+margin {
			best, score = d, s
		}
	}
	if best == 0 {
		r.note("no delimiter was found: it is read as one column")
		return ';'
	}
	return best
}

// consistency gives the commonest number of fields, the share of rows that have it, and
// the share of rows whose quotes do not match.
func consistency(rows []row) (width int, share, stray float64) {
	count := map[int]int{}
	for _, row := range rows {
		count[len(row.cells)]++
		if row.stray {
			stray++
		}
		if n := count[len(row.cells)]; n > count[width] || n == count[width] && len(row.cells) > width {
			width = len(row.cells)
		}
	}
	n := float64(max(len(rows), 1))
	return width, float64(count[width]) / n, stray / n
}

// row is one of the first rows, decoded.
type row struct {
	cells []string
	raw   string
	line  int64
	stray bool
}

// sample cuts the first rows of head; one that head ends within is left out.
func (r *Reader) sample(head []byte, whole bool, delim byte) []row {
	s := newScanner(bytes.NewReader(head), delim, r.text.Newline, len(head)+1)
	var rows []row
	for len(rows) < sampleRows && s.next() {
		if !whole && s.eof && (s.start == s.end || errors.Is(s.quotes, errUnclosed)) {
			break
		}
		cells := make([]string, len(s.fields))
		for i, f := range s.fields {
			cells[i] = r.decode(f)
		}
		rows = append(rows, row{cells, string(s.raw), s.line, s.quotes != nil})
	}
	return rows
}

// fatal says why the rows cannot be read on.
func (r *Reader) fatal(err error, s *scanner) error {
	if errors.Is(err, errRowSize) {
		return referentials.Errorf(referentials.TooLarge, "the line is longer than %d bytes", r.opt.MaxRow).
			At("%s, line %d", r.file.Path(), s.lines+1).Do("check that it is a text file with line ends")
	}
	return err
}
