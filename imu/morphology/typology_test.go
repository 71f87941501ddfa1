package morphology

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/catalog"
)

// TestBuiltinTypology classifies the forms the classes are named after.
func TestBuiltinTypology(t *testing.T) {
	t.Parallel()
	all, err := BuiltinTypology()
	if err != nil {
		t.Fatal(err)
	}
	cell := func(coverage, levels, contiguity, homes float64) Cell {
		c := noCell()
		c.AreaM2, c.Coverage, c.MeanLevels, c.Contiguity = 1e4, coverage, levels, contiguity
		c.usage = [OtherUsage + 1]float64{Residential: homes}
		return c
	}
	works := cell(0.45, 1.2, 0.05, 0)
	works.usage[LightIndustry] = 0.9
	shops := cell(0.35, 2, 0.05, 0.2)
	shops.usage[Commercial] = 0.8
	lake := cell(0, math.NaN(), math.NaN(), math.NaN())
	lake.WaterShare = 0.9
	for want, c := range map[string]Cell{
		"eau": lake, "campagne": cell(0.01, 1, 0, 1), "activites": works, "equipements": shops,
		"centre_ancien": cell(0.6, 4, 0.4, 0.9), "grand_collectif": cell(0.2, 9, 0, 1), "collectif": cell(0.25, 4, 0.1, 1),
		"bourg": cell(0.3, 2, 0.3, 1), "pavillonnaire_dense": cell(0.2, 1.8, 0.05, 1), "pavillonnaire": cell(0.1, 1.5, 0, 1), "diffus": cell(0.04, 1.5, 0, 1),
	} {
		if all.classify(&c); c.Type != want {
			t.Errorf("%q, want %q", c.Type, want)
		}
	}
	for _, k := range all.Classes {
		if k.Title.FR == "" || k.Title.EN == "" || k.Colour == "" {
			t.Errorf("class %s lacks a title or a colour", k.Name)
		}
	}
}

func TestParseTypology(t *testing.T) {
	t.Parallel()
	own, err := ParseTypology("own.yaml", []byte("classes:\n- name: haut\n  when: {hauteur_moy: {from: 20}, ces: {from: 0.1, below: 0.5}}\n- name: autre\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		height, coverage float64
		want             string
	}{{20, 0.1, "haut"}, {19.9, 0.1, "autre"}, {30, 0.5, "autre"}, {math.NaN(), 0.2, "autre"}} {
		cell := noCell()
		cell.AreaM2, cell.MeanHeightM, cell.Coverage = 1, c.height, c.coverage
		if own.classify(&cell); cell.Type != c.want {
			t.Errorf("%v is %q", c, cell.Type)
		}
	}
	for text, says := range map[string]string{
		"":                                    "0 classes",
		"classes: [{fr: x}]":                  "class 1 has no name",
		"classes: [{name: a}, {name: a}]":     "two classes",
		"classes: [{name: a, color: x}]":      "not rules",
		"classes: [{name: a, colour: rouge}]": "colour",
		"classes: [{name: a, when: {cess: {from: 1}}}]":          "did you mean ces?",
		"classes: [{name: a, when: {ces: {}}}]":                  "no range",
		"classes: [{name: a, when: {ces: {from: 2, below: 1}}}]": "no range",
		"classes: [{name: a, when: {ces: {over: 2}}}]":           "not rules",
		"classes: 3":                       "not rules",
		strings.Repeat("#", maxTypology+1): "at most",
	} {
		_, err := ParseTypology("own.yaml", []byte(text))
		var e *referentials.Error
		if !errors.As(err, &e) || e.Where != "own.yaml" || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60s: %v, want %q", text, err, says)
		}
	}
}

// TestCatalogKnowsTheForms holds the descriptor of blocks to what is computed of them.
func TestCatalogKnowsTheForms(t *testing.T) {
	t.Parallel()
	imu, _ := catalog.Lookup("imu")
	typology, err := BuiltinTypology()
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, f := range fields() {
		k := imu.FieldIndex(f.Name)
		if k < 0 {
			t.Errorf("the catalog has no %s", f.Name)
			continue
		}
		of := imu.Fields[k]
		if of.Title != f.Title || of.Type != f.Type || of.Unit != f.Unit || of.Role != f.Role || of.Weight != f.Weight {
			t.Errorf("the catalog has %+v, computed is %+v", of, f)
		}
		if k < at {
			t.Errorf("%s has another place", f.Name)
		}
		at = k
		if f.Name == fieldType && !slices.Equal(of.Terms, typology.Terms()) {
			t.Errorf("classes of the catalog: %v", of.Terms)
		}
	}
}

