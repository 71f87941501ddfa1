package pmtiles

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials"
)

// plan is an archive laid out by hand from the specification, with nothing of the writer.
type plan struct {
	root, metadata, leaves, tiles []byte
	change                        func(header []byte)
}

// bytes puts the sections one after the other. Directories and tiles are not compressed.
func (p *plan) bytes() []byte {
	h := make([]byte, 127)
	copy(h, "PMTiles\x03")
	at := uint64(127)
	for i, s := range [][]byte{p.root, p.metadata, p.leaves, p.tiles} {
		binary.LittleEndian.PutUint64(h[8+16*i:], at)
		binary.LittleEndian.PutUint64(h[16+16*i:], uint64(len(s)))
		at += uint64(len(s))
	}
	h[97], h[98], h[99] = 1, 1, 1 // no compression of either; vector tiles
	h[100], h[101] = 0, 3
	for i, e7 := range []int32{-17_000_000, 480_000_000, -16_000_000, 482_500_000} {
		binary.LittleEndian.PutUint32(h[102+4*i:], uint32(e7))
	}
	h[118] = 2
	for i, e7 := range []int32{-16_500_000, 481_000_000} {
		binary.LittleEndian.PutUint32(h[119+4*i:], uint32(e7))
	}
	if p.change != nil {
		p.change(h)
	}
	return bytes.Join([][]byte{h, p.root, p.metadata, p.leaves, p.tiles}, nil)
}

// small has tile 0; tiles 1 to 3, which are the same; and a leaf from tile 5 on, with
// tile 5, tile 9 and tile 21, which is like tile 0.
func small() *plan {
	return &plan{
		root:     []byte{3, 0, 1, 4, 1, 3, 0, 2, 3, 13, 1, 0, 1},
		metadata: []byte(`{"name":"small","vector_layers":[{"id":"a","fields":{}}]}`),
		leaves:   []byte{3, 5, 4, 12, 1, 1, 1, 1, 4, 2, 6, 0, 1},
		tiles:    []byte("AAbbbCdddd"),
	}
}

func openBytes(b []byte) (*File, error) { return newFile(bytes.NewReader(b), uint64(len(b)), "") }

