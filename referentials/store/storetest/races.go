package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"socle/referentials"
)

var races = []testCase{
	{"two publications of a collection", racingReplaces},
	{"publications of many collections", manyReplaces},
	{"loads during publications", loadsDuringReplace},
	{"edits of a version", racingApplies},
	{"loads during edits", loadsDuringApply},
	{"a publication inside a load", replaceInsideLoad},
}

func racingReplaces(t *testing.T, o Opened) {
	other := o.Reopen(t)
	defer other.Close()
	publish(t, o.Store, names("voies"), name("a", "x", 0))
	var mu sync.Mutex
	var ids []int64
	g, ctx := errgroup.WithContext(t.Context())
	for i, s := range []referentials.Store{o.Store, other, o.Store, other} {
		g.Go(func() error {
			var rows []referentials.Row
			for k := range 500 {
				rows = append(rows, name(fmt.Sprint(k), "x", int64(i)))
			}
			v, err := s.Replace(ctx, referentials.Publication{Descriptor: names("voies"), Source: fmt.Sprint(i)}, stream(rows...))
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, v.ID)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	wantIDs(t, ids, 2, 3, 4, 5)
	wantIDs(t, versions(t, o.Store, "voies"), 5, 4, 3)
	for _, id := range []int64{5, 4, 3} {
		st, rows := load(t, o.Store, "voies", id)
		if len(rows) != 500 || fmt.Sprint(rows[0].Values[2]) != st.Version.Source {
			t.Fatalf("version %d is %+v with %d rows of %v", id, st.Version, len(rows), rows[0].Values[2])
		}
	}
}

func manyReplaces(t *testing.T, o Opened) {
	var g errgroup.Group
	for i := range int64(8) {
		g.Go(func() error {
			id := fmt.Sprint("c", i)
			for n := range int64(3) {
				_, err := o.Store.Replace(t.Context(), referentials.Publication{Descriptor: names(id)}, stream(name("a", id, n)))
				if err != nil {
					return err
				}
			}
			_, rows, err := tryLoad(t.Context(), o.Store, id, 0)
			if err == nil && (len(rows) != 1 || rows[0].Values[2] != num(2)) {
				err = fmt.Errorf("%s holds %s", id, dumpRows(rows))
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// oneGeneration checks that a load saw one version: every row bears the version's id in n.
func oneGeneration(ctx context.Context, s referentials.Store) error {
	st, rows, err := tryLoad(ctx, s, "voies", 0)
	if err != nil {
		return err
	}
	if int64(len(rows)) != st.Version.Rows {
		return fmt.Errorf("version %d counts %d rows and has %d", st.Version.ID, st.Version.Rows, len(rows))
	}
	for i := range rows {
		if rows[i].Values[2] != num(st.Version.ID) {
			return fmt.Errorf("row %d of version %d is of version %v", i, st.Version.ID, rows[i].Values[2])
		}
	}
	return nil
}

func generation(id int64) []referentials.Row {
	rows := make([]referentials.Row, 300*id)
	for i := range rows {
		rows[i] = name(fmt.Sprint(i), "x", id)
	}
	return rows
}

func loadsDuringReplace(t *testing.T, o Opened) {
	other := o.Reopen(t)
	defer other.Close()
	publish(t, o.Store, names("voies"), generation(1)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var g errgroup.Group
	for _, s := range []referentials.Store{o.Store, other} {
		g.Go(func() error {
			for ctx.Err() == nil {
				if err := oneGeneration(t.Context(), s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for id := int64(2); id <= 10; id++ {
		publish(t, o.Store, names("voies"), generation(id)...)
	}
	cancel()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

func racingApplies(t *testing.T, o Opened) {
	other := o.Reopen(t)
	defer other.Close()
	publish(t, o.Store, names("voies"), name("shared", "x", 0))
	var g errgroup.Group
	const each = 10
	for w, s := range []referentials.Store{o.Store, other, o.Store, other} {
		g.Go(func() error {
			for i := range int64(each) {
				_, err := s.Apply(t.Context(), "voies", []referentials.Change{
					upsert(name("shared", "x", i)), upsert(name(fmt.Sprintf("w%d-%d", w, i), "y", i))})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	st, rows := load(t, o.Store, "voies", 0)
	if st.Version.Revision != 4*each || len(rows) != 4*each+1 || st.Version.Rows != 4*each+1 {
		t.Fatalf("after %d edits: %+v, %d rows", 4*each, st.Version, len(rows))
	}
}

// loadsDuringApply checks that the revision a load tells is the one its rows are of.
func loadsDuringApply(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), name("a", "x", 0), name("b", "x", 0))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var g errgroup.Group
	g.Go(func() error {
		for ctx.Err() == nil {
			st, rows, err := tryLoad(t.Context(), o.Store, "voies", 0)
			if err != nil {
				return err
			}
			if r := num(st.Version.Revision); rows[0].Values[2] != r || rows[1].Values[2] != r {
				return fmt.Errorf("revision %d has %s", st.Version.Revision, dumpRows(rows))
			}
		}
		return nil
	})
	for i := int64(1); i <= 40; i++ {
		apply(t, o.Store, "voies", upsert(name("a", "x", i)), upsert(name("b", "x", i)))
	}
	cancel()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// replaceInsideLoad checks that a reader keeps its version even when it is pruned under it,
// and holds up nobody.
func replaceInsideLoad(t *testing.T, o Opened) {
	publish(t, o.Store, names("voies"), generation(1)...)
	seen := 0
	err := o.Store.Load(t.Context(), "voies", 0, func(st referentials.State, rows referentials.Rows) error {
		for r, err := range rows {
			if err != nil {
				return err
			}
			if seen == 0 {
				for id := int64(2); id <= referentials.KeptVersions+2; id++ {
					publish(t, o.Store, names("voies"), generation(id)...)
				}
			}
			if r.Values[2] != num(1) {
				return fmt.Errorf("row %d is of version %v", seen, r.Values[2])
			}
			seen++
		}
		return nil
	})
	if err != nil || seen != 300 {
		t.Fatalf("%d rows read, %v", seen, err)
	}
	wantIDs(t, versions(t, o.Store, "voies"), 5, 4, 3)
	publish(t, o.Store, names("voies"), generation(6)...)
	wantIDs(t, versions(t, o.Store, "voies"), 6, 5, 4)
	if err := oneGeneration(t.Context(), o.Store); err != nil {
		t.Fatal(err)
	}
}
