package referentials

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestOpens holds that whatever is let through without a word shows no field, and no row,
// that was kept back.
func TestOpens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) *Descriptor {
			d := &Descriptor{
				Access:  rapid.SampledFrom(openness[:]).Draw(t, name+" access"),
				Profile: rapid.SampledFrom([]string{"", "p"}).Draw(t, name+" profile"),
			}
			for _, f := range []string{"a", "b", "c"} {
				if class := rapid.SampledFrom([]DisclosureClass{"absent", "", Public, Confidential, UnitCount}).Draw(t, name+" "+f); class != "absent" {
					d.Fields = append(d.Fields, Field{Name: f, Disclosure: class})
				}
			}
			d.Fields = append(d.Fields, Field{Name: "d"})
			d.Key = rapid.SampledFrom(d.Fields).Draw(t, name+" key").Name
			return d
		}
		before, after := draw("before"), draw("after")
		if opened := after.Opens(before, Said{}); len(opened) > 0 {
			return
		}
		was, _, shown := before.Public()
		is, _, shows := after.Public()
		if shows && !shown {
			t.Fatal("rows can be seen now")
		}
		for _, f := range is.Fields {
			if shows && before.FieldIndex(f.Name) >= 0 && was.FieldIndex(f.Name) < 0 {
				t.Fatalf("%s can be seen now", f.Name)
			}
		}
	})
}

// TestOpensWhatIsSaid holds that nothing is told of what somebody has spoken of.
func TestOpensWhatIsSaid(t *testing.T) {
	before := &Descriptor{Access: Restricted, Profile: "p", Key: "a", Fields: []Field{{Name: "a", Disclosure: Confidential}, {Name: "b", Disclosure: UnitCount}}}
	after := &Descriptor{Access: Open, Key: "c", Fields: []Field{{Name: "b"}, {Name: "c"}}}
	every := []string{"a", "b", "c"}
	said := func(names ...string) Said {
		return Said{Access: true, Profile: true, Field: func(name string) bool { return slices.Contains(names, name) }}
	}
	for _, c := range []struct {
		said  Said
		tells int
	}{{Said{}, 4}, {said(), 2}, {said("c"), 1}, {said("b"), 1}, {said(every...), 0}} {
		if opened := after.Opens(before, c.said); len(opened) != c.tells {
			t.Errorf("%d openings are told: %q", len(opened), opened)
		}
	}
	before = &Descriptor{Access: Open, Key: "a", Fields: []Field{{Name: "a", Disclosure: Confidential}, {Name: "b"}}}
	after = &Descriptor{Access: Open, Key: "b", Fields: []Field{{Name: "b"}}}
	if opened := after.Opens(before, Said{}); len(opened) != 1 {
		t.Errorf("of a key that was kept back, %q is told", opened)
	}
	if opened := after.Opens(before, said("b")); len(opened) != 0 {
		t.Errorf("though it is said, %q is told", opened)
	}
}
