package referentials

import (
	"fmt"
	"slices"
)

// openness orders access levels.
var openness = [...]Access{Restricted, Shared, Open}

// Said is what somebody has said on purpose about how open a version is. The zero Said is
// nothing.
type Said struct {
	Access  bool
	Profile bool
	Field   func(name string) bool // of its disclosure; nil: of none
}

func (s *Said) of(field string) bool { return s.Field != nil && s.Field(field) }

// Opens lists, in words, what d shows and before, another version of the collection, keeps
// back, as far as nobody has said that it should be shown.
func (d *Descriptor) Opens(before *Descriptor, said Said) (opened []string) {
	if !said.Access && slices.Index(openness[:], d.Access) > slices.Index(openness[:], before.Access) {
		opened = append(opened, fmt.Sprintf("access was %s, and would be %s", before.Access, d.Access))
	}
	if !said.Profile && before.Profile != "" && d.Profile == "" {
		opened = append(opened, fmt.Sprintf("it left through profile %s only", before.Profile))
	}
	for i := range before.Fields {
		was := &before.Fields[i]
		if was.IsPublic() {
			continue
		}
		switch at := d.FieldIndex(was.Name); {
		case at >= 0:
			if !said.of(was.Name) && d.Fields[at].IsPublic() {
				opened = append(opened, fmt.Sprintf("%q was %s", was.Name, was.Disclosure))
			}
		case d.IsPublic():
			if name := d.unheardOf(before, &said); name != "" {
				opened = append(opened, fmt.Sprintf("%q was %s and is gone, and %q is new: it may be the same by another name", was.Name, was.Disclosure, name))
			}
		}
	}
	if len(opened) == 0 && d.showsRows(before) && !said.of(d.Key) {
		opened = append(opened, fmt.Sprintf("its key %q was kept back, and every row with it", before.Key))
	}
	return opened
}

// unheardOf gives the first field that anyone would see, that before has not, and whose
// disclosure nobody has spoken of; "" when there is none.
func (d *Descriptor) unheardOf(before *Descriptor, said *Said) string {
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.IsPublic() && before.FieldIndex(f.Name) < 0 && !said.of(f.Name) {
			return f.Name
		}
	}
	return ""
}

// showsRows tells whether rows are seen by another key where before shows none for its own.
func (d *Descriptor) showsRows(before *Descriptor) bool {
	_, _, shown := d.Public()
	_, _, was := before.Public()
	return shown && !was && before.IsPublic() && d.Key != before.Key
}
