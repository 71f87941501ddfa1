package cql2

import (
	"slices"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
)

// primary is an operand without operators: a literal, a name, a call, or something
// between parentheses.
func (p *parser) primary() (filter.Expr, error) {
	tok := p.tok
	switch tok.kind {
	case textToken:
		p.next()
		return &filter.Literal{Source: at(tok.at), Value: referentials.StringValue(tok.text)}, nil
	case numberToken:
		return p.number(tok.at, "")
	case nameToken:
		p.next()
		return &filter.Property{Source: at(tok.at), Name: tok.text}, nil
	case wordToken:
		return p.word()
	case symbolToken:
		if tok.text == "(" {
			return p.group()
		}
	}
	return nil, p.unexpected("a value")
}

func (p *parser) word() (filter.Expr, error) {
	tok, lower := p.tok, strings.ToLower(p.tok.text)
	switch {
	case lower == "true" || lower == "false":
		p.next()
		return &filter.Literal{Source: at(tok.at), Value: referentials.BooleanValue(lower == "true")}, nil
	case lower == "null":
		return nil, p.unexpected("a value").Do("NULL is compared by IS NULL")
	case isKeyword(lower):
		return nil, p.unexpected("a value").Do(`a property of that name is written "%s"`, tok.text)
	}
	if _, ok := geometryTags[lower]; (ok || lower == collection) && (p.opens() || slices.Contains(dimensions, strings.ToLower(p.following()))) {
		return p.geometry()
	}
	if !p.opens() {
		p.next()
		return &filter.Property{Source: at(tok.at), Name: tok.text}, nil
	}
	switch lower {
	case "bbox":
		return p.box()
	case "date", "timestamp":
		return p.instant()
	case "interval":
		return p.interval()
	}
	return p.function(lower)
}

// function is a call by name, of the standard or of the server.
func (p *parser) function(lower string) (filter.Expr, error) {
	tok := p.tok
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	p.next()
	p.next() // the parenthesis that made it a function
	o, standard := operators[lower]
	if !standard && !isFunctionName(tok.text) {
		return nil, p.fault(tok.at, "%s is no name of a function", quote(tok.text))
	}
	operand := p.argument
	switch {
	case standard && o.operands[0] == list|open:
		operand = p.listOperand
	case standard:
		operand = p.sum
	}
	args, comma, err := p.items(operand)
	if err != nil {
		return nil, err
	}
	if comma {
		return nil, p.unexpected("a value")
	}
	p.next()
	if standard {
		return p.call(tok.at, o.op, args...)
	}
	return &filter.Call{Source: at(tok.at), Op: tok.text, Args: args}, nil
}

// items reads what is between parentheses, up to the second of them, and tells whether a
// comma ends it, as only a list of one may.
func (p *parser) items(item func() (filter.Expr, error)) (list []filter.Expr, comma bool, err error) {
	for !p.symbolIs(")") {
		if len(list) > 0 && !comma {
			return nil, false, p.unexpected(`an operator, "," or ")"`, continuers(list)...)
		}
		e, err := item()
		if err != nil {
			return nil, false, err
		}
		list = append(list, e)
		if comma = p.symbolIs(","); comma {
			p.next()
		}
	}
	if comma && len(list) > 1 {
		return nil, false, p.unexpected("a value")
	}
	return list, comma, nil
}

// argument is a function's argument or the item of a list.
func (p *parser) argument() (filter.Expr, error) {
	p.item = p.tok.at
	return p.expression()
}

// listOperand is the operand of A_CONTAINS and its like, where parentheses make a list.
func (p *parser) listOperand() (filter.Expr, error) {
	if !p.symbolIs("(") {
		return p.sum()
	}
	return p.list()
}

func (p *parser) list() (filter.Expr, error) {
	offset := p.tok.at
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	p.next()
	items, _, err := p.items(p.argument)
	if err != nil {
		return nil, err
	}
	p.next()
	return &filter.Array{Source: at(offset), Items: items}, nil
}

// group is parentheses around one operand, or a list: see the package's documentation.
func (p *parser) group() (filter.Expr, error) {
	offset := p.tok.at
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	isItem := p.item == offset
	p.next()
	inner := p.expression
	if isItem {
		inner = p.argument
	}
	items, comma, err := p.items(inner)
	if err != nil {
		return nil, err
	}
	p.next()
	if len(items) == 1 && !comma {
		last := p.symbolIs(",") || p.symbolIs(")")
		if !isItem || !last || sortOf(items[0])&listed == 0 {
			return items[0], nil
		}
	}
	return &filter.Array{Source: at(offset), Items: items}, nil
}
