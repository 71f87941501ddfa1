package source

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

// TestAhead checks that bytes and errors come through whatever the sizes of reads.
func TestAhead(t *testing.T) {
	broken := errors.New("broken")
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Repeat([]byte("0123456789abcdef-"), rapid.IntRange(0, 60_000).Draw(t, "repeats"))
		want := rapid.SampledFrom([]error{nil, broken}).Draw(t, "error")
		src := io.Reader(bytes.NewReader(data))
		if want != nil {
			src = io.MultiReader(src, iotest.ErrReader(want))
		}
		a := newAhead(src)
		defer a.Close()
		var got bytes.Buffer
		_, err := io.CopyBuffer(&got, struct{ io.Reader }{a}, make([]byte, rapid.IntRange(1, 300_000).Draw(t, "size")))
		if !errors.Is(err, want) || !bytes.Equal(got.Bytes(), data) {
			t.Fatalf("%d bytes of %d, error %v", got.Len(), len(data), err)
		}
	})
}

// TestAheadCloses checks that no goroutine outlives a reading that stops early.
func TestAheadCloses(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 50 {
		a := newAhead(bytes.NewReader(make([]byte, 8<<20)))
		if _, err := io.ReadFull(a, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
