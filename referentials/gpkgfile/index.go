package gpkgfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/gpb"
	"socle/referentials/sqlite"
)

// indexName is the name that the R-tree extension gives to the index.
func (l *Layer) indexName() string { return "rtree_" + l.Table + "_" + l.Geom }

// BuildIndex makes the R-tree of a filled table and its box.
func (l *Layer) BuildIndex(c *sqlite.Conn) (orb.Bound, error) {
	bound := geo.EmptyBound()
	if l.Geom == "" {
		return bound, nil
	}
	var index indexBuilder
	query := fmt.Sprintf("SELECT %s, %s FROM %s WHERE %[2]s IS NOT NULL ORDER BY 1", Quote(l.FID), Quote(l.Geom), Quote(l.Table))
	err := c.Query(query, func(s *sqlite.Stmt) error {
		b, err := gpb.Bound(s.BlobView(1))
		if err != nil {
			return nil // an empty geometry is not indexed, a broken one is told by who reads it
		}
		bound = geo.Union(bound, b)
		index.add(s.Int(0), b)
		return nil
	})
	if err != nil {
		return bound, err
	}
	return bound, l.writeIndex(c, &index)
}

// DropIndex removes the R-tree. Its triggers go with [DropTriggers].
func (l *Layer) DropIndex(c *sqlite.Conn) error {
	if l.Geom == "" {
		return nil
	}
	return c.Exec("DROP TABLE IF EXISTS " + Quote(l.indexName()))
}

// The nodes of SQLite's R-tree, all numbers big-endian:
//
//	0  depth of the tree in the root (0: the root is a leaf), 0 elsewhere   uint16
//	2  number of cells                                                     uint16
//	4  cells: rowid or child node, int64, then minx maxx miny maxy, float32
//
// Nodes are rows of <index>_node; the root is node 1. <index>_rowid gives the leaf of
// each row, <index>_parent the parent of each other node.
const (
	cellSize       = 8 + 4*4
	nodeHeaderSize = 4
	rootNode       = 1
)

// cell is a row, or a node, with its box.
type cell struct {
	id                     int64
	minX, maxX, minY, maxY float32
}

func (c *cell) extend(o *cell) {
	c.minX, c.maxX = min(c.minX, o.minX), max(c.maxX, o.maxX)
	c.minY, c.maxY = min(c.minY, o.minY), max(c.maxY, o.maxY)
}

// indexBuilder collects the boxes of rows by ascending id, then packs them along a
// Hilbert curve: full nodes, written once each, in place of one insertion per row.
type indexBuilder struct {
	cells []cell
}

func (x *indexBuilder) add(id int64, b orb.Bound) {
	x.cells = append(x.cells, cell{id, down(b.Min[0]), up(b.Max[0]), down(b.Min[1]), up(b.Max[1])})
}

// down and up round to single precision so that the box never shrinks.
func down(v float64) float32 {
	f := float32(v)
	if float64(f) > v {
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	}
	return f
}

func up(v float64) float32 {
	f := float32(v)
	if float64(f) < v {
		f = math.Nextafter32(f, float32(math.Inf(1)))
	}
	return f
}

// order gives the positions of the cells along the curve.
func (x *indexBuilder) order() []uint32 {
	whole := cell{minX: math.MaxFloat32, maxX: -math.MaxFloat32, minY: math.MaxFloat32, maxY: -math.MaxFloat32}
	for i := range x.cells {
		whole.extend(&x.cells[i])
	}
	side := max(float64(whole.maxX)-float64(whole.minX), float64(whole.maxY)-float64(whole.minY))
	scale := 0.0
	if side > 0 {
		scale = (1<<16 - 1) / side
	}
	keys := make([]uint64, len(x.cells))
	for i := range x.cells {
		c := &x.cells[i]
		cx := (float64(c.minX)+float64(c.maxX))/2 - float64(whole.minX)
		cy := (float64(c.minY)+float64(c.maxY))/2 - float64(whole.minY)
		keys[i] = uint64(hilbert(uint32(cx*scale), uint32(cy*scale)))<<32 | uint64(i)
	}
	slices.Sort(keys)
	order := make([]uint32, len(keys))
	for i, k := range keys {
		order[i] = uint32(k)
	}
	return order
}

// hilbert gives the distance along the Hilbert curve of a cell of a 65,536 × 65,536 grid.
func hilbert(x, y uint32) uint32 {
	const n = 1 << 16
	d := uint32(0)
	for s := uint32(n / 2); s > 0; s /= 2 {
		rx, ry := uint32(0), uint32(0)
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += s * s * ((3 * rx) ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = n-1-x, n-1-y
			}
			x, y = y, x
		}
	}
	return d
}

// writeIndex makes the R-tree table and writes its nodes.
func (l *Layer) writeIndex(c *sqlite.Conn, x *indexBuilder) error {
	name := l.indexName()
	if err := c.Exec(fmt.Sprintf("CREATE VIRTUAL TABLE %s USING rtree(id, minx, maxx, miny, maxy)", Quote(name))); err != nil {
		return err
	}
	if len(x.cells) == 0 {
		return nil
	}
	// The module has written an empty root, whose size is that of every node.
	size, err := c.Int(fmt.Sprintf("SELECT length(data) FROM %s WHERE nodeno = 1", Quote(name+"_node")))
	if err != nil {
		return err
	}
	w, err := newNodeWriter(c, name, int(size))
	if err != nil {
		return err
	}
	defer w.close()

	leaf := make([]int64, len(x.cells)) // node of each cell, by position
	order := x.order()
	level := make([]cell, len(order))
	for i, at := range order {
		level[i] = x.cells[at]
	}
	// The children of a level are known by position in leaf, or by node number.
	for depth := 0; ; depth++ {
		next, err := w.level(level, depth, func(child int, node int64) error {
			if depth == 0 {
				leaf[order[child]] = node
				return nil
			}
			return w.parent(level[child].id, node)
		})
		if err != nil {
			return err
		}
		if len(next) == 1 {
			break
		}
		level = next
	}
	return w.rowids(x.cells, leaf)
}

