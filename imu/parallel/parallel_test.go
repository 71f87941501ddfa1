package parallel

import (
	"context"
	"errors"
	"testing"
)

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 9, 10, 11, 1000} {
		seen, starts := make([]int, n), make([]int, Chunk(10).Of(n))
		err := Each(t.Context(), n, 10, func() struct{} { return struct{}{} }, func(_ struct{}, chunk, from, to int) error {
			starts[chunk] = from
			for i := from; i < to; i++ {
				seen[i]++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, times := range seen {
			if times != 1 {
				t.Errorf("thing %d of %d is done %d times", i, n, times)
			}
		}
		for k, from := range starts {
			if from != 10*k {
				t.Errorf("chunk %d begins at %d", k, from)
			}
		}
	}
}

func TestEachEnds(t *testing.T) {
	broken, gone := errors.New("broken"), errors.New("gone")
	nothing := func() struct{} { return struct{}{} }
	if err := Each(t.Context(), 100, 1, nothing, func(_ struct{}, chunk, _, _ int) error {
		if chunk == 7 {
			return broken
		}
		return nil
	}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if err := Each(ctx, 100, 1, nothing, func(struct{}, int, int, int) error { return nil }); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}
