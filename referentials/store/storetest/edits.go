package storetest

import (
	"fmt"
	"strings"
	"testing"

	"socle/geo"
	"socle/referentials"
)

var edits = []testCase{
	{"upsert and delete", upsertDelete},
	{"in their order", inOrder},
	{"of every type", applyTypes},
	{"all or nothing", applyWhole},
	{"nothing", applyNothing},
	{"unknown collection", applyUnknown},
	{"net changes", netChanges},
	{"integer keys", integerKeys},
	{"beyond the journal", beyondJournal},
	{"from another handle", applyElsewhere},
	{"many", applyMany},
}

func upsertDelete(t *testing.T, o Opened) {
	publish(t, o.Store, places("lieux", geo.Point), placed("a", 1, point(1, 1)), placed("b", 2, point(2, 2)), placed("c", 3, point(3, 3)))
	v := apply(t, o.Store, "lieux",
		upsert(placed("b", 20, geo.Geometry{})), remove(str("a")), upsert(placed("e", 5, point(5, 5))), upsert(placed("d", 4, point(4, 4))))
	if v.ID != 1 || v.Revision != 1 || v.Rows != 4 || !v.Current || v.Collection != "lieux" {
		t.Fatalf("Apply gives %+v", v)
	}
	want := []referentials.Row{placed("b", 20, geo.Geometry{}), placed("c", 3, point(3, 3)), placed("e", 5, point(5, 5)), placed("d", 4, point(4, 4))}
	st, got := load(t, o.Store, "lieux", 0)
	wantRows(t, got, want)
	if st.Version.Revision != 1 || st.Version.Rows != 4 {
		t.Fatalf("Load tells %+v", st.Version)
	}
	v = apply(t, o.Store, "lieux", remove(str("zzz")), upsert(placed("a", 1, point(9, 9))))
	if v.Revision != 2 || v.Rows != 5 {
		t.Fatalf("the second Apply gives %+v", v)
	}
	_, got = load(t, o.Store, "lieux", 0)
	wantRows(t, got, append(want, placed("a", 1, point(9, 9))))
	if c := current(t, o.Store, "lieux").Version; c.Revision != 2 || c.Rows != 5 {
		t.Fatalf("Collections tells %+v", c)
	}
}

func inOrder(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1), name("b", "y", 2))
	v := apply(t, o.Store, "voies",
		upsert(name("a", "x", 10)), upsert(name("a", "x", 11)), // the last one stays
		remove(str("b")), upsert(name("c", "z", 3)), upsert(name("b", "y", 20)), // b goes last
		upsert(name("d", "w", 4)), remove(str("d"))) // d never was
	if v.Revision != 1 || v.Rows != 3 {
		t.Fatalf("Apply gives %+v", v)
	}
	_, got := load(t, o.Store, "voies", 0)
	wantRows(t, got, []referentials.Row{name("a", "x", 11), name("c", "z", 3), name("b", "y", 20)})
}

func applyTypes(t *testing.T, o Opened) {
	d, rows := typed("types"), typedRows()
	rows = append(rows, row(append([]referentials.Value{num(99)}, make([]referentials.Value, len(d.Fields)-1)...)...))
	publish(t, o.Store, d)
	var changes []referentials.Change
	for _, r := range rows {
		changes = append(changes, upsert(r))
	}
	apply(t, o.Store, "types", changes...)
	_, got := load(t, o.Store, "types", 0)
	wantRows(t, got, rows)
	back, _, err := o.Store.Changes(t.Context(), "types", 1, 0)
	if err != nil || len(back) != len(rows) {
		t.Fatalf("%d changes, want %d (%v)", len(back), len(rows), err)
	}
	for i := range back {
		if !equalRows(&back[i].Row, &rows[i]) || back[i].Key != rows[i].Values[0] || back[i].Op != referentials.Upsert {
			t.Fatalf("change %d is %.500v", i, back[i])
		}
	}

	publish(t, o.Store, places("formes", geo.Any))
	var placedAll []referentials.Row
	changes = changes[:0]
	for i, g := range append(shapes(), geo.Geometry{}) {
		placedAll = append(placedAll, placed(fmt.Sprint(i), int64(i), g))
		changes = append(changes, upsert(placedAll[i]))
	}
	apply(t, o.Store, "formes", changes...)
	_, got = load(t, o.Store, "formes", 0)
	wantRows(t, got, placedAll)
}

