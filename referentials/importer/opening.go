package importer

import (
	"context"
	"strings"

	"socle/referentials"
)

// keepBack refuses a version that would show what the one before it keeps back. Descriptions
// lie beside files, and the next file may come without: nothing is opened by forgetting.
func (p *plan) keepBack(ctx context.Context, side *sidecar, opt *Options) error {
	if opt.Current == nil {
		return nil
	}
	// The store asks again: there may be another version by the time this one is read.
	p.judge = func(before *referentials.Descriptor) error {
		opened := p.desc.Opens(before, side.said())
		if len(opened) == 0 {
			return nil
		}
		return referentials.Errorf(referentials.Refused, "it would show what the version before it keeps back: %s", strings.Join(opened, "; ")).
			At("collection %s", p.desc.ID).
			Do("put a description beside the file (%s%s) that says so again, or says that it is open now: access, profile, and disclosure of fields", opt.first(), sidecarSuffix)
	}
	before, err := opt.Current(ctx, p.desc.ID)
	if err != nil || before == nil {
		return err
	}
	return p.judge(before)
}

// first names the first file, for hints.
func (o *Options) first() string {
	if len(o.Files) == 0 {
		return "FILE"
	}
	return o.Files[0]
}

// said tells what the sidecar says of how open the version is; of nil, nothing.
func (s *sidecar) said() referentials.Said {
	if s == nil {
		return referentials.Said{}
	}
	return referentials.Said{
		Access: s.Access != nil, Profile: s.Profile != nil,
		Field: func(name string) bool { return s.Fields[name].Disclosure != nil },
	}
}
