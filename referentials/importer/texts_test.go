package importer

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/referentials"
)

// inferred gives the reading of a column of texts.
func inferred(code bool, texts ...string) reading {
	e := newEvidence()
	for _, s := range texts {
		e.add(referentials.StringValue(s))
	}
	return e.decide(code)
}

func TestInference(t *testing.T) {
	for _, c := range []struct {
		name  string
		texts []string
		want  referentials.FieldType
	}{
		{"whole numbers", []string{"1", "-20", "0", "9223372036854775807"}, referentials.Integer},
		{"too large for an integer", []string{"1", "9223372036854775808"}, referentials.String},
		{"codes with a leading zero", []string{"35238", "01004"}, referentials.String},
		{"codes with a letter", []string{"35238", "2A004"}, referentials.String},
		{"decimal points", []string{"1.5", "2", "-0.25", ".5"}, referentials.Number},
		{"decimal commas", []string{"22,6", "0,63", "-13,9"}, referentials.Number},
		{"both, told apart by their digits", []string{"48,09285128", "48.1089334179", "0.00000000"}, referentials.Number},
		{"both, or thousands", []string{"1,234", "1.5"}, referentials.String},
		{"exponents", []string{"1.5e-07", "2E+10", "3"}, referentials.Number},
		{"large exponents", []string{"-1.7976931348623157e+308", "2.5e-300", "0.1"}, referentials.Number},
		{"an exponent beyond any number", []string{"1.5e+999", "0.1"}, referentials.String},
		{"codes like exponents", []string{"12E5", "13E6"}, referentials.String},
		{"a number with two separators", []string{"1.234,5"}, referentials.String},
		{"NA among numbers", []string{"NA", "12.5"}, referentials.Number},
		{"NA among texts", []string{"NA", "x"}, referentials.String},
		{"only NA", []string{"NA", "NA"}, referentials.String},
		{"truth", []string{"true", "False", "VRAI"}, referentials.Boolean},
		{"yes and no are words", []string{"Oui", "Non"}, referentials.String},
		{"days", []string{"2024-02-29", "1999-12-31"}, referentials.Date},
		{"French days", []string{"31/01/2024", "01/02/2024"}, referentials.Date},
		{"American days", []string{"01/31/2024"}, referentials.String},
		{"a day that is not", []string{"2023-02-29"}, referentials.String},
		{"instants", []string{"2022-09-06T11:35:49.009+02:00", "2022-09-06"}, referentials.DateTime},
		{"instants without offset", []string{"2017-05-03 12:00:00"}, referentials.DateTime},
		{"telephone numbers", []string{"+33 2 99 00 00 00"}, referentials.String},
		{"nothing", nil, referentials.String},
		{"infinities", []string{"inf", "NaN"}, referentials.String},
		{"hexadecimal", []string{"0x10"}, referentials.String},
		{"underscores", []string{"1_000"}, referentials.String},
		{"minus alone", []string{"-", "1"}, referentials.String},
	} {
		if got := inferred(false, c.texts...).to; got != c.want {
			t.Errorf("%s: %q is taken as %s, not %s", c.name, c.texts, got, c.want)
		}
	}
	if got := inferred(true, "35238", "35047").to; got != referentials.String {
		t.Errorf("a code is taken as %s", got)
	}
}