func applyWhole(t *testing.T, o Opened) {
	rows := []referentials.Row{name("a", "x", 1), name("b", "y", 2)}
	publish(t, o.Store, names("voies"), rows...)
	other := upsert(name("c", "z", 3))
	other.Key = str("d")
	for what, c := range map[string]struct {
		change referentials.Change
		code   referentials.Code
	}{
		"a null key":               {referentials.Change{Op: referentials.Upsert, Row: row(referentials.Null, str("x"), num(1))}, referentials.Conflict},
		"another key than its row": {other, referentials.Invalid},
		"a key of another type":    {remove(num(1)), referentials.Invalid},
		"a value of another type":  {upsert(row(str("c"), num(1), num(1))), referentials.Invalid},
		"too few values":           {upsert(row(str("c"))), referentials.Invalid},
		"a geometry in a table":    {upsert(placed("c", 1, point(1, 2))), referentials.Invalid},
		"an unknown operation":     {referentials.Change{Op: "merge", Key: str("a"), Row: rows[0]}, referentials.Invalid},
		"a long key":               {remove(str(strings.Repeat("k", referentials.MaxKeyBytes+1))), referentials.TooLarge},
	} {
		_, err := o.Store.Apply(t.Context(), "voies", []referentials.Change{remove(str("a")), c.change, upsert(name("e", "v", 5))})
		wantCode(t, what, err, c.code)
		st, got := load(t, o.Store, "voies", 0)
		wantRows(t, got, rows)
		if st.Version.Revision != 0 {
			t.Fatalf("%s: the revision is %d", what, st.Version.Revision)
		}
	}
}

func applyNothing(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	if v := apply(t, o.Store, "voies"); v.Revision != 0 || v.ID != 1 || v.Rows != 1 {
		t.Fatalf("Apply of nothing gives %+v", v)
	}
}

func applyUnknown(t *testing.T, o Opened) {
	_, err := o.Store.Apply(t.Context(), "rien", []referentials.Change{remove(str("a"))})
	wantCode(t, "Apply to a collection not there", err, referentials.NotFound)
	_, err = o.Store.Apply(t.Context(), "rien", nil)
	wantCode(t, "Apply of nothing to a collection not there", err, referentials.NotFound)
	_, _, err = o.Store.Changes(t.Context(), "rien", 1, 0)
	wantCode(t, "Changes of a collection not there", err, referentials.NotFound)
}

// wantChanges checks the edits since a revision: keys deleted, then rows.
func wantChanges(t *testing.T, s referentials.Store, id string, since, revision int64, deleted []string, rows ...referentials.Row) {
	t.Helper()
	changes, got, err := s.Changes(t.Context(), id, 1, since)
	if err != nil || got != revision {
		t.Fatalf("Changes since %d lead to %d, %v; want %d", since, got, err, revision)
	}
	gone := make(map[string]bool)
	for _, k := range deleted {
		gone[k] = true
	}
	for i, c := range changes {
		if c.Op == referentials.Delete {
			if i > 0 && changes[i-1].Op != referentials.Delete {
				t.Fatalf("change %d is a delete after an upsert", i)
			}
			if !gone[c.Key.String()] {
				t.Fatalf("since %d: unexpected or repeated delete of %s", since, c.Key)
			}
			delete(gone, c.Key.String())
			continue
		}
		if len(rows) == 0 {
			t.Fatalf("since %d: unexpected upsert of %s", since, c.Key)
		}
		if !equalRows(&c.Row, &rows[0]) || c.Key != rows[0].Values[0] {
			t.Fatalf("since %d: upsert of %s, want %s", since, dumpRows([]referentials.Row{c.Row}), dumpRows(rows[:1]))
		}
		rows = rows[1:]
	}
	if len(gone)+len(rows) > 0 {
		t.Fatalf("since %d: missing deletes of %v and upserts of %s", since, gone, dumpRows(rows))
	}
}

func netChanges(t *testing.T, o Opened) {
	a, b, c, d := name("a", "x", 1), name("b", "y", 2), name("c", "z", 3), name("d", "w", 4)
	publish(t, o.Store, names("voies"), a, b, c)
	wantChanges(t, o.Store, "voies", 0, 0, nil)
	a2, a3, b2 := name("a", "x", 10), name("a", "x", 100), name("b", "y", 20)
	apply(t, o.Store, "voies", upsert(a2), remove(str("b")))
	apply(t, o.Store, "voies", upsert(a3), upsert(d))
	apply(t, o.Store, "voies", upsert(b2), remove(str("c")))
	wantChanges(t, o.Store, "voies", 0, 3, []string{"c"}, a3, d, b2)
	wantChanges(t, o.Store, "voies", 1, 3, []string{"c"}, a3, d, b2)
	wantChanges(t, o.Store, "voies", 2, 3, []string{"c"}, b2)
	wantChanges(t, o.Store, "voies", 3, 3, nil)
	_, _, err := o.Store.Changes(t.Context(), "voies", 1, 4)
	wantCode(t, "Changes since a revision to come", err, referentials.Gone)
	// Old versions keep theirs, new ones begin at none.
	publish(t, o.Store, names("voies"), a)
	wantChanges(t, o.Store, "voies", 2, 3, []string{"c"}, b2)
	if _, revision, err := o.Store.Changes(t.Context(), "voies", 2, 0); err != nil || revision != 0 {
		t.Fatalf("a new version is at revision %d, %v", revision, err)
	}
}

