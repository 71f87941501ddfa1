package tiles

import (
	"runtime"

	"socle/geo/workers"
	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles/mvt"
)

// columns are the attributes of a layer as tiles write them.
type columns struct {
	names []string
	table mvt.Table // a row for each position, in the order of names
	long  bool      // some text is too long
	ids   []int64   // of each position, -1 for none; nil when the key is no integer
}

// Codes that are no values.
const (
	noValue  = 0
	tooLong  = 1<<32 - 1
	noNumber = -1
)

// id gives the number of a position, or noNumber.
func (c *columns) id(k int) int64 {
	if c.ids == nil {
		return noNumber
	}
	return c.ids[k]
}

// longestText bounds an attribute: a map has no use for more, and one text must not fill
// a tile.
const longestText = 4096

// fill reads the fields of names for rows.
func (c *columns) fill(p *snapshot.PublicCollection, rows []uint32, names []string) {
	d := p.Descriptor()
	c.names = names
	lists, local := make([]mvt.List, len(names)), make([][]uint32, len(names))
	var group workers.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for k, name := range names {
		group.Go(func() error {
			local[k] = list(p, rows, d.FieldIndex(name), &lists[k])
			return nil
		})
	}
	_ = group.Wait() // no worker fails
	values, joined := mvt.Join(lists)
	c.table = mvt.NewTable(values, len(rows), len(names))
	for k := range names {
		for i, code := range local[k] {
			switch code {
			case noValue:
			case tooLong:
				c.long = true
			default:
				code = joined[k][code-1]
			}
			c.table.Row(i)[k] = code
		}
	}
	if key := d.KeyIndex(); d.Fields[key].Type == referentials.Integer {
		c.ids = make([]int64, len(rows))
		for i, row := range rows {
			c.ids[i] = max(noNumber, p.Value(int(row), key).Int())
		}
	}
}

// list gives the code of one field in each row.
func list(p *snapshot.PublicCollection, rows []uint32, field int, to *mvt.List) []uint32 {
	codes := make([]uint32, len(rows))
	cells := p.Cells(field)
	if n, repeat := cells.Words(); repeat {
		cells.Codes(rows, codes)
		words := make([]uint32, n+1)
		for i, word := range codes {
			if word != 0 && words[word] == 0 {
				words[word] = text(to, cells.Word(word))
			}
			codes[i] = words[word]
		}
		return codes
	}
	for i, row := range rows {
		switch v := p.Value(int(row), field); v.Type() {
		case "":
		case referentials.Integer:
			codes[i] = to.Int(v.Int())
		case referentials.Number:
			codes[i] = to.Double(v.Float())
		case referentials.Boolean:
			codes[i] = to.Bool(v.Bool())
		case referentials.String, referentials.JSON:
			codes[i] = text(to, v.Str())
		default:
			codes[i] = text(to, v.String())
		}
	}
	return codes
}

func text(to *mvt.List, s string) uint32 {
	if len(s) > longestText {
		return tooLong
	}
	return to.String(s)
}
