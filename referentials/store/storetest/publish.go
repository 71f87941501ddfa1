package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

var publications = []testCase{
	{"what Replace gives", replaceGives},
	{"keys that fail", badKeys},
	{"rows that fail", badRows},
	{"descriptors that fail", badDescriptors},
	{"a stream that breaks", brokenRows},
	{"a cancelled stream", cancelled},
	{"versions and pruning", pruning},
	{"rollback", rollback},
	{"rollback keeps edits", rollbackKeepsEdits},
	{"rollback is judged", rollbackIsJudged},
	{"replace is judged", replaceIsJudged},
	{"drop", drop},
	{"load stops early", loadStops},
	{"load fails", loadFails},
	{"many rows", manyRows},
}

func replaceGives(t *testing.T, o Opened) {
	before := time.Now().Add(-time.Minute)
	for want := int64(1); want <= 2; want++ {
		v := publish(t, o.Store, names("voies"), name("a", "x", 1), name("b", "y", 2))
		if v.Collection != "voies" || v.ID != want || v.Revision != 0 || v.Rows != 2 || v.Source != "fixture" || !v.Current {
			t.Fatalf("Replace gives %+v", v)
		}
		if v.PublishedAt.Before(before) || v.PublishedAt.After(time.Now().Add(time.Minute)) {
			t.Fatalf("it was published at %s", v.PublishedAt)
		}
		st, _ := load(t, o.Store, "voies", 0)
		if !st.Version.PublishedAt.Equal(v.PublishedAt) {
			t.Fatalf("Replace says %s, Load %s", v.PublishedAt, st.Version.PublishedAt)
		}
		st.Version.PublishedAt = v.PublishedAt
		if st.Version != v {
			t.Fatalf("Load tells %+v, Replace gave %+v", st.Version, v)
		}
	}
}

// wantKept checks that a failed publication left the first one as it was.
func wantKept(t *testing.T, s referentials.Store, rows ...referentials.Row) {
	t.Helper()
	st, got := load(t, s, "voies", 0)
	wantRows(t, got, rows)
	if st.Version.ID != 1 || !st.Version.Current {
		t.Fatalf("current is %+v", st.Version)
	}
	wantIDs(t, versions(t, s, "voies"), 1)
}

// failing tries a publication that must fail, on a new collection and on a known one.
func failing(t *testing.T, s referentials.Store, d referentials.Descriptor, check func(error), rows func() referentials.Rows) {
	t.Helper()
	for _, id := range []string{"jamais", "voies"} {
		d.ID = id
		_, err := s.Replace(t.Context(), referentials.Publication{Descriptor: d}, rows())
		check(err)
	}
	nothingPublished(t, s, "jamais")
}

func badKeys(t *testing.T, o Opened) {
	kept := []referentials.Row{name("a", "x", 1), name("b", "y", 2)}
	publish(t, o.Store, names("voies"), kept...)
	for what, rows := range map[string][]referentials.Row{
		"a repeated key": {name("a", "x", 1), name("b", "y", 2), name("a", "z", 3)},
		"a null key":     {name("a", "x", 1), row(referentials.Null, str("y"), num(2))},
	} {
		failing(t, o.Store, names(""), func(err error) { wantCode(t, what, err, referentials.Conflict) },
			func() referentials.Rows { return stream(rows...) })
		wantKept(t, o.Store, kept...)
	}
	d := typed("nombres")
	d.Fields = d.Fields[:1]
	_, err := o.Store.Replace(t.Context(), referentials.Publication{Descriptor: d}, stream(row(num(7)), row(num(7))))
	wantCode(t, "a repeated integer key", err, referentials.Conflict)
	if !strings.Contains(err.Error(), "7") {
		t.Errorf("the error does not name the key: %v", err)
	}
	if v := publish(t, o.Store, names("voies"), kept...); v.ID != 2 {
		t.Fatalf("the next publication is version %d, want 2", v.ID)
	}
}

