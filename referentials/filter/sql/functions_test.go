package sql

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"socle/referentials/filter"
)

// TestFolds compares CASEI and ACCENTI of every assigned character with what Go makes of
// them, and those of random texts of the hard ones.
func TestFolds(t *testing.T) {
	_, conn := open(t)
	var texts []string
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Cn, r) || unicode.In(r, unicode.Cs, unicode.Co) || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C) {
			continue
		}
		texts = append(texts, string(r))
	}
	if len(texts) < 140_000 {
		t.Fatalf("only %d characters are assigned", len(texts))
	}
	texts = append(texts, hardTexts(rand.New(rand.NewPCG(1, 2)), 20_000)...)
	for _, op := range []string{"casei", "accenti"} {
		got := column[string](t, conn, "SELECT socle_store."+op+"(x) FROM unnest($1::text[]) WITH ORDINALITY u(x, n) ORDER BY n", texts)
		wrong := 0
		for i, s := range texts {
			if want := filter.Fold(op, s); got[i] != want {
				if wrong++; wrong < 20 {
					t.Errorf("%s of %+q is %+q in SQL, want %+q", op, s, got[i], want)
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s differs for %d of %d texts", op, wrong, len(texts))
		}
	}
}

// hardTexts mixes letters that fold to several, marks of several classes, Hangul, kana and
// plain ones.
func hardTexts(r *rand.Rand, n int) []string {
	alphabet := []rune("aAéÉßẞİıǅŉŒœÿŸΣςσϐᾳᾼΐﬃﬀꭰᏰꙊ" +
		"\u0300\u0301\u0308\u0323\u0327\u0345\u034f\u05b0\u0e38\u0f71\u0f72\u3099\u309a\u302a\u302e\U0001d165\U0001d16d\U00016ff0\U00010efd\U0001e08f" +
		"かがハバパ가각ᄀ\u1161\u11a8ÅΩ\u212b\u1e9b\u0958\u0344\u2126\U0001d15e\U0001f600'\"\\%_ -")
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteRune(alphabet[r.IntN(len(alphabet))])
		}
		texts[i] = b.String()
	}
	return texts
}

// TestArithmetic compares the SQL of the operators with Go's, to the bit, where results
// overflow, underflow and round.
func TestArithmetic(t *testing.T) {
	_, conn := open(t)
	r := rand.New(rand.NewPCG(3, 4))
	edges := []float64{0, 1, -1, 2, 3, 0.5, -0.5, 1.5, 7, 10, 0.1, 1e15, 9e15, 1 << 53, 1e16, 1e-5, 1e100, 1e150, 1e-150, 1e154, 1e300, 8e307, 9e307,
		math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64 / 2, 0x1p1023, 0x1p-1022, 0x1p-1074, -0x1p-1074, 0x3p-1074, 0x1p-537, 0x1p-538, 0x1.8p-538,
		0x1p511, 0x1p512, 0x1.6a09e667f3bcdp511, 0x1.fffffffffffffp-1023, 1e292, 0x1p969, 0x1p970, 0x1p971, 1023, 1024, -1074, -1075, 53, 1e19, -1e19}
	number := func() float64 {
		switch r.IntN(5) {
		case 0:
			return edges[r.IntN(len(edges))]
		case 1:
			return float64(r.IntN(41) - 20)
		case 2:
			return math.Ldexp(r.Float64()*2-1, r.IntN(2150)-1074)
		case 3:
			return edges[r.IntN(len(edges))] * (1 + float64(r.IntN(5)-2)*0x1p-52)
		}
		return (r.Float64() - 0.5) * 1000
	}
	pairs := func(n int) (a, b []float64) {
		for _, x := range edges {
			for _, y := range edges {
				a, b = append(a, x), append(b, y)
			}
		}
		for len(a) < n {
			x, y := number(), number()
			if math.IsInf(x, 0) || math.IsInf(y, 0) {
				continue
			}
			a, b = append(a, x), append(b, y)
		}
		return a, b
	}
	for op, name := range arithmetic {
		if op == "div" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			a, b := pairs(20_000)
			got := column[*float64](t, conn, "SELECT socle_store."+name+"(x, y) FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY u(x, y, n) ORDER BY n", a, b)
			wrong := 0
			for i := range a {
				want, have := filter.Arithmetic(op, a[i], b[i]), math.NaN()
				if got[i] != nil {
					have = *got[i]
				}
				if have == want || math.IsNaN(have) && math.IsNaN(want) {
					continue
				}
				if wrong++; wrong < 20 {
					t.Errorf("%b %s %b (%g, %g) is %g in SQL, want %g", a[i], op, b[i], a[i], b[i], have, want)
				}
			}
			if wrong > 0 {
				t.Errorf("%d of %d differ", wrong, len(a))
			}
		})
	}
}
