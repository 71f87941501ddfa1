package snapshot

import (
	"testing"

	"socle/referentials"
)

func TestNarrows(t *testing.T) {
	open := referentials.Descriptor{ID: "logements", Access: referentials.Open, Key: "id", Fields: []referentials.Field{
		{Name: "id", Type: referentials.String}, {Name: "revenu", Type: referentials.Number}}}
	change := func(f func(*referentials.Descriptor)) *referentials.Descriptor {
		d := open.Clone()
		f(&d)
		return &d
	}
	for _, c := range []struct {
		name      string
		old, next *referentials.Descriptor
		want      bool
	}{
		{"the same", &open, &open, false},
		{"restricted", &open, change(func(d *referentials.Descriptor) { d.Access = referentials.Restricted }), true},
		{"under a profile", &open, change(func(d *referentials.Descriptor) { d.Profile = "insee-menages-11" }), true},
		{"a field confidential", &open, change(func(d *referentials.Descriptor) { d.Fields[1].Disclosure = referentials.Confidential }), true},
		{"a field gone", &open, change(func(d *referentials.Descriptor) { d.Fields = d.Fields[:1] }), false},
		{"opened", change(func(d *referentials.Descriptor) { d.Access = referentials.Restricted }), &open, false},
	} {
		if got := narrows(c.old, c.next); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