func badRows(t *testing.T, o Opened) {
	kept := []referentials.Row{name("a", "x", 1)}
	publish(t, o.Store, names("voies"), kept...)
	line := geo.Geometry{Type: geo.LineString, XY: []float64{0, 0, 1, 1}, Ends: []uint32{2}}
	torn := geo.Geometry{Type: geo.Point, XY: []float64{1, 2, 3, 4}}
	for what, r := range map[string]referentials.Row{
		"a value of another type": row(str("b"), num(1), num(1)),
		"too few values":          row(str("b")),
		"a zero byte":             name("b", "a\x00b", 1),
		"bytes that are not text": name("b", "All\xe9e", 1),
		"another geometry type":   placed("b", 1, line),
		"a torn geometry":         placed("b", 1, torn),
	} {
		failing(t, o.Store, places("", geo.Point), func(err error) { wantCode(t, what, err, referentials.Invalid) },
			func() referentials.Rows { return stream(name("a", "x", 1), r) })
		wantKept(t, o.Store, kept...)
	}
	failing(t, o.Store, names(""), func(err error) { wantCode(t, "a geometry in a table", err, referentials.Invalid) },
		func() referentials.Rows { return stream(placed("b", 1, point(1, 2))) })
	failing(t, o.Store, names(""), func(err error) { wantCode(t, "a long key", err, referentials.TooLarge) },
		func() referentials.Rows { return stream(name(strings.Repeat("k", referentials.MaxKeyBytes+1), "", 1)) })
	wantKept(t, o.Store, kept...)
}

func badDescriptors(t *testing.T, o Opened) {
	for what, spoil := range map[string]func(*referentials.Descriptor){
		"a path as id":        func(d *referentials.Descriptor) { d.ID = "../voies" },
		"no fields":           func(d *referentials.Descriptor) { d.Fields = nil },
		"a key not there":     func(d *referentials.Descriptor) { d.Key = "ID" },
		"twice the name":      func(d *referentials.Descriptor) { d.Fields[1].Name = "n" },
		"geometry but no CRS": func(d *referentials.Descriptor) { d.Geometry = geo.Point },
	} {
		d := names("voies")
		spoil(&d)
		_, err := o.Store.Replace(t.Context(), referentials.Publication{Descriptor: d}, stream())
		wantCode(t, what, err, referentials.Invalid)
	}
	d := places("voies", geo.Point)
	d.CRS = crs.EPSG(999_999)
	_, err := o.Store.Replace(t.Context(), referentials.Publication{Descriptor: d}, stream(placed("a", 1, point(1, 2))))
	wantCode(t, "a CRS nobody knows", err, referentials.Invalid)
	states, err := o.Store.Collections(t.Context())
	if err != nil || len(states) != 0 {
		t.Fatalf("Collections gives %v, %v", states, err)
	}
}

func brokenRows(t *testing.T, o Opened) {
	kept := []referentials.Row{name("a", "x", 1)}
	publish(t, o.Store, names("voies"), kept...)
	broken := referentials.Errorf(referentials.Invalid, "line 3 is ragged").At("voies.csv, row 3")
	var many []referentials.Row
	for i := range 3000 {
		many = append(many, name(fmt.Sprint(i), strings.Repeat("x", 100), int64(i)))
	}
	for _, rows := range [][]referentials.Row{nil, many[:2], many} {
		failing(t, o.Store, names(""), func(err error) {
			if !errors.Is(err, broken) {
				t.Fatalf("after %d rows the error is %v, want the stream's own", len(rows), err)
			}
		}, func() referentials.Rows { return brokenStream(broken, rows...) })
		wantKept(t, o.Store, kept...)
	}
}

func cancelled(t *testing.T, o Opened) {
	kept := []referentials.Row{name("a", "x", 1)}
	publish(t, o.Store, names("voies"), kept...)
	for _, after := range []int{0, 1, 5000} {
		ctx, cancel := context.WithCancel(t.Context())
		endless := func(yield func(*referentials.Row, error) bool) {
			for i := 0; ; i++ {
				if i == after {
					cancel()
				}
				if i > 50_000_000 {
					yield(nil, errors.New("the store reads on after its context ended"))
					return
				}
				if r := name(fmt.Sprint(i), "x", 1); !yield(&r, nil) {
					return
				}
			}
		}
		_, err := o.Store.Replace(ctx, referentials.Publication{Descriptor: names("voies")}, endless)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Replace cancelled after %d rows gives %v", after, err)
		}
		wantKept(t, o.Store, kept...)

		cancel()
		_, _, err = tryLoad(ctx, o.Store, "voies", 0)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Load of a cancelled context gives %v", err)
		}
		_, err = o.Store.Apply(ctx, "voies", []referentials.Change{remove(str("a"))})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Apply of a cancelled context gives %v", err)
		}
	}
	if v := publish(t, o.Store, names("voies"), kept...); v.ID != 2 {
		t.Fatalf("the next publication is version %d, want 2", v.ID)
	}
}

