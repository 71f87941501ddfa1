package api

import (
	"net/http"
	"testing"
)

// TestConditionOfBadRequest checks that a condition does not make a bad request good: what
// was never there is not "not modified".
func TestConditionOfBadRequest(t *testing.T) {
	a := open(t, nil)
	for target, want := range map[string]int{
		"/collections/adresses/items?bbox=garbage":                 http.StatusBadRequest,
		"/collections/adresses/items?bbox=1,2,3,4&bbox-crs=nobody": http.StatusBadRequest,
		"/collections/adresses/items?crs=nobody":                   http.StatusBadRequest,
		"/tiles/adresses/0/9/9.mvt":                                http.StatusNotFound,
		"/tiles/adresses/99/0/0.mvt":                               http.StatusNotFound,
	} {
		if got := ask(t, a, target, "If-None-Match", "*").Code; got != want {
			t.Errorf("%s: %d, want %d", target, got, want)
		}
	}
}
