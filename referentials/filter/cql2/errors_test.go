package cql2

import (
	"strings"
	"testing"

	"socle/referentials"
)

// What is wrong in a text, where, and what to do about it.
func TestTextErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "character 1: the filter is empty"},
		{"  ", "character 3: the filter is empty"},
		{"'a'", "character 1: a filter is a condition, not the text 'a' (compare it with a value)"},
		{"5 AND 6", `character 1: "AND" takes a condition here, not the number 5`},
		{"a = ", "character 5: expected a value, found the end of the filter"},
		{"a == 1", `character 3: unexpected "==" (one = compares)`},
		{"a = 1 AN b = 2", `character 7: expected AND, OR or the end of the filter, found "AN" (did you mean AND?)`},
		{"name LIK 'a%'", `character 6: expected an operator or the end of the filter, found "LIK" (did you mean LIKE?)`},
		{"1 ILIKE 'a'", `character 1: "CASEI" takes a text, a property or a function here, not the number 1`},
		{`name LIKE "a%"`, `character 11: "LIKE" takes a text here, not the property "a%" (a text is between single quotes: 'a%')`},
		{"name LIKE 5", `character 11: "LIKE" takes a text here, not the number 5`},
		{"name = 'abc", `character 8: a text begins here and does not end (close it with '; inside it a quote is written '' and a backslash \\)`},
		{`name = "abc`, `character 8: a name begins here and does not end (close it with "; inside it a quote is written "")`},
		{"a BETWEEN 1 2", "character 13: expected AND and the upper end of BETWEEN, found the number 2"},
		{"a BETWEN 1 AND 2", `character 3: expected an operator or the end of the filter, found "BETWEN" (did you mean BETWEEN?)`},
		{"a IN (1,2", `character 10: expected "," or ")", found the end of the filter`},
		{"a IN (1,)", `character 9: expected a value, found ")"`},
		{"a IN 1", `character 6: expected "(" and the list of IN, found the number 1`},
		{"a IS NUL", `character 6: expected NULL, found "NUL" (did you mean NULL?)`},
		{"a IS 5", "character 6: expected NULL, found the number 5 (values are compared by = and <>)"},
		{"a = NULL", `character 5: expected a value, found "NULL" (NULL is compared by IS NULL)`},
		{"a NOT = 1", `character 7: expected LIKE, BETWEEN or IN, found "="`},
		{"NOT", "character 4: expected a value, found the end of the filter"},
		{"(a = 1", `character 7: expected an operator, "," or ")", found the end of the filter`},
		{"a = 1)", `character 6: expected the end of the filter, found ")" (it closes no parenthesis)`},
		{"a = 1 b", `character 7: expected AND, OR or the end of the filter, found "b"`},
		{"a && b", `character 3: unexpected "&&" (write AND)`},
		{"a = [1]", `character 5: unexpected "[" (a list is between parentheses)`},
		{"a = ‘x’", `character 5: unexpected "‘" (a text is between straight quotes ')`},
		{`{"op"`, `character 1: unexpected "{" (CQL2 JSON needs filter-lang=cql2-json)`},
		{"2^3^2 = 5", "character 4: a second ^ (say with parentheses which comes first: (a ^ b) ^ c)"},
		{"a = +b", `character 6: expected a number, found "b"`},
		{"and = 1", `character 1: expected a value, found "and" (a property of that name is written "and")`},
		{"x = and", `character 5: expected a value, found "and" (a property of that name is written "and")`},
		{"POINT EMPTY", "character 7: an empty POINT meets no geometry (leave the condition out, or write TRUE or FALSE)"},
		{"S_INTERSECTS(g, POINT EMPTY)", "character 23: an empty POINT meets no geometry (leave the condition out, or write TRUE or FALSE)"},
		{"S_INTERSECTS(g, POINT(1))", `character 24: expected a number (y), found ")"`},
		{"S_INTERSECTS(g, POINT M(1 2 3))", "character 23: geometries have no measure (M) in filters (write x and y, or Z and x, y and z)"},
		{"S_INTERSECTS(g, POINT Z(1 2))", "character 25: some positions of the geometry have a height and others have none (give all of them one, or none)"},
		{"S_INTERSECTS(g, LINESTRING(1 2, 3 4 5))", "character 33: some positions of the geometry have a height and others have none (give all of them one, or none)"},
		{"S_INTERSECTS(g, POLYGON((0 0, 1 1, 2 0, 3 3)))", "character 17: the Polygon is malformed: ring 0 is not closed (end the ring where it begins)"},
		{"S_INTERSECTS(g, POLYGON((0 0, 1 1, 0 0)))", "character 17: the Polygon is malformed: ring 0 has 3 vertices, at least 4 are needed"},
		{"S_INTERSECTS(g, LINESTRING(0 0))", "character 17: the LineString is malformed: ring 0 has 1 vertices, at least 2 are needed"},
		{"S_INTERSECTS(g, GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 1))))", "character 36: a collection within a collection (write its members directly)"},
		{"S_INTERSECTS(g, GEOMETRYCOLLECTION(PONT(1 1)))", `character 36: expected a geometry such as POINT(…), found "PONT" (did you mean POINT?)`},
		{"S_INTERSECTS(g, BBOX(1,2,3))", "character 17: a box has 4 numbers, or 6 with heights (write west, south, east, north or west, south, low, east, north, high)"},
		{"S_INTERSECTS(g, BBOX(1,2,3,4,5,6,7))", "character 17: a box has 4 numbers, or 6 with heights (write west, south, east, north or west, south, low, east, north, high)"},
		{"S_INTERSECTS(g)", `character 16: "S_INTERSECTS" takes 2 operands, not 1`},
		{"S_INTERSECTS(g,g,g)", `character 18: "S_INTERSECTS" takes 2 operands, not 3`},
		{"S_INTERSECTS(g,'POINT(1 1)')", `character 16: "S_INTERSECTS" takes a geometry, a property or a function here, not the text 'POINT(1 1)'`},
		{"S_INTERSECTS(g,)", `character 16: expected a value, found ")"`},
		{"S_INTERSECTS(g h)", `character 16: expected an operator, "," or ")", found "h"`},
		{"T_AFTER(d,'2020-01-01')", `character 11: "T_AFTER" takes a date, a timestamp, an interval, a property or a function here, not the text '2020-01-01' (write DATE('…') or TIMESTAMP('…'))`},
		{"d = DATE('2020-02-30')", "character 10: '2020-02-30' is not a date (no calendar has that day)"},
		{"d = DATE('2020-2-3')", "character 10: '2020-2-3' is not a date (write the year, month and day: '2024-12-31')"},
		{`d = DATE("2020-02-03")`, `character 10: expected a text such as '2024-12-31', found the name "2020-02-03"`},
		{"d = TIMESTAMP('2020-01-01')", "character 15: '2020-01-01' is not a timestamp (a day is DATE('…'))"},
		{"d = TIMESTAMP('2020-01-01T00:00:00')", "character 15: '2020-01-01T00:00:00' is not a timestamp (end it with Z, or with an offset such as +01:00)"},
		{"d = TIMESTAMP('0000-01-01T00:00:00+01:00')", "character 15: '0000-01-01T00:00:00+01:00' is not a timestamp (in UTC its year is not of 0000 to 9999)"},
		{"T_AFTER(d, INTERVAL('2020', '..'))", "character 21: '2020' is not a date (an end of an interval is a date, a timestamp or '..')"},
		{"T_AFTER(d, INTERVAL('2020-01-01'))", `character 33: expected "," and the end of the interval, found ")"`},
		{"T_AFTER(d, INTERVAL('2020-01-01', 5))", "character 35: an end of an interval is a date, a timestamp, '..', a property or a function, not the number 5"},
		{"a = 1e999", "character 5: the number 1e999 is too large"},
		{"a = (1,2)", `character 5: "=" takes a text, a number, a truth value, a date, a timestamp, a property or a function here, not a list (compare with a list by IN)`},
		{"A_CONTAINS(a, 'x')", `character 15: "A_CONTAINS" takes a list, a property or a function here, not the text 'x'`},
		{"é = 'à' AND ô ~ 1", `character 15: unexpected "~"`},
		{"a = b = c", `character 7: expected AND, OR or the end of the filter, found "="`},
		{"a > 1 + (b = 2)", `character 10: "+" takes a number, a property or a function here, not a condition`},
		{"a = 'x\x00'", "character 7: the character U+0000 (no value holds it)"},
		{"a = 'x\xff'", "character 7: a byte that is not UTF-8 (send the filter in UTF-8, percent-encoded in a URL)"},
		{"\xff", "character 1: a byte that is not UTF-8 (send the filter in UTF-8, percent-encoded in a URL)"},
		{"CASEI(5) = 'a'", `character 7: "CASEI" takes a text, a property or a function here, not the number 5`},
		{"a LIKE CASEI(b)", `character 8: "LIKE" takes a text here, not the property "b" (a text is between single quotes: 'b')`},
		{"0A()", `character 1: "0A" is no name of a function`},
		{"foo(1,", "character 7: expected a value, found the end of the filter"},
		{"foo(1 2)", `character 7: expected an operator, "," or ")", found the number 2`},
		{"(a = 1 AN b = 2)", `character 8: expected an operator, "," or ")", found "AN" (did you mean AND?)`},
		{"foo(a IS NUL)", `character 10: expected NULL, found "NUL" (did you mean NULL?)`},
		{"a = 1 XOR b = 2", `character 7: expected AND, OR or the end of the filter, found "XOR" (write (a OR b) AND NOT (a AND b))`},
		{"BBOX(1,2,3,4)", "character 1: a filter is a condition, not a box (compare it with a value)"},
		{"S_INTERSECTS(g, LINESTRING(1 2, 3))", `character 34: expected a number (y), found ")"`},
		{"S_INTERSECTS(g, POINT(1 2 3 4))", `character 29: expected "," or ")", found the number 4 (a position is x y or x y z)`},
		{"S_INTERSECTS(g, POINT 1 2)", `character 23: expected an operator, "," or ")", found the number 1`},
		{"d = DATE()", `character 10: expected a text such as '2024-12-31', found ")"`},
		{"A_CONTAINS(a, (1,,2))", `character 18: expected a value, found ","`},
		{"a = 'x' || 'y'", `character 9: unexpected "||" (write OR; texts cannot be joined)`},
		{"a = `b`", "character 5: unexpected \"`\" (a name is between double quotes)"},
		{"CASEI(a, b) = 'x'", `character 10: "CASEI" takes 1 operand, not 2`},
		{"CASEI() = 'x'", `character 9: "CASEI" takes 1 operand, not 0`},
		{"a LIKE NULL", `character 8: expected a value, found "NULL" (NULL is compared by IS NULL)`},
		{"S_INTERSECTS(g, GEOMETRYCOLLECTION(POINT(1 2), POINT Z(1 2 3)))", "character 54: some positions of the geometry have a height and others have none (give all of them one, or none)"},
		{"S_INTERSECTS(g, POINT Z(1e400 2 3))", "character 25: the number 1e400 is too large"},
		{"a = 1 OR", "character 9: expected a value, found the end of the filter"},
		{"a = 1 ORR b = 2", `character 7: expected AND, OR or the end of the filter, found "ORR" (did you mean OR?)`},
		{"a < > b", `character 5: expected a value, found ">"`},
		{"a = 1; DROP", `character 6: unexpected ";"`},
		{"a IS NOT 5", "character 10: expected NULL, found the number 5 (values are compared by = and <>)"},
		{"a ! b", `character 3: unexpected "!" (write NOT)`},
		{"x = date()", `character 10: expected a text such as '2024-12-31', found ")"`},
	} {
		e, err := ParseText(c.text)
		checkError(t, c.text, err, c.want)
		if e != nil {
			t.Errorf("%s: a tree beside the error", c.text)
		}
	}
}