func pruning(t *testing.T, o Opened) {
	for i := int64(1); i <= referentials.KeptVersions+2; i++ {
		publish(t, o.Store, names("voies"), name("a", "x", i))
		oldest := max(1, i-referentials.KeptVersions+1)
		var want []int64
		for id := i; id >= oldest; id-- {
			want = append(want, id)
		}
		wantIDs(t, versions(t, o.Store, "voies"), want...)
		states, err := o.Store.Versions(t.Context(), "voies")
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range states {
			if st.Version.Current != (st.Version.ID == i) {
				t.Fatalf("version %d of %d: current is %v", st.Version.ID, i, st.Version.Current)
			}
			_, got := load(t, o.Store, "voies", st.Version.ID)
			wantRows(t, got, []referentials.Row{name("a", "x", st.Version.ID)})
		}
	}
	for _, gone := range []int64{1, 2, 99, -1} {
		_, _, err := tryLoad(t.Context(), o.Store, "voies", gone)
		wantCode(t, fmt.Sprintf("Load of version %d", gone), err, referentials.NotFound)
		_, _, err = o.Store.Changes(t.Context(), "voies", gone, 0)
		wantCode(t, fmt.Sprintf("Changes of version %d", gone), err, referentials.Gone)
	}
}

func rollback(t *testing.T, o Opened) {
	back := func(to, want int64) {
		t.Helper()
		v, err := o.Store.Rollback(t.Context(), "voies", to, nil)
		if err != nil || v.ID != want || !v.Current || v.Collection != "voies" {
			t.Fatalf("Rollback to %d gives %+v, %v", to, v, err)
		}
		st, got := load(t, o.Store, "voies", 0)
		if st.Version.ID != want || current(t, o.Store, "voies").Version.ID != want {
			t.Fatalf("after Rollback to %d the current is %d", to, st.Version.ID)
		}
		wantRows(t, got, []referentials.Row{name("a", "x", want)})
	}
	for i := int64(1); i <= 3; i++ {
		publish(t, o.Store, names("voies"), name("a", "x", i))
	}
	back(0, 2)
	back(0, 1)
	_, err := o.Store.Rollback(t.Context(), "voies", 0, nil)
	wantCode(t, "Rollback before the oldest", err, referentials.NotFound)
	back(3, 3)
	back(3, 3)
	back(1, 1)
	_, err = o.Store.Rollback(t.Context(), "voies", 4, nil)
	wantCode(t, "Rollback to a version not there", err, referentials.NotFound)
	_, err = o.Store.Rollback(t.Context(), "rien", 0, nil)
	wantCode(t, "Rollback of a collection not there", err, referentials.NotFound)
	wantIDs(t, versions(t, o.Store, "voies"), 3, 2, 1)
	if v := publish(t, o.Store, names("voies"), name("a", "x", 4)); v.ID != 4 {
		t.Fatalf("after a rollback the next version is %d, want 4", v.ID)
	}
	wantIDs(t, versions(t, o.Store, "voies"), 4, 3, 2)
	back(0, 3)
}

func replaceIsJudged(t *testing.T, o Opened) {
	judged := 0
	replace := func(says error) error {
		_, err := o.Store.Replace(t.Context(), referentials.Publication{Descriptor: names("voies"), Judge: func(now *referentials.Descriptor) error {
			if judged++; now.ID != "voies" {
				t.Errorf("%q is judged", now.ID)
			}
			return says
		}}, stream(name("a", "x", 1)))
		return err
	}
	no := referentials.Errorf(referentials.Refused, "not over that one")
	if err := replace(no); err != nil || judged != 0 {
		t.Fatalf("the first version: %v, judged %d times", err, judged)
	}
	if err := replace(nil); err != nil || judged != 1 {
		t.Fatalf("one that nothing is said against: %v, judged %d times", err, judged)
	}
	wantCode(t, "one that is judged against", replace(no), referentials.Refused)
	wantIDs(t, versions(t, o.Store, "voies"), 2, 1)
}

func rollbackIsJudged(t *testing.T, o Opened) {
	for _, access := range []referentials.Access{referentials.Open, referentials.Restricted} {
		d := names("voies")
		d.Access = access
		publish(t, o.Store, d, name("a", "x", 1))
	}
	no := referentials.Errorf(referentials.Refused, "not that one")
	_, err := o.Store.Rollback(t.Context(), "voies", 0, func(now, next *referentials.Descriptor) error {
		if now.Access != referentials.Restricted || next.Access != referentials.Open {
			t.Errorf("from %s to %s is judged", now.Access, next.Access)
		}
		return no
	})
	wantCode(t, "a Rollback that is judged against", err, referentials.Refused)
	if v := current(t, o.Store, "voies").Version; v.ID != 2 {
		t.Fatalf("version %d is current", v.ID)
	}
	v, err := o.Store.Rollback(t.Context(), "voies", 1, func(_, _ *referentials.Descriptor) error { return nil })
	if err != nil || v.ID != 1 {
		t.Fatalf("a Rollback that nothing is said against gives %+v, %v", v, err)
	}
}