// TestColoursForEveryone measures how far the colours of classes are apart, as people see
// them who lack one of the three kinds of cones too (Machado, Oliveira and Fernandes 2009).
func TestColoursForEveryone(t *testing.T) {
	t.Parallel()
	typology, err := BuiltinTypology()
	if err != nil {
		t.Fatal(err)
	}
	for who, m := range map[string][9]float64{
		"all cones":    {1, 0, 0, 0, 1, 0, 0, 0, 1},
		"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
		"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
		"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
	} {
		for i, a := range typology.Classes {
			for _, b := range typology.Classes[:i] {
				if far := apart(t, a.Colour, b.Colour, m); far < 11 {
					t.Errorf("%s: %s and %s are %.1f apart", who, a.Name, b.Name, far)
				}
			}
		}
	}
}

// apart is the distance of two colours in CIELAB, seen through m.
func apart(t *testing.T, a, b string, m [9]float64) float64 {
	t.Helper()
	lab := func(hex string) [3]float64 {
		n, err := strconv.ParseUint(hex[1:], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		var light, seen [3]float64
		for k := range light {
			v := float64(n>>(16-8*k)&255) / 255
			if light[k] = v / 12.92; v > 0.04045 {
				light[k] = math.Pow((v+0.055)/1.055, 2.4)
			}
		}
		for k := range seen {
			seen[k] = min(1, max(0, m[3*k]*light[0]+m[3*k+1]*light[1]+m[3*k+2]*light[2]))
		}
		f := func(v float64) float64 {
			if v > 216.0/24389 {
				return math.Cbrt(v)
			}
			return (24389.0/27*v + 16) / 116
		}
		x := f((0.4124564*seen[0] + 0.3575761*seen[1] + 0.1804375*seen[2]) / 0.95047)
		y := f(0.2126729*seen[0] + 0.7151522*seen[1] + 0.0721750*seen[2])
		z := f((0.0193339*seen[0] + 0.1191920*seen[1] + 0.9503041*seen[2]) / 1.08883)
		return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
	}
	p, q := lab(a), lab(b)
	return math.Hypot(p[0]-q[0], math.Hypot(p[1]-q[1], p[2]-q[2]))
}

// TestIndicatorsAreDescribed holds the fields to what a collection asks of them, and the
// values to the fields.
func TestIndicatorsAreDescribed(t *testing.T) {
	t.Parallel()
	d := referentials.Descriptor{ID: "x", Key: "id", Fields: append([]referentials.Field{{Name: "id", Type: referentials.String}}, fields()...)}
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	c := measured(t, grid(1, 60)).Cells[0]
	row := referentials.Row{Values: c.Values([]referentials.Value{referentials.StringValue("a")})}
	if err := d.CheckRow(&row); err != nil {
		t.Fatal(err)
	}
	form := measured(t, grid(1, 60)).Forms[0]
	forms := referentials.Descriptor{ID: "x", Key: "id", Fields: append([]referentials.Field{{Name: "id", Type: referentials.String}}, formFields()...)}
	built := referentials.Row{Values: form.Values([]referentials.Value{referentials.StringValue("a")})}
	if err := errors.Join(forms.Validate(), forms.CheckRow(&built)); err != nil {
		t.Error(err)
	}
	for i, f := range d.Fields[1:] {
		if f.Title.FR == "" || f.Title.EN == "" || f.Description.EN == "" || f.Type != referentials.String && f.Unit == "" {
			t.Errorf("field %s lacks a title, a unit or its formula", f.Name)
		}
		if f.Name == "ces" && row.Values[i+1].Float() != c.Coverage {
			t.Error("values stand beside other fields than theirs")
		}
	}
}

func FuzzParseTypology(f *testing.F) {
	f.Add(builtinText)
	f.Add([]byte("classes: [{name: a, when: {ces: {from: .inf}}}]"))
	f.Add([]byte("classes: [{name: a, when: {ces: {from: .nan, below: 1}}}, {name: b}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		own, err := ParseTypology("fuzz", text)
		if err != nil {
			if code := referentials.CodeOf(err); code != referentials.Invalid && code != referentials.TooLarge {
				t.Fatalf("not an error to act on: %v", err)
			}
			return
		}
		c := noCell()
		c.AreaM2, c.Coverage = 1, 0.5
		if own.classify(&c); c.Type != "" {
			return
		}
		for i := range own.Classes {
			if len(own.Classes[i].when) == 0 {
				t.Fatal("a class without conditions was passed over")
			}
		}
	})
}
