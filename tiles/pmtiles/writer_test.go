package pmtiles

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"socle/referentials"
)

type metadata struct {
	Name         string     `json:"name"`
	VectorLayers []struct{} `json:"vector_layers"`
}

func newWriter(t testing.TB) *Writer {
	t.Helper()
	w, err := NewWriter(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// write gives the archive of tiles, added in that order by several workers.
func write(t testing.TB, workers int, order []uint64, tiles map[uint64][]byte) ([]byte, Summary) {
	t.Helper()
	w := newWriter(t)
	var group sync.WaitGroup
	for k := range workers {
		group.Go(func() {
			for i := k; i < len(order); i += workers {
				z, x, y := Place(order[i])
				if err := w.Add(z, x, y, tiles[order[i]]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	var out bytes.Buffer
	s, err := w.Finish(context.Background(), &out, Description{
		Bounds: [4]float64{-1.7, 48, -1.6, 48.2}, Center: [2]float64{-1.65, 48.1}, CenterZoom: 12, Metadata: metadata{Name: "t"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Bytes != uint64(out.Len()) {
		t.Errorf("the summary says %d bytes of %d", s.Bytes, out.Len())
	}
	return out.Bytes(), s
}

// TestWhatIsWrittenReadsBack takes any set of tiles, few of which differ.
func TestWhatIsWrittenReadsBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tiles := map[uint64][]byte{}
		for range rapid.IntRange(1, 25).Draw(r, "runs") {
			z := rapid.Uint32Range(0, 22).Draw(r, "z")
			from := firstID(z) + rapid.Uint64Range(0, 1<<(2*z)-1).Draw(r, "from")
			content := bytes.Repeat([]byte{byte(rapid.IntRange(0, 5).Draw(r, "content"))}, 40)
			for id := from; id < from+rapid.Uint64Range(1, 9).Draw(r, "run"); id++ {
				tiles[id] = content
			}
		}
		order := slices.Collect(maps.Keys(tiles))
		b, s := write(t, 1, order, tiles)
		slices.Sort(order)
		again, _ := write(t, 3, order, tiles)
		if !bytes.Equal(b, again) {
			r.Fatal("another order gives other bytes")
		}
		f, err := openBytes(b)
		if err != nil {
			r.Fatal(err)
		}
		checkArchive(r, f, tiles, s)
	})
}

// checkArchive compares an archive with its tiles, and what it says of them with what a
// plain count of runs and contents gives.
func checkArchive(t interface {
	Fatalf(format string, args ...any)
}, f *File, tiles map[uint64][]byte, s Summary) {
	ids := slices.Sorted(maps.Keys(tiles))
	contents := map[string]bool{}
	runs := uint64(0)
	for i, id := range ids {
		contents[string(tiles[id])] = true
		if i == 0 || ids[i-1] != id-1 || !bytes.Equal(tiles[ids[i-1]], tiles[id]) {
			runs++
		}
		zipped, encoding, err := f.Tile(Place(id))
		if err != nil || encoding != "gzip" {
			t.Fatalf("tile %d: in %q, %v", id, encoding, err)
		}
		if got, err := f.Plain(zipped); err != nil || !bytes.Equal(got, tiles[id]) {
			t.Fatalf("tile %d: %d bytes of %d, %v", id, len(got), len(tiles[id]), err)
		}
		if _, taken := tiles[id+1]; !taken {
			if got, _, err := f.Tile(Place(id + 1)); err != nil || got != nil {
				t.Fatalf("tile %d was never added: %d bytes, %v", id+1, len(got), err)
			}
		}
	}
	h := f.Header()
	if h.Tiles != uint64(len(ids)) || h.Entries != runs || h.Contents != uint64(len(contents)) || !h.Clustered {
		t.Fatalf("the header says %d tiles, %d entries, %d contents of %d, %d, %d", h.Tiles, h.Entries, h.Contents, len(ids), runs, len(contents))
	}
	if s.Tiles != h.Tiles || s.Entries != h.Entries || s.Contents != h.Contents {
		t.Fatalf("the summary says %+v, the header %+v", s, h)
	}
	if uint32(h.MinZoom) != zoomOf(ids[0]) || uint32(h.MaxZoom) != zoomOf(ids[len(ids)-1]) || h.CenterZoom < h.MinZoom || h.CenterZoom > h.MaxZoom {
		t.Fatalf("zooms %d to %d, center %d", h.MinZoom, h.MaxZoom, h.CenterZoom)
	}
}

// manyTiles makes n tiles along the curve of a zoom, with gaps and repeats.
func manyTiles(n int) (order []uint64, tiles map[uint64][]byte) {
	rng := rand.New(rand.NewPCG(1, 2))
	tiles = map[uint64][]byte{}
	id := firstID(14)
	for range n {
		id += 1 + rng.Uint64N(5)
		tile := make([]byte, 20+rng.IntN(60))
		for i := range tile {
			tile[i] = byte(rng.IntN(30))
		}
		if rng.IntN(10) == 0 {
			tile = []byte("the sea")
		}
		tiles[id] = tile
		order = append(order, id)
	}
	return order, tiles
}

// TestLeaves writes more tiles than a root directory can tell of, and checks the layout:
// clustered tiles, a root within its bytes, leaves one after the other.
func TestLeaves(t *testing.T) {
	order, tiles := manyTiles(9_000)
	b, s := write(t, 4, order, tiles)
	f, err := openBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	checkArchive(t, f, tiles, s)
	h := f.Header()
	if s.Leaves < 2 || h.root.offset+h.root.length > rootEnd || len(f.root) != s.Leaves {
		t.Errorf("%d leaves, %d entries in the root, which ends at %d", s.Leaves, len(f.root), h.root.offset+h.root.length)
	}
	end, leafEnd := uint64(0), uint64(0)
	for _, head := range f.root {
		if head.run != 0 || head.offset != leafEnd {
			t.Fatalf("leaf %+v is not at %d", head, leafEnd)
		}
		leafEnd += uint64(head.length)
		entries, err := f.leaf(head)
		if err != nil || entries[0].id != head.id {
			t.Fatalf("leaf of tile %d begins with %d, %v", head.id, entries[0].id, err)
		}
		for _, e := range entries {
			if e.offset > end {
				t.Fatalf("tile %d lies at %d, those before end at %d", e.id, e.offset, end)
			}
			end = max(end, e.offset+uint64(e.length))
		}
	}
	if end != h.tiles.length || leafEnd != h.leaves.length || h.tiles.offset+h.tiles.length != uint64(len(b)) {
		t.Errorf("sections are not full: tiles %d of %d, leaves %d of %d", end, h.tiles.length, leafEnd, h.leaves.length)
	}
	one, _ := write(t, 1, order, tiles)
	if !bytes.Equal(b, one) {
		t.Error("one worker gives other bytes than four")
	}
}

// TestLayOut makes fewer, larger leaves when the root has little room.
func TestLayOut(t *testing.T) {
	entries := make([]entry, 100_000)
	for i := range entries {
		entries[i] = entry{id: uint64(i) * uint64(i), offset: uint64(i * i % 7919), length: uint32(i%97 + 1), run: 1}
	}
	zip := &zipper{level: DefaultLevel}
	for _, c := range []struct{ entries, most, leaves int }{{1000, 16 << 10, 0}, {100_000, 16 << 10, 25}, {100_000, 159, 13}, {100_000, 104, 7}} {
		root, below, err := layOut(entries[:c.entries], c.most, zip)
		if err != nil || len(root) > c.most || below.count != c.leaves {
			t.Errorf("a root of at most %d bytes has %d, with %d leaves, want %d; %v", c.most, len(root), below.count, c.leaves, err)
		}
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	w := newWriter(t)
	for _, bad := range [][3]uint32{{0, 1, 0}, {3, 0, 8}, {32, 0, 0}} {
		if err := w.Add(bad[0], bad[1], bad[2], []byte("x")); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("tile %v: %v", bad, err)
		}
	}
	if err := w.Add(3, 1, 1, nil); err != nil {
		t.Error(err)
	}
	if _, err := w.Finish(t.Context(), new(bytes.Buffer), Description{}); referentials.CodeOf(err) != referentials.Invalid {
		t.Errorf("no tile at all: %v", err)
	}
	w = newWriter(t)
	for range 2 {
		if err := w.Add(3, 1, 2, []byte("x")); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Finish(t.Context(), new(bytes.Buffer), Description{}); err == nil || !strings.Contains(err.Error(), "3/1/2 was added twice") {
		t.Errorf("one tile twice: %v", err)
	}
	if _, err := NewWriter(Options{Dir: "/nowhere/at/all"}); referentials.CodeOf(err) != referentials.Unavailable {
		t.Errorf("no folder: %v", err)
	}
	if w, err := NewWriter(Options{Dir: t.TempDir(), Level: 77}); err != nil || w.Add(0, 0, 0, []byte("x")) == nil {
		t.Errorf("level 77 compresses; %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestInterrupted ends a Writer in the middle: nothing is left in its folder.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	w, err := NewWriter(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(3, 1, 2, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("while it works: %v, %v", left, err)
	}
	if _, err := w.Finish(t.Context(), full{}, Description{}); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("a full disk: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Finish(ended, new(bytes.Buffer), Description{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of its context: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// TestHeaderComesBack writes a header and reads it.
func TestHeaderComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := Header{
			root: section{127, 200}, metadata: section{327, 10}, leaves: section{337, 0}, tiles: section{337, 1000},
			Tiles: rapid.Uint64().Draw(t, "tiles"), Entries: rapid.Uint64().Draw(t, "entries"), Contents: rapid.Uint64().Draw(t, "contents"),
			Clustered: rapid.Bool().Draw(t, "clustered"), Internal: Gzip, Compression: Zstd, kind: vectorTiles, MinZoom: 2, MaxZoom: 9, CenterZoom: 4,
		}
		for i := range h.Bounds {
			h.Bounds[i] = float64(rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "bound")) / 1e7
		}
		h.Center = [2]float64{h.Bounds[1], h.Bounds[2]}
		b := h.encode()
		if got, err := decodeHeader(b, 1337); err != nil || got != h || len(b) != 127 {
			t.Fatalf("%d bytes came back as\n%+v, not\n%+v; %v", len(b), got, h, err)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	w := newWriter(b)
	tile := make([]byte, 4096)
	for i := range tile {
		tile[i] = byte(i % 97 * i)
	}
	b.SetBytes(int64(len(tile)))
	b.ReportAllocs()
	i := uint64(0)
	for b.Loop() {
		binary.LittleEndian.PutUint64(tile, i)
		z, x, y := Place(firstID(20) + i)
		if err := w.Add(z, x, y, tile); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkFileTile(b *testing.B) {
	order, tiles := manyTiles(9_000)
	archive, _ := write(b, 2, order, tiles)
	f, err := openBytes(archive)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i = (i + 7919) % len(order)
		if _, _, err := f.Tile(Place(order[i])); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleID() {
	fmt.Println(ID(12, 3423, 1763))
	// Output: 19078479
}
