package source

import (
	"slices"
	"testing"
)

func TestUniqueNames(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{nil, []string{}},
		{[]string{"a", "b"}, []string{"a", "b"}},
		{[]string{"POPULATION", "POPULATION", "POPULATION"}, []string{"POPULATION", "POPULATION_2", "POPULATION_3"}},
		{[]string{"X", "X", "X_2"}, []string{"X", "X_3", "X_2"}},
	} {
		if got := UniqueNames(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%q became %q, not %q", c.in, got, c.want)
		}
	}
}
