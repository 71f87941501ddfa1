package referentials_test

import (
	"testing"

	"pgregory.net/rapid"

	"socle/referentials"
)

// TestTimesAsLaidOut compares with the layouts, which every reader knows.
func TestTimesAsLaidOut(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, v referentials.Value, layout string) {
		if got, want := v.String(), v.Time().Format(layout); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	const day = 86_400_000_000
	for _, days := range []int64{0, -1, -719_529, -719_528, 2_932_896, 2_932_897, 19_782} {
		check(t, referentials.DateValue(days), referentials.DateLayout)
		for _, micros := range []int64{0, 1, 100_000, 123_456, 999_999, day - 1, day - 1_000_000} {
			check(t, referentials.DateTimeValue(days*day+micros), referentials.DateTimeLayout)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, referentials.DateValue(rapid.Int64Range(-1e6, 4e6).Draw(t, "days")), referentials.DateLayout)
		check(t, referentials.DateTimeValue(rapid.Int64Range(-1e17, 3e17).Draw(t, "micros")), referentials.DateTimeLayout)
	})
}
