package cql2

import (
	"socle/referentials"
	"socle/referentials/filter"
)

// What a filter may cost, before anything is computed from it.
const (
	maxLength = 64 << 10 // bytes, of text or of JSON
	maxDepth  = 200      // pieces within pieces, or parentheses within parentheses
	maxPieces = 10_000   // literals, names, calls; a shape is one
)

func checkLength(n int) error {
	if n > maxLength {
		return referentials.Errorf(referentials.TooLarge, "the filter has %d bytes, at most %d are read", n, maxLength)
	}
	return nil
}

func tooDeep() *referentials.Error {
	return referentials.Errorf(referentials.TooLarge, "the filter nests deeper than %d levels", maxDepth).
		Do("join conditions with one AND or OR, and values with one IN")
}

// checkSize bounds the tree itself, which a chain of operators makes deep without
// nesting anything in the source.
func checkSize(e filter.Expr) error {
	pieces := 0
	deepest := measure(e, &pieces)
	if pieces > maxPieces {
		return referentials.Errorf(referentials.TooLarge, "the filter has %d pieces, at most %d are taken", pieces, maxPieces)
	}
	if deepest > maxDepth {
		return tooDeep()
	}
	return nil
}

// measure gives the depth of a tree and adds its pieces.
func measure(e filter.Expr, pieces *int) int {
	*pieces++
	deepest := 0
	for _, part := range parts(e) {
		deepest = max(deepest, measure(part, pieces))
	}
	return deepest + 1
}

// parts gives the pieces a piece is made of.
func parts(e filter.Expr) []filter.Expr {
	switch e := e.(type) {
	case *filter.Call:
		return e.Args
	case *filter.Array:
		return e.Items
	case *filter.Interval:
		return []filter.Expr{e.From, e.To}
	}
	return nil
}
