package cache

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"

	"socle/tiles"
)

func TestEncodings(t *testing.T) {
	body := bytes.Repeat([]byte("une tuile "), 1000)
	random := make([]byte, 5000)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	for name, want := range map[string][]byte{"text": body, "random": random, "small": body[:100], "empty": nil} {
		t.Run(name, func(t *testing.T) {
			s := newTerritory(t, Options{}, drawerFunc(func(dst []byte) ([]byte, tiles.Stats, error) {
				return append(dst, want...), tiles.Stats{}, nil
			}), town(5, 1))
			tile, err := s.cache.Tile(t.Context(), []string{"points"}, 0, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.cache.kept.CleanUp()
			before := s.cache.Stats().Bytes
			for range 2 {
				for e := range encodings {
					f := s.cache.Encoded(tile, e)
					got := f.Body
					switch {
					case f.Encoding == nil:
					case f.Encoding[0] == "gzip":
						r, err := gzip.NewReader(bytes.NewReader(got))
						if err != nil {
							t.Fatal(err)
						}
						if got, err = io.ReadAll(r); err != nil {
							t.Fatal(err)
						}
					case f.Encoding[0] == "zstd":
						r, err := zstd.NewReader(nil)
						if err != nil {
							t.Fatal(err)
						}
						if got, err = r.DecodeAll(got, nil); err != nil {
							t.Fatal(err)
						}
						r.Close()
					}
					if !bytes.Equal(got, want) {
						t.Errorf("encoding %d gives %d bytes of %d", e, len(got), len(want))
					}
					if (f.Encoding != nil) != (name == "text" && e != Identity) {
						t.Errorf("encoding %d is %v", e, f.Encoding)
					}
				}
			}
			if tile.Empty() != (name == "empty") {
				t.Error("empty:", tile.Empty())
			}
			s.cache.kept.CleanUp()
			if after := s.cache.Stats().Bytes; (after > before) != (name == "text") {
				t.Errorf("the tile weighed %d, and %d with all encodings", before, after)
			}
		})
	}
}
