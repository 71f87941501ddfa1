// Package cql2 reads and writes the two forms of the Common Query Language (OGC
// 21-065r2), CQL2 Text and CQL2 JSON.
//
// Reading is liberal where real clients need it and the meaning is plain: keywords in any
// case, != for <>, names that begin with a digit, a doubled backslash for one in text, BETWEEN
// of texts and of instants, timestamps with an offset, a property of truth values where a
// condition stands (read as "property = TRUE"). Writing is strict and has one spelling for
// each tree, which reads back as the same tree.
//
// Two texts, or a text and a JSON, are the same filter when their trees are equal but for
// offsets. NOT LIKE, NOT BETWEEN, NOT IN and IS NOT NULL are "not" of the plain form; a
// minus before anything but a number is "*" of -1; parentheses leave no trace, save that
// (a AND b) AND c keeps its two levels where a AND b AND c has one. A number written
// without a point or exponent is an integer, and so differs from the same one with them.
//
// In text, parentheses around one operand group it. They are a list of one where the
// grammar takes nothing else: as operand of A_CONTAINS and its like; and, among the
// arguments of a function or the items of a list, around a literal that is no number. In
// what is left, the list is written with a comma after its item, "(5,)".
package cql2

import "socle/referentials/filter"

// ParseText reads CQL2 Text. The error is Invalid, with the character (from 1) where it
// lies, or TooLarge.
func ParseText(s string) (filter.Expr, error) {
	if err := checkLength(len(s)); err != nil {
		return nil, err
	}
	p := parser{lexer: lexer{src: s}, item: -1}
	e, err := p.filter()
	if err != nil {
		return nil, err
	}
	if err := checkSize(e); err != nil {
		return nil, err
	}
	return e, nil
}

// ParseJSON reads CQL2 JSON. The error is Invalid, with the JSON pointer of where it
// lies ("" for the whole), or TooLarge.
func ParseJSON(b []byte) (filter.Expr, error) {
	if err := checkLength(len(b)); err != nil {
		return nil, err
	}
	e, err := readJSON(b)
	if err != nil {
		return nil, err
	}
	if err := checkSize(e); err != nil {
		return nil, err
	}
	return e, nil
}

// AppendText appends the canonical text of a tree.
func AppendText(dst []byte, e filter.Expr) []byte { return appendText(dst, e, orRank) }

// AppendJSON appends the canonical JSON of a tree. It is valid against the standard's
// schema, but for what the schema has not: BETWEEN of texts or instants, and a collection
// of one geometry.
func AppendJSON(dst []byte, e filter.Expr) []byte { return appendJSON(dst, e) }
