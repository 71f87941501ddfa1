package pmtiles

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"

	"socle/referentials"
)

// zipper compresses with one level, in memory that is used again. It is safe for
// concurrent use.
type zipper struct {
	level int
	pool  sync.Pool
}

// appendTo compresses b to the end of dst. The bytes tell no time and no name.
func (z *zipper) appendTo(dst, b []byte) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	w, _ := z.pool.Get().(*gzip.Writer)
	if w == nil {
		var err error
		if w, err = gzip.NewWriterLevel(out, z.level); err != nil {
			return dst, err
		}
	} else {
		w.Reset(out)
	}
	defer z.pool.Put(w)
	if _, err := w.Write(b); err != nil {
		return dst, err
	}
	if err := w.Close(); err != nil {
		return dst, err
	}
	return out.Bytes(), nil
}

// unzip decompresses at most that many bytes.
func unzip(b []byte, most int) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, referentials.Errorf(referentials.Invalid, "what should be gzip is not: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, referentials.Errorf(referentials.Invalid, "compressed bytes are damaged: %w", err)
	}
	if len(out) > most {
		return nil, referentials.Errorf(referentials.TooLarge, "more than %d bytes were compressed into %d", most, len(b))
	}
	return out, nil
}
