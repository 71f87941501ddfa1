package geoparquet

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// walk is one reading of the rows.
type walk struct {
	layer  *Layer
	rows   [batch]parquet.Row
	cells  [][]parquet.Value // of the current row, by leaf column
	texts  source.Texts
	leafOf map[*parquet.Column]*leaf // of nested columns
	json   []byte
	record source.Record
}

func newWalk(l *Layer) *walk {
	w := &walk{layer: l, leafOf: make(map[*parquet.Column]*leaf)}
	_, n := leaves(l.parquet.Root())
	w.cells = make([][]parquet.Value, n)
	w.record.Raw = func() []byte { return source.AppendRaw(nil, l.fields, w.record.Values) }
	return w
}

// decode reads a row into the record.
func (w *walk) decode(row parquet.Row) error {
	r := &w.record
	r.Values, r.HasZ = r.Values[:0], false
	r.Geom.Reset()
	clear(w.cells)
	row.Range(func(i int, values []parquet.Value) bool {
		if i < len(w.cells) {
			w.cells[i] = values
		}
		return true
	})
	for i := range w.layer.columns {
		c := &w.layer.columns[i]
		switch cell := w.cells[c.from:c.to]; {
		case c.leaf == nil:
			v, err := w.nested(c.node, cell)
			if err != nil {
				return fmt.Errorf("column %s: %w", c.node.Name(), err)
			}
			r.Values = append(r.Values, v)
		case len(cell[0]) == 0 || cell[0][0].IsNull():
			r.Values = append(r.Values, referentials.Null)
		default:
			r.Values = append(r.Values, c.leaf.read(&w.texts, cell[0][0]))
		}
	}
	if g := w.layer.geometry; g >= 0 && len(w.cells[g]) > 0 && !w.cells[g][0].IsNull() {
		info, err := geo.DecodeWKB(w.cells[g][0].ByteArray(), &r.Geom)
		r.HasZ = info.HasZ || info.HasM
		if err != nil && !errors.Is(err, geo.ErrEmpty) { // empty is null
			return err
		}
	}
	return nil
}

// nested writes a list, a map or a struct as JSON; null when there is none.
func (w *walk) nested(c *parquet.Column, cells [][]parquet.Value) (referentials.Value, error) {
	var err error
	w.json, err = w.appendNode(w.json[:0], c, cells, 0, 0)
	if err != nil || string(w.json) == "null" {
		return referentials.Null, err
	}
	return referentials.JSONValue(string(w.json)), nil
}

var errLevels = errors.New("its levels do not fit its schema")

// definition gives the definition level at which a node's values begin: all its leaves
// agree up to there.
func definition(cells [][]parquet.Value) (int, error) {
	if len(cells) == 0 || len(cells[0]) == 0 {
		return 0, errLevels
	}
	return cells[0][0].DefinitionLevel(), nil
}

// appendNode writes one value of a node, whose cells are those of its leaves. Levels are
// those of its parent: def says how much of the path is there, rep how many lists the
// path went through.
func (w *walk) appendNode(dst []byte, c *parquet.Column, cells [][]parquet.Value, def, rep int) ([]byte, error) {
	there, err := definition(cells)
	if err != nil {
		return dst, err
	}
	switch {
	case c.Optional():
		if def++; there < def {
			return append(dst, "null"...), nil
		}
	case c.Repeated():
		// A list without an annotation.
		return w.appendRepeated(dst, c, cells, def, rep)
	}
	return w.appendContent(dst, c, cells, def, rep)
}

