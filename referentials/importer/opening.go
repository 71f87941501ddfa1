package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"socle/referentials"
)

// keepBack refuses a version that would show what the one before it keeps back. Descriptions
// lie beside files, and the next file may come without: nothing is opened by forgetting.
func (p *plan) keepBack(ctx context.Context, side *sidecar, opt *Options) error {
	if opt.Current == nil {
		return nil
	}
	before, err := opt.Current(ctx, p.desc.ID)
	if err != nil || before == nil {
		return err
	}
	opened := side.opens(before, &p.desc)
	if len(opened) == 0 {
		return nil
	}
	return referentials.Errorf(referentials.Refused, "it would show what the version before it keeps back: %s", strings.Join(opened, "; ")).
		At("collection %s", p.desc.ID).
		Do("put a description beside the file (%s%s) that says so again, or says that it is open now: access, profile, and disclosure of fields", opt.first(), sidecarSuffix)
}

// first names the first file, for hints.
func (o *Options) first() string {
	if len(o.Files) == 0 {
		return "FILE"
	}
	return o.Files[0]
}

// openness orders access levels.
var openness = []referentials.Access{referentials.Restricted, referentials.Shared, referentials.Open}

// opens lists what after shows and before does not, as far as the sidecar does not say that
// it should.
func (s *sidecar) opens(before, after *referentials.Descriptor) (opened []string) {
	if s == nil {
		s = &sidecar{}
	}
	if s.Access == nil && slices.Index(openness, after.Access) > slices.Index(openness, before.Access) {
		opened = append(opened, fmt.Sprintf("access was %s, and would be %s", before.Access, after.Access))
	}
	if s.Profile == nil && before.Profile != "" && after.Profile == "" {
		opened = append(opened, fmt.Sprintf("it left through profile %s only", before.Profile))
	}
	for i := range before.Fields {
		was := &before.Fields[i]
		if was.IsPublic() {
			continue
		}
		switch at := after.FieldIndex(was.Name); {
		case at >= 0:
			if s.Fields[was.Name].Disclosure == nil && after.Fields[at].IsPublic() {
				opened = append(opened, fmt.Sprintf("%q was %s", was.Name, was.Disclosure))
			}
		case after.IsPublic():
			if name := s.unheardOf(before, after); name != "" {
				opened = append(opened, fmt.Sprintf("%q was %s and is gone, and %q is new: it may be the same by another name", was.Name, was.Disclosure, name))
			}
		}
	}
	return opened
}

// unheardOf gives the first field that anyone would see, that before has not, and whose
// disclosure the sidecar says nothing of; "" when there is none.
func (s *sidecar) unheardOf(before, after *referentials.Descriptor) string {
	for i := range after.Fields {
		f := &after.Fields[i]
		if f.IsPublic() && before.FieldIndex(f.Name) < 0 && s.Fields[f.Name].Disclosure == nil {
			return f.Name
		}
	}
	return ""
}
