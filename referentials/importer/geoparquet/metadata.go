package geoparquet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go/format"

	"socle/geo/crs"
	"socle/referentials"
)

// geometry is what was learnt of the columns with shapes.
type geometry struct {
	primary  string            // "" when there is none
	leaveOut map[string]string // columns, with why
}

// metadata is the "geo" key of GeoParquet.
type metadata struct {
	Version string                    `json:"version"`
	Primary string                    `json:"primary_column"`
	Columns map[string]columnMetadata `json:"columns"`
}

type columnMetadata struct {
	Encoding string          `json:"encoding"`
	CRS      json.RawMessage `json:"crs"`
	Covering struct {
		Bbox map[string][]string `json:"bbox"`
	} `json:"covering"`
}

// findGeometry reads the "geo" metadata, else looks for a GEOMETRY column.
func (l *Layer) findGeometry() (geometry, error) {
	g := geometry{leaveOut: make(map[string]string)}
	text, found := l.parquet.Lookup("geo")
	if !found {
		l.findAnnotated(&g)
		return g, nil
	}
	var m metadata
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return g, fmt.Errorf("its \"geo\" metadata is not what GeoParquet describes: %w", err)
	}
	c, known := m.Columns[m.Primary]
	if !known || l.parquet.Root().Column(m.Primary) == nil {
		return g, fmt.Errorf("its \"geo\" metadata names the geometry column %q, which is not there", m.Primary)
	}
	if c.Encoding != "WKB" {
		return g, referentials.Errorf(referentials.Unsupported, "its shapes are encoded as %q; WKB is read", c.Encoding).
			At("%s", l.file.Path()).Do("write the file again with WKB geometry")
	}
	g.primary = m.Primary
	for name, other := range m.Columns {
		if name != m.Primary {
			g.leaveOut[name] = "it is a second geometry"
		}
		for _, path := range other.Covering.Bbox {
			if len(path) > 0 && path[0] != m.Primary {
				g.leaveOut[path[0]] = "it repeats the box of the geometry"
			}
		}
	}
	l.readCRS(c.CRS)
	return g, nil
}

// findAnnotated takes the first column with Parquet's own annotation.
func (l *Layer) findAnnotated(g *geometry) {
	for _, c := range l.parquet.Root().Columns() {
		if !c.Leaf() {
			continue
		}
		t, ok := logical(c).(*format.GeometryType)
		switch {
		case !ok:
		case g.primary != "":
			g.leaveOut[c.Name()] = "it is a second geometry"
		default:
			g.primary = c.Name()
			l.readNamedCRS(t.CRS)
		}
	}
}

// readCRS reads the "crs" member: absent, null, or PROJJSON.
func (l *Layer) readCRS(definition json.RawMessage) {
	switch definition = bytes.TrimSpace(definition); {
	case definition == nil:
		l.crs = crs.CRS84
		return
	case string(definition) == "null":
		l.note("the file does not name its coordinate reference system")
		return
	}
	var named struct {
		Name string `json:"name"`
		ID   struct {
			Authority string `json:"authority"`
			Code      any    `json:"code"`
		} `json:"id"`
	}
	// What cannot be read here may still be identified as a whole.
	if json.Unmarshal(definition, &named) == nil && named.ID.Authority != "" {
		if c, err := crs.Parse(fmt.Sprint(named.ID.Authority, ":", named.ID.Code)); err == nil {
			l.crs = crs.Horizontal(c)
			return
		}
	}
	c, err := crs.Identify(string(definition))
	if err != nil {
		l.note("the coordinate reference system %q is not known by number: %v", named.Name, err)
	}
	l.crs = c
}

// readNamedCRS reads the annotation's text: nothing for CRS84, "srid:2154", "EPSG:2154",
// or "projjson:" and the key of the file's metadata that holds it.
func (l *Layer) readNamedCRS(name string) {
	if name == "" {
		l.crs = crs.CRS84
		return
	}
	if key, ok := strings.CutPrefix(name, "projjson:"); ok {
		if definition, found := l.parquet.Lookup(key); found {
			l.readCRS(json.RawMessage(definition))
			return
		}
	}
	if strings.HasPrefix(name, "{") {
		l.readCRS(json.RawMessage(name))
		return
	}
	c, err := crs.Parse(strings.TrimPrefix(name, "srid:"))
	if err != nil {
		l.note("the coordinate reference system %q is not known by number", name)
		return
	}
	l.crs = crs.Horizontal(c)
}
