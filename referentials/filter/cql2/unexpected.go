package cql2

import (
	"fmt"
	"strings"

	"socle/referentials"
	"socle/referentials/filter"
)

// joiners may follow a condition, comparers an operand.
var (
	joiners   = []string{"AND", "OR"}
	comparers = []string{"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "DIV"}
)

// continuers are the words that may follow the last of these pieces.
func continuers(after []filter.Expr) []string {
	if sortOf(after[len(after)-1]) == condition {
		return joiners
	}
	return comparers
}

// unexpected is the error of a token that is none of what may stand here; words are the
// keywords among them.
func (p *parser) unexpected(expected string, words ...string) *referentials.Error {
	if p.tok.kind == badToken {
		return p.err
	}
	err := p.fault(p.tok.at, "expected %s, found %s", expected, p.found())
	if p.tok.kind != wordToken {
		return err
	}
	if hint, ok := foreign[strings.ToLower(p.tok.text)]; ok {
		return err.Do("%s", hint)
	}
	if near := referentials.Nearest(p.tok.text, words); near != "" {
		return err.Do("did you mean %s?", near)
	}
	return err
}

func (p *parser) found() string {
	switch p.tok.kind {
	case endToken:
		return "the end of the filter"
	case textToken:
		return "the text '" + shorten(p.tok.text) + "'"
	case nameToken:
		return fmt.Sprintf("the name %s", quote(p.tok.text))
	case numberToken:
		return "the number " + shorten(p.tok.text)
	}
	return quote(p.tok.text)
}
