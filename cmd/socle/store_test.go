package main

import "testing"

// TestRedact has no password of a store reach a terminal, wherever the URL has it.
func TestRedact(t *testing.T) {
	for store, want := range map[string]string{
		"gpkg:data/rennes@home.gpkg":                                 "gpkg:data/rennes@home.gpkg",
		"postgres://localhost/rennes":                                "postgres://localhost/rennes",
		"postgres://socle@localhost/rennes":                          "postgres://socle@localhost/rennes",
		"postgres://socle:secret@localhost:5432/rennes":              "postgres://socle@localhost:5432/rennes",
		"postgres://socle:sec@ret@localhost/rennes":                  "postgres://socle@localhost/rennes",
		"postgres://localhost/rennes?user=socle&password=secret":     "postgres://localhost/rennes?user=socle",
		"postgres:///rennes?host=/run/postgresql&sslpassword=secret": "postgres:///rennes?host=%2Frun%2Fpostgresql",
		"postgres://socle:sec%ret@localhost/rennes":                  "postgres://…",
	} {
		if got := redact(store); got != want {
			t.Errorf("%s is shown as %s, not as %s", store, got, want)
		}
	}
}
