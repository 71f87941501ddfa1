package blocks

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// maxFeatures bounds a layer.
const maxFeatures = 20_000_000

// Read takes the rows of a collection as a layer, in the system plane. Of the fields it
// keeps those that rules speak of and the others named; of the tags of OpenStreetMap too.
func (p *Params) Read(ctx context.Context, state *referentials.State, rows referentials.Rows, kind Kind, plane crs.CRS, ways *crs.Cache, fields ...string) (Layer, error) {
	d := &state.Descriptor
	layer := Layer{Name: d.ID, Kind: kind}
	var columns []int
	spoken := p.spoken(kind)
	for i := range d.Fields {
		if name := strings.ToLower(d.Fields[i].Name); slices.Contains(spoken, name) || slices.Contains(fields, name) {
			layer.Fields, columns = append(layer.Fields, name), append(columns, i)
		}
	}
	tags, tagged := d.FieldIndex(tagsField), []string(nil)
	if tags >= 0 {
		tagged = slices.DeleteFunc(spoken, func(name string) bool { return slices.Contains(layer.Fields, name) })
		layer.Fields = append(layer.Fields, tagged...)
	}
	var way *crs.Transformer
	if d.HasGeometry() && d.CRS != plane {
		var err error
		if way, err = ways.Between(d.CRS, plane); err != nil {
			return layer, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", d.ID)
		}
	}
	key := d.KeyIndex()
	for row, err := range rows {
		if err != nil {
			return layer, err
		}
		if len(layer.Features) == maxFeatures {
			return layer, referentials.Errorf(referentials.TooLarge, "it has more than %d features", maxFeatures).At("collection %s", d.ID)
		}
		if len(layer.Features)%1024 == 0 && ctx.Err() != nil {
			return layer, context.Cause(ctx)
		}
		f := Feature{ID: row.Values[key].String(), Shape: row.Geom.Clone()}
		for _, c := range columns {
			f.Values = append(f.Values, row.Values[c].String())
		}
		for _, name := range tagged {
			f.Values = append(f.Values, tag(row.Values[tags].String(), name))
		}
		if way != nil && !f.Shape.IsNull() {
			if lost, err := way.TryForward(f.Shape.XY, nil); err != nil || len(lost) > 0 {
				return layer, referentials.Errorf(referentials.Invalid, "it has no place in %s", plane).
					At("collection %s, feature %s", d.ID, f.ID).Do("check its coordinates, or name another system with --crs")
			}
		}
		layer.Features = append(layer.Features, f)
	}
	return layer, nil
}

// spoken gives the fields that rules for a kind look at, in lower case. Without a kind it is
// those for buildings.
func (p *Params) spoken(kind Kind) []string {
	names := map[string]bool{}
	add := func(rules map[string][]string) {
		for name := range rules {
			names[strings.ToLower(name)] = true
		}
	}
	add(p.Rules[kind].Keep)
	add(p.Rules[kind].Drop)
	add(p.Rules[kind].Main)
	if kind == "" {
		for _, name := range slices.Concat(p.Split.Heights, p.Split.Levels) {
			names[strings.ToLower(name)] = true
		}
		for i := range p.Split.Forms {
			add(p.Split.Forms[i].Values)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// lambert93 is the plane of metropolitan France.
var lambert93 = crs.EPSG(2154)

// Plane gives the system to build in: that of a zone stored in metres on a plane that is true
// to scale; for another Lambert-93 where that is meant for, and elsewhere UTM.
func Plane(d *referentials.Descriptor, box orb.Bound) (crs.CRS, error) {
	info, err := crs.Describe(d.CRS)
	if err != nil {
		return crs.CRS{}, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", d.ID)
	}
	switch {
	case info.TrueToScale() && math.Abs(info.PerUnit-1) <= 1e-9:
		return d.CRS, nil
	case info.TrueToScale():
		return crs.CRS{}, referentials.Errorf(referentials.Unsupported, "its system %s is in %s, not in metres", d.CRS, info.Unit).
			At("collection %s", d.ID).Do("name a system in metres with --crs")
	}
	centre := []float64{(box.Min[0] + box.Max[0]) / 2, (box.Min[1] + box.Max[1]) / 2}
	if err := toDegrees(d.CRS, centre); err != nil {
		return crs.CRS{}, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", d.ID)
	}
	lon, lat := centre[0], centre[1]
	if !(lon >= -180 && lon <= 180 && lat >= -84 && lat <= 84) {
		return crs.CRS{}, referentials.Errorf(referentials.Unsupported, "no plane is known for longitude %g, latitude %g", lon, lat).
			At("collection %s", d.ID).Do("name a system in metres with --crs")
	}
	france, err := crs.Describe(lambert93)
	if err != nil {
		return crs.CRS{}, referentials.Errorf(referentials.Internal, "%w", err)
	}
	if france.Covers(lon, lat, 0) {
		return lambert93, nil
	}
	zone := min(60, int(math.Floor((lon+180)/6))+1)
	if lat < 0 {
		return crs.EPSG(32700 + zone), nil
	}
	return crs.EPSG(32600 + zone), nil
}

// toDegrees brings places to longitude and latitude.
func toDegrees(from crs.CRS, xy []float64) error {
	way, err := crs.NewTransformer(from, crs.CRS84)
	if err != nil {
		return err
	}
	defer way.Close()
	return way.Forward(xy)
}

// GuessKind tells what a layer is from its name and its shapes, when nobody says.
func GuessKind(name string, t geo.Type) Kind {
	name = strings.ToLower(name)
	holds := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
	}
	switch areal := t.Dimension() == 2; {
	case areal && holds("parcel"):
		return Parcels
	case areal && holds("hydro", "eau", "water", "riv", "lac"):
		return Water
	case areal && holds("veg", "veget", "bois", "foret", "forest", "wood"):
		return Vegetation
	case areal:
		return Areas
	case holds("fer", "rail", "train"):
		return Rail
	case holds("voie", "route", "rue", "road", "street", "way", "troncon"):
		return Streets
	}
	return Lines
}
