package eval

import "testing"

func TestFitsJSONB(t *testing.T) {
	for text, want := range map[string]bool{
		`["a\"b\\", 1.5e3, -2]`: true, `["\u00e9\ud83d\ude00"]`: true, `["\\u0000"]`: true, `["\u0000"]`: false, `{"\u0000":1}`: false,
		`["\ud83d"]`: false, `["\ude00a"]`: false, `["\ud83d\ud83d"]`: false, `["\ud83d\n"]`: false,
		`[1e131071]`: true, `[1e131072]`: false, `[0.1e131072]`: true, `[0.1e131073]`: false, `[0e200000]`: true, `[1e99999999999]`: false,
		`[1e-16383]`: true, `[1e-16384]`: false, `[10e-16384]`: false, `[0e-16384]`: false, `[-1.5E-16382]`: true, `["1e131072"]`: true,
	} {
		if got := fitsJSONB(text); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}
