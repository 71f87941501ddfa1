package cql2

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
)

// parser reads the grammar by recursive descent, each token once. What a parenthesis
// holds is decided by what is found in it, never by trying: a condition, an operand and a
// list all begin as one expression, and operators then judge their operands.
type parser struct {
	lexer
	depth int
	item  int // where a list item or a function's argument began last; -1 before
}

// filter is the whole source.
func (p *parser) filter() (filter.Expr, error) {
	p.next()
	if p.tok.kind == endToken {
		return nil, p.fault(p.tok.at, "the filter is empty")
	}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != endToken {
		if p.symbolIs(")") {
			return nil, p.unexpected("the end of the filter").Do("it closes no parenthesis")
		}
		if sortOf(e) == condition {
			return nil, p.unexpected("AND, OR or the end of the filter", joiners...)
		}
		return nil, p.unexpected("an operator or the end of the filter", comparers...)
	}
	args := []filter.Expr{e}
	if err := checkFilter(args); err != nil {
		return nil, p.locate(e.Offset(), err)
	}
	return args[0], nil
}

func at(offset int) filter.Source { return filter.Source{At: offset} }

// call makes a Call after judging its operands.
func (p *parser) call(offset int, op string, args ...filter.Expr) (filter.Expr, error) {
	if i, err := operators[strings.ToLower(op)].check(args); err != nil {
		where := p.tok.at
		if i < len(args) {
			where = args[i].Offset()
		}
		return nil, p.locate(where, err)
	}
	return &filter.Call{Source: at(offset), Op: op, Args: args}, nil
}

// enter and leave bound the recursion.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return tooDeep()
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// is tells whether the current token is that keyword, given in lower case.
func (p *parser) is(keyword string) bool {
	return p.tok.kind == wordToken && strings.EqualFold(p.tok.text, keyword)
}

func (p *parser) symbolIs(s string) bool { return p.tok.kind == symbolToken && p.tok.text == s }

func (p *parser) expect(symbol, what string) error {
	if !p.symbolIs(symbol) {
		return p.unexpected(what)
	}
	p.next()
	return nil
}

// expression is a condition, or any operand when no condition is made of it.
func (p *parser) expression() (filter.Expr, error) { return p.joined("or", p.conjunction) }

func (p *parser) conjunction() (filter.Expr, error) { return p.joined("and", p.negation) }

