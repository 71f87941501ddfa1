package query

import (
	"testing"
	"time"

	"socle/referentials"
)

func TestCursor(t *testing.T) {
	q := &Query{Sort: []Key{{Field: 1, Descending: true}}}
	at := CursorAt(meters(10).collection(t), q, &Selection{n: 10}, 7)
	got, err := ParseCursor(at.String())
	if err != nil || got != at || !got.Belongs(q) {
		t.Errorf("got %+v (%v), want %+v", got, err, at)
	}
	if got.Belongs(&Query{Sort: []Key{{Field: 1}}}) {
		t.Error("the cursor belongs to another question")
	}
	for _, bad := range []string{"", "x", "AAAA", at.String()[1:], at.String() + "A", "é"} {
		if _, err := ParseCursor(bad); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

// TestCursorMeets: a cursor leads on after the row that it was given behind, and nowhere else.
func TestCursorMeets(t *testing.T) {
	c := meters(10).collection(t)
	rows := []uint32{3, 1, 4, 9, 5}
	given := &Selection{rows: rows, n: 5}
	at := CursorAt(c, &Query{}, given, 2)
	for _, s := range []struct {
		rows  []uint32
		meets bool
	}{{rows, true}, {[]uint32{3, 1, 5, 9, 4}, true}, {[]uint32{1, 3, 4, 9, 5}, false}, {[]uint32{3, 4, 9, 5, 1}, false}, {[]uint32{3}, false}} {
		if at.Meets(c, &Selection{rows: s.rows, n: len(s.rows)}) != s.meets {
			t.Errorf("in %v: meets is not %v", s.rows, s.meets)
		}
	}
	if start := CursorAt(c, &Query{}, given, 0); !start.Meets(c, &Selection{n: 10}) {
		t.Error("the first page is always where it was")
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add(Cursor{Tag: "3.14-abc", Position: 7, query: 1, seam: 2}.String())
	f.Add("AAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCursor(s)
		if err != nil {
			return
		}
		if again, err := ParseCursor(c.String()); err != nil || again != c {
			t.Errorf("%q: %+v is written %q", s, c, c.String())
		}
	})
}

func TestParseSpan(t *testing.T) {
	for _, test := range []struct{ text, from, to string }{
		{"2024-05-06", "2024-05-06", "2024-05-06"},
		{"2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"},
		{"2024-05-06t07:08:09.5+02:00", "2024-05-06T05:08:09.5Z", "2024-05-06T05:08:09.5Z"},
		{"2024-05-06/2024-05-06", "2024-05-06", "2024-05-06"},
		{"2024-05-06T10:00:00Z/2024-05-06", "2024-05-06T10:00:00Z", "2024-05-06"},
		{"../2024-05-06", "", "2024-05-06"},
		{"/2024-05-06", "", "2024-05-06"},
		{"2024-05-06/..", "2024-05-06", ""},
		{"2024-05-06/", "2024-05-06", ""},
		{"../..", "", ""},
		{"0000-01-01T00:00:00Z/9999-12-31T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T00:00:00Z"},
	} {
		got, err := ParseSpan(test.text)
		if err != nil || got.From.String() != test.from || got.To.String() != test.to {
			t.Errorf("%s: got %s, %s (%v)", test.text, got.From, got.To, err)
		}
	}
	for _, bad := range []string{"", "/", "yesterday", "2024", "2024-05-06/2024-05-05", "2024-05-07T00:00:00Z/2024-05-06", "a/b", "2024-05-06/x", "2024-02-30",
		"2024-05-06T07:08:09", "../../..", "2024-05-06T25:00:00Z"} {
		if got, err := ParseSpan(bad); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%q: got %v, %v", bad, got, err)
		}
	}
}

// TestWalk pauses a walk while the data are replaced.
func TestWalk(t *testing.T) {
	s, e := meters(10), newEngine(t, Options{CursorLifetime: time.Hour})
	now := time.Now()
	e.archive.now = func() time.Time { return now }
	first := s.collection(t)
	at := CursorAt(first, &Query{}, &Selection{n: 10}, 4)

	if c, err := e.Resume(first, at); err != nil || c != first {
		t.Errorf("the current revision: %v", err)
	}
	s.replace()
	second := s.collection(t)
	if _, err := e.Resume(second, at); referentials.CodeOf(err) != referentials.Gone {
		t.Errorf("a revision nobody walked: got %v", err)
	}
	e.Keep(first)
	if c, err := e.Resume(second, at); err != nil || c != first {
		t.Errorf("a revision that is walked: %v", err)
	}

	hidden := second.Descriptor().Clone()
	s.state.Descriptor.Fields[2].Disclosure = referentials.Confidential
	s.state.Version.Revision++
	if _, err := e.Resume(s.collection(t), at); referentials.CodeOf(err) != referentials.Gone {
		t.Errorf("a field was withdrawn: got %v", err)
	}
	s.state.Descriptor = hidden

	for range walkedAtMost {
		s.replace()
		e.Keep(s.collection(t))
	}
	if _, err := e.Resume(second, at); err != nil {
		t.Errorf("within the bound: %v", err)
	}
	s.replace()
	e.Keep(s.collection(t))
	if _, err := e.Resume(second, at); referentials.CodeOf(err) != referentials.Gone {
		t.Errorf("beyond the bound: got %v", err)
	}

	last := s.collection(t)
	s.replace()
	now = now.Add(2 * time.Hour)
	if _, err := e.Resume(s.collection(t), CursorAt(last, &Query{}, &Selection{n: 10}, 1)); referentials.CodeOf(err) != referentials.Gone {
		t.Errorf("after its lifetime: got %v", err)
	}
	e.archive.expire()
	if n := len(e.archive.walked); n != 0 {
		t.Errorf("%d collections are kept after their lifetime", n)
	}
}
