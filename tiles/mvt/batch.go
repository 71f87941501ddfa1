package mvt

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// Table is the attributes of features, row by row, as codes of a list of values; 0 is no value.
type Table struct {
	Values *Values
	Codes  []uint32
	Width  int // codes of a row
}

// Column is a column of a table that a layer shows.
type Column struct {
	Key  int // position of its name in the keys of the layer
	Code int // position in a row of the table
}

// batchSize is how many features wait to be written. Their values are numbered one column
// after the other, of which each repeats its values or does not: a processor foresees that.
const batchSize = 256

// noRow is where a feature takes nothing from the table, noKey where no feature has one yet.
const (
	noRow = -1
	noKey = 1<<64 - 1
)

// pending is a feature that waits.
type pending struct {
	outline []byte // its type and geometry as they are written
	id      uint64
	hasID   bool
	tags    uint32 // where its own end in those of the batch
}

// batch is what waits.
type batch struct {
	table   *Table
	columns []Column
	order   []int // of columns, in which their values are numbered; empty until the first flush

	waiting  []pending
	rows     []int32 // of the table, noRow for none
	outlines []byte  // made for this layer
	tags     []byte
	shapes   int // bytes of all outlines that wait

	listed []packed          // tags from the table: of a feature those of all columns
	sizes  [batchSize]uint16 // of each feature's tags from the table
}

func (b *batch) empty() {
	b.waiting, b.rows, b.outlines, b.tags, b.shapes = b.waiting[:0], b.rows[:0], b.outlines[:0], b.tags[:0], 0
}

// wait lets a feature with the tags that were given last wait.
func (e *Encoder) wait(outline []byte, id uint64, hasID bool, row int32) {
	b := &e.batch
	n := len(b.waiting)
	if n == cap(b.waiting) {
		b.waiting = slices.Grow(b.waiting, batchSize)
	}
	b.waiting = b.waiting[:n+1]
	f := &b.waiting[n] // whole it would be copied in other pieces than it is made of: that takes long
	f.outline, f.id, f.hasID, f.tags = outline, id, hasID, uint32(len(b.tags))
	b.rows = append(b.rows, row)
	b.shapes += len(outline)
	e.count++
	if n+1 == batchSize {
		e.flush()
	}
}

// packed is a tag as it is written, in its low bytes, and how many bytes that is in the
// highest; 0 is none.
type packed uint64

// mostPacked is how many bytes a tag may take: one for its key, four for its value.
const mostPacked = 8

// UseTable lets the features of the layer take their values from rows of a table, see
// [Encoder.Row]: those of columns. It includes [Encoder.UseValues].
func (e *Encoder) UseTable(t *Table, columns []Column) {
	e.UseValues(t.Values)
	e.batch.table, e.batch.columns, e.batch.order = t, columns, e.batch.order[:0]
	if n := batchSize * len(columns); len(e.batch.listed) < n {
		e.batch.listed = make([]packed, n)
	}
}

// Row gives the feature the values of a row of the table.
func (e *Encoder) Row(row int) { e.row = int32(row) }

// looked is how many features are looked at to see which columns repeat themselves.
const looked = 32

// sort puts columns of few values first, as low numbers take one byte and not two. It looks
// at nothing but the first features of the layer: those of a tile must not hang on others.
func (b *batch) sort() {
	different := make([]int, 0, 16)
	var codes [looked]uint32
	for _, c := range b.columns {
		n := 0
		for _, row := range b.rows[:min(len(b.rows), looked)] {
			if row < 0 {
				continue
			}
			if code := b.table.Codes[int(row)*b.table.Width+c.Code]; code != 0 && !slices.Contains(codes[:n], code) {
				codes[n] = code
				n++
			}
		}
		different = append(different, n)
	}
	for column := range b.columns {
		b.order = append(b.order, len(b.columns)-1-column) // the key is the first
	}
	slices.SortStableFunc(b.order, func(i, k int) int { return cmp.Compare(different[i], different[k]) })
}

// number gives the features that wait their tags of a column.
func (e *Encoder) number(column int) {
	b, v := &e.batch, &e.values
	c, columns := b.columns[column], len(b.columns)
	codes, width := b.table.Codes[c.Code:], b.table.Width
	given, epoch := v.given, v.epoch
	sizes, listed := b.sizes[:len(b.rows)], b.listed[column:]
	key := packed(noKey)
	for i, row := range b.rows {
		code := uint32(0)
		if row >= 0 {
			code = codes[int(row)*width]
		}
		if code == 0 {
			listed[i*columns] = 0
			continue
		}
		if key == noKey {
			key = packed(e.keys.number(c.Key))
		}
		s := &given[code]
		number := s.number
		if s.epoch != epoch {
			number = packVarint(v.next())
			*s = stamp{epoch, number}
			v.buf = v.list.appendTo(v.buf, code)
		}
		size := 2 + number>>7&1 + number>>15&1 + number>>23&1
		listed[i*columns] = key | packed(number)<<8 | packed(size)<<56
		sizes[i] += uint16(size)
	}
}