func (p *parser) joined(op string, part func() (filter.Expr, error)) (filter.Expr, error) {
	offset := p.tok.at
	first, err := part()
	if err != nil || !p.is(op) {
		return first, err
	}
	args := []filter.Expr{first}
	for p.is(op) {
		p.next()
		e, err := part()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	return p.call(offset, op, args...)
}

func (p *parser) negation() (filter.Expr, error) {
	var nots []int
	for p.is("not") {
		nots = append(nots, p.tok.at)
		p.next()
	}
	e, err := p.predicate()
	for _, offset := range slices.Backward(nots) {
		if err != nil {
			break
		}
		e, err = p.call(offset, "not", e)
	}
	return e, err
}

// predicate is an operand and what is said of it.
func (p *parser) predicate() (filter.Expr, error) {
	offset := p.tok.at
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.tok.kind == symbolToken {
		switch op := p.tok.text; op {
		case "=", "<>", "<", "<=", ">", ">=", "!=":
			if op == "!=" {
				op = "<>"
			}
			p.next()
			right, err := p.sum()
			if err != nil {
				return nil, err
			}
			left, err = p.call(offset, op, left, right)
			if err != nil {
				return nil, err
			}
		}
	}
	not := p.is("not")
	if not {
		p.next()
	}
	switch {
	case p.is("like"), p.is("ilike"):
		left, err = p.like(offset, left)
	case p.is("between"):
		left, err = p.between(offset, left)
	case p.is("in"):
		left, err = p.in(offset, left)
	case not:
		return nil, p.unexpected("LIKE, BETWEEN or IN", "LIKE", "BETWEEN", "IN")
	}
	if err == nil && not {
		left, err = p.call(offset, "not", left)
	}
	for err == nil && p.is("is") {
		left, err = p.isNull(offset, left)
	}
	return left, err
}

// like reads LIKE, and the ILIKE that GDAL sends, which CQL2 says with CASEI on both sides.
func (p *parser) like(offset int, left filter.Expr) (filter.Expr, error) {
	fold := p.is("ilike")
	p.next()
	begin := p.tok.at
	pattern, err := p.sum()
	if err == nil && fold {
		pattern, err = p.call(begin, "casei", pattern)
	}
	if err == nil && fold {
		left, err = p.call(offset, "casei", left)
	}
	if err != nil {
		return nil, err
	}
	return p.call(offset, "like", left, pattern)
}

func (p *parser) between(offset int, value filter.Expr) (filter.Expr, error) {
	p.next()
	low, err := p.sum()
	if err != nil {
		return nil, err
	}
	if !p.is("and") {
		return nil, p.unexpected("AND and the upper end of BETWEEN", "AND")
	}
	p.next()
	high, err := p.sum()
	if err != nil {
		return nil, err
	}
	return p.call(offset, "between", value, low, high)
}

func (p *parser) in(offset int, value filter.Expr) (filter.Expr, error) {
	p.next()
	items := &filter.Array{Source: at(p.tok.at)}
	if err := p.expect("(", `"(" and the list of IN`); err != nil {
		return nil, err
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	for !p.symbolIs(")") || len(items.Items) > 0 {
		item, err := p.sum()
		if err != nil {
			return nil, err
		}
		if err := checkItem(item); err != nil {
			return nil, p.locate(item.Offset(), err)
		}
		items.Items = append(items.Items, item)
		if p.symbolIs(")") {
			break
		}
		if err := p.expect(",", `"," or ")"`); err != nil {
			return nil, err
		}
	}
	p.next()
	return p.call(offset, "in", value, items)
}

func (p *parser) isNull(offset int, value filter.Expr) (filter.Expr, error) {
	p.next()
	not := p.is("not")
	if not {
		p.next()
	}
	if !p.is("null") {
		err := p.unexpected("NULL", "NULL")
		if err.Hint == "" {
			err = err.Do("values are compared by = and <>")
		}
		return nil, err
	}
	p.next()
	e, err := p.call(offset, "isNull", value)
	if err == nil && not {
		return p.call(offset, "not", e)
	}
	return e, err
}

func (p *parser) sum() (filter.Expr, error) { return p.chain(p.product, "+", "-") }

func (p *parser) product() (filter.Expr, error) { return p.chain(p.power, "*", "/", "%", "div") }

// chain is operands of operators of one rank, joined from the left.
func (p *parser) chain(operand func() (filter.Expr, error), ops ...string) (filter.Expr, error) {
	offset := p.tok.at
	left, err := operand()
	for err == nil {
		op := p.oneOf(ops)
		if op == "" {
			break
		}
		p.next()
		var right filter.Expr
		if right, err = operand(); err == nil {
			left, err = p.call(offset, op, left, right)
		}
	}
	return left, err
}

func (p *parser) oneOf(ops []string) string {
	for _, op := range ops {
		if p.symbolIs(op) || op == "div" && p.is(op) {
			return op
		}
	}
	return ""
}

// power takes one ^: which of two binds first is not for the reader to guess.
func (p *parser) power() (filter.Expr, error) {
	offset := p.tok.at
	left, err := p.factor()
	if err != nil || !p.symbolIs("^") {
		return left, err
	}
	p.next()
	right, err := p.factor()
	if err != nil {
		return nil, err
	}
	if p.symbolIs("^") {
		return nil, p.fault(p.tok.at, "a second ^").Do("say with parentheses which comes first: (a ^ b) ^ c")
	}
	return p.call(offset, "^", left, right)
}

// factor is an operand and its sign, which binds before ^ as the grammar has it.
func (p *parser) factor() (filter.Expr, error) {
	if p.symbolIs("+") {
		p.next()
		if p.tok.kind != numberToken {
			return nil, p.unexpected("a number")
		}
		return p.number(p.tok.at, "")
	}
	var minuses []int
	for p.symbolIs("-") {
		minuses = append(minuses, p.tok.at)
		p.next()
	}
	var e filter.Expr
	var err error
	if last := len(minuses) - 1; last >= 0 && p.tok.kind == numberToken {
		e, err = p.number(minuses[last], "-")
		minuses = minuses[:last]
	} else {
		e, err = p.primary()
	}
	for _, offset := range slices.Backward(minuses) {
		if err != nil {
			break
		}
		minus := &filter.Literal{Source: at(offset), Value: referentials.IntegerValue(-1)}
		e, err = p.call(offset, "*", minus, e)
	}
	return e, err
}

// number reads the current token: an integer when it is written as one and fits.
func (p *parser) number(offset int, sign string) (filter.Expr, error) {
	v, ok := parseNumber(sign + p.tok.text)
	if !ok {
		return nil, p.fault(offset, "the number %s is too large", shorten(sign+p.tok.text))
	}
	p.next()
	return &filter.Literal{Source: at(offset), Value: v}, nil
}

// parseNumber reads a number of either form; false when it is beyond float64.
func parseNumber(s string) (referentials.Value, bool) {
	if !strings.ContainsAny(s, ".eE") {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return referentials.IntegerValue(i), true
		}
	}
	f, _ := strconv.ParseFloat(s, 64)
	return referentials.NumberValue(f), !math.IsInf(f, 0)
}
