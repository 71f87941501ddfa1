package storetest

import (
	"fmt"
	"testing"

	"socle/geo"
	"socle/referentials"
)

var sqlEdits = []testCase{
	{"update, insert, delete", sqlStatements},
	{"of a key", sqlKey},
	{"beside geometry", sqlGeometry},
	{"beyond the journal", sqlBeyondJournal},
	{"and Apply", sqlAndApply},
	{"of a version rolled back to", sqlRollback},
}

// sqlSince runs SQL, then checks that the revision grew and what changed.
func sqlSince(t *testing.T, o Opened, id string, statements []string, deleted []string, rows ...referentials.Row) {
	t.Helper()
	before := current(t, o.Store, id).Version.Revision
	o.SQL(t, statements...)
	after := current(t, o.Store, id).Version.Revision
	if after <= before {
		t.Fatalf("after %q the revision went from %d to %d", statements, before, after)
	}
	wantChanges(t, o.Store, id, before, after, deleted, rows...)
}

func sqlStatements(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1), name("b", "y", 2), name("c", "z", 3))
	voies := o.Table("voies")
	sqlSince(t, o, "voies", []string{"UPDATE " + voies + " SET nom = 'Allée d''été' WHERE id = 'b'"}, nil, name("b", "Allée d'été", 2))
	sqlSince(t, o, "voies", []string{"INSERT INTO " + voies + " (id, nom, n) VALUES ('e', 'v', 5), ('d', 'w', 4)"}, nil, name("e", "v", 5), name("d", "w", 4))
	sqlSince(t, o, "voies", []string{"DELETE FROM " + voies + " WHERE n = 1"}, []string{"a"})
	sqlSince(t, o, "voies", []string{"UPDATE " + voies + " SET nom = NULL WHERE id = 'c'"}, nil, row(str("c"), referentials.Null, num(3)))
	sqlSince(t, o, "voies", []string{
		"UPDATE " + voies + " SET n = n + 100",
		"DELETE FROM " + voies + " WHERE id = 'd'",
		"INSERT INTO " + voies + " (id, n) VALUES ('d', 0)",
	}, nil,
		name("b", "Allée d'été", 102), row(str("c"), referentials.Null, num(103)), name("e", "v", 105), row(str("d"), referentials.Null, num(0)))
	st, got := load(t, o.Store, "voies", 0)
	wantRows(t, got, []referentials.Row{name("b", "Allée d'été", 102), row(str("c"), referentials.Null, num(103)), name("e", "v", 105), row(str("d"), referentials.Null, num(0))})
	if st.Version.Rows != 4 {
		t.Fatalf("the version counts %d rows, want 4", st.Version.Rows)
	}
	before := st.Version.Revision
	o.SQL(t, "UPDATE "+voies+" SET n = 0 WHERE id = 'nobody'")
	wantChanges(t, o.Store, "voies", before, current(t, o.Store, "voies").Version.Revision, nil)
}

func sqlKey(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1), name("b", "y", 2))
	sqlSince(t, o, "voies", []string{"UPDATE " + o.Table("voies") + " SET id = 'z' WHERE id = 'a'"}, []string{"a"}, name("z", "x", 1))
	_, got := load(t, o.Store, "voies", 0)
	wantRows(t, got, []referentials.Row{name("z", "x", 1), name("b", "y", 2)})
}

func sqlGeometry(t *testing.T, o Opened) {
	publish(t, o.Store, places("lieux", geo.Point), placed("a", 1, point(1, 2)), placed("b", 2, geo.Geometry{}), placed("c", 3, point(5, 6)))
	changed := placed("a", 7, point(1, 2))
	sqlSince(t, o, "lieux", []string{"UPDATE " + o.Table("lieux") + " SET n = 7 WHERE id = 'a'"}, nil, changed)
	sqlSince(t, o, "lieux", []string{"DELETE FROM " + o.Table("lieux") + " WHERE id = 'c'"}, []string{"c"})
	_, got := load(t, o.Store, "lieux", 0)
	wantRows(t, got, []referentials.Row{changed, placed("b", 2, geo.Geometry{})})
}

func sqlBeyondJournal(t *testing.T, o Opened) {
	var rows []referentials.Row
	for i := range int64(o.Journal + 1) {
		rows = append(rows, name(fmt.Sprint("k", i), "x", i))
	}
	publish(t, o.Store, names("voies"), rows...)
	o.SQL(t, "UPDATE "+o.Table("voies")+" SET n = n + 1")
	_, _, err := o.Store.Changes(t.Context(), "voies", 1, 0)
	wantCode(t, "Changes bigger than the journal", err, referentials.Gone)
	sqlSince(t, o, "voies", []string{"DELETE FROM " + o.Table("voies") + " WHERE id = 'k1'"}, []string{"k1"})
}

func sqlAndApply(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	o.SQL(t, "INSERT INTO "+o.Table("voies")+" (id, nom, n) VALUES ('b', 'y', 2)")
	v := apply(t, o.Store, "voies", upsert(name("c", "z", 3)), upsert(name("b", "y", 20)))
	want := []referentials.Row{name("a", "x", 1), name("b", "y", 20), name("c", "z", 3)}
	_, got := load(t, o.Store, "voies", 0)
	wantRows(t, got, want)
	wantChanges(t, o.Store, "voies", 0, v.Revision, nil, want[1:]...)
}

func sqlRollback(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	publish(t, o.Store, names("voies"), name("a", "x", 2))
	if _, err := o.Store.Rollback(t.Context(), "voies", 1, nil); err != nil {
		t.Fatal(err)
	}
	sqlSince(t, o, "voies", []string{"UPDATE " + o.Table("voies") + " SET n = 10"}, nil, name("a", "x", 10))
	_, got := load(t, o.Store, "voies", 2)
	wantRows(t, got, []referentials.Row{name("a", "x", 2)})
}
