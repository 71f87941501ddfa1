package importer

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

func TestKeys(t *testing.T) {
	rows := func(names string, cells ...string) *input {
		list := [][]string{strings.Fields(names)}
		for _, c := range cells {
			list = append(list, strings.Split(c, " "))
		}
		return table(list...)
	}
	for _, c := range []struct {
		name, key, from string
		in              *input
		opt             Options
	}{
		{"an obvious column", "id", "column id", rows("v id", "1 a", "1 b"), Options{}},
		{"not one that repeats", "code", "column code", rows("id code", "1 a", "1 b"), Options{}},
		{"not one that is empty somewhere", "fid", "row numbers", rows("id v", "1 a", " b"), Options{}},
		{"not one that is no key by its name", "fid", "row numbers", rows("price", "1", "2"), Options{}},
		{"a name that does not collide", "fid_2", "row numbers", rows("FID", "1", "1"), Options{}},
		{"the one asked for", "price", "column price", rows("id price", "1 5", "2 6"), Options{Key: "price"}},
		{"the one asked for, in another case", "PRICE", "column PRICE", rows("id PRICE", "1 5", "2 6"), Options{Key: "price"}},
	} {
		m, r := brought(t, c.opt, c.in)
		if m.desc.Key != c.key || r.KeyFrom != c.from || m.desc.Fields[m.desc.KeyIndex()].Role != referentials.Key {
			t.Errorf("%s: key %s from %s", c.name, m.desc.Key, r.KeyFrom)
		}
	}
	_, _, err := bring(t, Options{Key: "nope"}, rows("id", "1"))
	if err == nil || !strings.Contains(err.Error(), `no column "nope"`) {
		t.Errorf("a key that is not there: %v", err)
	}
	_, _, err = bring(t, Options{Key: "x"}, rows("x", "1.5"))
	if referentials.CodeOf(err) != referentials.Invalid {
		t.Errorf("a key of numbers: %v", err)
	}
}

func TestFormatIDsAreTheKey(t *testing.T) {
	in := layer(crs.CRS84, point(1, 48), point(2, 48))
	src := in.src.(*memorySource)
	src.records[0].ID, src.records[1].ID = referentials.StringValue("a"), referentials.StringValue("b")
	m, r := brought(t, Options{}, in)
	if m.desc.Key != "id" || r.KeyFrom != "the file's own feature ids" || m.get("b", "n") != "2" {
		t.Errorf("key %s from %s: %v", m.desc.Key, r.KeyFrom, m.rows)
	}
	// A column that repeats them is the key: nothing is added to it from one import to the next.
	src.fields = append(src.fields, source.Field{Name: "nom", Type: referentials.String}, source.Field{Name: "code", Type: referentials.String})
	for i := range src.records {
		src.records[i].Values = append(src.records[i].Values, src.records[i].ID, src.records[i].ID)
	}
	if m, r = brought(t, Options{}, in); r.KeyFrom != "column code" || len(m.desc.Fields) != 3 {
		t.Errorf("key from %s: %+v", r.KeyFrom, m.desc.Fields)
	}
	src.records[1].Values[1], src.records[1].Values[2] = referentials.StringValue("x"), referentials.StringValue("y")
	if _, r = brought(t, Options{}, in); r.KeyFrom != "the file's own feature ids" {
		t.Errorf("key from %s", r.KeyFrom)
	}
	src.records[1].ID = src.records[0].ID
	src.records[1].Values[2] = src.records[0].Values[2]
	if _, r = brought(t, Options{}, in); r.KeyFrom != "row numbers" {
		t.Errorf("repeated ids are the key: %s", r.KeyFrom)
	}
}

// TestNumberedRows prefers a column that tells of an identifier to numbers of a GeoPackage's rows.
func TestNumberedRows(t *testing.T) {
	in := layer(crs.CRS84, point(1, 48), point(2, 48))
	src := in.src.(*memorySource)
	src.fields = append(src.fields, source.Field{Name: "cleabs", Type: referentials.String})
	for i, code := range []string{"a", "b"} {
		src.records[i].ID = referentials.IntegerValue(int64(i + 7))
		src.records[i].Values = append(src.records[i].Values, referentials.StringValue(code))
	}
	for numbers, want := range map[bool]string{false: "the file's own feature ids", true: "column cleabs"} {
		in.src = numberedSource{src, numbers}
		if _, r := brought(t, Options{}, in); r.KeyFrom != want {
			t.Errorf("%v: key from %s", numbers, r.KeyFrom)
		}
	}
	src.records[1].Values[1] = referentials.Null
	if _, r := brought(t, Options{}, in); r.KeyFrom != "the file's own feature ids" {
		t.Errorf("key from %s", r.KeyFrom)
	}
}

type numberedSource struct {
	*memorySource
	numbers bool
}

func (s numberedSource) Numbered() bool { return s.numbers }

func TestKeysThatAreMissingOrTaken(t *testing.T) {
	var log bytes.Buffer
	in := table([]string{"id_voie", "voie_nom"}, []string{"1", "a"}, []string{"", "b"}, []string{"1", "c"}, []string{"1", "a"})
	in.src.(*memorySource).raw = []string{"1;a", ";b", "1;\"c\xe9\"\r\n", "1;a"}
	m, r := brought(t, Options{As: "voies", Rejects: &log}, in)
	if len(m.rows) != 1 || r.Rejected != 3 || m.get("1", "voie_nom") != "a" {
		t.Errorf("%d rows, %d rejected", len(m.rows), r.Rejected)
	}
	wantTally(t, r.Rejects, "has no id_voie, which is the key", 1, "2")
	wantTally(t, r.Rejects, "has the id_voie of an earlier row", 1, "3: 1, row 1")
	wantTally(t, r.Rejects, "repeats an earlier row exactly", 1, "4: row 1")
	want := "file,row,reason,original\n" +
		"\"table.csv\",2,\"has no id_voie, which is the key\",\";b\"\n" +
		"\"table.csv\",3,\"has the id_voie of an earlier row: 1, row 1\",\"1;\"\"c\xe9\"\"\r\n\"\n" +
		"\"table.csv\",4,\"repeats an earlier row exactly: row 1\",\"1;a\"\n"
	if log.String() != want {
		t.Errorf("rejects are\n%q\nnot\n%q", log.String(), want)
	}
	list, err := csv.NewReader(&log).ReadAll()
	if err != nil || len(list) != 4 {
		t.Errorf("the rejects are not CSV: %v", err)
	}
}

func TestKeysAreUniqueAcrossFiles(t *testing.T) {
	a, b := table([]string{"id_voie"}, []string{"1"}), table([]string{"id_voie"}, []string{"1"}, []string{"2"})
	a.name, b.name = "a.csv", "b.csv"
	_, r := brought(t, Options{As: "voies"}, a, b)
	wantTally(t, r.Rejects, "repeats an earlier row exactly", 1, "b.csv 1: row a.csv 1")
}

// TestKeyOfManyFiles checks that a column that one of the files lacks is not the key.
func TestKeyOfManyFiles(t *testing.T) {
	_, r := brought(t, Options{},
		table([]string{"id", "nom"}, []string{"1", "a"}, []string{"2", "b"}),
		table([]string{"nom", "type"}, []string{"c", "x"}))
	if r.Accepted != 3 || r.KeyFrom == "column id" {
		t.Errorf("%d rows accepted, key from %s", r.Accepted, r.KeyFrom)
	}
}
