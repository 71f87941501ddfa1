package theme

import (
	"context"
	"fmt"
	"strings"
	"time"

	"socle/imu/aggregate"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// published begins what a version made of a release says it comes from.
const published = "aggregate: "

// Publish makes a collection of what a release shows: its cells with their geometry, nulls
// where figures are hidden, and why. An earlier release of that name is replaced; any other
// collection is not (Conflict).
func Publish(ctx context.Context, store referentials.Store, id string, rel *aggregate.Release) (referentials.Version, error) {
	if err := MayPublish(ctx, store, id); err != nil {
		return referentials.Version{}, err
	}
	d := rel.Descriptor()
	d.ID = id
	if err := d.Validate(); err != nil {
		return referentials.Version{}, err
	}
	from := fmt.Sprintf("%s%s, %s", published, input(&rel.Receipt.Source), input(&rel.Receipt.Mesh))
	return store.Replace(ctx, referentials.Publication{Descriptor: d, Source: from}, rel.Table.Rows())
}

// Published tells versions that were made of releases.
func Published(v *referentials.Version) bool { return strings.HasPrefix(v.Source, published) }

// MayPublish is the function of that name, asked of the desk's store.
func (d *Desk) MayPublish(ctx context.Context, id string) error {
	if d.store == nil {
		return referentials.Errorf(referentials.Unsupported, "nothing is published here")
	}
	return MayPublish(ctx, d.store, id)
}

// appears is how long Publish waits for what it published to be in the snapshot.
const appears = 15 * time.Second

// Publish is the function of that name, into the desk's store. It returns when the snapshot
// has the collection, or has not got it in time although it is published.
func (d *Desk) Publish(ctx context.Context, id string, rel *aggregate.Release) (referentials.Version, error) {
	v, err := d.publish(ctx, id, rel)
	if err != nil {
		return v, err
	}
	ctx, cancel := context.WithTimeout(ctx, appears)
	defer cancel()
	for s := d.current(); !holds(s, &v); s = d.current() {
		select {
		case <-ctx.Done():
			return v, nil
		case <-s.Public().Replaced():
		}
	}
	return v, nil
}

func (d *Desk) publish(ctx context.Context, id string, rel *aggregate.Release) (referentials.Version, error) {
	if err := d.MayPublish(ctx, id); err != nil {
		return referentials.Version{}, err
	}
	d.publishing.Lock()
	defer d.publishing.Unlock()
	return Publish(ctx, d.store, id, rel)
}

func holds(s *snapshot.Snapshot, v *referentials.Version) bool {
	c, ok := s.Collection(v.Collection)
	return ok && c.State().Version.ID >= v.ID
}

// input names a version; what somebody brought along has none.
func input(in *aggregate.Input) string {
	if in.Version == 0 {
		return in.Collection
	}
	return fmt.Sprintf("%s %d.%d", in.Collection, in.Version, in.Revision)
}

// MayPublish refuses names that no collection can have, or that another one has. Publish asks
// it too; asking before a release is made saves the work.
func MayPublish(ctx context.Context, store referentials.Store, id string) error {
	if !referentials.ValidID(id) {
		return referentials.Errorf(referentials.Invalid, "%.80q cannot name a collection", id).
			At("publish").Do("use letters, digits, '_', '-' or '.', at most 63 bytes")
	}
	versions, err := store.Versions(ctx, id)
	if referentials.CodeOf(err) == referentials.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.Version.Current && !Published(&v.Version) {
			return referentials.Errorf(referentials.Conflict, "%q is a collection that is no release, and would be replaced", id).
				At("publish").Do("publish under another name")
		}
	}
	return nil
}
