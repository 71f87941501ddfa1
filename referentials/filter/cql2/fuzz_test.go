package cql2

import "testing"

// What is read is written in both forms and reads back as the same tree.
func FuzzParseText(f *testing.F) {
	for _, s := range examples(f, "text") {
		f.Add(s)
	}
	for _, s := range predicates(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := ParseText(s); err == nil {
			roundTrip(t, e)
		}
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range examples(f, "json") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := ParseJSON([]byte(s)); err == nil {
			roundTrip(t, e)
		}
	})
}
