package cql2

import "testing"

// What clients send and the standard's examples do not show, and the canonical text of
// what it means.
func TestSpellings(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// QGIS: everything in parentheses, backslashes doubled, letters and digits unquoted.
		{`(("pop" > 1000) AND (nom = 'Rennes'))`, `pop > 1000 AND nom = 'Rennes'`},
		{`(a) = (b)`, `a = b`},
		{`(("x" LIKE 'a%'))`, `x LIKE 'a%'`},
		{`(CASEI(nom) LIKE CASEI('saint%'))`, `CASEI(nom) LIKE CASEI('saint%')`},
		{`nom ILIKE 'saint%'`, `CASEI(nom) LIKE CASEI('saint%')`},
		{`(nom NOT ilike 'saint%')`, `CASEI(nom) NOT LIKE CASEI('saint%')`},
		{`(CASEI(nom) NOT LIKE CASEI('saint%'))`, `CASEI(nom) NOT LIKE CASEI('saint%')`},
		{`(NOT ((a = 1)))`, `NOT (a = 1)`},
		{`(NOT (actif))`, `NOT (actif = TRUE)`},
		{`(actif AND (a = 1))`, `actif = TRUE AND a = 1`},
		{`(jour >= TIMESTAMP('2024-01-01T00:00:00.000Z'))`, `jour >= TIMESTAMP('2024-01-01T00:00:00Z')`},
		{`(date = DATE('2024-01-01'))`, `"date" = DATE('2024-01-01')`},
		{`jour BETWEEN DATE('2024-01-01') AND DATE('2024-12-31')`, `jour BETWEEN DATE('2024-01-01') AND DATE('2024-12-31')`},
		{`nom BETWEEN 'a' AND 'c'`, `nom BETWEEN 'a' AND 'c'`},
		{`S_INTERSECTS(geom,BBOX(-1.7,48,-1.6,48.2))`, `S_INTERSECTS(geom, BBOX(-1.7,48,-1.6,48.2))`},
		{`(chemin = 'C:\\données')`, `chemin = 'C:\\données'`},
		{`(nom LIKE '100\\%')`, `nom LIKE '100\\%'`},
		{`(nom IS NULL)`, `nom IS NULL`},
		{`(nom IS NOT NULL)`, `nom IS NOT NULL`},
		{`(( - (a)) < 2)`, `-1 * a < 2`},
		{`((a + 1) * 2) > 1e+06`, `(a + 1) * 2 > 1000000.0`},
		{`((a / b) ^ 2) >= 1`, `(a / b) ^ 2 >= 1`},
		{`(prénom = 'Zoé') OR (Âge > 3) OR (日本 = 1)`, `prénom = 'Zoé' OR Âge > 3 OR 日本 = 1`},
		{`2023population > 5 AND 5 < 10an`, `"2023population" > 5 AND 5 < "10an"`},

		// Cases, spaces and spellings.
		{`a = 1 and not b = 2 or c like 'x'`, `a = 1 AND NOT (b = 2) OR c LIKE 'x'`},
		{`a != 1`, `a <> 1`},
		{"a\u00A0=\u20091\t\n", `a = 1`},
		{`t_OverlappedBy(Interval(a, B), interval('..','2020-01-01'))`, `T_OVERLAPPEDBY(INTERVAL(a, B), INTERVAL('..', '2020-01-01'))`},
		{`a between 1 and 2 and b in ('x')`, `a BETWEEN 1 AND 2 AND b IN ('x')`},
		{`a IN ()`, `a IN ()`},
		{`a = tRuE`, `a = TRUE`},
		{`point = 1 AND bbox = 2 AND timestamp = 3 AND s_within = 4`, `"point" = 1 AND "bbox" = 2 AND "timestamp" = 3 AND "s_within" = 4`},
		{`"AND" = 1 AND "a b" = 2 AND "a""b" = 3 AND "" = 4`, `"AND" = 1 AND "a b" = 2 AND "a""b" = 3 AND "" = 4`},
		{`eo:cloud.cover_2 = 1`, `eo:cloud.cover_2 = 1`},

		// Texts.
		{`a = 'l''été'`, `a = 'l''été'`},
		{`a = 'l\'été'`, `a = 'l''été'`},
		{`a = '\\'`, `a = '\\'`},
		{`a LIKE '50\%\_'`, `a LIKE '50\\%\\_'`},
		{`a = ''`, `a = ''`},

		// Numbers.
		{`a = 9223372036854775807`, `a = 9223372036854775807`},
		{`a = -9223372036854775808`, `a = -9223372036854775808`},
		{`a = 9223372036854775808`, `a = 9223372036854776000.0`},
		{`a = 1.0E5`, `a = 100000.0`},
		{`a = .5`, `a = 0.5`},
		{`a = 5.`, `a = 5.0`},
		{`a = 1e21`, `a = 1e+21`},
		{`a = +5 and b=-.5`, `a = 5 AND b = -0.5`},
		{`balance-150.0>0`, `balance - 150.0 > 0`},
		{`a--5=0`, `a - -5 = 0`},
		{`a=21div 10`, `a = 21 div 10`},
		{`a=7 DIV b%2`, `a = 7 div b % 2`},
		{`a-b-c=a-(b-c)`, `a - b - c = a - (b - c)`},
		{`a/b*c=a/(b*c)`, `a / b * c = a / (b * c)`},
		{`-a^2 = -(a^2)`, `(-1 * a) ^ 2 = -1 * a ^ 2`},
		{`-2^2 = 4`, `-2 ^ 2 = 4`},
		{`(a^b)^c = a^(b^c)`, `(a ^ b) ^ c = a ^ (b ^ c)`},

		// Conditions as operands.
		{`(a = 1) IS NULL`, `(a = 1) IS NULL`},
		{`a = 1 IS NOT NULL`, `(a = 1) IS NOT NULL`},
		{`f(a = 1 OR b, TRUE)`, `f(a = 1 OR b = TRUE, TRUE)`},
		{`NOT NOT a = 1`, `NOT (NOT (a = 1))`},
		{`(a = 1 AND b = 2) AND c = 3`, `(a = 1 AND b = 2) AND c = 3`},
		{`POINT(1 2) IS NULL`, `POINT(1 2) IS NULL`},

		// Parentheses and lists.
		{`A_EQUALS(a, (1))`, `A_EQUALS(a, (1))`},
		{`A_EQUALS(a, ())`, `A_EQUALS(a, ())`},
		{`A_EQUALS(((1)), (('x')))`, `A_EQUALS((1), (('x')))`},
		{`A_EQUALS(((1,)), ((1,2),(a)))`, `A_EQUALS(((1,)), ((1, 2), a))`},
		{`f((5), (5,), ('x'), ((a)), (a = 1), (('x') = a))`, `f(5, (5,), ('x'), a, a = 1, 'x' = a)`},
		{`f()`, `f()`},

		// Instants.
		{`a = TIMESTAMP('2024-01-01T01:00:00+01:00')`, `a = TIMESTAMP('2024-01-01T00:00:00Z')`},
		{`a = TIMESTAMP('2024-01-01t00:00:00.1234567z')`, `a = TIMESTAMP('2024-01-01T00:00:00.123456Z')`},
		{`a > DATE('0000-01-01') AND a < DATE('9999-12-31')`, `a > DATE('0000-01-01') AND a < DATE('9999-12-31')`},
		{`a > TIMESTAMP('0000-01-01T00:00:00Z')`, `a > TIMESTAMP('0000-01-01T00:00:00Z')`},
		{`T_AFTER(a, INTERVAL(DATE('2024-01-01'), f(b)))`, `T_AFTER(a, INTERVAL('2024-01-01', f(b)))`},

		// Geometries.
		{`S_EQUALS(g, MULTIPOINT(1 2, 3 4))`, `S_EQUALS(g, MULTIPOINT((1 2), (3 4)))`},
		{`S_EQUALS(g, point(-1 +2.50))`, `S_EQUALS(g, POINT(-1 2.5))`},
		{`S_EQUALS(g, POINT(1 2 3))`, `S_EQUALS(g, POINT Z(1 2 3))`},
		{`S_EQUALS(g, GEOMETRYCOLLECTION Z (POINT Z (1 2 3), LINESTRING (0 0 0, 1 1 1)))`, `S_EQUALS(g, GEOMETRYCOLLECTION Z(POINT Z(1 2 3), LINESTRING Z(0 0 0, 1 1 1)))`},
		{`S_EQUALS(g, MULTIPOLYGON(((0 0,1 0,1 1,0 0),(0 0,1 0,1 1,0 0)),((0 0,1 0,1 1,0 0))))`, `S_EQUALS(g, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0), (0 0, 1 0, 1 1, 0 0)), ((0 0, 1 0, 1 1, 0 0))))`},
		{`S_EQUALS(g, BBOX(1, 2, 3, 4, 5, 6))`, `S_EQUALS(g, BBOX(1,2,3,4,5,6))`},
	} {
		e, err := ParseText(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := string(AppendText(nil, e)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.text, got, c.want)
		}
		roundTrip(t, e)
	}
}