// The same of JSON, where a pointer says the place.
func TestJSONErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "the filter is empty"},
		{"{", "the JSON is malformed at byte 2: unexpected EOF"},
		{`{"op":`, "/op: the JSON is malformed at byte 7: unexpected EOF"},
		{"[]", "a filter is a condition, not a list (compare it with a value)"},
		{"5", "a filter is a condition, not the number 5 (compare it with a value)"},
		{`"a"`, "a filter is a condition, not the text 'a' (compare it with a value)"},
		{"null", `null is no value (null is compared by the operator "isNull")`},
		{"{}", `expected an object with "op", "property", "date", "timestamp", "interval", "bbox" or "type", found an empty object`},
		{`{"op":"=","args":[1]}`, `/args: "=" takes 2 operands, not 1`},
		{`{"op":"=","args":[1,2,3]}`, `/args/2: "=" takes 2 operands, not 3`},
		{`{"op":"=","arg":[1,2,3]}`, `expected "args" beside "op"`},
		{`{"op":"=","args":[null,2]}`, `/args/0: null is no value (null is compared by the operator "isNull")`},
		{`{"op":"and","args":[{"op":"=","args":[1,2]},{"op":"&&","args":[]}]}`, `/args/1/op: "&&" is no operator and no name of a function (write "and")`},
		{`{"op":"and","args":[{"op":"=","args":[1,2]},{"op":5}]}`, "/args/1/op: expected a text, found the number 5"},
		{`{"proprety":"a"}`, `expected an object with "op", "property", "date", "timestamp", "interval", "bbox" or "type", found an object with "proprety" (did you mean "property"?)`},
		{`{"op":"date","args":[]}`, `/op: "date" is no operator and no name of a function (write {"date": "2024-12-31"})`},
		{`{"op":"in","args":[1,2]}`, `/args/1: "IN" takes a list here, not the number 2`},
		{`{"op":"in","args":[1,[2,[3]]]}`, `/args/1/1: "IN" takes a text, a number, a truth value, a date, a timestamp, a property or a function here, not a list (compare with a list by IN)`},
		{`{"op":"s_intersects","args":[{"property":"g"},{"type":"Feature"}]}`, `/args/1/type: "Feature" is no type of geometry (write the geometry of the feature)`},
		{`{"op":"s_intersects","args":[{"property":"g"},{"type":"Point","coordinates":[1]}]}`, "/args/1/coordinates: expected a position [x, y] or [x, y, z], found a list of 1"},
		{`{"op":"s_intersects","args":[{"property":"g"},{"type":"Point","coordinates":[]}]}`, "/args/1/coordinates: expected a position [x, y] or [x, y, z], found a list of 0"},
		{`{"op":"s_intersects","args":[{"property":"g"},{"type":"Polygon","coordinates":[[[0,0],[1,"a"]]]}]}`, `/args/1/coordinates/0/1/1: expected a number, found the text "a"`},
		{`{"op":"s_intersects","args":[{"property":"g"},{"type":"Polygon","coordinates":[[[0,0],[1,1],[2,2],[3,3]]]}]}`, "/args/1: the Polygon is malformed: ring 0 is not closed (end the ring where it begins)"},
		{`{"op":"t_after","args":[{"property":"g"},{"interval":["2020-01-01"]}]}`, "/args/1/interval: expected a list of the 2 ends of an interval, found a list of 1"},
		{`{"op":"t_after","args":[{"property":"g"},{"interval":["2020-01-01","x"]}]}`, "/args/1/interval/1: 'x' is not a date (an end of an interval is a date, a timestamp or '..')"},
		{`{"op":"t_after","args":[{"property":"g"},{"date":"2020-13-01"}]}`, "/args/1/date: '2020-13-01' is not a date (no calendar has that day)"},
		{`{"op":"=","args":[1,1]} 5`, "something follows the filter"},
		{`{"op":"=","op":"<","args":[1,1]}`, "/op: the JSON is malformed at byte 11: duplicate object member name"},
		{`{"op":"=","args":[1,1e999]}`, "/args/1: the number 1e999 is too large"},
		{`{"op":"s_intersects","args":[{"property":"g"},{"bbox":[1,2,3]}]}`, "/args/1/bbox: a box has 4 numbers, or 6 with heights (write west, south, east, north or west, south, low, east, north, high)"},
		{`{"op":"=","args":["a\u0000",1]}`, "/args/0: the character U+0000 (no value holds it)"},
		{`{"op":"=", "args":[tru, 1]}`, "/args/0: the JSON is malformed at byte 23: invalid character ',' in literal true (expecting 'e')"},
	} {
		e, err := ParseJSON([]byte(c.text))
		checkError(t, c.text, err, c.want)
		if e != nil {
			t.Errorf("%s: a tree beside the error", c.text)
		}
	}
}

