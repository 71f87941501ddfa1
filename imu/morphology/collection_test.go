package morphology

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/importer"
	"socle/referentials/snapshot"
)

// world is a store of what a test needs: it replaces and loads.
type world struct {
	referentials.Store
	states []referentials.State
	rows   map[string][]referentials.Row
}

func (w *world) Collections(context.Context) ([]referentials.State, error) { return w.states, nil }

func (w *world) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	for _, s := range w.states {
		if s.Descriptor.ID == id {
			return read(s, func(yield func(*referentials.Row, error) bool) {
				for i := range w.rows[id] {
					if !yield(&w.rows[id][i], nil) {
						return
					}
				}
			})
		}
	}
	return referentials.Errorf(referentials.NotFound, "no collection %q", id)
}

func (w *world) Replace(_ context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	var kept []referentials.Row
	for r, err := range rows {
		if err != nil {
			return referentials.Version{}, err
		}
		if err := p.Descriptor.CheckRow(r); err != nil {
			return referentials.Version{}, err
		}
		row := referentials.Row{Values: slices.Clone(r.Values), Geom: r.Geom.Clone()}
		for k, v := range row.Values { // texts may be views of what the reader uses again
			if v.Type() == referentials.String {
				row.Values[k] = referentials.StringValue(strings.Clone(v.Str()))
			}
		}
		kept = append(kept, row)
	}
	if w.rows == nil {
		w.rows = map[string][]referentials.Row{}
	}
	w.rows[p.Descriptor.ID] = kept
	version := referentials.Version{Collection: p.Descriptor.ID, ID: 1, Rows: int64(len(kept)), PublishedAt: time.Unix(1700000000, 0), Current: true}
	w.states = append(w.states, referentials.State{Descriptor: p.Descriptor, Version: version})
	return version, nil
}

// imported reads files of the real data.
func imported(t *testing.T, w *world, as string, files ...string) *snapshot.PublicCollection {
	t.Helper()
	for i := range files {
		files[i] = sharedPath("data/" + files[i])
	}
	if _, err := importer.Import(context.Background(), w, importer.Options{Files: files, As: as}); err != nil {
		t.Fatalf("%v (the real data lies in ../shared/data beside the checkout)", err)
	}
	return loaded(t, w, as)
}