// JSON as drafts of the standard and clients write it, and its canonical text.
func TestJSONSpellings(t *testing.T) {
	for _, c := range []struct{ json, want string }{
		{` { "args" : [ 1 , 2.0 ] , "op" : "=" } `, `1 = 2.0`},
		{`{"op":"!=","args":[1,-0]}`, `1 <> 0`},
		{`{"op":"AND","args":[true,{"property":"a"}]}`, `TRUE AND a = TRUE`},
		{`{"op":"isnull","args":[{"property":"a"}]}`, `a IS NULL`},
		{`{"op":"T_overlappedby","args":[{"date":"2020-01-01"},{"property":"a"}]}`, `T_OVERLAPPEDBY(DATE('2020-01-01'), a)`},
		{`{"function":{"name":"Foo","args":[1,"a"]}}`, `Foo(1, 'a')`},
		{`{"op":"=","args":[{"function":{"name":"casei","args":["A"]}},"a"]}`, `CASEI('A') = 'a'`},
		{`{"op":"f","args":[["a"],[1],[]]}`, `f(('a'), (1,), ())`},
		{`{"op":"=","args":["l'\u00e9t\u00e9\\",{"property":"a b"}]}`, `'l''été\\' = "a b"`},
		{`{"op":"t_after","args":[{"property":"a"},{"interval":[{"date":"2020-01-01"},".."]}]}`, `T_AFTER(a, INTERVAL('2020-01-01', '..'))`},
		{`{"op":"s_within","args":[{"bbox":[1,2,3,4,5,6]},{"coordinates":[1,2,3],"type":"Point"}]}`, `S_WITHIN(BBOX(1,2,3,4,5,6), POINT Z(1 2 3))`},
		{`{"op":"s_within","args":[{"property":"g"},{"type":"Point","bbox":[1,2,1,2],"coordinates":[1,2]}]}`, `S_WITHIN(g, POINT(1 2))`},
		{`{"op":"in","args":[{"property":"a"},[]]}`, `a IN ()`},
	} {
		e, err := ParseJSON([]byte(c.json))
		if err != nil {
			t.Errorf("%s: %v", c.json, err)
			continue
		}
		if got := string(AppendText(nil, e)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.json, got, c.want)
		}
		roundTrip(t, e)
	}
}

// What is read beyond the standard and cannot be said in its JSON is not valid against
// its schema: the two cases that AppendJSON names.
func TestBeyondTheSchema(t *testing.T) {
	schema := standardSchema(t)
	for _, s := range []string{
		`a BETWEEN 'a' AND 'b'`,
		`S_EQUALS(g, GEOMETRYCOLLECTION(POINT(1 2)))`,
	} {
		failed := false
		validate(recorder(func() { failed = true }), schema, mustText(t, s))
		if !failed {
			t.Errorf("%s is valid", s)
		}
	}
}

// recorder is told of a failure in the place of a test.
type recorder func()

func (recorder) Helper() {}

func (r recorder) Fatalf(string, ...any) { r() }