func integerKeys(t *testing.T, o Opened) {
	d := typed("nombres")
	d.Fields = d.Fields[:2]
	publish(t, o.Store, d, row(num(10), str("x")), row(num(9), str("y")), row(num(-3), str("z")))
	apply(t, o.Store, "nombres", remove(num(9)), upsert(row(num(-3), str("Z"))), upsert(row(num(1<<60), str("w"))))
	_, got := load(t, o.Store, "nombres", 0)
	want := []referentials.Row{row(num(10), str("x")), row(num(-3), str("Z")), row(num(1<<60), str("w"))}
	wantRows(t, got, want)
	wantChanges(t, o.Store, "nombres", 0, 1, []string{"9"}, want[1:]...)
}

func beyondJournal(t *testing.T, o Opened) {
	if o.Journal < 32 || o.Journal > 1000 {
		t.Fatalf("Opened.Journal is %d: open the store with a journal of 32 to 1000 edits", o.Journal)
	}
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	other := o.Reopen(t)
	defer other.Close()
	apply(t, o.Store, "voies", upsert(name("b", "y", 2)))
	half := make([]referentials.Change, o.Journal/2+1)
	for round := range 2 {
		for i := range half {
			half[i] = upsert(name(fmt.Sprint("k", i), "w", int64(round)))
		}
		apply(t, o.Store, "voies", half...)
	}
	_, _, err := o.Store.Changes(t.Context(), "voies", 1, 0)
	wantCode(t, "Changes beyond the journal", err, referentials.Gone)
	_, _, err = other.Changes(t.Context(), "voies", 1, 0)
	wantCode(t, "Changes beyond the journal by another handle", err, referentials.Gone)
	changes, revision, err := o.Store.Changes(t.Context(), "voies", 1, 2)
	if err != nil || revision != 3 || len(changes) != len(half) {
		t.Fatalf("Changes within the journal: %d leading to %d, %v", len(changes), revision, err)
	}
	// One edit bigger than the whole journal.
	big := make([]referentials.Change, o.Journal+1)
	for i := range big {
		big[i] = upsert(name(fmt.Sprint("k", i), "big", 0))
	}
	if v := apply(t, o.Store, "voies", big...); v.Revision != 4 {
		t.Fatalf("Apply gives revision %d, want 4", v.Revision)
	}
	_, _, err = o.Store.Changes(t.Context(), "voies", 1, 3)
	wantCode(t, "Changes bigger than the journal", err, referentials.Gone)
	wantChanges(t, o.Store, "voies", 4, 4, nil)
	apply(t, o.Store, "voies", remove(str("a")))
	wantChanges(t, o.Store, "voies", 4, 5, []string{"a"})
}

func applyElsewhere(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	other := o.Reopen(t)
	defer other.Close()
	apply(t, other, "voies", upsert(name("b", "y", 2)))
	apply(t, o.Store, "voies", upsert(name("c", "z", 3)))
	want := []referentials.Row{name("a", "x", 1), name("b", "y", 2), name("c", "z", 3)}
	for _, s := range []referentials.Store{o.Store, other} {
		st, got := load(t, s, "voies", 0)
		wantRows(t, got, want)
		if st.Version.Revision != 2 {
			t.Fatalf("revision %d, want 2", st.Version.Revision)
		}
	}
	wantChanges(t, other, "voies", 0, 2, nil, want[1:]...)
}

func applyMany(t *testing.T, o Opened) {
	publish(t, o.Store, places("lieux", geo.Point), placed("first", 0, point(0, 0)))
	want := []referentials.Row{placed("first", 0, point(0, 0))}
	var changes []referentials.Change
	for i := range int64(5000) {
		r := placed(fmt.Sprintf("k%d", i), i, point(float64(i), 1))
		want, changes = append(want, r), append(changes, upsert(r))
	}
	if v := apply(t, o.Store, "lieux", changes...); v.Revision != 1 || v.Rows != 5001 {
		t.Fatalf("Apply gives %+v", v)
	}
	_, got := load(t, o.Store, "lieux", 0)
	wantRows(t, got, want)
}
