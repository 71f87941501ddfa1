package filter

import (
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// The pieces of an expression, all written at character 1 but where at says otherwise.
func property(name string) Expr      { return &Property{Name: name} }
func literal(v any) Expr             { return &Literal{Value: valueOf(v)} }
func call(op string, a ...Expr) Expr { return &Call{Op: op, Args: a} }
func array(items ...Expr) Expr       { return &Array{Items: items} }
func span(from, to any) Expr         { return &Interval{From: literal(from), To: literal(to)} }
func point(x, y float64) Expr {
	return &Shape{Members: []geo.Geometry{{Type: geo.Point, XY: []float64{x, y}}}}
}
func box(w, s, e, n float64) Expr { return &Box{Min: [2]float64{w, s}, Max: [2]float64{e, n}} }

func valueOf(v any) referentials.Value {
	switch v := v.(type) {
	case string:
		return referentials.StringValue(v)
	case int:
		return referentials.IntegerValue(int64(v))
	case float64:
		return referentials.NumberValue(v)
	case bool:
		return referentials.BooleanValue(v)
	case referentials.Value:
		return v
	}
	return referentials.Null
}

func descriptor(storage crs.CRS) *referentials.Descriptor {
	return &referentials.Descriptor{
		ID: "batiments", Key: "id", Geometry: geo.Polygon, CRS: storage,
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer}, {Name: "nom", Type: referentials.String},
			{Name: "hauteur", Type: referentials.Number}, {Name: "public", Type: referentials.Boolean},
			{Name: "construit", Type: referentials.Date}, {Name: "vu", Type: referentials.DateTime},
			{Name: "usages", Type: referentials.JSON},
		},
	}
}

func bindTo(storage crs.CRS, e Expr) (*Node, error) {
	return Bind(e, Schema{Descriptor: descriptor(storage)})
}

