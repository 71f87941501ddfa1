package api

import (
	"strings"
	"testing"
)

// TestPlainSigns writes URLs and what was asked as people know them, in documents and in problems.
func TestPlainSigns(t *testing.T) {
	a := open(t, nil)
	for target, want := range map[string]string{
		"/tiles/adresses.json?properties=numero&filter=numero%3C3": `.mvt?filter=numero%3C3&properties=numero"`,
		"/collections/adresses/items?%3Ea%26b=1":                   `there is no parameter \">a&b\" here`,
	} {
		if body := ask(t, a, target).Body.String(); !strings.Contains(body, want) || !strings.HasSuffix(body, "}\n") || strings.HasSuffix(body, "\n\n") {
			t.Errorf("%s: no %s in %s", target, want, body)
		}
	}
}