func rollbackKeepsEdits(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	apply(t, o.Store, "voies", upsert(name("b", "y", 2)))
	publish(t, o.Store, places("voies", geo.Point), placed("c", 3, point(1, 2)))
	v, err := o.Store.Rollback(t.Context(), "voies", 0, nil)
	if err != nil || v.Revision != 1 || v.Rows != 2 {
		t.Fatalf("Rollback gives %+v, %v", v, err)
	}
	apply(t, o.Store, "voies", upsert(name("c", "z", 3)))
	_, got := load(t, o.Store, "voies", 0)
	wantRows(t, got, []referentials.Row{name("a", "x", 1), name("b", "y", 2), name("c", "z", 3)})
	changes, revision, err := o.Store.Changes(t.Context(), "voies", 1, 1)
	if err != nil || revision != 2 || len(changes) != 1 {
		t.Fatalf("Changes gives %v, %d, %v", changes, revision, err)
	}
	_, got = load(t, o.Store, "voies", 2)
	wantRows(t, got, []referentials.Row{placed("c", 3, point(1, 2))})
}

func drop(t *testing.T, o Opened) {
	publish(t, o.Store, places("lieux", geo.Point), placed("a", 1, point(1, 2)))
	publish(t, o.Store, places("lieux", geo.Point), placed("b", 1, point(1, 2)))
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	if err := o.Store.Drop(t.Context(), "lieux"); err != nil {
		t.Fatalf("Drop: %v", err)
	}
	nothingPublished(t, o.Store, "lieux")
	wantCode(t, "Drop of what was dropped", o.Store.Drop(t.Context(), "lieux"), referentials.NotFound)
	_, err := o.Store.Apply(t.Context(), "lieux", []referentials.Change{remove(str("a"))})
	wantCode(t, "Apply to what was dropped", err, referentials.NotFound)
	_, _, err = o.Store.Changes(t.Context(), "lieux", 1, 0)
	wantCode(t, "Changes of what was dropped", err, referentials.NotFound)
	load(t, o.Store, "voies", 0)
	publish(t, o.Store, names("lieux"), name("c", "y", 2))
	_, got := load(t, o.Store, "lieux", 0)
	wantRows(t, got, []referentials.Row{name("c", "y", 2)})
	if n := len(versions(t, o.Store, "lieux")); n != 1 {
		t.Fatalf("%d versions after the drop and a publication", n)
	}
}

func loadStops(t *testing.T, o Opened) {
	var rows []referentials.Row
	for i := range int64(20_000) {
		rows = append(rows, name(fmt.Sprint(i), "x", i))
	}
	publish(t, o.Store, names("voies"), rows...)
	for range 20 {
		err := o.Store.Load(t.Context(), "voies", 0, func(_ referentials.State, rows referentials.Rows) error {
			n := 0
			for range rows {
				if n++; n == 3 {
					break
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("a reader that stops early gets %v", err)
		}
	}
	err := o.Store.Load(t.Context(), "voies", 0, func(referentials.State, referentials.Rows) error { return nil })
	if err != nil {
		t.Fatalf("a reader that reads nothing gets %v", err)
	}
	_, got := load(t, o.Store, "voies", 0)
	wantRows(t, got, rows)
}

func loadFails(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 1))
	mine := errors.New("mine")
	err := o.Store.Load(t.Context(), "voies", 0, func(referentials.State, referentials.Rows) error { return mine })
	if !errors.Is(err, mine) {
		t.Fatalf("the reader's error comes back as %v", err)
	}
	load(t, o.Store, "voies", 0)
}

func manyRows(t *testing.T, o Opened) {
	const n = 50_000
	d := places("lieux", geo.Point)
	made := func(i int64) referentials.Row {
		return placed(fmt.Sprintf("k%07d", (i*48271)%n), i, point(float64(i), float64(-i)))
	}
	v, err := o.Store.Replace(t.Context(), referentials.Publication{Descriptor: d}, func(yield func(*referentials.Row, error) bool) {
		for i := range int64(n) {
			if r := made(i); !yield(&r, nil) {
				return
			}
		}
	})
	if err != nil || v.Rows != n {
		t.Fatalf("Replace gives %+v, %v", v, err)
	}
	var i int64
	err = o.Store.Load(t.Context(), "lieux", 0, func(_ referentials.State, rows referentials.Rows) error {
		for r, err := range rows {
			if err != nil {
				return err
			}
			if want := made(i); !equalRows(r, &want) {
				return fmt.Errorf("row %d is %s", i, dumpRows([]referentials.Row{*r}))
			}
			i++
		}
		return nil
	})
	if err != nil || i != n {
		t.Fatalf("%d rows read, %v", i, err)
	}
}
