package geoparquet

import (
	"encoding/json"

	"github.com/paulmach/orb"

	"socle/geo"
)

// summary is what the "geo" metadata tells of the shapes.
type summary struct {
	column string
	crs    string // PROJJSON, "" for none
	types  [geo.MultiPolygon + 1]bool
	bound  orb.Bound
}

func (s *summary) add(g *geo.Geometry) {
	if g.Type == geo.None {
		return
	}
	s.types[g.Type] = true
	s.bound = geo.Union(s.bound, g.Bound())
}

// version is that of the GeoParquet specification.
const version = "1.1.0"

type metadata struct {
	Version string                    `json:"version"`
	Primary string                    `json:"primary_column"`
	Columns map[string]columnMetadata `json:"columns"`
}

type columnMetadata struct {
	Encoding string          `json:"encoding"`
	Types    []string        `json:"geometry_types"`
	CRS      json.RawMessage `json:"crs"` // null says that none is known
	Bbox     []float64       `json:"bbox,omitempty"`
}

// metadata gives the JSON of the "geo" key.
func (s *summary) metadata() string {
	c := columnMetadata{Encoding: "WKB", Types: []string{}, CRS: json.RawMessage("null")}
	if s.crs != "" {
		c.CRS = json.RawMessage(s.crs)
	}
	for t := geo.Point; t <= geo.MultiPolygon; t++ {
		if s.types[t] {
			c.Types = append(c.Types, t.String())
		}
	}
	if b := s.bound; b.Min[0] <= b.Max[0] {
		c.Bbox = []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	}
	text, err := json.Marshal(metadata{Version: version, Primary: s.column, Columns: map[string]columnMetadata{s.column: c}})
	if err != nil {
		// Nothing in it can fail but a bound that is not finite; a file without a box is
		// still right.
		c.Bbox = nil
		text, _ = json.Marshal(metadata{Version: version, Primary: s.column, Columns: map[string]columnMetadata{s.column: c}})
	}
	return string(text)
}
