// Package storetest is the conformance suite of stores: every implementation of
// [referentials.Store] passes the same [Run] and gives the same golden dump.
package storetest

import (
	"testing"

	"socle/referentials"
)

// Opened is a fresh, empty store and the ways the suite reaches it from outside.
type Opened struct {
	// Store is the handle under test. The opener closes it in a t.Cleanup, and takes its
	// data away.
	Store referentials.Store

	// Reopen opens the same data once more, as another process would. The suite closes
	// what it gives.
	Reopen func(t *testing.T) referentials.Store

	// SQL runs statements in one transaction over a connection that is not the store's,
	// as an analyst with an SQL client would. The suite keeps to statements that every
	// SQL database knows.
	SQL func(t *testing.T, statements ...string)

	// Table gives the quoted name under which that SQL finds the current version of a
	// collection. Its columns bear the fields' names where they are lower-case words.
	Table func(collection string) string

	// Journal is how many edits of rows the store's journal is bounded to: open it with
	// a small bound, 32 to 1000, so that the suite can go beyond it.
	Journal int
}

// Run runs the suite; open gives a new empty store each time.
func Run(t *testing.T, open func(t *testing.T) Opened) {
	t.Helper()
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"RoundTrip", roundTrips},
		{"Publish", publications},
		{"Apply", edits},
		{"SQL", sqlEdits},
		{"Watch", watches},
		{"Concurrency", races},
		{"Golden", goldens},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
			}
		})
	}
}

type testCase struct {
	name string
	run  func(*testing.T, Opened)
}