func TestBindRefuses(t *testing.T) {
	lambert, wgs84 := crs.EPSG(2154), crs.EPSG(4326)
	ring := &Shape{Members: []geo.Geometry{{
		Type: geo.Polygon, XY: []float64{0, 0, 1, 1, 1, 0, 0, 1, 0, 0}, Ends: []uint32{5}, Parts: []uint32{1},
	}}}
	for _, c := range []struct {
		name string
		crs  crs.CRS
		e    Expr
		want []string
	}{
		{"unknown name", lambert, call("=", property("hauteurs"), literal(1)), []string{`no queryable "hauteurs"`, `did you mean "hauteur"?`, "character 1"}},
		{"unlike name", lambert, call("=", property("zzzzz"), literal(1)), []string{`no queryable "zzzzz"`, "batiments"}},
		{"number beside text", lambert, call("=", property("hauteur"), literal("5")), []string{`"hauteur", a number,`, "the text '5'", "without quotes: 5"}},
		{"text beside number", lambert, call("=", literal(5), property("nom")), []string{"in quotes: '5'"}},
		{"truth beside text", lambert, call("=", property("public"), literal("true")), []string{"TRUE or FALSE"}},
		{"truth beside 2", lambert, call("=", property("public"), literal(2)), []string{"cannot be compared"}},
		{"date beside number", lambert, call("<", property("construit"), literal(2020)), []string{"DATE('2024-01-31')"}},
		{"no condition", lambert, property("hauteur"), []string{"is not a condition"}},
		{"and of numbers", lambert, call("and", literal(true), literal(1)), []string{"the number 1 is not a condition"}},
		{"empty in", lambert, call("in", property("nom"), array()), []string{"empty"}},
		{"like of a number", lambert, call("like", property("id"), literal("1%")), []string{`LIKE is asked of "id", a number (it matches texts)`}},
		{"pattern of a field", lambert, call("like", property("nom"), property("nom")), []string{"not a text literal"}},
		{"lone escape", lambert, call("like", property("nom"), literal(`a\\\`)), []string{"lone"}},
		{"sum of texts", lambert, call("=", property("id"), call("+", property("nom"), literal(1))), []string{"+ takes numbers"}},
		{"geometry compared", lambert, call("=", property("geom"), point(0, 0)), []string{"S_INTERSECTS"}},
		{"array compared", lambert, call("=", property("usages"), literal("a")), []string{"A_CONTAINS"}},
		{"array of a text", lambert, call("a_contains", property("nom"), array(literal("a"))), []string{"compares arrays"}},
		{"backward interval", lambert, call("t_during", property("vu"), span("2024-01-02", "2024-01-01")), []string{"before it begins"}},
		{"instant that starts", lambert, call("t_starts", property("vu"), span("2024-01-01", "..")), []string{"compares intervals"}},
		{"bow tie", lambert, call("s_within", property("geom"), ring), []string{"not valid", "Self-intersection"}},
		{"box upside down", lambert, call("s_within", property("geom"), box(0, 2, 1, 1)), []string{"BBOX(west,south,east,north)"}},
		{"unknown function", lambert, call("=", call("abz", literal(1)), literal(1)), []string{`no function "abz"`, "did you mean abs?"}},
		{"arity", lambert, call("=", call("abs"), literal(1)), []string{"takes 1 operands", "call it as abs(number)"}},
		{"metres of degrees", wgs84, call(">", call("area", property("geom")), literal(1)), []string{"angles on a globe"}},
		{"metres of feet", crs.EPSG(2263), call(">", call("area", property("geom")), literal(1)), []string{"foot"}},
		{"metres of Mercator", crs.EPSG(3857), call(">", call("area", property("geom")), literal(1)), []string{"whole world"}},
		{"outside", lambert, call("<", call("distance", property("geom"), point(0, 200)), literal(1)), []string{"outside"}},
		{"null", lambert, call("=", property("id"), literal(nil)), []string{"IS NULL"}},
		{"not of two", lambert, call("not", literal(true), literal(true)), []string{"takes 1 operand"}},
	} {
		n, err := bindTo(c.crs, c.e)
		if err == nil {
			t.Errorf("%s: bound to %+v", c.name, n)
			continue
		}
		if code := referentials.CodeOf(err); code != referentials.Invalid && code != referentials.Unsupported {
			t.Errorf("%s: code %s (%v)", c.name, code, err)
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", c.name, err, want)
			}
		}
	}
}

func TestBindTakesLiteralsAsMeant(t *testing.T) {
	lambert := crs.EPSG(2154)
	for _, c := range []struct {
		name string
		e    Expr
		arg  int
		want referentials.Value
	}{
		{"day", call("=", property("construit"), literal("2024-02-29")), 1, referentials.DateValue(19782)},
		{"instant", call("=", property("vu"), literal("1970-01-01T01:00:00+01:00")), 1, referentials.DateTimeValue(0)},
		{"instant without zone", call("=", property("vu"), literal("1970-01-01T00:00:01")), 1, referentials.DateTimeValue(1e6)},
		{"day beside instant", call("<", property("vu"), literal("1970-01-02")), 1, referentials.DateValue(1)},
		{"truth", call("=", literal(1), property("public")), 0, referentials.BooleanValue(true)},
		{"sign", call("=", property("id"), call("*", literal(-1), literal(5))), 1, referentials.IntegerValue(-5)},
		{"sum", call("=", property("id"), call("+", literal(1), literal(0.5))), 1, referentials.NumberValue(1.5)},
		{"division by zero", call("=", property("id"), call("/", literal(1), literal(0))), 1, referentials.Null},
		{"fold", call("=", property("nom"), call("casei", literal("ÉTÉ Straße"))), 1, referentials.StringValue("été strasse")},
		{"two folds", call("=", property("nom"), call("accenti", call("casei", literal("ÉTÉ")))), 1, referentials.StringValue("ete")},
		{"pattern", call("like", call("accenti", call("casei", property("nom"))), literal("É%")), 1, referentials.StringValue("e%")},
		{"folded pattern", call("like", property("nom"), call("casei", literal("FOO%"))), 1, referentials.StringValue("foo%")},
		{"late day", call("in", literal("2024-02-29"), array(literal("2024-02-29"), property("construit"))), 1, referentials.DateValue(19782)},
	} {
		n, err := bindTo(lambert, c.e)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := n.Args[c.arg].Value; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestBindSettlesTheCRS(t *testing.T) {
	lambert := crs.EPSG(2154)
	paris := point(2.35, 48.85)
	n, err := bindTo(lambert, call("s_within", property("geometry"), paris))
	if err != nil {
		t.Fatal(err)
	}
	if n.CRS != crs.CRS84 || n.Args[1].Shape.Members[0].XY[0] != 2.35 {
		t.Errorf("a literal moved: %v %v", n.CRS, n.Args[1].Shape)
	}
	if n, err = bindTo(lambert, call("s_within", property("geom"), call("BUFFER", paris, literal(10)))); err != nil {
		t.Fatal(err)
	}
	at := n.Args[1].Args[0]
	if n.CRS != lambert || at.CRS != lambert || at.Shape.Members[0].XY[1] < 6_800_000 || at.Shape.Members[0].XY[1] > 6_900_000 {
		t.Errorf("a literal of buffer stayed: %v %v", n.CRS, at.Shape)
	}
	if paris.(*Shape).Members[0].XY[0] != 2.35 {
		t.Error("the expression was written to")
	}
	if n, err = bindTo(lambert, call("s_equals", property("geom"), property("geom"))); err != nil || n.CRS != lambert {
		t.Errorf("%v %v", n, err)
	}
	swapped := Schema{Descriptor: descriptor(lambert), CRS: crs.EPSG(4326), SwapAxes: true}
	if n, err = Bind(call("s_intersects", property("geom"), box(48, 2, 49, 3)), swapped); err != nil {
		t.Fatal(err)
	}
	if b := n.Args[1].Shape.Members[0].Bound(); b.Min != [2]float64{2, 48} || b.Max != [2]float64{3, 49} {
		t.Errorf("swapped box is %v", b)
	}
}

func TestBindBoxes(t *testing.T) {
	for _, c := range []struct {
		e    Expr
		want geo.Type
	}{
		{box(0, 0, 1, 1), geo.Polygon}, {box(0, 0, 0, 1), geo.LineString}, {box(0, 0, 0, 0), geo.Point}, {box(170, 0, -170, 1), geo.MultiPolygon},
	} {
		n, err := bindTo(crs.EPSG(2154), call("s_intersects", property("geom"), c.e))
		if err != nil {
			t.Fatal(err)
		}
		g := n.Args[1].Shape.Members[0]
		if g.Type != c.want {
			t.Errorf("%+v is a %s, want %s", c.e, g.Type, c.want)
		}
		if err := g.Check(); err != nil {
			t.Error(err)
		}
	}
	_, err := Bind(call("s_intersects", property("geom"), box(5, 0, 1, 1)), Schema{Descriptor: descriptor(crs.EPSG(2154)), CRS: crs.EPSG(2154)})
	if err == nil || !strings.Contains(err.Error(), "west of the box") {
		t.Errorf("a plane has an antimeridian: %v", err)
	}
}

func TestBindBoxAndAnd(t *testing.T) {
	s := Schema{Descriptor: descriptor(crs.EPSG(2154))}
	near, err := BindBox(box(0, 0, 1, 1).(*Box), s)
	if err != nil {
		t.Fatal(err)
	}
	if near.Op != "s_intersects" || near.Args[0].Kind != Place || near.CRS != crs.CRS84 {
		t.Errorf("%+v", near)
	}
	if _, err := BindBox(box(0, 1, 1, 0).(*Box), s); err == nil {
		t.Error("a box upside down is taken")
	}
	both, err := Bind(call("and", literal(true), literal(false)), s)
	if err != nil {
		t.Fatal(err)
	}
	if n := And(nil, near, both); n.Op != "and" || len(n.Args) != 3 {
		t.Errorf("%+v", n)
	}
	if And(nil, near) != near || And(nil, nil) != nil {
		t.Error("And of less than two")
	}
}

func TestBindIsBounded(t *testing.T) {
	deep := literal(true)
	for range 100_000 {
		deep = call("not", deep)
	}
	many := make([]Expr, maxItems+1)
	for i := range many {
		many[i] = literal(i)
	}
	heavy := &Shape{Members: []geo.Geometry{{Type: geo.MultiPoint, XY: make([]float64, 2*maxVertices+2)}}}
	for name, e := range map[string]Expr{
		"depth": deep, "items": call("in", property("id"), array(many...)), "vertices": call("s_within", property("geom"), heavy),
	} {
		if _, err := bindTo(crs.EPSG(2154), e); referentials.CodeOf(err) != referentials.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFunctionsAreSorted(t *testing.T) {
	all := Functions()
	for k := 1; k < len(all); k++ {
		if all[k-1].Name >= all[k].Name {
			t.Errorf("%s stands before %s", all[k-1].Name, all[k].Name)
		}
	}
	for _, f := range all {
		if f.Description.FR == "" || f.Description.EN == "" || f.Returns == 0 || len(f.Parameters) == 0 {
			t.Errorf("%s is not described", f.Name)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ op, in, want string }{
		{"casei", "KØBENHAVN", "københavn"}, {"casei", "Straße", "strasse"}, {"casei", "", ""}, {"casei", "Οδος", "οδοσ"}, {"casei", "aÉ" + strings.Repeat("ﬃ", 40), "aé" + strings.Repeat("ffi", 40)},
		{"accenti", "Chișinău", "Chisinau"}, {"accenti", "plain", "plain"}, {"accenti", "はじめ", "はじめ"}, {"accenti", "e\u0301", "e"},
	} {
		if got := Fold(c.op, c.in); got != c.want {
			t.Errorf("%s(%q) = %q, want %q", c.op, c.in, got, c.want)
		}
	}
	var f Folder
	if got := string(f.Append("casei", []byte("kept "), "aÉ")); got != "kept aé" {
		t.Errorf("%q", got)
	}
	if got := string(f.Append("accenti", []byte("\u1100"), "\u1161")); got != "\u1100\u1161" {
		t.Errorf("it composes with what was there: %q", got)
	}
}

func TestArithmetic(t *testing.T) {
	for _, c := range []struct {
		op      string
		a, b, v float64
		null    bool
	}{
		{"+", 1, 2, 3, false}, {"-", 1, 2, -1, false}, {"/", 1, 0, 0, true}, {"%", 5, 0, 0, true}, {"%", -5, 3, -2, false},
		{"div", -7, 2, -3, false}, {"div", 1e-300, 1e300, 0, true}, {"*", 1e-300, 1e-300, 0, true}, {"*", 0, 5, 0, false}, {"*", 1e300, 1e300, 0, true},
		{"^", 2, 10, 1024, false}, {"^", 0, -1, 0, true}, {"^", -1, 0.5, 0, true}, {"^", 3, 2, 9, false}, {"^", 4, 0.5, 2, false}, {"^", 10, -400, 0, true},
	} {
		v := Arithmetic(c.op, c.a, c.b)
		if (v != v) != c.null || !c.null && v != c.v {
			t.Errorf("%v %s %v = %v", c.a, c.op, c.b, v)
		}
	}
}

// TestBindSaysHowABackslashIsWritten: text of the text form is read twice, as a text and as a
// pattern; that of the JSON form once.
func TestBindSaysHowABackslashIsWritten(t *testing.T) {
	d := descriptor(crs.EPSG(2154))
	for text, want := range map[string]string{"": `write \\ for`, `nom LIKE 'a\\'`: `write \\\\ for`} {
		_, err := Bind(call("like", property("nom"), literal(`a\`)), Schema{Descriptor: d, Text: text})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("of %q: %v, which does not say %q", text, err, want)
		}
	}
}
