package cql2

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"socle/geo"
	"socle/referentials/filter"
)

// equal tells whether two trees are the same but for offsets. Numbers are the same when
// their bits are.
func equal(a, b filter.Expr) bool {
	switch a := a.(type) {
	case *filter.Literal:
		b, ok := b.(*filter.Literal)
		return ok && bytes.Equal(a.Value.AppendBinary(nil), b.Value.AppendBinary(nil))
	case *filter.Property:
		b, ok := b.(*filter.Property)
		return ok && a.Name == b.Name
	case *filter.Shape:
		b, ok := b.(*filter.Shape)
		return ok && a.Collection == b.Collection && slices.EqualFunc(a.Members, b.Members, equalGeometry) &&
			(a.Heights == nil) == (b.Heights == nil) && slices.EqualFunc(a.Heights, b.Heights, equalNumbers)
	case *filter.Box:
		b, ok := b.(*filter.Box)
		if !ok || !equalNumbers(a.Min[:], b.Min[:]) || !equalNumbers(a.Max[:], b.Max[:]) {
			return false
		}
		return a.Heights == nil && b.Heights == nil ||
			a.Heights != nil && b.Heights != nil && equalNumbers(a.Heights[:], b.Heights[:])
	case *filter.Interval:
		b, ok := b.(*filter.Interval)
		return ok && equal(a.From, b.From) && equal(a.To, b.To)
	case *filter.Array:
		b, ok := b.(*filter.Array)
		return ok && slices.EqualFunc(a.Items, b.Items, equal)
	case *filter.Call:
		b, ok := b.(*filter.Call)
		return ok && a.Op == b.Op && slices.EqualFunc(a.Args, b.Args, equal)
	}
	return false
}

func equalGeometry(a, b geo.Geometry) bool {
	return a.Type == b.Type && equalNumbers(a.XY, b.XY) && slices.Equal(a.Ends, b.Ends) && slices.Equal(a.Parts, b.Parts)
}

func equalNumbers(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
}

// roundTrip writes a tree in both forms and reads them back. It checks too that what was
// read is written the same again.
func roundTrip(t interface {
	Helper()
	Fatalf(string, ...any)
}, e filter.Expr) {
	t.Helper()
	text := AppendText(nil, e)
	if len(text) <= maxLength {
		back, err := ParseText(string(text))
		if err != nil {
			t.Fatalf("text %s: %v", text, err)
		}
		if !equal(e, back) {
			t.Fatalf("text %s reads back as %s, from %s", text, AppendJSON(nil, back), AppendJSON(nil, e))
		}
		if again := AppendText(nil, back); !bytes.Equal(again, text) {
			t.Fatalf("text %s is written again as %s", text, again)
		}
	}
	json := AppendJSON(nil, e)
	if len(json) <= maxLength {
		back, err := ParseJSON(json)
		if err != nil {
			t.Fatalf("JSON %s of %s: %v", json, text, err)
		}
		if !equal(e, back) {
			t.Fatalf("JSON %s reads back as %s", json, AppendJSON(nil, back))
		}
		if again := AppendJSON(nil, back); !bytes.Equal(again, json) {
			t.Fatalf("JSON %s is written again as %s", json, again)
		}
	}
}

func mustText(t testing.TB, s string) filter.Expr {
	t.Helper()
	e, err := ParseText(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return e
}
