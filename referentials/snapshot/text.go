package snapshot

import (
	"math"
	"strings"
	"unsafe"

	"socle/referentials"
)

// A text column starts as a dictionary and turns into plain text as soon as its values
// prove to repeat too little for codes to pay.
const (
	dictionaryTrial  = 4096    // rows before the first judgement
	dictionaryAtMost = 1 << 20 // distinct values
	dictionaryStale  = 1024    // words beyond twice the rows before unused ones are dropped
)

// maxText is half of what ends can tell, so that an edit, which adds to what it copies,
// cannot overflow them.
const maxText = math.MaxInt32

// texts is a list of strings in one block: string k is block[ends[k-1]:ends[k]].
type texts struct {
	block []byte
	ends  []uint32
}

// at gives string k as a view of the block, which is never changed below its length.
func (t *texts) at(k int) string {
	from := uint32(0)
	if k > 0 {
		from = t.ends[k-1]
	}
	to := t.ends[k]
	if from == to {
		return ""
	}
	return unsafe.String(&t.block[from], int(to-from))
}

func (t *texts) append(s string) error {
	if len(t.block)+len(s) > maxText {
		return referentials.Errorf(referentials.TooLarge, "a text field holds more than 2 GiB in all")
	}
	t.block = append(t.block, s...)
	t.ends = append(t.ends, uint32(len(t.block)))
	return nil
}

func (t *texts) appendRun(src *texts, from, to int) {
	if from == to {
		return
	}
	start := uint32(0)
	if from > 0 {
		start = src.ends[from-1]
	}
	shift := uint32(len(t.block)) - start
	t.block = append(t.block, src.block[start:src.ends[to-1]]...)
	for _, e := range src.ends[from:to] {
		t.ends = append(t.ends, e+shift)
	}
}

// clip gives back the room that growing left over.
func (t *texts) clip() {
	if cap(t.block) > len(t.block)+len(t.block)/16 {
		t.block = append(make([]byte, 0, len(t.block)), t.block...)
	}
}

func (t *texts) bytes() int { return cap(t.block) + 4*cap(t.ends) }

// textValue makes a String or JSON value.
func textValue(kind referentials.FieldType, s string) referentials.Value {
	if kind == referentials.JSON {
		return referentials.JSONValue(s)
	}
	return referentials.StringValue(s)
}

// dictionaryColumn holds text that repeats: code 0 is null, code k is words[k-1].
type dictionaryColumn struct {
	kind  referentials.FieldType
	codes codes
	words texts
}

func (c *dictionaryColumn) value(i int) referentials.Value {
	k := c.codes.at(i)
	if k == 0 {
		return referentials.Null
	}
	return textValue(c.kind, c.words.at(int(k)-1))
}

func (c *dictionaryColumn) builder(n int) columnBuilder {
	b := newTextBuilder("", c.kind, n)
	if len(c.words.ends) > 2*n+dictionaryStale {
		b.relearn = true
		return b
	}
	// Appending to words may write past the end of what c sees, never within it; only
	// the one refresh of a collection derives columns from c.
	b.column.words = c.words
	return b
}

func (c *dictionaryColumn) bytes() int { return c.codes.bytes() + c.words.bytes() }

// plainColumn holds text that does not repeat: one string per row.
type plainColumn struct {
	kind  referentials.FieldType
	texts texts
	nulls bits
}

func (c *plainColumn) value(i int) referentials.Value {
	if c.nulls.at(i) {
		return referentials.Null
	}
	return textValue(c.kind, c.texts.at(i))
}

func (c *plainColumn) builder(n int) columnBuilder {
	b := &textBuilder{plain: newPlain(c.kind, n), room: n}
	b.plain.texts.block = make([]byte, 0, len(c.texts.block)+64)
	return b
}

func (c *plainColumn) bytes() int { return c.texts.bytes() + c.nulls.bytes() }

func newPlain(kind referentials.FieldType, n int) *plainColumn {
	return &plainColumn{kind: kind, texts: texts{ends: make([]uint32, 0, n)}}
}

// textBuilder grows a dictionaryColumn until it gives it up for a plainColumn.
type textBuilder struct {
	field  string
	room   int
	column dictionaryColumn
	known  map[string]uint32 // code of each word; made at the first need
	plain  *plainColumn      // in use when not nil

	relearn bool // runs come from a dictionary with too many unused words
}

func newTextBuilder(field string, kind referentials.FieldType, n int) *textBuilder {
	return &textBuilder{field: field, room: n, column: dictionaryColumn{kind: kind, codes: makeCodes(n)}}
}

func (b *textBuilder) kind() referentials.FieldType {
	if b.plain != nil {
		return b.plain.kind
	}
	return b.column.kind
}

func (b *textBuilder) append(v referentials.Value) error {
	if !v.IsNull() && v.Type() != b.kind() {
		return mismatch(b.field, b.kind(), v)
	}
	if b.plain != nil {
		b.plain.nulls.append(v.IsNull())
		return b.plain.texts.append(v.Str())
	}
	if v.IsNull() {
		b.column.codes.append(0)
		return nil
	}
	if b.known == nil {
		b.known = make(map[string]uint32, len(b.column.words.ends))
		for k := range b.column.words.ends {
			b.known[b.column.words.at(k)] = uint32(k) + 1
		}
	}
	code, ok := b.known[v.Str()]
	if !ok {
		if err := b.column.words.append(v.Str()); err != nil {
			return err
		}
		code = uint32(len(b.column.words.ends))
		// The row's string may be a view of a buffer the store will reuse.
		b.known[strings.Clone(v.Str())] = code
	}
	b.column.codes.append(uint64(code))
	if n := b.column.codes.len(); n >= dictionaryTrial && n&(n-1) == 0 {
		return b.judge()
	}
	return nil
}

// judge turns to plain text when the words are too many.
func (b *textBuilder) judge() error {
	n, words := b.column.codes.len(), len(b.column.words.ends)
	if words <= n/2 && words <= dictionaryAtMost {
		return nil
	}
	plain := newPlain(b.column.kind, b.room)
	for i := range n {
		v := b.column.value(i)
		plain.nulls.append(v.IsNull())
		if err := plain.texts.append(v.Str()); err != nil {
			return err
		}
	}
	b.plain, b.known, b.column = plain, nil, dictionaryColumn{}
	return nil
}

func (b *textBuilder) appendRun(src column, from, to int) {
	switch s := src.(type) {
	case *dictionaryColumn:
		if b.plain == nil && !b.relearn {
			b.column.codes.appendRun(&s.codes, from, to)
			return
		}
		for i := from; i < to; i++ {
			// The words of a dictionary fit where they fitted before.
			_ = b.append(s.value(i))
		}
	case *plainColumn:
		b.plain.texts.appendRun(&s.texts, from, to)
		b.plain.nulls.appendRun(&s.nulls, from, to)
	}
}

func (b *textBuilder) finish() column {
	if b.plain == nil && b.column.codes.len() >= dictionaryTrial {
		// What fits as a dictionary fits as plain text or stays what it is.
		_ = b.judge()
	}
	if b.plain != nil {
		b.plain.texts.clip()
		return b.plain
	}
	return &b.column
}
