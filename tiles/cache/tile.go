package cache

import (
	"bytes"
	"hash/crc32"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/maypok86/otter/v2"
)

// Encoding is a content coding that a tile can be had in.
type Encoding uint8

// The encodings.
const (
	Identity Encoding = iota
	Gzip
	Zstd

	encodings
)

// encodingNames are the names of the encodings in HTTP, as values of a header.
var encodingNames = [encodings][]string{Gzip: {"gzip"}, Zstd: {"zstd"}}

// Tile is a tile as it is sent. Do not change what it gives.
type Tile struct {
	key  key
	etag []string

	generation atomic.Uint64 // of the list that it is known to hold for
	making     sync.Mutex    // of forms
	forms      [encodings]atomic.Pointer[Form]
}

// Form is a tile in one encoding. What headers say of it is ready to be put into them.
type Form struct {
	Body     []byte
	Encoding []string // Content-Encoding; nil when the bytes are as they are
	Length   []string // Content-Length
}

// newTile takes body over.
func newTile(k key, body []byte) *Tile {
	t := &Tile{key: k, etag: []string{tagOf(body)}}
	t.forms[Identity].Store(&Form{Body: body, Length: []string{strconv.Itoa(len(body))}})
	return t
}

// castagnoli is a checksum that processors compute, as they do the other one.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// tagOf names a tile by its bytes: a tile that is drawn again and has not changed keeps
// its name, and all servers give it the same. It is weak because the encodings share it.
// Two different checksums and the length tell apart what one tile may become; they are ten
// times as fast as a cryptographic one.
func tagOf(body []byte) string {
	tag := append(make([]byte, 0, 32), `W/"`...)
	tag = strconv.AppendUint(tag, uint64(crc32.Checksum(body, castagnoli))<<32|uint64(crc32.ChecksumIEEE(body)), 36)
	tag = strconv.AppendUint(append(tag, '-'), uint64(len(body)), 36)
	return string(append(tag, '"'))
}

// ETag gives the weak entity tag, as the value of a header.
func (t *Tile) ETag() []string { return t.etag }

// Empty tells whether nothing is on the tile.
func (t *Tile) Empty() bool { return len(t.forms[Identity].Load().Body) == 0 }

// Body gives the bytes of the vector tile.
func (t *Tile) Body() []byte { return t.forms[Identity].Load().Body }

// overhead is about what a tile and its entry take beside its bytes.
const overhead = 512

func (t *Tile) weight() uint32 {
	n := overhead
	for e := range t.forms {
		if f := t.forms[e].Load(); f != nil && (e == int(Identity) || f.Encoding != nil) {
			n += len(f.Body)
		}
	}
	return uint32(n)
}

// leastCompressed is the size in bytes below which compression gains nothing.
const leastCompressed = 256

// Encoded gives a tile in an encoding, or as it is when that is no larger. What has to be
// compressed for this is kept with the tile.
func (c *Cache) Encoded(t *Tile, e Encoding) *Form { return c.encoded(t, e, hasty) }

func (c *Cache) encoded(t *Tile, e Encoding, h haste) *Form {
	if f := t.forms[e].Load(); f != nil {
		return f
	}
	t.making.Lock()
	defer t.making.Unlock()
	if f := t.forms[e].Load(); f != nil {
		return f
	}
	f := t.forms[Identity].Load()
	if len(f.Body) >= leastCompressed {
		if body := c.compress(f.Body, e, h); len(body) < len(f.Body) {
			f = &Form{Body: body, Encoding: encodingNames[e], Length: []string{strconv.Itoa(len(body))}}
		}
	}
	t.forms[e].Store(f)
	// The tile weighs more now. It may have been dropped meanwhile.
	c.kept.ComputeIfPresent(t.key, func(kept *Tile) (*Tile, otter.ComputeOp) {
		if kept != t {
			return kept, otter.CancelOp
		}
		return t, otter.WriteOp
	})
	return f
}

// haste says how much time there is to compress.
type haste uint8

const (
	hasty   haste = iota // someone waits, for the compression more than for anything else
	unhasty              // it may take twice as long for a tenth less

	hastes
)

var gzipLevels = [hastes]int{hasty: gzip.BestSpeed, unhasty: 6}

func (c *Cache) compress(body []byte, e Encoding, h haste) []byte {
	if e == Zstd {
		return bytes.Clone(c.zstd.EncodeAll(body, make([]byte, 0, len(body)/2)))
	}
	s, _ := c.gzips[h].Get().(*gzipper)
	if s == nil {
		s = new(gzipper)
		s.writer, _ = gzip.NewWriterLevel(&s.out, gzipLevels[h]) // only a wrong level fails
	}
	defer c.gzips[h].Put(s)
	s.out.Reset()
	s.writer.Reset(&s.out)
	// Writing to memory never fails.
	_, _ = s.writer.Write(body)
	_ = s.writer.Close()
	return bytes.Clone(s.out.Bytes())
}

type gzipper struct {
	writer *gzip.Writer
	out    bytes.Buffer
}
