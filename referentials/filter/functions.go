package filter

import (
	"fmt"
	"slices"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
)

// Functions gives the functions that filters may call, sorted by name. Do not change
// them. What they give of null is null.
func Functions() []*Function { return slices.Clone(functions) }

// functions never change.
var functions = []*Function{
	numeric("abs", "Valeur absolue", "Absolute value"),
	metric("area", text("Surface en mètres carrés ; 0 pour des points et des lignes", "Area in square metres; 0 for points and lines"),
		NumberType, geometryParameter("geometry")),
	metric("buffer", text("Ce qui est à moins d'une distance en mètres de la géométrie", "What lies within a distance, in metres, of the geometry"),
		GeometryType, geometryParameter("geometry"), numberParameter("metres")),
	numeric("ceil", "Plus petit entier qui n'est pas inférieur", "Smallest integer that is not less"),
	metric("centroid", text("Centre de gravité", "Centre of mass"), GeometryType, geometryParameter("geometry")),
	{Name: "char_length", Description: text("Nombre de caractères", "Number of characters"),
		Parameters: []Parameter{{"text", []Type{TextType}}}, Returns: IntegerType},
	calendar("day", "Jour du mois, UTC", "Day of the month, UTC"),
	metric("distance", text("Plus courte distance en mètres", "Shortest distance in metres"),
		NumberType, geometryParameter("geometry"), geometryParameter("other")),
	numeric("floor", "Plus grand entier qui n'est pas supérieur", "Greatest integer that is not more"),
	metric("length", text("Longueur des lignes en mètres ; 0 pour des points et des polygones", "Length of lines in metres; 0 for points and polygons"),
		NumberType, geometryParameter("geometry")),
	calendar("month", "Mois de l'année, de 1 à 12, UTC", "Month of the year, from 1 to 12, UTC"),
	numeric("round", "Entier le plus proche, le pair entre deux", "Nearest integer, the even one of two"),
	numeric("sqrt", "Racine carrée, nulle pour un nombre négatif", "Square root, null for a negative number"),
	calendar("year", "Année, UTC", "Year, UTC"),
}

func text(fr, en string) referentials.Text { return referentials.Text{FR: fr, EN: en} }

func numeric(name, fr, en string) *Function {
	return &Function{Name: name, Description: text(fr, en), Parameters: []Parameter{numberParameter("number")}, Returns: NumberType}
}

func calendar(name, fr, en string) *Function {
	return &Function{
		Name: name, Description: text(fr, en), Returns: IntegerType,
		Parameters: []Parameter{{"instant", []Type{DateType, TimestampType}}},
	}
}

func metric(name string, description referentials.Text, returns Type, parameters ...Parameter) *Function {
	return &Function{Name: name, Description: description, Parameters: parameters, Returns: returns, metric: true}
}

func geometryParameter(name string) Parameter { return Parameter{name, []Type{GeometryType}} }

func numberParameter(name string) Parameter { return Parameter{name, []Type{IntegerType, NumberType}} }

// apply binds a call of a function of the server, whatever the case of its name.
func (b *binder) apply(e *Call, depth int) (*Node, error) {
	f := find(e.Op)
	if f == nil {
		names := make([]string, len(functions))
		for i, f := range functions {
			names[i] = f.Name
		}
		err := b.bad(e, "there is no function %q", e.Op)
		if near := referentials.Nearest(e.Op, names); near != "" {
			return nil, err.Do("did you mean %s?", near)
		}
		return nil, err.Do("there are %s", strings.Join(names, ", "))
	}
	if len(e.Args) != len(f.Parameters) {
		return nil, b.bad(e, "%s takes %d operands, not %d", f.Name, len(f.Parameters), len(e.Args)).Do("%s", f.signature())
	}
	args, err := b.all(e.Args, depth)
	if err != nil {
		return nil, err
	}
	for k, a := range args {
		want := f.Parameters[k].Types
		takeAs(a, want[0])
		if !slices.Contains(want, a.Type) {
			return nil, b.bad(e.Args[k], "%s is given %s", f.Name, b.lastName(a)).Do("%s", f.signature())
		}
	}
	n := &Node{Kind: Apply, Type: f.Returns, Function: f, Args: args}
	if !f.metric {
		return n, nil
	}
	if err := b.plane(e); err != nil {
		return nil, err
	}
	n.CRS = b.Descriptor.CRS
	return n, b.store(e.Args, args)
}

func find(name string) *Function {
	for _, f := range functions {
		if strings.EqualFold(f.Name, name) {
			return f
		}
	}
	return nil
}

// signature shows how the function is called.
func (f *Function) signature() string {
	var names []string
	for _, p := range f.Parameters {
		names = append(names, p.Name)
	}
	return fmt.Sprintf("call it as %s(%s)", f.Name, strings.Join(names, ", "))
}

// plane tells why metres cannot be measured in the storage CRS, if so.
func (b *binder) plane(e *Call) error {
	c := b.Descriptor.CRS
	if c.IsZero() {
		return b.bad(e, "%s needs a geometry, and the collection has none", strings.ToLower(e.Op))
	}
	info, err := crs.Describe(c)
	if err != nil {
		return referentials.Errorf(referentials.Internal, "%w", err)
	}
	var why string
	switch {
	case info.Geographic:
		why = "angles on a globe"
	case info.PerUnit != 1:
		why = "a plane measured in " + info.Unit
	case !info.TrueToScale():
		why = "a plane for the whole world, whose metres are not those on the ground"
	default:
		return nil
	}
	return b.at(e, referentials.Errorf(referentials.Invalid, "%s is in metres, and the collection is stored in %s (%s), %s",
		strings.ToLower(e.Op), c, info.Name, why)).Do("ask it of a collection stored on a plane in metres")
}
