package sql

import (
	"encoding/binary"
	"strconv"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials/filter"
)

// predicates are the functions that stand for the S_ functions. S_DISJOINT is not
// S_INTERSECTS.
var predicates = map[string]string{
	"s_intersects": "intersects", "s_disjoint": "intersects", "s_equals": "equals", "s_touches": "touches",
	"s_within": "within", "s_overlaps": "overlaps", "s_crosses": "crosses", "s_contains": "contains",
}

func (c *compiler) spatial(n *filter.Node, asked bool) {
	name := predicates[n.Op]
	if name == "" {
		c.misfit(n)
		return
	}
	in := n.CRS
	if in.IsZero() {
		in = c.table.CRS
	}
	c.write("(")
	if n.Op == "s_disjoint" {
		c.write("NOT ")
		asked = false
	}
	if isCollection(n.Args[0]) || isCollection(n.Args[1]) {
		c.members(n, in, asked)
	} else {
		c.relation(name, n, in, asked)
	}
	c.write(")")
}

// relation writes a function of two shapes. Boxes go before, for the index of the column:
// shapes whose boxes lie apart have no relation that has a function.
func (c *compiler) relation(name string, n *filter.Node, in crs.CRS, asked bool) {
	operand := func(a *filter.Node) (text string) {
		from := c.text.Len()
		c.shape(a, in, asked)
		return c.text.String()[from:]
	}
	x, y := n.Args[0], n.Args[1]
	if !c.isPlain(x, in) || !c.isPlain(y, in) {
		c.write("socle_store.", name, "(")
		operand(x)
		c.write(", ")
		operand(y)
		c.write(")")
		return
	}
	c.write("(")
	first := operand(x)
	c.write(" && ")
	second := operand(y)
	c.write(" AND socle_store.", name, "(", first, ", ", second, "))")
}

// isPlain tells an operand that costs nothing to be written twice.
func (c *compiler) isPlain(n *filter.Node, in crs.CRS) bool {
	return n.Kind == filter.Constant || n.Kind == filter.Place && in.SRID() == c.table.CRS.SRID()
}

func isCollection(n *filter.Node) bool {
	return n.Kind == filter.Constant && n.Shape != nil && n.Shape.Collection
}

// members writes whether any member of a collection intersects: together they may overlap,
// which PostGIS does not take.
func (c *compiler) members(n *filter.Node, in crs.CRS, asked bool) {
	if predicates[n.Op] != "intersects" {
		c.misfit(n)
		return
	}
	c.write("(SELECT bool_or(socle_store.intersects(")
	for k, a := range n.Args {
		if k > 0 {
			c.write(", ")
		}
		if isCollection(a) {
			c.write("ST_GeomFromEWKB(m", strconv.Itoa(k), ")")
		} else {
			c.shape(a, in, asked)
		}
	}
	c.write(")) FROM ")
	separator := ""
	for k, a := range n.Args {
		if !isCollection(a) {
			continue
		}
		list := make([][]byte, len(a.Shape.Members))
		for i := range list {
			list[i] = geo.AppendEWKB(nil, &a.Shape.Members[i], in.SRID())
		}
		c.write(separator, "unnest(")
		c.parameter(list, "bytea[]")
		c.write(") m", strconv.Itoa(k))
		separator = ", "
	}
	c.write(")")
}

// shape writes a geometry in a CRS. An edit in SQL can store an empty geometry, which is
// none; bare leaves it what it is, for an empty shape has no relation that is asked for
// and the plain column has an index.
func (c *compiler) shape(n *filter.Node, in crs.CRS, bare bool) {
	if n.Type != filter.GeometryType || n.Kind == filter.Apply && n.Function == nil {
		c.misfit(n)
		return
	}
	if n.Kind == filter.Constant {
		c.literal(n, in)
		return
	}
	moved := in.SRID() != c.table.CRS.SRID()
	if moved {
		c.write("socle_store.transform(")
	}
	switch {
	case n.Kind == filter.Place && c.table.Geometry != "":
		column := quote(c.table.Geometry)
		if bare {
			c.write(column)
		} else {
			c.write("CASE WHEN NOT ST_IsEmpty(", column, ") THEN ", column, " END")
		}
	case n.Kind == filter.Apply && n.Function.Name == "centroid" && len(n.Args) == 1:
		c.write("ST_Centroid(")
		c.shape(n.Args[0], c.table.CRS, false)
		c.write(")")
	case n.Kind == filter.Apply && n.Function.Name == "buffer" && len(n.Args) == 2:
		c.write("socle_store.buffer(")
		c.shape(n.Args[0], c.table.CRS, false)
		c.write(", ")
		c.number(n.Args[1])
		c.write(")")
	default:
		c.misfit(n)
	}
	if moved {
		c.write(", ", strconv.Itoa(int(in.SRID())), ")")
	}
}

// literal writes a shape as EWKB, under the number of the CRS it is compared in: CRS84 and
// EPSG:4326 are one there.
func (c *compiler) literal(n *filter.Node, in crs.CRS) {
	if n.Shape == nil || len(n.Shape.Members) == 0 || len(n.Shape.Members) > 1 && !n.Shape.Collection || n.CRS.SRID() != in.SRID() {
		c.misfit(n)
		return
	}
	var text []byte
	if n.Shape.Collection {
		const collection, withSRID = 7, 0x20000000
		text = append(text, 1)
		text = binary.LittleEndian.AppendUint32(text, collection|withSRID)
		text = binary.LittleEndian.AppendUint32(text, uint32(in.SRID()))
		text = binary.LittleEndian.AppendUint32(text, uint32(len(n.Shape.Members)))
		for i := range n.Shape.Members {
			text = geo.AppendWKB(text, &n.Shape.Members[i])
		}
	} else {
		text = geo.AppendEWKB(nil, &n.Shape.Members[0], in.SRID())
	}
	c.write("ST_GeomFromEWKB(")
	c.parameter(text, "bytea")
	c.write(")")
}
