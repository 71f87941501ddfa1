package encode_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/referentials/encode"
)

func TestExactIsTheShortest(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, v float64) {
		want := strconv.FormatFloat(v, 'f', -1, 64)
		got := string(encode.Exact.Append(nil, v))
		if got != want && !(v == 0 && got == "0") {
			t.Fatalf("%v: got %s, want %s", v, got, want)
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 0.0001, 0.00001, -0.00005, 1351000.1234, 1351000.12345, 1e11, 1e11 - 1e-4, 1e10 + 1e-4,
		99999999999.9999, math.MaxFloat64, 5e-324, 1.0 / 3, 100, 120.10} {
		check(t, v)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.Float64().Draw(t, "v")) })
	rapid.Check(t, func(t *rapid.T) {
		check(t, float64(rapid.Int64Range(-1e14, 1e14).Draw(t, "n"))/1e4)
	})
}

func TestRounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for p, bound := range map[encode.Precision]float64{encode.Degrees: 1e5, encode.Metres: 1e11} {
			v := rapid.Float64Range(-bound, bound).Draw(t, "v")
			text := string(p.Append(nil, v))
			got, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			half := 0.5 * math.Pow10(-int(p))
			if math.Abs(got-v) > half*1.0001+math.Abs(v)*1e-15 {
				t.Fatalf("%v was written %s", v, text)
			}
			_, frac, point := strings.Cut(text, ".")
			if len(frac) > int(p) || point && (frac == "" || frac[len(frac)-1] == '0') || text == "-0" {
				t.Fatalf("%v was written %s", v, text)
			}
		}
	})
}

func TestNotFiniteEndsInALetter(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, p := range []encode.Precision{encode.Exact, encode.Degrees, encode.Metres} {
			if got := p.Append(nil, v); got[len(got)-1] <= '9' {
				t.Errorf("%v with %d decimals: %s", v, p, got)
			}
		}
	}
}