// Whatever the texts are, the type they are given takes every one of them, and whole
// numbers write back as they were read.
func TestInferenceHoldsForEveryValue(t *testing.T) {
	text := rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,20}`), rapid.StringMatching(`-?[0-9]{0,4}[.,][0-9]{0,4}`),
		rapid.StringMatching(`[0-9]{1,3}([.,][0-9]{1,3})?[eE][-+]?[0-9]{1,4}`),
		rapid.StringMatching(`[0-9]{4}-[01][0-9]-[0-3][0-9]`), rapid.StringMatching(`[0-3][0-9]/[01][0-9]/[0-9]{4}`),
		rapid.StringMatching(`[0-9]{4}-[01][0-9]-[0-3][0-9][T ][012][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-][01][0-9]:00)?`),
		rapid.SampledFrom([]string{"NA", "true", "faux", "oui", "-", "", "null", "-0", "+1", "1.", "."}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(text, 1, 6).Draw(t, "texts")
		r := inferred(rapid.Bool().Draw(t, "code"), texts...)
		for _, s := range texts {
			if s == "" {
				continue
			}
			v, ok := r.convert(referentials.StringValue(s), new(int64))
			if !ok {
				t.Fatalf("%q, of a column taken as %s, cannot be read as one", s, r.to)
			}
			if v.IsNull() {
				if !isNA(s) {
					t.Fatalf("%q became null", s)
				}
				continue
			}
			if v.Type() != r.to {
				t.Fatalf("%q became a %s in a column of type %s", s, v.Type(), r.to)
			}
			switch r.to {
			case referentials.Integer, referentials.String:
				if v.String() != s {
					t.Fatalf("%q became %q", s, v)
				}
			case referentials.Number:
				want, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
				if err != nil || math.Float64bits(want) != math.Float64bits(v.Float()) {
					t.Fatalf("%q became %v", s, v.Float())
				}
			}
		}
	})
}

// The order of rows does not change what a column is, nor does cutting a file in two.
func TestInferenceDoesNotDependOnOrder(t *testing.T) {
	text := rapid.SampledFrom([]string{"1", "01", "1.5", "1,5", "1,500", "NA", "2024-01-02", "02/01/2024", "2024-01-02T10:00:00Z", "true", "x", ""})
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(text).Draw(t, "texts")
		shuffled := rapid.Permutation(texts).Draw(t, "shuffled")
		want := inferred(false, texts...)
		if got := inferred(false, shuffled...); got != want {
			t.Fatalf("%q gives %+v, %q gives %+v", texts, want, shuffled, got)
		}
		cut := rapid.IntRange(0, len(texts)).Draw(t, "cut")
		a, b := newEvidence(), newEvidence()
		for i, s := range texts {
			if i < cut {
				a.add(referentials.StringValue(s))
			} else {
				b.add(referentials.StringValue(s))
			}
		}
		a.merge(&b)
		if got := a.decide(false); got != want {
			t.Fatalf("%q gives %+v whole and %+v in two parts", texts, want, got)
		}
	})
}

func TestTypedValues(t *testing.T) {
	i, n, s, b := referentials.IntegerValue(1), referentials.NumberValue(1.5), referentials.StringValue("x"), referentials.BooleanValue(true)
	one, list := referentials.JSONValue(`["2A004"]`), referentials.JSONValue(`["a","b"]`)
	for _, c := range []struct {
		name   string
		values []referentials.Value
		want   referentials.FieldType
		unwrap bool
	}{
		{"integers", []referentials.Value{i, referentials.Null}, referentials.Integer, false},
		{"integers and numbers", []referentials.Value{i, n}, referentials.Number, false},
		{"numbers and texts", []referentials.Value{i, s}, referentials.String, false},
		{"truth", []referentials.Value{b}, referentials.Boolean, false},
		{"arrays of one", []referentials.Value{one, referentials.Null}, referentials.String, true},
		{"arrays of one number", []referentials.Value{referentials.JSONValue(`[12]`)}, referentials.Integer, true},
		{"arrays", []referentials.Value{one, list}, referentials.JSON, false},
		{"arrays, one of nothing", []referentials.Value{list, referentials.JSONValue(`[null]`), referentials.JSONValue(`[""]`)}, referentials.JSON, false},
		{"an array, nothing and a text", []referentials.Value{list, referentials.JSONValue(`[null]`), referentials.StringValue("x")}, referentials.String, false},
		{"arrays of nothing", []referentials.Value{referentials.JSONValue(`[null]`)}, referentials.String, true},
		{"arrays and texts", []referentials.Value{list, s}, referentials.String, false},
		{"days and instants", []referentials.Value{referentials.DateValue(1), referentials.DateTimeValue(1)}, referentials.DateTime, false},
	} {
		e := newEvidence()
		for _, v := range c.values {
			e.add(v)
		}
		r := e.decide(false)
		if r.to != c.want || r.unwrap != c.unwrap {
			t.Errorf("%s: %s, unwrapped %v", c.name, r.to, r.unwrap)
		}
		for _, v := range c.values {
			if got, ok := r.convert(v, new(int64)); !ok || !got.IsNull() && got.Type() != c.want {
				t.Errorf("%s: %v becomes %v (%s)", c.name, v, got, got.Type())
			}
		}
	}
}

func TestConversionToKnownTypes(t *testing.T) {
	str := referentials.StringValue
	for _, c := range []struct {
		to   referentials.FieldType
		in   referentials.Value
		want string
		ok   bool
	}{
		{referentials.Integer, str("0012"), "12", true},
		{referentials.Integer, str(" 12 "), "12", true},
		{referentials.Integer, str("12,0"), "12", true},
		{referentials.Integer, str("12.5"), "", false},
		{referentials.Integer, str("12B"), "", false},
		{referentials.Integer, referentials.NumberValue(7), "7", true},
		{referentials.Integer, referentials.NumberValue(7.5), "", false},
		{referentials.Number, str("171,1111000000"), "171.1111", true},
		{referentials.Number, str("NA"), "", true},
		{referentials.Number, str("Infinity"), "", false},
		{referentials.String, referentials.IntegerValue(26174), "26174", true},
		{referentials.String, referentials.NumberValue(0), "0", true},
		{referentials.Boolean, str("Oui"), "true", true},
		{referentials.Boolean, str("0"), "false", true},
		{referentials.Boolean, str("peut-être"), "", false},
		{referentials.Date, str("20101118"), "2010-11-18", true},
		{referentials.Date, str("18/11/2010"), "2010-11-18", true},
		{referentials.Date, str("2010-11-18T23:59:59Z"), "2010-11-18", true},
		{referentials.Date, str("1969-12-31T23:59:59Z"), "1969-12-31", true},
		{referentials.DateTime, str("2010-11-18"), "2010-11-18T00:00:00Z", true},
		{referentials.DateTime, str("2022-09-06T11:35:49.009+02:00"), "2022-09-06T09:35:49.009Z", true},
		{referentials.JSON, str(`{"a":1}`), `{"a":1}`, true},
		{referentials.JSON, str(`{"a":`), "", false},
	} {
		r := reading{to: c.to, na: true}
		v, ok := r.convert(c.in, new(int64))
		if ok != c.ok || ok && v.String() != c.want {
			t.Errorf("%q as %s is %q, %v", c.in, c.to, v, ok)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"ID_ADR": "id_adr", "Code INSEE (BAN)": "code_insee_ban", "N°DPE": "n_dpe", "addr:street": "addr_street",
		"Conso_5_usages_par_m²_é_primaire": "conso_5_usages_par_m2_e_primaire", "Cœur": "coeur", "__x__": "x", "": "",
		"consommation_annuelle_totale_de_l'adresse (MWh)": "consommation_annuelle_totale_de_l_adresse_mwh",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, not %q", in, got, want)
		}
	}
}

func TestCollectionID(t *testing.T) {
	for in, want := range map[string]string{
		"200m_carreaux": "200m_carreaux", "Îlots 2024": "Îlots_2024", "../etc/passwd": "etc_passwd", "  ": "", "---": "",
		strings.Repeat("é", 60): strings.Repeat("é", 31),
	} {
		if got := collectionID(in); strings.Trim(got, "_") != strings.Trim(want, "_") {
			t.Errorf("collectionID(%q) = %q, not %q", in, got, want)
		}
	}
}

func FuzzShapeOf(f *testing.F) {
	for _, s := range []string{"1", "1,5", "2024-01-01", "31/12/2024 10:00", "1e-5", "NA", "-,5", "2024-01-01T00:00:00+25:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := inferred(false, s)
		if s == "" {
			return
		}
		if _, ok := r.convert(referentials.StringValue(s), new(int64)); !ok {
			t.Errorf("%q is taken as %s and cannot be read as one", s, r.to)
		}
	})
}

// TestPlainDecimal compares the short way with strconv on numbers as tables write them.
func TestPlainDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{1,17}([.,][0-9]{0,12})?|[-0-9.,e]{0,6}`).Draw(t, "s")
		got, ok := plainDecimal(s)
		if !ok {
			return
		}
		want, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
		if err != nil || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q is read as %v, not %v (%v)", s, got, want, err)
		}
	})
}

// TestDayOfInstant checks that a day is the one that is written, not that of UTC.
func TestDayOfInstant(t *testing.T) {
	want, _ := parseDate("2021-01-01", true)
	for _, s := range []string{"2021-01-01T00:00:00+01:00", "2021-01-01T23:30:00-05:00", "2021-01-01 12:00:00", "2021-01-01T00:00:00Z"} {
		if got, ok := parseDate(s, false); !ok || got != want {
			t.Errorf("%s is day %d, not %d (%v)", s, got, want, ok)
		}
	}
}

func TestMayGroup(t *testing.T) {
	for s, want := range map[string]bool{"1,234": true, "-12,345": true, "950,000": true, "0,125": false, "12345,678": false, "1,5": false, ",123": false} {
		if mayGroup(s) != want {
			t.Errorf("%s: %v", s, !want)
		}
	}
}
