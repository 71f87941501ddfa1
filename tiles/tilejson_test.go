package tiles

import (
	"encoding/json"
	"testing"

	"socle/geo"
	"socle/referentials"
)

func TestTileJSON(t *testing.T) {
	m := new(memory)
	d := m.add("iris", geo.MultiPolygon, referentials.TilePolicy{MinZoom: 8, MaxZoom: 15, Fields: []string{"nom"}},
		geo.Geometry{Type: geo.MultiPolygon, XY: square(-1.75, 48, 0.25), Ends: []uint32{5}, Parts: []uint32{1}})
	d.Title, d.Producer = referentials.Text{FR: "IRIS «de» Rennes"}, "INSEE"
	m.add("adresses", geo.Point, referentials.TilePolicy{MinZoom: 14}, pointAt(-1.5, 48.5)).Producer = "INSEE"
	labels := m.add("communes", geo.MultiPolygon, referentials.TilePolicy{MaxZoom: 14, Labels: true, Bytes: 9000})
	labels.Mesh, labels.Fields[1].Role = true, referentials.Label
	m.add("communes_label", geo.Polygon, referentials.TilePolicy{MinZoom: 14, MaxZoom: 14})
	m.add("table", geo.None, referentials.TilePolicy{}, geo.Geometry{}).CRS = m.descriptors[0].CRS
	m.add("vide", geo.Any, referentials.TilePolicy{})
	p := m.public(t)
	const template = "https://carto.example/tiles/iris,adresses/{z}/{x}/{y}.mvt"

	for _, c := range []struct {
		name string
		ids  []string
		want string
	}{
		{
			"two layers", []string{"iris", "adresses"},
			`{"tilejson":"3.0.0","name":"IRIS «de» Rennes, adresses","attribution":"INSEE","scheme":"xyz",` +
				`"tiles":["https://carto.example/tiles/iris,adresses/{z}/{x}/{y}.mvt"],"minzoom":8,"maxzoom":16,` +
				`"bounds":[-1.75,48,-1.5,48.5],"center":[-1.625,48.25,11],"vector_layers":[` +
				`{"id":"iris","description":"IRIS «de» Rennes","geometry_type":"polygon","minzoom":8,"maxzoom":15,"fields":{"nom":"String"},"reduction":{"small":"merge"}},` +
				`{"id":"adresses","description":"adresses","geometry_type":"point","minzoom":14,"maxzoom":16,"fields":{"n":"Number","nom":"String","point_count":"Number"},"reduction":{"cells":1}}]}`,
		},
		{
			"labels", []string{"communes"},
			`{"tilejson":"3.0.0","name":"communes","scheme":"xyz","tiles":["https://carto.example/tiles/iris,adresses/{z}/{x}/{y}.mvt"],"minzoom":0,"maxzoom":14,` +
				`"bounds":[-180,-85.05112877980659,180,85.05112877980659],"center":[0,0,0],"vector_layers":[` +
				`{"id":"communes","description":"communes","geometry_type":"polygon","minzoom":0,"maxzoom":14,"fields":{"n":"Number","nom":"String"},"reduction":{"bytes":9000}},` +
				`{"id":"communes_label","description":"communes","geometry_type":"point","minzoom":0,"maxzoom":14,"fields":{"n":"Number","nom":"String"}}]}`,
		},
		{
			"a layer that has the name of labels", []string{"communes", "communes_label"},
			`{"tilejson":"3.0.0","name":"communes, communes_label","scheme":"xyz","tiles":["https://carto.example/tiles/iris,adresses/{z}/{x}/{y}.mvt"],"minzoom":0,"maxzoom":14,` +
				`"bounds":[-180,-85.05112877980659,180,85.05112877980659],"center":[0,0,0],"vector_layers":[` +
				`{"id":"communes","description":"communes","geometry_type":"polygon","minzoom":0,"maxzoom":14,"fields":{"n":"Number","nom":"String"},"reduction":{"bytes":9000}},` +
				`{"id":"communes_label","description":"communes_label","geometry_type":"polygon","minzoom":14,"maxzoom":14,"fields":{"n":"Number","nom":"String"}}]}`,
		},
		{
			"nothing in it", []string{"vide"},
			`{"tilejson":"3.0.0","name":"vide","scheme":"xyz","tiles":["https://carto.example/tiles/iris,adresses/{z}/{x}/{y}.mvt"],"minzoom":0,"maxzoom":16,` +
				`"bounds":[-180,-85.05112877980659,180,85.05112877980659],"center":[0,0,0],"vector_layers":[` +
				`{"id":"vide","description":"vide","minzoom":0,"maxzoom":16,"fields":{"n":"Number","nom":"String"}}]}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := Describe(p, c.ids, template)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	for _, ids := range [][]string{nil, {"table"}, {"iris", "rues"}} {
		if _, err := Describe(p, ids, template); err == nil {
			t.Errorf("%v is described", ids)
		}
	}
}