func loaded(t *testing.T, w *world, id string) *snapshot.PublicCollection {
	t.Helper()
	c, err := snapshot.LoadPublic(context.Background(), w, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRennesBuildings measures the buildings of IRIS 352380505 on the IRIS and on the grid:
// every footprint has its place, the sums agree, and what no file says is null.
func TestRennesBuildings(t *testing.T) {
	t.Parallel()
	w := new(world)
	buildings := imported(t, w, "batiments", "rennes/batiments_iris163_rennes.ods.json.gz")
	streets := imported(t, w, "voies", "rennes/rues_osm_2014.geojson.gz")
	iris := imported(t, w, "iris", "rennes/iris_rennes_metropole.ods.json.gz")
	squares := imported(t, w, "carreaux_200m", "rennes/carreaux_200m_rm.geojson.gz")
	total, centres := map[string]float64{}, map[string]float64{}
	for name, mesh := range map[string]*snapshot.PublicCollection{"iris": iris, "carreaux_200m": squares} {
		c := Collections{Mesh: mesh, Buildings: buildings, Streets: []*snapshot.PublicCollection{streets}}
		in, err := Read(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		r := measured(t, in)
		if r.Report.Buildings != 669 || r.Report.HeightDefault != 669 || r.Report.WithoutShape != 0 {
			t.Errorf("%s: %+v", name, r.Report)
		}
		d, rows, err := Published(name+"_forme", &c, r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Replace(context.Background(), referentials.Publication{Descriptor: d}, rows); err != nil {
			t.Fatal(err)
		}
		out := loaded(t, w, d.ID)
		value := func(i int, field string) referentials.Value { return out.Value(i, d.FieldIndex(field)) }
		sum, n := 0.0, int64(0)
		for i := range out.Len() {
			sum, n = sum+value(i, "emprise_bati").Float(), n+value(i, "nb_batiments").Int()
			if v := value(i, "part_eau"); !v.IsNull() {
				t.Fatal("a share of water nobody gave", v)
			}
		}
		total[name], centres[name] = sum, heldByCentre(in)
		if name != "iris" {
			continue
		}
		if n != 669 {
			t.Errorf("%d buildings", n)
		}
		i, ok := out.Find("352380505")
		if !ok {
			t.Fatal("the key is lost")
		}
		near(t, "area", value(i, "surface").Float(), 520_727, 1)
		near(t, "coverage", value(i, "ces").Float(), 0.193, 0.0005)
		near(t, "dwellings", value(i, "nb_logements").Float(), 1760, 1e-6)
		near(t, "estimated", value(i, "part_estimee").Float(), 1, 0)
	}
	// Some of the 669 lie in squares that the file leaves out, since nobody lives there: a
	// share of what is built that their centres tell about as well.
	for name, sum := range total {
		near(t, name, sum/total["iris"], centres[name]/centres["iris"], 0.02)
	}
	if share := total["carreaux_200m"] / total["iris"]; !(share > 0.8 && share < 1) {
		t.Errorf("squares hold %v of the footprints", share)
	}
}

// heldByCentre is the area of the buildings whose middles lie in a cell.
func heldByCentre(in Input) (sum float64) {
	outlines := make([]topology.Outline, len(in.Cells))
	for i := range in.Cells {
		outlines[i].Place(&in.Cells[i])
	}
	for i := range in.Buildings {
		g := &in.Buildings[i].Geom
		c := g.Bound().Center()
		for k := range outlines {
			if outlines[k].Covers(c[0], c[1]) {
				sum += topology.Area(g)
				break
			}
		}
	}
	return sum
}

// TestReadTopo reads the heights of BD TOPO, whose altitudes are of the roof alone in its
// second version.
func TestReadTopo(t *testing.T) {
	t.Parallel()
	w := new(world)
	for _, c := range []struct {
		file     string
		measured int
		mean     float64 // of the footprints, as the file's own column gives it to a metre or two
	}{{"bdtopo_12174/v3_BATIMENT.shp.zip", 1989, 7}, {"bdtopo_12174/v2_BATI_INDIFFERENCIE.shp.zip", 9489, 7}} {
		id := strings.ToLower(c.file[len("bdtopo_12174/") : len("bdtopo_12174/")+2])
		buildings := imported(t, w, id, c.file)
		in, err := Read(context.Background(), Collections{Mesh: buildings, Buildings: buildings})
		if err != nil {
			t.Fatal(err)
		}
		r := measured(t, in)
		if r.Report.HeightMeasured != c.measured {
			t.Errorf("%s: %+v", c.file, r.Report)
		}
		sum, n := 0.0, 0.0
		for i := range r.Forms {
			if f := &r.Forms[i]; f.HeightFrom == Measured {
				sum, n = sum+f.HeightM, n+1
				if f.HeightM > 60 || f.WallHeightM > f.HeightM {
					t.Fatalf("%s: %+v", c.file, f)
				}
			}
		}
		near(t, c.file, sum/n, c.mean, 2)
	}
}

func TestRefusedCollections(t *testing.T) {
	t.Parallel()
	w := new(world)
	layer := func(id, key string, system crs.CRS, shapes ...geo.Geometry) *snapshot.PublicCollection {
		d := referentials.Descriptor{ID: id, Key: key, Geometry: geo.Any, CRS: system, Access: referentials.Open, Fields: []referentials.Field{{Name: key, Type: referentials.Integer, Role: referentials.Key}}}
		_, err := w.Replace(context.Background(), referentials.Publication{Descriptor: d}, func(yield func(*referentials.Row, error) bool) {
			for i, g := range shapes {
				if !yield(&referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i))}, Geom: g}, nil) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return loaded(t, w, id)
	}
	plane, degrees := crs.EPSG(2154), crs.EPSG(4326)
	cells := layer("cells", "id", plane, box(350_000, 6_789_000, 350_100, 6_789_100))
	points := layer("points", "id", plane, geo.Geometry{Type: geo.Point, XY: []float64{350_000, 6_789_000}})
	far := layer("far", "id", degrees, box(100, 10, 101, 11))
	for what, c := range map[string]Collections{
		"it has no polygons": {Mesh: cells, Buildings: points},
		"it has no lines":    {Mesh: cells, Buildings: cells, Streets: []*snapshot.PublicCollection{points}},
		"on a plane":         {Mesh: far, Buildings: far},
	} {
		if _, err := Read(context.Background(), c); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %q", err, what)
		}
	}
	odd := layer("odd", "surface", plane, box(350_000, 6_789_000, 350_100, 6_789_100))
	in, err := Read(context.Background(), Collections{Mesh: odd, Buildings: cells})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Published("x", &Collections{Mesh: odd, Buildings: cells}, measured(t, in)); referentials.CodeOf(err) != referentials.Invalid {
		t.Error(err)
	}
	// A mesh in degrees is measured in the plane of the buildings.
	in, err = Read(context.Background(), Collections{Mesh: layer("france", "id", degrees, box(-1.68, 48.10, -1.67, 48.11)), Buildings: cells})
	if err != nil {
		t.Fatal(err)
	}
	if area := measured(t, in).Cells[0].AreaM2; math.Abs(area-744*1112) > 0.01*744*1112 {
		t.Errorf("%v m²", area)
	}
}

// TestReadTags reads heights and levels that OpenStreetMap has as text, beside words that
// are no numbers.
func TestReadTags(t *testing.T) {
	t.Parallel()
	w := new(world)
	mesh := imported(t, w, "commune", "bdtopo_12174/v3_COMMUNE.shp.zip")
	in, err := Read(context.Background(), Collections{Mesh: mesh, Buildings: imported(t, w, "geneva", "geneva/geneva_buildings.geojson.gz")})
	if err != nil {
		t.Fatal(err)
	}
	r := measured(t, in).Report
	if r.Buildings != 11_673 || r.HeightMeasured != 4 || r.HeightFromLevels != 1543 || r.LevelsMeasured != 1546 || r.Outside != r.Buildings {
		t.Errorf("%+v", r)
	}
}