// flush writes the features that wait.
func (e *Encoder) flush() {
	b := &e.batch
	if len(b.waiting) == 0 {
		return
	}
	clear(b.sizes[:len(b.waiting)])
	if len(b.order) < len(b.columns) {
		b.sort()
	}
	for _, column := range b.order {
		e.number(column)
	}
	const most = 4*binary.MaxVarintLen64 + mostPacked + shortOutline // lengths, id, and what a tag and an outline are written over
	room := len(b.tags) + b.shapes + len(b.waiting)*(most+len(b.columns)*mostPacked)
	n := len(e.features)
	e.features = slices.Grow(e.features, room)
	w := e.features[:cap(e.features)]
	tags := uint32(0)
	for i := range b.waiting {
		f := &b.waiting[i]
		tagged := int(b.sizes[i]) + int(f.tags-tags)
		size := len(f.outline)
		if f.hasID {
			size += 1 + varintSize(f.id)
		}
		if tagged > 0 {
			size += lengthSize(tagged)
		}
		n = putHead(w, n, layerFeatures, uint64(size))
		if f.hasID {
			n = putHead(w, n, featureID, f.id)
		}
		if tagged > 0 {
			e.tagged += tagged
			n = putHead(w, n, featureTags, uint64(tagged))
			if b.sizes[i] > 0 {
				for _, tag := range b.listed[i*len(b.columns) : (i+1)*len(b.columns)] {
					binary.LittleEndian.PutUint64(w[n:n+mostPacked], uint64(tag))
					n += int(tag >> 56)
				}
			}
			n += copy(w[n:], b.tags[tags:f.tags])
		}
		n = putOutline(w, n, f.outline)
		tags = f.tags
	}
	e.features = w[:n]
	b.empty()
}

// shortOutline is how many bytes most outlines have at most. It takes less to copy as many,
// with what comes after, than to see how many there are.
const shortOutline = 32

// putOutline writes an outline at b[n:], which has room for a short one, and gives where it ends.
func putOutline(b []byte, n int, outline []byte) int {
	if len(outline) > shortOutline || cap(outline) < shortOutline {
		return n + copy(b[n:], outline)
	}
	*(*[shortOutline]byte)(b[n : n+shortOutline]) = *(*[shortOutline]byte)(outline[:shortOutline])
	return n + len(outline)
}

// putHead writes the field and the number that begin something at b[n:], which has room for
// the longest, and gives where they end. Numbers beside each other mostly take as many bytes,
// which a processor foresees.
func putHead(b []byte, n int, field byte, v uint64) int {
	b[n] = field
	switch {
	case v < 1<<7:
		b[n+1] = byte(v)
		return n + 2
	case v < 1<<14:
		b[n+1], b[n+2] = byte(v)|0x80, byte(v>>7)
		return n + 3
	case v < 1<<21:
		b[n+1], b[n+2], b[n+3] = byte(v)|0x80, byte(v>>7)|0x80, byte(v>>14)
		return n + 4
	}
	return n + 1 + binary.PutUvarint(b[n+1:], v)
}

// packVarint gives the bytes of a number below 2²⁸, which no tile has as many values as.
func packVarint(v uint32) uint32 {
	switch {
	case v < 1<<7:
		return v
	case v < 1<<14:
		return v&0x7f | 0x80 | v>>7<<8
	case v < 1<<21:
		return v&0x7f | 0x80 | (v>>7&0x7f|0x80)<<8 | v>>14<<16
	}
	return v&0x7f | 0x80 | (v>>7&0x7f|0x80)<<8 | (v>>14&0x7f|0x80)<<16 | v>>21<<24
}

// unpackVarint gives the number that packVarint packed.
func unpackVarint(b uint32) uint32 {
	return b&0x7f | b>>1&0x3f80 | b>>2&0x1fc000 | b>>3&0xfe00000
}

// forget drops the tags of a feature that was not ended.
func (b *batch) forget() {
	tags := uint32(0)
	if n := len(b.waiting); n > 0 {
		tags = b.waiting[n-1].tags
	}
	b.tags = b.tags[:tags]
}
