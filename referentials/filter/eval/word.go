package eval

import (
	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// perWord is a condition that depends on one column of repeating texts: it is evaluated
// once for each word, when the word is first met.
type perWord struct {
	cells snapshot.Cells
	of    predicate // over codes
	known []told    // by code
	state *state
}

// told is what is known of a word.
type told uint8

const (
	notYet  told = iota
	pending      // in the batch at work
	first        // told, from first + no to first + unknown
)

func (p *perWord) cost() int { return 3 }

func (p *perWord) eval(rows []uint32, out []truth) {
	codes := p.state.rows.get()
	defer p.state.rows.put(codes)
	p.cells.Codes(rows, codes)
	news := 0
	for k := range rows {
		t := p.known[codes[k]]
		out[k] = truth(t - first)
		if t < first {
			news++
		}
	}
	if news == 0 {
		return
	}
	p.learn(codes[:len(rows)])
	for k := range rows {
		out[k] = truth(p.known[codes[k]] - first)
	}
}

// learn evaluates the words that were not met before.
func (p *perWord) learn(codes []uint32) {
	fresh, answers := p.state.rows.get(), p.state.truths.get()
	defer p.state.rows.put(fresh)
	defer p.state.truths.put(answers)
	n := 0
	for _, code := range codes {
		if p.known[code] == notYet {
			p.known[code] = pending
			fresh[n] = code
			n++
		}
	}
	p.of.eval(fresh[:n], answers)
	for k, code := range fresh[:n] {
		p.known[code] = first + told(answers[k])
	}
}

// words reads the words of codes, where other machines read the texts of rows.
type words struct{ cells snapshot.Cells }

func (v words) cost() int { return 5 }

func (v words) eval(codes []uint32, out []string, null []bool) {
	for k, code := range codes {
		out[k], null[k] = "", code == 0
		if code != 0 {
			out[k] = v.cells.Word(code)
		}
	}
}

// perWord compiles n over the words of the one column that it depends on, nil when it
// depends on anything else.
func (c *compiler) perWord(n *filter.Node) (predicate, error) {
	if c.words != nil {
		return nil, nil
	}
	field, ok := onlyField(n, -1)
	if !ok || field < 0 {
		return nil, nil
	}
	cells := c.table.Cells(field)
	count, repeat := cells.Words()
	if !repeat || c.state.remembered+count > mostRemembered {
		return nil, nil
	}
	c.state.remembered += count + 1
	inner := *c
	inner.words, inner.folds = words{cells}, nil
	of, err := inner.predicate(n)
	if err != nil {
		return nil, err
	}
	return &perWord{cells: cells, of: of, known: make([]told, count+1), state: c.state}, nil
}

// mostRemembered bounds the words whose answers one filter keeps, at a byte each. What
// goes beyond is evaluated row by row.
const mostRemembered = 16 << 20

// onlyField gives the one field that n depends on beside those seen before, -1 for none.
func onlyField(n *filter.Node, field int) (int, bool) {
	switch n.Kind {
	case filter.Place:
		return field, false
	case filter.Column:
		return n.Field, field < 0 || field == n.Field
	}
	for _, a := range n.Args {
		var ok bool
		if field, ok = onlyField(a, field); !ok {
			return field, false
		}
	}
	return field, true
}
