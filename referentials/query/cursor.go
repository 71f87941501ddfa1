package query

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// Cursor is where a walk through a selection is. It names the revision it walks, so that
// what changes meanwhile neither repeats a feature nor hides one.
type Cursor struct {
	Tag      string // of the collection's revision
	Position int    // in the selection: of the next row
	query    uint64 // the query it belongs to
	seam     uint64 // the key of the row before, as a hash
}

// CursorAt gives the cursor of a position in s, the answer of c to a query.
func CursorAt(c *snapshot.PublicCollection, q *Query, s *Selection, position int) Cursor {
	return Cursor{Tag: c.Tag(), Position: position, query: q.hash(), seam: seamAt(c, s, position)}
}

// Meets tells whether the cursor comes to where it was given in s, the answer of c. A server
// that was started meanwhile, or another one of the same store, may hold the rows of one
// revision in another order: a row that was deleted and inserted again has its old place
// with who followed the edits, and the last one with who read them all.
func (c *Cursor) Meets(in *snapshot.PublicCollection, s *Selection) bool {
	return c.seam == seamAt(in, s, c.Position)
}

func seamAt(c *snapshot.PublicCollection, s *Selection, position int) uint64 {
	if position <= 0 || position > s.Len() {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write(c.Value(s.Row(position-1), c.Descriptor().KeyIndex()).AppendBinary(nil)) // a hash never fails
	return h.Sum64()
}

// Belongs tells whether the cursor walks the answer to q.
func (c *Cursor) Belongs(q *Query) bool { return c.query == q.hash() }

func (q *Query) hash() uint64 {
	h := fnv.New64a()
	_, _ = h.Write(q.identity(nil)) // a hash never fails
	return h.Sum64()
}

// String writes the cursor: opaque to clients, checked when it comes back.
func (c Cursor) String() string {
	b := binary.AppendUvarint(nil, uint64(c.Position))
	b = binary.LittleEndian.AppendUint64(b, c.query)
	b = binary.LittleEndian.AppendUint64(b, c.seam)
	b = append(b, c.Tag...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// maxCursor bounds what is decoded.
const maxCursor = 512

// ParseCursor reads a cursor that String wrote.
func ParseCursor(s string) (Cursor, error) {
	bad := referentials.Errorf(referentials.Invalid, "%.60q is not a cursor that this server gave", s).
		Do("follow the link next as it is, or leave the cursor out to start from the first page")
	if len(s) > maxCursor {
		return Cursor{}, bad
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 4 {
		return Cursor{}, bad
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	position, n := binary.Uvarint(body)
	if crc32.ChecksumIEEE(body) != sum || n <= 0 || position > 1<<32 || len(body) < n+16 {
		return Cursor{}, bad
	}
	return Cursor{
		Tag: string(body[n+16:]), Position: int(position),
		query: binary.LittleEndian.Uint64(body[n:]), seam: binary.LittleEndian.Uint64(body[n+8:]),
	}, nil
}
