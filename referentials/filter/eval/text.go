package eval

import (
	"unsafe"

	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/snapshot"
)

// texts is a column of texts. They are views, to be used before the next batch.
type texts interface {
	eval(rows []uint32, out []string, null []bool)
	cost() int
}

type textField struct{ cells snapshot.Cells }

func (v textField) cost() int { return 5 }

func (v textField) eval(rows []uint32, out []string, null []bool) { v.cells.Texts(rows, out, null) }

type textConstant struct{ value referentials.Value }

func (v textConstant) cost() int { return 2 }

func (v textConstant) eval(rows []uint32, out []string, null []bool) {
	for k := range rows {
		out[k], null[k] = v.value.Str(), v.value.IsNull()
	}
}

// folded is CASEI or ACCENTI of texts. Its texts live in one block until its next batch.
type folded struct {
	op    string
	of    texts
	block []byte
	state *state
}

func (v *folded) cost() int { return v.of.cost() + 60 }

func (v *folded) eval(rows []uint32, out []string, null []bool) {
	v.of.eval(rows, out, null)
	ends := v.state.ints.get()
	defer v.state.ints.put(ends)
	v.block = v.block[:0]
	for k := range rows {
		if !null[k] {
			v.block = v.state.folder.Append(v.op, v.block, out[k])
		}
		ends[k] = int64(len(v.block))
	}
	from := int64(0)
	for k := range rows {
		out[k] = ""
		if to := ends[k]; to > from {
			out[k] = unsafe.String(&v.block[from], to-from)
			from = to
		}
	}
}

func (c *compiler) texts(n *filter.Node) (texts, error) {
	switch n.Kind {
	case filter.Constant:
		return textConstant{n.Value}, nil
	case filter.Column:
		if c.words != nil {
			return c.words, nil
		}
		return textField{c.table.Cells(n.Field)}, nil
	case filter.Operator:
		// Filters that fold a column fold it many times over, to compare it with this or that.
		identity := string(n.AppendIdentity(nil))
		if known := c.folds[identity]; known != nil {
			return known, nil
		}
		of, err := c.texts(n.Args[0])
		if err != nil {
			return nil, err
		}
		v := &folded{op: n.Op, of: of, state: c.state}
		if c.folds == nil {
			c.folds = map[string]texts{}
		}
		c.folds[identity] = v
		return v, nil
	}
	return nil, c.stranger(n)
}
