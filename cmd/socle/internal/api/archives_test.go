package api

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"socle/tiles/pmtiles"
)

// archiveOf writes an archive of one tile, 0/0/0, that is compressed in some way.
func archiveOf(t *testing.T, compression pmtiles.Compression, tile []byte) *pmtiles.File {
	t.Helper()
	root, metadata := []byte{1, 0, 1, 0, 1}, []byte("{}")
	root = binary.AppendUvarint(root[:3], uint64(len(tile)))
	root = append(root, 1)
	h := make([]byte, 127)
	copy(h, "PMTiles\x03")
	at := uint64(len(h))
	for i, s := range [][]byte{root, metadata, nil, tile} {
		binary.LittleEndian.PutUint64(h[8+16*i:], at)
		binary.LittleEndian.PutUint64(h[16+16*i:], uint64(len(s)))
		at += uint64(len(s))
	}
	h[97], h[98], h[99] = byte(pmtiles.None), byte(compression), 1
	path := filepath.Join(t.TempDir(), "fond.pmtiles")
	if err := os.WriteFile(path, bytes.Join([][]byte{h, root, metadata, tile}, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := pmtiles.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestArchiveEncodings gives tiles as an archive has them to clients that take them so.
func TestArchiveEncodings(t *testing.T) {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	tile := w.EncodeAll(bytes.Repeat([]byte("tile"), 1000), nil)
	for _, c := range []struct {
		compression pmtiles.Compression
		accept      string
		encoding    string
	}{
		{pmtiles.Zstd, "gzip, deflate, br, zstd", "zstd"},
		{pmtiles.Brotli, "gzip, deflate, br, zstd", "br"},
		{pmtiles.Brotli, "gzip, br;q=0", ""},
		{pmtiles.Zstd, "gzip", ""},
	} {
		a := open(t, func(o *Config) { o.Archives = []*pmtiles.File{archiveOf(t, c.compression, tile)} })
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, host+"/tiles/fond/0/0/0.mvt", nil)
		r.Header.Set("Accept-Encoding", c.accept)
		got := httptest.NewRecorder()
		a.ServeHTTP(got, r)
		if c.encoding == "" {
			if got.Code < 400 {
				t.Errorf("%d in %q for a client that takes %q", got.Code, got.Header().Get("Content-Encoding"), c.accept)
			}
			continue
		}
		if got.Code != http.StatusOK || got.Header().Get("Content-Encoding") != c.encoding || !bytes.Equal(got.Body.Bytes(), tile) {
			t.Errorf("%d in %q for a client that takes %q: %.200s", got.Code, got.Header().Get("Content-Encoding"), c.accept, got.Body)
		}
	}
}

// TestVaryIsSaidOnce asks for tiles of each kind, and files of the map.
func TestVaryIsSaidOnce(t *testing.T) {
	a := open(t, func(o *Config) { o.Archives = []*pmtiles.File{archiveOf(t, pmtiles.None, []byte("tile"))} })
	for _, path := range []string{
		"/tiles/fond/0/0/0.mvt", "/tiles/fond/1/0/0.mvt", aTile, aTile + "?properties=", "/map/" + a.explorer.Tag() + "/main.js",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, host+path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		got := httptest.NewRecorder()
		a.ServeHTTP(got, r)
		if vary := got.Header()["Vary"]; got.Code >= 400 || !slices.Equal(vary, []string{"Accept-Encoding"}) {
			t.Errorf("%s: %d, it varies with %q", path, got.Code, vary)
		}
	}
}
