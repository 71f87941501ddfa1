// Package sql compiles a filter to the condition of a WHERE in PostGIS, which selects the
// same rows as the evaluator over memory does.
//
// What PostgreSQL means by an operator is used where it is what package filter says, and
// spelled out where it is not: texts compare under COLLATE "C", days and instants in UTC
// whatever the session's zone, and what would stop a query with an error (a division by
// zero, a shape that has no image in another CRS) is null, by functions of the schema
// socle_store that the migrations make. PostGIS' own types and functions are looked up on
// the search path, as the connections of store/postgis have it.
//
// Everything that comes from the filter is a parameter; names of columns are quoted.
//
// Some results are floating-point work of two libraries and may differ in their last bits,
// hence in rows that lie exactly on the edge: measures (area, length, distance) of shapes
// that are not exact in binary, centroids and the borders of buffers that touch what they are
// compared with, and shapes brought to another CRS by another version of PROJ.
package sql

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
)

// Table is what a filter is compiled for.
type Table struct {
	Columns  []string // of each field of the descriptor, unquoted
	Geometry string   // column, unquoted; empty for a table without
	CRS      crs.CRS  // of that column
}

// Where gives the condition that n makes of t, with its parameters, of which the first is
// $first. They are int64, float64, bool, string, time.Time, []byte and slices of these, as pgx
// takes them. The error is Invalid for a text that no row can hold, Internal
// for a node that Bind does not make.
func Where(n *filter.Node, t Table, first int) (text string, args []any, err error) {
	c := &compiler{table: t, first: first}
	c.condition(n, true)
	if c.err != nil {
		return "", nil, c.err
	}
	return c.text.String(), c.args, nil
}

// compiler writes a condition from left to right. After an error it writes on, and what it
// wrote is thrown away.
type compiler struct {
	table Table
	first int
	text  strings.Builder
	args  []any
	err   error
}

func (c *compiler) write(pieces ...string) {
	for _, p := range pieces {
		c.text.WriteString(p)
	}
}

func (c *compiler) fail(err *referentials.Error) {
	if c.err == nil {
		c.err = err
	}
}

// misfit tells of a node that stands where it cannot.
func (c *compiler) misfit(n *filter.Node) {
	c.fail(referentials.Errorf(referentials.Internal, "a filter node of kind %d, type %d, operator %q stands where it cannot", n.Kind, n.Type, n.Op))
}

// parameter writes the next parameter with its type.
func (c *compiler) parameter(value any, as string) {
	c.args = append(c.args, value)
	c.write("$", strconv.Itoa(c.first+len(c.args)-1), "::", as)
}

// checked gives a text that PostgreSQL can take.
func (c *compiler) checked(s string) string {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		c.fail(referentials.Errorf(referentials.Invalid, "the filter holds a text that is not UTF-8 or has a zero byte (%.40q)", s).
			Do("compare with texts that a row can hold"))
	}
	return s
}

// column writes the name of a column.
func (c *compiler) column(n *filter.Node) {
	if n.Field < 0 || n.Field >= len(c.table.Columns) {
		c.misfit(n)
		return
	}
	c.write(quote(c.table.Columns[n.Field]))
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// each writes the pieces of all args with a separator between them.
func (c *compiler) each(args []*filter.Node, separator string, piece func(*filter.Node)) {
	for i, a := range args {
		if i > 0 {
			c.write(separator)
		}
		piece(a)
	}
}
