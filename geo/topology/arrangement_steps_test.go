package topology

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func (s Steps) big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(s.high), 64)
	return n.Add(n, new(big.Int).SetUint64(s.low))
}

// stepsOf draws whole numbers of every size between two.
func stepsOf(t *rapid.T, name string, low, high int64) int64 {
	return rapid.OneOf(rapid.Int64Range(low, high), rapid.SampledFrom([]int64{low, high, 0, 1, low + 1, high - 1})).Draw(t, name)
}

func TestStepsAgainstBig(t *testing.T) {
	const widest = 4 * maxSpan
	rapid.Check(t, func(t *rapid.T) {
		ux, uy := stepsOf(t, "ux", -widest, widest), stepsOf(t, "uy", -widest, widest)
		vx, vy := stepsOf(t, "vx", -widest, widest), stepsOf(t, "vy", -widest, widest)
		if rapid.Bool().Draw(t, "nearly parallel") { // where rounding would tell
			half := max(min(vx, widest/2), -widest/2)
			ux, uy, vx, vy = 2*half, 2*(uy/4), half+stepsOf(t, "dx", -2, 2), uy/4+stepsOf(t, "dy", -2, 2)
		}
		p, q := product(ux, vy), product(uy, vx)
		wantP, wantQ := new(big.Int).Mul(big.NewInt(ux), big.NewInt(vy)), new(big.Int).Mul(big.NewInt(uy), big.NewInt(vx))
		if p.big().Cmp(wantP) != 0 || q.big().Cmp(wantQ) != 0 {
			t.Fatal(p, q, wantP, wantQ)
		}
		want := new(big.Int).Sub(wantP, wantQ)
		if got := p.minus(q); got.big().Cmp(want) != 0 || got.Plus(q) != p || got.sign() != want.Sign() || p.Compare(q) != want.Sign() {
			t.Fatal(got, want)
		}
		if got := signOfCross(ux, uy, vx, vy); got != want.Sign() {
			t.Fatal(ux, uy, vx, vy, "have the sign", got, "want", want)
		}
		exact, _ := new(big.Float).SetInt(want).Float64()
		if got := p.minus(q).float64(); math.Abs(got-exact) > 0x1p-52*math.Abs(exact) {
			t.Fatal(got, exact)
		}
	})
}

func TestPortion(t *testing.T) {
	most := product(4*maxSpan, maxSpan)
	rapid.Check(t, func(t *rapid.T) {
		whole := product(stepsOf(t, "a", 1, 4*maxSpan), stepsOf(t, "b", 1, maxSpan)).Plus(Steps{low: uint64(stepsOf(t, "c", 0, math.MaxInt64))})
		if whole.sign() == 0 || whole.Compare(most) > 0 {
			whole = most
		}
		part := product(whole.over(Steps{low: 1 << 32}), stepsOf(t, "share", 0, 1<<32))
		if rapid.Bool().Draw(t, "from the end") {
			part = whole.minus(part)
		}
		length := stepsOf(t, "length", -maxSpan, maxSpan)
		// floor(length·part/whole + 1/2)
		n := new(big.Int).Mul(big.NewInt(2*length), part.big())
		n.Add(n, whole.big())
		want := new(big.Int).Div(n, new(big.Int).Lsh(whole.big(), 1))
		if got := portion(part, length, whole); got != want.Int64() {
			t.Fatalf("%v·%d/%v is %d, want %d", part, length, whole, got, want)
		}
	})
}
