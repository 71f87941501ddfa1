package source

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"archive/zip"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"socle/referentials"
)

// Limits bounds what a compressed file may unfold to, so that a small hostile file
// cannot fill a disk or keep the program busy for ever.
type Limits struct {
	MaxBytes  int64 // decompressed bytes of one file
	MaxRatio  int64 // decompressed over compressed bytes …
	RatioFrom int64 // … looked at once this many bytes came out
}

// defaultLimits are generous: real data compresses 5 to 50 times.
var defaultLimits = Limits{MaxBytes: 64 << 30, MaxRatio: 1000, RatioFrom: 100 << 20}

// orDefault fills what is not set.
func (l Limits) orDefault() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = defaultLimits.MaxBytes
	}
	if l.MaxRatio <= 0 {
		l.MaxRatio = defaultLimits.MaxRatio
	}
	if l.RatioFrom <= 0 {
		l.RatioFrom = defaultLimits.RatioFrom
	}
	return l
}

// countingAt counts the bytes taken from a file.
type countingAt struct {
	io.ReaderAt
	n *atomic.Int64
}

func (c countingAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n.Add(int64(n))
	return n, err
}

// content reads the decompressed bytes of a file: it stops with its context, enforces
// the limits and turns the codecs' errors into ones that name the file.
type content struct {
	ctx     context.Context
	name    string
	src     io.Reader
	closers []io.Closer
	taken   *atomic.Int64 // compressed bytes
	given   int64         // decompressed bytes
	limits  Limits
	packed  bool
	err     error
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.src.Read(p)
	c.given += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = explain(err, c.name)
	}
	if c.packed {
		if over := c.overLimit(); over != nil {
			n, err = 0, over
		}
	}
	c.err = err
	return n, err
}

func (c *content) overLimit() error {
	if c.given > c.limits.MaxBytes {
		return referentials.Errorf(referentials.TooLarge, "it unfolds to more than %d bytes", c.limits.MaxBytes).
			At("%s", c.name).Do("unpack it and import the parts, or raise the bound")
	}
	if c.given > c.limits.RatioFrom && c.given/max(c.taken.Load(), 1) > c.limits.MaxRatio {
		return referentials.Errorf(referentials.TooLarge, "it unfolds more than %d times: this looks like a decompression bomb", c.limits.MaxRatio).
			At("%s", c.name).Do("unpack it and look at it first")
	}
	return nil
}

// Close frees the file; the first error counts.
func (c *content) Close() error {
	var first error
	for _, cl := range c.closers {
		if err := cl.Close(); err != nil && first == nil {
			first = err
		}
	}
	c.closers = nil
	return first
}

// explain says in plain words what a codec's error means for the person at the other end.
func explain(err error, name string) error {
	var told *referentials.Error
	if errors.As(err, &told) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	fail := func(what string) error {
		e := referentials.Errorf(referentials.Invalid, "%s", what)
		e.Err = err
		return e.At("%s", name).Do("download or copy the file again")
	}
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fail("the compressed data ends too early: the file is truncated")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum):
		return fail("the checksum does not match: the compressed data is corrupt")
	case errors.Is(err, gzip.ErrHeader):
		return fail("the gzip data is followed by bytes that are not gzip")
	case errors.As(err, &corrupt):
		return fail("the compressed data is corrupt")
	case errors.Is(err, zip.ErrFormat):
		return fail("it is not a whole zip archive: it is truncated or corrupt")
	case errors.Is(err, zip.ErrAlgorithm):
		e := referentials.Errorf(referentials.Unsupported, "the archive uses a compression method that is not supported")
		e.Err = err
		return e.At("%s", name).Do("unpack it, or zip it again with the ordinary method (deflate)")
	}
	e := referentials.Errorf(referentials.Invalid, "it cannot be read: %v", err)
	e.Err = err
	return e.At("%s", name)
}