func (w *walk) appendContent(dst []byte, c *parquet.Column, cells [][]parquet.Value, def, rep int) ([]byte, error) {
	if c.Leaf() {
		return w.appendLeaf(dst, c, cells[0][0]), nil
	}
	if children := c.Columns(); len(children) == 1 && children[0].Repeated() {
		switch logical(c).(type) {
		case *format.ListType:
			return w.appendRepeated(dst, children[0], cells, def, rep)
		case *format.MapType:
			return w.appendMap(dst, children[0], cells, def, rep)
		}
	}
	dst = append(dst, '{')
	at := 0
	for i, child := range c.Columns() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendQuoted(dst, child.Name()), ':')
		from, to := leaves(child)
		var err error
		if dst, err = w.appendNode(dst, child, cells[at:at+to-from], def, rep); err != nil {
			return dst, err
		}
		at += to - from
	}
	return append(dst, '}'), nil
}

// appendRepeated writes the elements of a repeated node as an array. The element of a
// list is the only child of the node, when that is a group named as the specification
// says; other shapes are older ones, where the node is the element.
func (w *walk) appendRepeated(dst []byte, c *parquet.Column, cells [][]parquet.Value, def, rep int) ([]byte, error) {
	dst = append(dst, '[')
	n := 0
	err := eachElement(cells, def+1, rep+1, func(cells [][]parquet.Value) (err error) {
		if n++; n > 1 {
			dst = append(dst, ',')
		}
		if children := c.Columns(); len(children) == 1 && (c.Name() == "list" || c.Name() == "bag") {
			dst, err = w.appendNode(dst, children[0], cells, def+1, rep+1)
		} else {
			dst, err = w.appendContent(dst, c, cells, def+1, rep+1)
		}
		return err
	})
	return append(dst, ']'), err
}

// appendMap writes pairs as an object.
func (w *walk) appendMap(dst []byte, c *parquet.Column, cells [][]parquet.Value, def, rep int) ([]byte, error) {
	pair := c.Columns()
	if len(pair) != 2 || !pair[0].Leaf() {
		return w.appendRepeated(dst, c, cells, def, rep)
	}
	dst = append(dst, '{')
	n := 0
	err := eachElement(cells, def+1, rep+1, func(cells [][]parquet.Value) (err error) {
		if n++; n > 1 {
			dst = append(dst, ',')
		}
		key := w.leaf(pair[0]).read(&w.texts, cells[0][0])
		dst = append(appendQuoted(dst, key.String()), ':')
		dst, err = w.appendNode(dst, pair[1], cells[1:], def+1, rep+1)
		return err
	})
	return append(dst, '}'), err
}

// eachElement cuts the cells of a repeated node into those of its elements: a new one
// begins where the repetition level falls to that of the node.
func eachElement(cells [][]parquet.Value, def, rep int, do func([][]parquet.Value) error) error {
	there, err := definition(cells)
	if err != nil || there < def {
		return err // no element
	}
	rest := append([][]parquet.Value(nil), cells...)
	element := make([][]parquet.Value, len(cells))
	for len(rest[0]) > 0 {
		for i, values := range rest {
			if len(values) == 0 {
				return errLevels
			}
			end := 1
			for end < len(values) && values[end].RepetitionLevel() > rep {
				end++
			}
			element[i], rest[i] = values[:end], values[end:]
		}
		if err := do(element); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) leaf(c *parquet.Column) *leaf {
	l := w.leafOf[c]
	if l == nil {
		l = newLeaf(c)
		w.leafOf[c] = l
	}
	return l
}

func (w *walk) appendLeaf(dst []byte, c *parquet.Column, cell parquet.Value) []byte {
	if cell.IsNull() {
		return append(dst, "null"...)
	}
	switch v := w.leaf(c).read(&w.texts, cell); v.Type() {
	case "":
		return append(dst, "null"...)
	case referentials.Integer, referentials.Number, referentials.Boolean, referentials.JSON:
		return v.Append(dst)
	default:
		return appendQuoted(dst, v.String())
	}
}

// appendQuoted leaves out the error, which only tells that U+FFFD was put in.
func appendQuoted(dst []byte, s string) []byte {
	quoted, _ := jsontext.AppendQuote(dst, s)
	return quoted
}

// isText tells UTF-8 without control characters but white space.
func isText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}
