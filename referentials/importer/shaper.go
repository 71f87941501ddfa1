package importer

import (
	"errors"
	"fmt"
	"strings"

	"socle/geo"
	"socle/geo/topology"
	"socle/referentials"
)

// shaper makes shapes valid and of the collection's type.
type shaper struct {
	engine     *topology.Engine
	target     geo.Type
	collection string
}

func newShaper(d *referentials.Descriptor) *shaper {
	return &shaper{engine: topology.NewEngine(), target: d.Geometry, collection: d.ID}
}

var dimensionWords = map[int]string{0: "points", 1: "lines", 2: "polygons"}

// fix repairs g and gives it the target's type. sound says that a survey found the shape
// valid. repair says what was repaired, reject why the shape cannot be taken, with
// detail; at most one of the two is set.
func (s *shaper) fix(g *geo.Geometry, sound bool) (repair, reject, detail string) {
	if g.IsNull() {
		return "", "", ""
	}
	if s.target != geo.Any && g.Type.Dimension() != s.target.Dimension() {
		return "", fmt.Sprintf("is a %s: %s takes %s", g.Type, s.collection, dimensionWords[s.target.Dimension()]), ""
	}
	if sound || g.Type.Dimension() == 0 {
		if err := g.Check(); err != nil {
			return "", "has an unusable geometry", err.Error()
		}
	} else if repair, reject, detail = s.repair(g); reject != "" {
		return "", reject, detail
	}
	if s.target == geo.Any || g.Type == s.target {
		return repair, "", ""
	}
	if g.Type.Multi() == s.target {
		g.Promote()
		return repair, "", ""
	}
	if single(g) {
		return repair, "", ""
	}
	return "", fmt.Sprintf("is a %s of several parts: %s takes a single %s", g.Type, s.collection, s.target), ""
}

// single turns a multi geometry of one part into that part.
func single(g *geo.Geometry) bool {
	switch {
	case g.Type == geo.MultiPoint && g.NumVertices() == 1,
		g.Type == geo.MultiLineString && len(g.Ends) == 1,
		g.Type == geo.MultiPolygon && len(g.Parts) == 1:
		g.Type -= 3
		return true
	}
	return false
}

func (s *shaper) repair(g *geo.Geometry) (repair, reject, detail string) {
	done, err := s.engine.Repair(g)
	switch {
	case errors.Is(err, topology.ErrCollapsed):
		return "", fmt.Sprintf("has a %s without extent", g.Type), ""
	case err != nil:
		return "", "has an unusable geometry", err.Error()
	case !done.Changed:
		return "", "", ""
	case done.Reason != "":
		return "invalid geometry made valid: " + cause(done.Reason), "", ""
	case done.RingsClosed > 0:
		return "open rings closed", "", ""
	case done.PointsRemoved > 0:
		return "repeated points removed", "", ""
	}
	return "parts without extent removed", "", ""
}

// cause gives GEOS' reason without the place it names.
func cause(reason string) string {
	what, _, _ := strings.Cut(reason, "[")
	return strings.ToLower(strings.TrimSpace(what))
}
