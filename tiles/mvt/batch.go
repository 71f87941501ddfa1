package mvt

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// Table is the attributes of features, row by row, as codes of a list of values; 0 is no value.
// The row before the first is one without values.
type Table struct {
	Values *Values
	Codes  []uint32
	Width  int // codes of a row
}

// NewTable makes a table without values.
func NewTable(v *Values, rows, width int) Table {
	return Table{Values: v, Codes: make([]uint32, (rows+1)*width), Width: width}
}

// Row gives the codes of a row.
func (t *Table) Row(row int) []uint32 { return t.Codes[(row+1)*t.Width:][:t.Width] }

// Column is a column of a table that a layer shows.
type Column struct {
	Key  int // position of its name in the keys of the layer
	Code int // position in a row of the table
}

// batchSize is how many features wait to be written. Their values are numbered one column
// after the other, of which each repeats its values or does not: a processor foresees that.
const batchSize = 256

// noRow is the row of a feature that takes nothing from the table.
const noRow = -1

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
	width   int // of table, 0 without
	columns []Column
	order   []int // of columns, in which their values are numbered; empty until the first flush

	waiting  []pending
	rows     []int  // where the codes of each begin in the table
	outlines []byte // those that were made for it, in one
	tags     []byte
	shapes   int // bytes of all outlines that wait

	keys   []uint32          // numbers of the keys of columns
	listed []byte            // tags from the table
	ends   [batchSize]uint32 // where those of each feature end in listed
}

func (b *batch) empty() {
	b.waiting, b.rows, b.outlines, b.tags, b.shapes = b.waiting[:0], b.rows[:0], b.outlines[:0], b.tags[:0], 0
}

// wait lets a feature with the tags that were given last wait.
func (e *Encoder) wait(outline []byte, id uint64, hasID bool, row int) {
	b := &e.batch
	n := len(b.waiting)
	if n == cap(b.waiting) {
		b.waiting = slices.Grow(b.waiting, batchSize)
	}
	b.waiting = b.waiting[:n+1]
	f := &b.waiting[n] // whole it would be copied in other pieces than it is made of: that takes long
	f.outline, f.id, f.hasID, f.tags = outline, id, hasID, uint32(len(b.tags))
	b.rows = append(b.rows, (row+1)*b.width)
	b.shapes += len(outline)
	e.count++
	if n+1 == batchSize {
		e.flush()
	}
}

// stampedTag is how many bytes a tag with a stamp takes at most, and blind how many of a
// feature are copied at once.
const (
	stampedTag = 4
	blind      = 32
)

// UseTable lets the features of the layer take their values from rows of a table, see
// [Encoder.Row]: those of columns. It includes [Encoder.UseValues].
func (e *Encoder) UseTable(t *Table, columns []Column) {
	e.UseValues(t.Values)
	e.batch.table, e.batch.width, e.batch.columns, e.batch.order = t, t.Width, columns, e.batch.order[:0]
	e.batch.keys = slices.Grow(e.batch.keys[:0], len(columns))[:len(columns)]
	if n := batchSize*len(columns)*stampedTag + blind; len(e.batch.listed) < n {
		e.batch.listed = make([]byte, n)
	}
}

// Row gives the feature the values of a row of the table.
func (e *Encoder) Row(row int) { e.row = row }

// looked is how many features are looked at to see which columns repeat themselves.
const looked = 32

// sort puts columns of few values first, as low numbers take one byte and not two. It looks
// at nothing but the first features of the layer: those of a tile must not hang on others.
func (e *Encoder) sort() {
	b := &e.batch
	different := make([]int, 0, 16)
	for _, c := range b.columns {
		different = append(different, e.values.different(b.table.Codes[c.Code:], b.rows[:min(len(b.rows), looked)]))
	}
	for column := range b.columns {
		b.order = append(b.order, len(b.columns)-1-column) // the key is the first
	}
	slices.SortStableFunc(b.order, func(i, k int) int { return cmp.Compare(different[i], different[k]) })
}

// number gives the features that wait their tags from the table.
func (e *Encoder) number() {
	b, v := &e.batch, &e.values
	width := len(b.columns)
	switch {
	case width == 0:
		clear(b.ends[:len(b.rows)])
		return
	case len(e.keys.names) > 1<<7 || len(v.codes)+len(b.rows)*width > stamped:
		e.numberLong()
		return
	case len(b.order) == 0:
		e.sort()
	}
	for _, column := range b.order {
		c := b.columns[column]
		codes := b.table.Codes[c.Code:]
		if e.keys.known(c.Key) || hasValues(codes, b.rows) {
			b.keys[column] = e.keys.number(c.Key)
			v.meet(codes, b.rows)
		}
	}
	b.list(v.given)
}

// hasValues tells whether a row has a value in a column.
func hasValues(codes []uint32, rows []int) bool {
	for _, at := range rows {
		if codes[at] != 0 {
			return true
		}
	}
	return false
}

// list writes the tags of rows whose values have numbers.
func (b *batch) list(given []stamp) {
	columns, keys, listed, n := b.columns, b.keys, b.listed, 0
	keys = keys[:len(columns)]
	for i, at := range b.rows {
		codes := b.table.Codes[at:]
		for k := range columns {
			s := given[codes[columns[k].Code]]
			binary.LittleEndian.PutUint32(listed[n:n+stampedTag], keys[k]|uint32(s)<<8)
			n += s.size()
		}
		b.ends[i] = uint32(n)
	}
}

// numberLong is number for tags of more bytes than a stamp holds.
func (e *Encoder) numberLong() {
	b := &e.batch
	listed := b.listed[:0]
	for i, at := range b.rows {
		for _, c := range b.columns {
			if code := b.table.Codes[at+c.Code]; code != 0 {
				listed = appendUvarint(listed, uint64(e.keys.number(c.Key)))
				listed = appendUvarint(listed, uint64(e.values.listed(code)))
			}
		}
		b.ends[i] = uint32(len(listed))
	}
	listed = slices.Grow(listed, blind)
	b.listed = listed[:cap(listed)]
}

// flush writes the features that wait.
func (e *Encoder) flush() {
	b := &e.batch
	if len(b.waiting) > 0 {
		e.number()
	}
	e.values.settle()
	if len(b.waiting) == 0 {
		return
	}
	const most = 4*binary.MaxVarintLen64 + shortOutline // lengths, id, and what an outline is written over
	room := len(b.tags) + b.shapes + int(b.ends[len(b.waiting)-1]) + len(b.waiting)*most + blind
	n := len(e.features)
	e.features = slices.Grow(e.features, room)
	w := e.features[:cap(e.features)]
	tags, listed := uint32(0), uint32(0)
	for i := range b.waiting {
		f := &b.waiting[i]
		tagged := int(b.ends[i]-listed) + int(f.tags-tags)
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
			if size := int(b.ends[i] - listed); size > 0 {
				*(*[blind]byte)(w[n : n+blind]) = *(*[blind]byte)(b.listed[listed : listed+blind])
				if size > blind {
					copy(w[n+blind:], b.listed[listed+blind:b.ends[i]])
				}
				n += size
			}
			if f.tags > tags {
				n += copy(w[n:], b.tags[tags:f.tags])
			}
		}
		n = putOutline(w, n, f.outline)
		tags, listed = f.tags, b.ends[i]
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

// forget drops the tags of a feature that was not ended.
func (b *batch) forget() {
	tags := uint32(0)
	if n := len(b.waiting); n > 0 {
		tags = b.waiting[n-1].tags
	}
	b.tags = b.tags[:tags]
}