func TestFileLaidOutByHand(t *testing.T) {
	f, err := openBytes(small().bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := map[[3]uint32]string{
		{0, 0, 0}: "AA", {1, 0, 0}: "bbb", {1, 0, 1}: "bbb", {1, 1, 1}: "bbb", {2, 0, 0}: "C", {2, 0, 2}: "dddd", {3, 0, 0}: "AA",
	}
	for z := range uint32(5) {
		for x := range uint32(1) << z {
			for y := range uint32(1) << z {
				got, encoding, err := f.Tile(z, x, y)
				if err != nil || encoding != "" || string(got) != want[[3]uint32{z, x, y}] {
					t.Errorf("%d/%d/%d: %q in %q, want %q; %v", z, x, y, got, encoding, want[[3]uint32{z, x, y}], err)
				}
			}
		}
	}
	doc, err := json.Marshal(f.TileJSON("http://h/t/{z}/{x}/{y}.mvt"))
	const says = `{"tilejson":"3.0.0","name":"small","scheme":"xyz","tiles":["http://h/t/{z}/{x}/{y}.mvt"],"minzoom":0,"maxzoom":3,` +
		`"bounds":[-1.7,48,-1.6,48.25],"center":[-1.65,48.1,2],"vector_layers":[{"id":"a","fields":{}}]}`
	if err != nil || string(doc) != says {
		t.Errorf("got %s\nwant %s; %v", doc, says, err)
	}
	for _, bad := range [][3]uint32{{0, 1, 0}, {3, 0, 8}, {32, 0, 0}, {4000, 0, 0}} {
		if _, _, err := f.Tile(bad[0], bad[1], bad[2]); referentials.CodeOf(err) != referentials.NotFound {
			t.Errorf("tile %v: %v", bad, err)
		}
	}
}

// TestEncodings checks how tiles are said to be compressed, and Plain.
func TestEncodings(t *testing.T) {
	for method, want := range map[byte]string{1: "", 2: "gzip", 3: "br", 4: "zstd"} {
		p := small()
		p.change = func(h []byte) { h[98] = method }
		f, err := openBytes(p.bytes())
		if err != nil {
			t.Fatal(err)
		}
		if _, encoding, err := f.Tile(0, 0, 0); err != nil || encoding != want {
			t.Errorf("method %d is %q, want %q; %v", method, encoding, want, err)
		}
		plain, err := f.Plain([]byte("AA"))
		if code := map[byte]referentials.Code{2: referentials.Invalid, 3: referentials.Unsupported, 4: referentials.Unsupported}[method]; referentials.CodeOf(err) != code {
			t.Errorf("method %d: %q, %v", method, plain, err)
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	header := func(change func(h []byte)) func(*plan) { return func(p *plan) { p.change = change } }
	put := binary.LittleEndian.PutUint64
	for _, c := range []struct {
		name   string
		change func(*plan)
		cut    int // bytes kept; all when 0
		code   referentials.Code
		says   string
	}{
		{"nothing", header(func([]byte) {}), -1, referentials.Invalid, "not a PMTiles archive"},
		{"other format", header(func(h []byte) { copy(h, "SQLite ") }), 0, referentials.Invalid, "not a PMTiles archive"},
		{"version 2", header(func(h []byte) { copy(h, "PM\x02\x00") }), 0, referentials.Unsupported, "version 2"},
		{"version 4", header(func(h []byte) { h[7] = 4 }), 0, referentials.Unsupported, "version 4"},
		{"cut header", header(func([]byte) {}), 100, referentials.Invalid, "100 bytes are less than its header's 127"},
		{"cut tiles", header(func([]byte) {}), 219, referentials.Invalid, "its tile data takes 10 bytes from byte 210, and the file has 219"},
		{"no root", header(func(h []byte) { put(h[16:], 0) }), 0, referentials.Invalid, "no root directory"},
		{"root in the header", header(func(h []byte) { put(h[8:], 100) }), 0, referentials.Invalid, "bytes 100 to 113, it must be within 127 to 16384"},
		{"root far away", header(func(h []byte) { put(h[8:], 1<<63) }), 0, referentials.Invalid, "root directory takes 13 bytes from byte 9223372036854775808"},
		{"sections that overflow", header(func(h []byte) { put(h[56:], 1<<64-1); put(h[64:], 2) }), 0, referentials.Invalid, "tile data"},
		{"brotli directories", header(func(h []byte) { h[97] = 3 }), 0, referentials.Unsupported, "method 3"},
		{"unknown compression", header(func(h []byte) { h[98] = 9 }), 0, referentials.Unsupported, "method 9"},
		{"pictures", header(func(h []byte) { h[99] = 2 }), 0, referentials.Unsupported, "PNG images"},
		{"zooms", header(func(h []byte) { h[100] = 9 }), 0, referentials.Invalid, "from 9 to 3"},
		{"deep zooms", header(func(h []byte) { h[101] = 32 }), 0, referentials.Invalid, "at most 31"},
		{"no gzip", header(func(h []byte) { h[97] = 2 }), 0, referentials.Invalid, "should be gzip"},
		{"empty root", func(p *plan) { p.root = []byte{0} }, 0, referentials.Invalid, "no entries"},
		{"root of too many", func(p *plan) { p.root = []byte{200, 1, 0, 1, 2, 1} }, 0, referentials.Invalid, "cannot hold its 200 entries"},
		{"root cut off", func(p *plan) { p.root = []byte{1, 0, 1, 128, 128} }, 0, referentials.Invalid, "cut off"},
		{"root too long", func(p *plan) { p.root = []byte{1, 0, 1, 2, 1, 7} }, 0, referentials.Invalid, "1 bytes follow"},
		{"same tile twice", func(p *plan) { p.root = []byte{2, 4, 0, 1, 1, 2, 2, 1, 0} }, 0, referentials.Invalid, "same tile"},
		{"overlap", func(p *plan) { p.root = []byte{2, 4, 1, 2, 1, 2, 2, 1, 0} }, 0, referentials.Invalid, "run of entry 0"},
		{"tile of no bytes", func(p *plan) { p.root = []byte{1, 0, 1, 0, 1} }, 0, referentials.Invalid, "no bytes"},
		{"tile beyond", func(p *plan) { p.root = []byte{1, 0, 1, 2, 10} }, 0, referentials.Invalid, "2 bytes from byte 9 of a section of 10"},
		{"no offset", func(p *plan) { p.root = []byte{1, 0, 1, 2, 0} }, 0, referentials.Invalid, "cut off or too large"},
		{"leaf beyond", func(p *plan) { p.root = []byte{1, 0, 0, 14, 1} }, 0, referentials.Invalid, "14 bytes from byte 0 of a section of 13"},
		{"metadata", func(p *plan) { p.metadata = []byte(`[]`) }, 0, referentials.Invalid, "metadata"},
	} {
		p := small()
		c.change(p)
		b := p.bytes()
		if c.cut != 0 {
			b = b[:max(c.cut, 0)]
		}
		path := filepath.Join(t.TempDir(), "x.pmtiles")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err == nil {
			f.Close()
		}
		if referentials.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %s and %q", c.name, err, c.code, c.says)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.pmtiles")); referentials.CodeOf(err) != referentials.NotFound {
		t.Errorf("no file: %v", err)
	}
	if _, err := Open(t.TempDir()); referentials.CodeOf(err) != referentials.Invalid {
		t.Errorf("a folder: %v", err)
	}
}

// TestDamagedLeaves opens archives whose leaves are damaged: tiles of the root are still
// given.
func TestDamagedLeaves(t *testing.T) {
	for name, c := range map[string]struct {
		leaf []byte
		says string
	}{
		"a circle": {[]byte{1, 5, 0, 5, 1}, "more than 4 deep"},
		"garbage":  {[]byte{255, 255, 255, 255, 255}, "no entries"},
	} {
		p := small()
		p.root, p.leaves = []byte{2, 0, 5, 1, 0, 2, byte(len(c.leaf)), 1, 1}, c.leaf
		f, err := openBytes(p.bytes())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, _, err := f.Tile(0, 0, 0); err != nil || string(got) != "AA" {
			t.Errorf("%s: tile 0 is %q, %v", name, got, err)
		}
		if _, _, err := f.Tile(2, 0, 0); referentials.CodeOf(err) != referentials.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// TestCutAfterOpening takes bytes away from a file that is open.
func TestCutAfterOpening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pmtiles")
	if err := os.WriteFile(path, small().bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Name() != "x" {
		t.Errorf("its name is %q", f.Name())
	}
	if err := os.Truncate(path, 212); err != nil {
		t.Fatal(err)
	}
	if got, _, err := f.Tile(0, 0, 0); err != nil || string(got) != "AA" {
		t.Errorf("what is left: %q, %v", got, err)
	}
	if _, _, err := f.Tile(1, 0, 0); referentials.CodeOf(err) != referentials.Invalid {
		t.Errorf("what is gone: %v", err)
	}
}

// TestDirectoriesAreBounded puts more into the cache than it may keep.
func TestDirectoriesAreBounded(t *testing.T) {
	d := newDirectories()
	d.most = 100
	for i := range uint64(50) {
		d.put(section{i, 1}, make([]entry, 10))
		if i%2 == 0 {
			d.get(section{0, 1})
		}
	}
	d.put(section{99, 1}, make([]entry, 101))
	if d.entries != 100 || len(d.at) != 10 || d.used.Len() != 10 {
		t.Errorf("%d entries in %d directories, %d in the list", d.entries, len(d.at), d.used.Len())
	}
	for at, want := range map[uint64]bool{0: true, 49: true, 30: false, 99: false} {
		if _, ok := d.get(section{at, 1}); ok != want {
			t.Errorf("directory %d is kept: %v", at, ok)
		}
	}
}

// FuzzFile opens any bytes and asks for tiles: no panic, no error that says nothing.
func FuzzFile(f *testing.F) {
	f.Add(small().bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := openBytes(b)
		if err != nil {
			if referentials.CodeOf(err) == referentials.Internal {
				t.Fatalf("%v", err)
			}
			return
		}
		for id := range uint64(85) {
			if _, _, err := file.Tile(Place(id)); referentials.CodeOf(err) == referentials.Internal {
				t.Fatalf("tile %d: %v", id, err)
			}
		}
		_ = file.TileJSON("")
	})
}

// FuzzDirectory decodes any bytes: what is accepted is in order, and comes back when it is
// written again.
func FuzzDirectory(f *testing.F) {
	f.Add(small().root)
	f.Add(small().leaves)
	h := Header{tiles: section{0, 10}, leaves: section{0, 13}}
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := decodeDirectory(b, &h)
		if err != nil {
			return
		}
		again, err := decodeDirectory(appendDirectory(nil, entries), &h)
		if err != nil || len(again) != len(entries) {
			t.Fatalf("%d entries came back as %d: %v", len(entries), len(again), err)
		}
		for i, e := range entries {
			if again[i] != e || i > 0 && e.id <= entries[i-1].id {
				t.Fatalf("entry %d: %v came back as %v", i, e, again[i])
			}
			if found, ok := find(entries, e.id); !ok || found != e {
				t.Fatalf("entry %d is not found", i)
			}
		}
	})
}
