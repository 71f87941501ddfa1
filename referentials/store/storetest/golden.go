package storetest

import (
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

var goldens = []testCase{{"scenario", scenarioGolden}}

// goldenDir is where the golden is rewritten; stores are siblings of this package.
const goldenDir = "../storetest/testdata"

const goldenName = "scenario.txt"

//go:embed testdata
var golden embed.FS

// scenarioGolden tells a story to the store and compares all it then holds with the text
// that every store must give. SOCLE_GOLDEN=write rewrites the text.
func scenarioGolden(t *testing.T, o Opened) {
	scenario(t, o)
	got := Dump(t, o.Store)
	if os.Getenv("SOCLE_GOLDEN") == "write" {
		if err := os.WriteFile(filepath.Join(goldenDir, goldenName), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := golden.ReadFile("testdata/" + goldenName)
	if err != nil {
		t.Fatalf("%v: run with SOCLE_GOLDEN=write", err)
	}
	if got == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("line %d of the dump\ngot  %s\nwant %s", i+1, gotLines[i], wantLines[i])
		}
	}
	t.Fatalf("the dump has %d lines, want %d", len(gotLines), len(wantLines))
}

func scenario(t *testing.T, o Opened) {
	s := o.Store
	publish(t, s, typed("types"), append(typedRows()[:7], row(append([]referentials.Value{num(99)}, make([]referentials.Value, 7)...)...))...)

	d := places("formes", geo.Any)
	d.CRS, d.Title = crs.EPSG(3948), referentials.Text{FR: "Formes"}
	var rows []referentials.Row
	for i, g := range shapes() {
		rows = append(rows, placed(fmt.Sprint("s", i), int64(i), g))
	}
	publish(t, s, d, append(rows, placed("sans", -1, geo.Geometry{}))...)

	for n := range int64(referentials.KeptVersions + 1) {
		d := names("voies")
		d.Vintage = fmt.Sprint(2020 + n)
		publish(t, s, d, name("b", "Allée", n), name("a", "Zac d'été", n))
	}
	apply(t, s, "voies", upsert(name("c", "née", 3)), remove(str("b")))
	apply(t, s, "voies", upsert(name("a", "changée", 4)), upsert(name("b", "revenue", 5)))
	if _, err := s.Rollback(t.Context(), "voies", 0, nil); err != nil {
		t.Fatal(err)
	}
	apply(t, s, "voies", remove(str("b")))

	if _, err := s.Replace(t.Context(), referentials.Publication{Descriptor: names("formes")}, stream(name("a", "x", 1), name("a", "x", 2))); err == nil {
		t.Fatal("a repeated key was published")
	}
	publish(t, s, names("passager"), name("a", "x", 1))
	if err := s.Drop(t.Context(), "passager"); err != nil {
		t.Fatal(err)
	}
}

// Dump writes all a store holds as text, the same for every store: collections, their
// versions, descriptors and rows. Times of publication are left out.
func Dump(t *testing.T, s referentials.Store) string {
	t.Helper()
	states, err := s.Collections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range states {
		id := c.Descriptor.ID
		kept, err := s.Versions(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range kept {
			st, rows := load(t, s, id, k.Version.ID)
			dumpState(t, &b, &st)
			b.WriteString(dumpRows(rows))
			dumpChanges(t, &b, s, &st.Version)
		}
	}
	return b.String()
}

func dumpState(t *testing.T, b *strings.Builder, st *referentials.State) {
	t.Helper()
	v := &st.Version
	fmt.Fprintf(b, "collection %s version %d revision %d rows %d source %q", v.Collection, v.ID, v.Revision, v.Rows, v.Source)
	if v.Current {
		b.WriteString(" current")
	}
	text, err := json.Marshal(st.Descriptor)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "\n  %s\n", text)
}

func dumpChanges(t *testing.T, b *strings.Builder, s referentials.Store, v *referentials.Version) {
	t.Helper()
	changes, _, err := s.Changes(t.Context(), v.Collection, v.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		fmt.Fprintf(b, "  changed %s %q\n", c.Op, c.Key.String())
	}
}

func dumpRows(rows []referentials.Row) string {
	var b []byte
	for i := range rows {
		b = append(b, "  row"...)
		for _, v := range rows[i].Values {
			b = append(b, ' ')
			switch v.Type() {
			case "":
				b = append(b, "null"...)
			case referentials.String, referentials.JSON:
				b = strconv.AppendQuote(append(b, v.Type()...), v.Str())
			default:
				b = append(append(b, v.Type()...), '(')
				b = append(v.Append(b), ')')
			}
		}
		b = append(appendShape(append(b, ' '), &rows[i].Geom), '\n')
	}
	return string(b)
}

// appendShape writes a geometry as it lies in memory: its type and XY, with ";" after
// each ring and "|" after each part.
func appendShape(b []byte, g *geo.Geometry) []byte {
	b = append(append(b, g.Type.String()...), '(')
	ring, part := 0, 0
	for i := 0; i+1 < len(g.XY); i += 2 {
		b = append(referentials.AppendFloat(b, g.XY[i]), ' ')
		b = referentials.AppendFloat(b, g.XY[i+1])
		if ring < len(g.Ends) && int(g.Ends[ring]) == i/2+1 {
			b, ring = append(b, ';'), ring+1
			if part < len(g.Parts) && int(g.Parts[part]) == ring {
				b, part = append(b, '|'), part+1
			}
		} else {
			b = append(b, ',')
		}
	}
	return append(b, ')')
}
