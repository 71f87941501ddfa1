package tiles

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// memory is a store of what a test needs: it loads.
type memory struct {
	referentials.Store
	descriptors []referentials.Descriptor
	rows        map[string][]referentials.Row
	revision    int64
}

func (m *memory) state(d referentials.Descriptor) referentials.State {
	return referentials.State{
		Descriptor: d,
		Version: referentials.Version{
			Collection: d.ID, ID: 1, Revision: m.revision, Rows: int64(len(m.rows[d.ID])),
			PublishedAt: time.Unix(1700000000, 0).UTC(), Current: true,
		},
	}
}

func (m *memory) Collections(context.Context) ([]referentials.State, error) {
	var out []referentials.State
	for _, d := range m.descriptors {
		out = append(out, m.state(d))
	}
	return out, nil
}

func (m *memory) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	for _, d := range m.descriptors {
		if d.ID == id {
			return read(m.state(d), func(yield func(*referentials.Row, error) bool) {
				for i := range m.rows[id] {
					if !yield(&m.rows[id][i], nil) {
						return
					}
				}
			})
		}
	}
	return referentials.Errorf(referentials.NotFound, "no collection %q", id)
}

// add describes a collection of shapes in CRS84 with an integer key n and a text nom.
func (m *memory) add(id string, t geo.Type, policy referentials.TilePolicy, shapes ...geo.Geometry) *referentials.Descriptor {
	rows := make([]referentials.Row, len(shapes))
	for i, g := range shapes {
		rows[i] = referentials.Row{
			Values: []referentials.Value{referentials.IntegerValue(int64(i)), referentials.StringValue("rue " + string(rune('A'+i%26)))},
			Geom:   g,
		}
	}
	m.descriptors = append(m.descriptors, referentials.Descriptor{
		ID: id, Geometry: t, CRS: crs.CRS84, Key: "n", Access: referentials.Open, Tiles: policy,
		Fields: []referentials.Field{{Name: "n", Type: referentials.Integer}, {Name: "nom", Type: referentials.String}},
	})
	if m.rows == nil {
		m.rows = map[string][]referentials.Row{}
	}
	m.rows[id] = rows
	return &m.descriptors[len(m.descriptors)-1]
}

func (m *memory) public(t testing.TB) *snapshot.Public {
	t.Helper()
	k := snapshot.New(m, snapshot.Options{})
	if err := k.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k.Current().Public()
}

func pointAt(lon, lat float64) geo.Geometry {
	return geo.Geometry{Type: geo.Point, XY: []float64{lon, lat}}
}

func lineOf(xy ...float64) geo.Geometry {
	return geo.Geometry{Type: geo.LineString, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}}
}

func polygonOf(rings ...[]float64) geo.Geometry {
	g := geo.Geometry{Type: geo.Polygon}
	for _, xy := range rings {
		g.XY = append(g.XY, xy...)
		g.EndRing()
	}
	g.EndPart()
	return g
}

// square is a closed ring of that south-west corner and side, in degrees.
func square(lon, lat, side float64) []float64 {
	return []float64{lon, lat, lon + side, lat, lon + side, lat + side, lon, lat + side, lon, lat}
}

// readIRIS reads the 172 IRIS of Rennes Métropole.
func readIRIS(t testing.TB) []geo.Geometry {
	t.Helper()
	f, err := os.Open("../../shared/data/rennes/iris_rennes_metropole.ods.json.gz")
	if err != nil {
		t.Fatalf("the shared data must be beside the checkout: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Shape struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		} `json:"geo_shape"`
	}
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	var out []geo.Geometry
	for _, row := range rows {
		out = append(out, multiPolygon(t, row.Shape.Geometry.Type, row.Shape.Geometry.Coordinates))
	}
	return out
}

// multiPolygon reads the coordinates of a GeoJSON polygon or multipolygon.
func multiPolygon(t testing.TB, kind string, raw json.RawMessage) geo.Geometry {
	t.Helper()
	if kind == "Polygon" {
		raw = append(append([]byte{'['}, raw...), ']')
	}
	var parts [][][][2]float64
	if err := json.Unmarshal(raw, &parts); err != nil {
		t.Fatal(err)
	}
	g := geo.Geometry{Type: geo.MultiPolygon}
	for _, rings := range parts {
		for _, ring := range rings {
			for _, p := range ring {
				g.Add(p[0], p[1])
			}
			g.EndRing()
		}
		g.EndPart()
	}
	return g
}
