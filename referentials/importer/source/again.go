package source

import (
	"bytes"
	"context"
	"sync/atomic"
)

// keptUnpacked bounds what is kept of a compressed file that was read once: unpacking it
// again would cost more than all the rest of reading it.
const keptUnpacked = 32 << 20

// usualRatio is how many times tables of text unfold, mostly.
const usualRatio = 5

// again reads bytes that were unpacked before. It tells progress in compressed bytes, as
// the first reading did.
type again struct {
	*bytes.Reader
	ctx   context.Context
	size  int64 // compressed
	taken *atomic.Int64
}

func (a *again) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := a.Reader.Read(p)
	if whole := a.Size(); whole > 0 {
		a.taken.Store(int64(float64(a.size) * float64(whole-int64(a.Len())) / float64(whole)))
	}
	return n, err
}

// Close does nothing: nothing is open.
func (a *again) Close() error { return nil }