func checkError(t *testing.T, source string, err error, want string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: no error, want %s", source, want)
	case err.Error() != want:
		t.Errorf("%s:\n got %s\nwant %s", source, err, want)
	case referentials.CodeOf(err) != referentials.Invalid:
		t.Errorf("%s: code %s", source, referentials.CodeOf(err))
	}
}

// Each bound holds at its value and fails one above.
func TestBounds(t *testing.T) {
	call := func(n int) string { return strings.Repeat("f(", n) + strings.Repeat(")", n) }
	nots := func(n int) string { return strings.Repeat("NOT ", n) + "TRUE" }
	group := func(n int) string { return strings.Repeat("(", n) + "TRUE" + strings.Repeat(")", n) }
	sum := func(n int) string { return "a" + strings.Repeat("+a", n) + "=1" }
	items := func(n int) string { return "a IN (1" + strings.Repeat(",1", n-1) + ")" }
	length := func(n int) string { return "TRUE" + strings.Repeat(" ", n-4) }
	object := func(n int) string {
		return strings.Repeat(`{"op":"f","args":[`, n) + strings.Repeat("]}", n)
	}
	values := func(n int) string { return `{"op":"f","args":[1` + strings.Repeat(",1", n-1) + `]}` }
	brackets := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	text := func(s string) error { _, err := ParseText(s); return err }
	json := func(s string) error { _, err := ParseJSON([]byte(s)); return err }
	for _, c := range []struct {
		name   string
		parse  func(string) error
		source func(int) string
		most   int
	}{
		{"calls", text, call, maxDepth},
		{"negations", text, nots, maxDepth - 1},
		{"parentheses", text, group, maxDepth},
		{"a chain", text, sum, maxDepth - 2},
		{"items", text, items, maxPieces - 3},
		{"text", text, length, maxLength},
		{"objects", json, object, maxDepth},
		{"values", json, values, maxPieces - 1},
		{"JSON", json, func(n int) string { return strings.ToLower(length(n)) }, maxLength},
	} {
		if err := c.parse(c.source(c.most)); err != nil {
			t.Errorf("%s, %d: %v", c.name, c.most, err)
		}
		err := c.parse(c.source(c.most + 1))
		if referentials.CodeOf(err) != referentials.TooLarge {
			t.Errorf("%s, %d: %v", c.name, c.most+1, err)
		}
	}
	// As deep and as long as the length allows, the answer is still an error.
	for _, s := range []string{group(maxLength / 3), call(maxLength / 3), nots(maxLength / 5), sum(maxLength / 3), strings.Repeat("-", maxLength-10), strings.Repeat("(", maxLength)} {
		if err := text(s); err == nil {
			t.Errorf("%.20s… is read", s)
		}
	}
	for _, s := range []string{brackets(maxLength / 2), object(maxLength / 20), strings.Repeat("[", maxLength), strings.Repeat(`{"a":`, maxLength/5)} {
		if err := json(s); err == nil {
			t.Errorf("%.20s… is read", s)
		}
	}
}
