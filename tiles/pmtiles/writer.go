package pmtiles

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"slices"
	"sync"

	"socle/referentials"
)

// Options tunes a Writer. The zero value of each is its default.
type Options struct {
	Dir   string // where what is gathered is kept: the system's temporary folder
	Level int    // of gzip, 1 (fast) to 9 (small): DefaultLevel
}

// DefaultLevel compresses tiles nearly as small as the slowest, in a fraction of its time.
const DefaultLevel = 6

// Writer gathers the tiles of an archive, in any order, and writes it when all are there.
// Tiles wait in a file that disappears with the process; memory holds 16 bytes for each and
// some 60 more for each that differs. Add is safe for concurrent use.
type Writer struct {
	zip   zipper
	spool *os.File

	mu       sync.Mutex
	out      *bufio.Writer // to the spool
	end      uint64        // of the spool
	known    map[digest]uint32
	contents []section // bytes of the spool
	added    []placed
	failed   error
}

// placed is a tile and its content.
type placed struct {
	id      uint64
	content uint32
}

// digest tells contents apart: half of their SHA-256.
type digest [16]byte

// NewWriter gives an empty Writer. Close it.
func NewWriter(o Options) (*Writer, error) {
	if o.Level == 0 {
		o.Level = DefaultLevel
	}
	spool, err := os.CreateTemp(o.Dir, "socle-*.tiles")
	if err != nil {
		return nil, referentials.Errorf(referentials.Unavailable, "there is no room for tiles that wait: %w", err)
	}
	// Without a name it cannot be left behind, whatever ends the process.
	if err := os.Remove(spool.Name()); err != nil {
		spool.Close()
		return nil, err
	}
	return &Writer{
		zip: zipper{level: o.Level}, spool: spool,
		out: bufio.NewWriterSize(spool, 1<<20), known: map[digest]uint32{},
	}, nil
}

// Close frees what was gathered.
func (w *Writer) Close() error { return w.spool.Close() }

// Add gathers the vector tile z/x/y, not compressed. It keeps nothing of tile. One without
// bytes is left out: its absence says the same. The error is Invalid for a tile that cannot
// be.
func (w *Writer) Add(z, x, y uint32, tile []byte) error {
	if z > MaxZoom || x>>z != 0 || y>>z != 0 {
		return referentials.Errorf(referentials.Invalid, "there is no tile %d/%d/%d", z, x, y)
	}
	if len(tile) == 0 {
		return nil
	}
	sum := sha256.Sum256(tile)
	key := digest(sum[:len(digest{})])
	id := ID(z, x, y)
	if w.addKnown(id, key) {
		return nil
	}
	zipped, err := w.zip.appendTo(make([]byte, 0, len(tile)/2+64), tile)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	content, ok := w.known[key]
	if !ok { // still
		if content, err = w.keep(zipped); err != nil {
			return err
		}
		w.known[key] = content
	}
	w.added = append(w.added, placed{id, content})
	return nil
}

func (w *Writer) addKnown(id uint64, key digest) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	content, ok := w.known[key]
	if ok {
		w.added = append(w.added, placed{id, content})
	}
	return ok
}

// keep writes a new content to the spool.
func (w *Writer) keep(zipped []byte) (uint32, error) {
	if w.failed == nil {
		_, w.failed = w.out.Write(zipped)
	}
	if w.failed != nil {
		return 0, w.failed
	}
	w.contents = append(w.contents, section{w.end, uint64(len(zipped))})
	w.end += uint64(len(zipped))
	return uint32(len(w.contents) - 1), nil
}

// Description is what an archive says of its tiles beyond what they show by themselves.
type Description struct {
	Bounds     [4]float64 // west, south, east, north in degrees
	Center     [2]float64 // longitude, latitude of a first view
	CenterZoom uint8      // its zoom, brought within those of the tiles
	Metadata   any        // becomes a JSON object, with "vector_layers" as in TileJSON 3
}

// Summary tells what an archive holds.
type Summary struct {
	Tiles    uint64 // in the archive
	Contents uint64 // that differ
	Entries  uint64 // runs of tiles that are the same
	Leaves   int    // directories below the root
	Bytes    uint64 // of the file
	MinZoom  uint8
	MaxZoom  uint8
}