// nodeWriter writes the shadow tables of an R-tree.
type nodeWriter struct {
	capacity                  int
	node, root, parents, rows *sqlite.Stmt
	groups                    *sqlite.Stmt // rows, rowGroup at a time
	last                      int64        // node number given last
	buffer                    []byte
}

// rowGroup is how many rows one statement inserts where there are many.
const rowGroup = 128

func newNodeWriter(c *sqlite.Conn, name string, size int) (*nodeWriter, error) {
	w := &nodeWriter{capacity: (size - nodeHeaderSize) / cellSize, last: rootNode, buffer: make([]byte, size)}
	if w.capacity < 2 {
		return nil, fmt.Errorf("the nodes of the index have %d bytes, too few", size)
	}
	for _, p := range []struct {
		stmt **sqlite.Stmt
		sql  string
	}{
		{&w.root, "UPDATE " + Quote(name+"_node") + " SET data = ? WHERE nodeno = 1"},
		{&w.node, "INSERT INTO " + Quote(name+"_node") + " (data, nodeno) VALUES (?, ?)"},
		{&w.parents, "INSERT INTO " + Quote(name+"_parent") + " (nodeno, parentnode) VALUES (?, ?)"},
		{&w.rows, "INSERT INTO " + Quote(name+"_rowid") + " (rowid, nodeno) VALUES (?, ?)"},
		{&w.groups, "INSERT INTO " + Quote(name+"_rowid") + " (rowid, nodeno) VALUES " + strings.Repeat("(?, ?), ", rowGroup-1) + "(?, ?)"},
	} {
		s, err := c.Prepare(p.sql)
		if err != nil {
			w.close()
			return nil, err
		}
		*p.stmt = s
	}
	return w, nil
}

func (w *nodeWriter) close() {
	for _, s := range []*sqlite.Stmt{w.root, w.node, w.parents, w.rows, w.groups} {
		if s != nil {
			s.Close()
		}
	}
}

// level packs cells into nodes of even fill and gives the cells of the nodes. It tells
// of each child which node holds it.
func (w *nodeWriter) level(cells []cell, depth int, held func(child int, node int64) error) ([]cell, error) {
	nodes := (len(cells) + w.capacity - 1) / w.capacity
	out := make([]cell, 0, nodes)
	for k := range nodes {
		from, to := k*len(cells)/nodes, (k+1)*len(cells)/nodes
		number := int64(rootNode)
		if nodes > 1 {
			w.last++
			number = w.last
		}
		box := cells[from]
		box.id = number
		clear(w.buffer)
		b := binary.BigEndian.AppendUint16(w.buffer[:0], rootDepth(nodes, depth))
		b = binary.BigEndian.AppendUint16(b, uint16(to-from))
		for i := from; i < to; i++ {
			c := &cells[i]
			box.extend(c)
			b = binary.BigEndian.AppendUint64(b, uint64(c.id))
			for _, v := range [4]float32{c.minX, c.maxX, c.minY, c.maxY} {
				b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
			}
			if err := held(i, number); err != nil {
				return nil, err
			}
		}
		if err := w.write(number); err != nil {
			return nil, err
		}
		out = append(out, box)
	}
	return out, nil
}

// rootDepth is the depth word of a node: only a level of one node, the root's, has one.
func rootDepth(nodes, depth int) uint16 {
	if nodes == 1 {
		return uint16(depth)
	}
	return 0
}

func (w *nodeWriter) write(number int64) error {
	s := w.node
	if number == rootNode {
		s = w.root
	} else if err := s.BindInt(2, number); err != nil {
		return err
	}
	if err := s.BindBlob(1, w.buffer); err != nil {
		return err
	}
	return s.Run()
}

func (w *nodeWriter) parent(node, parent int64) error { return pair(w.parents, node, parent) }

// rowids says of each row in which leaf it is, many rows to a statement: half the time of
// one by one.
func (w *nodeWriter) rowids(rows []cell, leaf []int64) error {
	for ; len(rows) >= rowGroup; rows, leaf = rows[rowGroup:], leaf[rowGroup:] {
		for i := range rowGroup {
			if err := w.groups.BindInt(2*i+1, rows[i].id); err != nil {
				return err
			}
			if err := w.groups.BindInt(2*i+2, leaf[i]); err != nil {
				return err
			}
		}
		if err := w.groups.Run(); err != nil {
			return err
		}
	}
	for i := range rows {
		if err := pair(w.rows, rows[i].id, leaf[i]); err != nil {
			return err
		}
	}
	return nil
}

func pair(s *sqlite.Stmt, a, b int64) error {
	if err := s.BindInt(1, a); err != nil {
		return err
	}
	if err := s.BindInt(2, b); err != nil {
		return err
	}
	return s.Run()
}
