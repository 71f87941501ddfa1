package eval

import (
	"strings"
	"unicode/utf8"

	"socle/referentials/filter"
)

// like is LIKE.
type like struct {
	of      texts
	pattern pattern
	state   *state
}

func (p *like) cost() int { return p.of.cost() + 30 }

func (p *like) eval(rows []uint32, out []truth) {
	values, null := p.state.strings.get(), p.state.flags.get()
	p.of.eval(rows, values, null)
	for k := range rows {
		out[k] = unknown
		if !null[k] {
			out[k] = truthOf(p.pattern.matches(values[k]))
		}
	}
	p.state.flags.put(null)
	p.state.strings.put(values)
}

func (c *compiler) like(n *filter.Node) (predicate, error) {
	of, err := c.texts(n.Args[0])
	if err != nil {
		return nil, err
	}
	return &like{of, newPattern(n.Args[1].Value.Str()), c.state}, nil
}

// pattern is a LIKE pattern cut at its runs of any characters: a text matches when it has
// the pieces one after the other, the first at its beginning and the last at its end.
type pattern []piece

// piece is literal texts with a number of single characters before each.
type piece struct {
	runs []run
	tail int // characters after the last
}

type run struct {
	skip    int
	literal string
}

func newPattern(s string) pattern {
	var p pattern
	var now piece
	var literal []byte
	skip := 0
	flush := func() {
		if len(literal) > 0 {
			now.runs = append(now.runs, run{skip, string(literal)})
			literal, skip = nil, 0
		}
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '%':
			flush()
			now.tail = skip
			p, now, skip = append(p, now), piece{}, 0
		case '_':
			flush()
			skip++
		case '\\':
			if i+1 < len(s) {
				i++
			}
			literal = append(literal, s[i])
		default:
			literal = append(literal, s[i])
		}
	}
	flush()
	now.tail = skip
	return append(p, now)
}

func (p pattern) matches(s string) bool {
	n, ok := p[0].at(s)
	if !ok {
		return false
	}
	if s = s[n:]; len(p) == 1 {
		return s == ""
	}
	for _, piece := range p[1 : len(p)-1] {
		n, ok := piece.find(s)
		if !ok {
			return false
		}
		s = s[n:]
	}
	return p[len(p)-1].ends(s)
}

// at gives how many bytes the piece takes at the beginning of s.
func (p *piece) at(s string) (int, bool) {
	n := 0
	for _, r := range p.runs {
		skipped, ok := characters(s[n:], r.skip)
		if n += skipped; !ok || !strings.HasPrefix(s[n:], r.literal) {
			return 0, false
		}
		n += len(r.literal)
	}
	skipped, ok := characters(s[n:], p.tail)
	return n + skipped, ok
}

// find gives where the first occurrence of the piece in s ends.
func (p *piece) find(s string) (int, bool) {
	if len(p.runs) == 0 {
		return characters(s, p.tail)
	}
	for from := 0; ; {
		if p.runs[0].skip == 0 {
			k := strings.Index(s[from:], p.runs[0].literal)
			if k < 0 {
				return 0, false
			}
			from += k
		}
		if n, ok := p.at(s[from:]); ok {
			return from + n, true
		}
		if from == len(s) {
			return 0, false
		}
		_, size := utf8.DecodeRuneInString(s[from:])
		from += size
	}
}

// ends tells whether s ends with the piece.
func (p *piece) ends(s string) bool {
	if len(p.runs) == 1 && p.runs[0].skip == 0 && p.tail == 0 {
		return strings.HasSuffix(s, p.runs[0].literal)
	}
	count := p.tail
	for _, r := range p.runs {
		count += r.skip + utf8.RuneCountInString(r.literal)
	}
	from := len(s)
	for ; count > 0; count-- {
		if from == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(s[:from])
		from -= size
	}
	n, ok := p.at(s[from:])
	return ok && from+n == len(s)
}

// characters gives how many bytes the first n characters of s take.
func characters(s string, n int) (int, bool) {
	at := 0
	for ; n > 0; n-- {
		if at == len(s) {
			return at, false
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at, true
}