// Finish writes the archive of all that was added. The same tiles give the same bytes, in
// whatever order they came. Call it once, after the last Add. Errors are Invalid for no
// tile at all or one added twice.
func (w *Writer) Finish(ctx context.Context, to io.Writer, d Description) (Summary, error) {
	if err := w.out.Flush(); err != nil {
		return Summary{}, err
	}
	if len(w.added) == 0 {
		return Summary{}, referentials.Errorf(referentials.Invalid, "an archive without any tile cannot be")
	}
	slices.SortFunc(w.added, func(a, b placed) int { return cmp.Compare(a.id, b.id) })
	entries, order, err := w.arrange()
	if err != nil {
		return Summary{}, err
	}
	meta, err := json.Marshal(d.Metadata)
	if err != nil {
		return Summary{}, err
	}
	zip := zipper{level: DefaultLevel}
	if meta, err = zip.appendTo(nil, meta); err != nil {
		return Summary{}, err
	}
	root, leaves, err := layOut(entries, rootEnd-headerSize, &zip)
	if err != nil {
		return Summary{}, err
	}
	h := Header{
		Tiles: uint64(len(w.added)), Entries: uint64(len(entries)), Contents: uint64(len(order)),
		Clustered: true, Internal: Gzip, Compression: Gzip, kind: vectorTiles,
		MinZoom: uint8(zoomOf(w.added[0].id)), MaxZoom: uint8(zoomOf(w.added[len(w.added)-1].id)),
		Bounds: d.Bounds, Center: d.Center,
	}
	h.CenterZoom = max(h.MinZoom, min(h.MaxZoom, d.CenterZoom))
	at := uint64(headerSize)
	follow := func(length uint64) section {
		s := section{at, length}
		at += length
		return s
	}
	h.root, h.metadata = follow(uint64(len(root))), follow(uint64(len(meta)))
	h.leaves, h.tiles = follow(uint64(len(leaves.bytes))), follow(w.end)
	out := bufio.NewWriterSize(to, 1<<20)
	for _, b := range [][]byte{h.encode(), root, meta, leaves.bytes} {
		if _, err := out.Write(b); err != nil {
			return Summary{}, err
		}
	}
	if err := w.copyContents(ctx, out, order); err != nil {
		return Summary{}, err
	}
	return Summary{
		Tiles: h.Tiles, Contents: h.Contents, Entries: h.Entries, Leaves: leaves.count, Bytes: at,
		MinZoom: h.MinZoom, MaxZoom: h.MaxZoom,
	}, out.Flush()
}

// arrange gives contents their order, that of the first tile of each, and joins tiles that
// follow each other and are the same into runs.
func (w *Writer) arrange() (entries []entry, order []uint32, err error) {
	const nowhere = ^uint64(0)
	offsets := make([]uint64, len(w.contents))
	for i := range offsets {
		offsets[i] = nowhere
	}
	end := uint64(0)
	for i, p := range w.added {
		if i > 0 && w.added[i-1].id == p.id {
			z, x, y := Place(p.id)
			return nil, nil, referentials.Errorf(referentials.Invalid, "tile %d/%d/%d was added twice", z, x, y)
		}
		length := w.contents[p.content].length
		if offsets[p.content] == nowhere {
			offsets[p.content] = end
			end += length
			order = append(order, p.content)
		}
		if n := len(entries) - 1; n >= 0 && entries[n].offset == offsets[p.content] && entries[n].id+uint64(entries[n].run) == p.id {
			entries[n].run++
			continue
		}
		entries = append(entries, entry{id: p.id, offset: offsets[p.content], length: uint32(length), run: 1})
	}
	return entries, order, nil
}

// copyContents copies contents of the spool in that order, those that lie together at once.
func (w *Writer) copyContents(ctx context.Context, out io.Writer, order []uint32) error {
	for i := 0; i < len(order); {
		if err := ctx.Err(); err != nil {
			return err
		}
		run := w.contents[order[i]]
		for i++; i < len(order) && w.contents[order[i]].offset == run.offset+run.length; i++ {
			run.length += w.contents[order[i]].length
		}
		if _, err := io.Copy(out, io.NewSectionReader(w.spool, int64(run.offset), int64(run.length))); err != nil {
			return err
		}
	}
	return nil
}

// leaves are directories below the root, one after the other.
type leaves struct {
	bytes []byte
	count int
}

// leafEntries is how many entries a leaf has unless the root would be too large.
const leafEntries = 4096

// layOut puts entries in the root directory, or in leaves when it would take more bytes.
func layOut(entries []entry, most int, zip *zipper) (root []byte, below leaves, err error) {
	// An entry takes a few bytes however well it is compressed.
	if len(entries) <= most {
		if root, err = zip.appendTo(nil, appendDirectory(nil, entries)); err != nil || len(root) <= most {
			return root, leaves{}, err
		}
	}
	for each := leafEntries; ; each *= 2 {
		below = leaves{}
		var heads []entry
		for part := range slices.Chunk(entries, each) {
			begin := len(below.bytes)
			if below.bytes, err = zip.appendTo(below.bytes, appendDirectory(nil, part)); err != nil {
				return nil, leaves{}, err
			}
			heads = append(heads, entry{id: part[0].id, offset: uint64(begin), length: uint32(len(below.bytes) - begin)})
			below.count++
		}
		if root, err = zip.appendTo(nil, appendDirectory(nil, heads)); err != nil || len(root) <= most {
			return root, below, err
		}
	}
}
