package theme

import (
	"cmp"
	"context"
	"slices"

	"socle/geo"
	"socle/imu/aggregate"
	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Anyone may ask as often as they like, and two answers that are each safe may give a hidden
// figure away between them: the same total judged with other figures, a block and the
// district less its other blocks. So to the public a protected source is told in one way
// only: on one chain of meshes that nest, all of its quantities judged together, whichever
// level and measure are asked for. Years are released one by one where there are several,
// which is one way too. By category it is not told: what is hidden for a category's sake would
// have to be hidden in every answer, and districts by category in those on blocks.

// tellable are the functions that add up, or are made of what does.
var tellable = []aggregate.Function{aggregate.Count, aggregate.Sum, aggregate.Mean, aggregate.Share, aggregate.Ratio, aggregate.Density}

// releaseOneWay answers the public about a protected source.
func (d *Desk) releaseOneWay(ctx context.Context, s *snapshot.Snapshot, q *Question, r aggregate.Request) (*aggregate.Release, error) {
	id := r.Source.Descriptor().ID
	refuse := func(where, hint string) error {
		return referentials.Errorf(referentials.Refused, "%q is under statistical confidentiality: it is told in one way only, so that two answers give nothing away", id).
			At("%s", where).Do("%s", hint)
	}
	for _, part := range []struct {
		where string
		given bool
	}{
		{"by", q.By != ""}, {"bin", q.Bin != "" && r.Bin != aggregate.Year}, {"base", q.Base != ""}, {"field", q.Field != ""}, {"weights", q.Weights != ""}, {"year", q.Year != 0},
		{"method", q.Method != "" && r.Method != aggregate.Auto}, {"profile", q.Profile != "" && q.Profile != r.Source.Descriptor().Profile},
	} {
		if part.given {
			return nil, refuse(part.where, "leave it out; whoever keeps the data can ask in other ways: socle aggregate")
		}
	}
	for _, m := range r.Measures {
		if !slices.Contains(tellable, m.Function) {
			return nil, refuse("measure "+m.String(), "ask for count, sum, mean, share, ratio or density")
		}
	}
	levels := reachedBy(r, chain(s))
	at := slices.Index(levels, r.Mesh)
	if at < 0 {
		names := ""
		for i, c := range levels {
			names += map[bool]string{true: ", "}[i > 0] + c.Descriptor().ID
		}
		return nil, refuse("mesh "+q.Mesh, "it is told on "+names)
	}
	for _, parent := range r.Parents {
		if slices.Index(levels, parent) <= at {
			return nil, refuse("parents", "name levels above the mesh")
		}
	}
	asked := q.Parents
	r.Mesh, r.Parents, r.Method, r.Base, r.OneWay = levels[0], levels[1:], aggregate.Auto, crosswalk.Base(""), true
	whole, err := aggregate.Run(ctx, r, d.walks)
	if err != nil {
		return nil, err
	}
	level, ok := whole.Level(q.Mesh)
	if !ok {
		return nil, referentials.Errorf(referentials.Internal, "the release has no level %q", q.Mesh)
	}
	shown := *level
	shown.Parents = slices.DeleteFunc(slices.Clone(level.Parents), func(t *aggregate.Table) bool { return !slices.Contains(asked, t.Collection()) })
	return &shown, nil
}

// reachedBy leaves of a chain what the source of a request can be put on: all of it above the
// finest level that it reaches by itself. Where it reaches none, that is all, for the error
// that says why.
func reachedBy(r aggregate.Request, levels []*snapshot.Collection) []*snapshot.Collection {
	r.Method, r.Field, r.Weights = aggregate.Auto, "", nil
	for k, mesh := range levels {
		r.Mesh = mesh
		if slices.ContainsFunc(aggregate.Choices(r), func(c aggregate.Choice) bool { return c.Chosen }) {
			return levels[k:]
		}
	}
	return levels
}

// chain gives the longest chain of public meshes in which each refers to the next, the
// finest first; of equals, the first by the ids of its meshes. Published releases are no
// meshes here: whoever publishes one would change how everything protected is told.
func chain(s *snapshot.Snapshot) []*snapshot.Collection {
	var meshes []*snapshot.Collection // by id
	for _, c := range s.Public().Collections() {
		if d, v := c.Descriptor(), c.Version(); d.Mesh && d.Geometry != geo.None && !Published(&v) {
			meshes = append(meshes, c.Alone())
		}
	}
	longest := make(map[*snapshot.Collection][]*snapshot.Collection, len(meshes))
	var from func(c *snapshot.Collection, below []*snapshot.Collection) []*snapshot.Collection
	from = func(c *snapshot.Collection, below []*snapshot.Collection) []*snapshot.Collection {
		if known, ok := longest[c]; ok {
			return known
		}
		var above []*snapshot.Collection
		below = append(below, c)
		for _, next := range meshes {
			refers := slices.ContainsFunc(c.Descriptor().Fields, func(f referentials.Field) bool { return f.Refers == next.Descriptor().ID })
			if !refers || slices.Contains(below, next) {
				continue
			}
			if l := from(next, below); len(l) > len(above) {
				above = l
			}
		}
		longest[c] = append([]*snapshot.Collection{c}, above...)
		return longest[c]
	}
	if len(meshes) == 0 {
		return nil
	}
	chains := make([][]*snapshot.Collection, len(meshes))
	for i, c := range meshes {
		chains[i] = from(c, nil)
	}
	return slices.MaxFunc(chains, func(a, b []*snapshot.Collection) int { return cmp.Compare(len(a), len(b)) })
}
