package api

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"socle/referentials"
)

// TestSizes offers pages of sizes that they then have.
func TestSizes(t *testing.T) {
	a := open(t, nil)
	for _, n := range pageSizes {
		page := ask(t, a, fmt.Sprintf("/collections/adresses/items?f=html&limit=%d", n), "Accept-Language", "en").Body.String()
		if want := fmt.Sprintf(`<b aria-current="true">%d</b>`, n); !strings.Contains(page, want) {
			t.Errorf("a page of %d is not one", n)
		}
	}
}

// TestColumns puts what orders a page beside what names a feature.
func TestColumns(t *testing.T) {
	d := &referentials.Descriptor{Key: "key", Fields: []referentials.Field{
		{Name: "a", Type: referentials.String}, {Name: "b", Type: referentials.Number}, {Name: "name", Type: referentials.String, Role: referentials.Label},
		{Name: "key", Type: referentials.String, Role: referentials.Key}, {Name: "c", Type: referentials.Integer},
	}}
	for sortby, want := range map[string][]int{
		"": {3, 2, 0, 1, 4}, "-c": {3, 2, 4, 0, 1}, "+b,-c": {3, 2, 1, 4, 0}, " c,name,-key,b": {3, 2, 4, 1, 0}, "none,c,c": {3, 2, 4, 0, 1},
	} {
		q := pageQuery{"/items", url.Values{"sortby": {sortby}}, d, "fr"}
		if got := q.columns(d); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", sortby, got, want)
		}
	}
	d.Fields, d.Key = d.Fields[3:4], "key"
	if got := (pageQuery{"/items", url.Values{"sortby": {"key"}}, d, "fr"}).columns(d); !slices.Equal(got, []int{0}) {
		t.Errorf("of a key alone: %v", got)
	}
}
