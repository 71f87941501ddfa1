package morphology

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Collections are what a mesh is measured with, as anyone may see them. Buildings are
// needed, and the mesh where [Read] is to read it; the others may be left out.
type Collections struct {
	Mesh, Buildings                        *snapshot.PublicCollection
	Streets, Water, Vegetation, Impervious []*snapshot.PublicCollection
}

// The names that producers give what is looked for, the first that is there being taken:
// the catalog's, then those of BD TOPO and OpenStreetMap as files have them.
var (
	ridgeNames    = []string{"zmax", "z_max_toit", "altitude_maximale_toit"}
	groundNames   = []string{"zmin", "z_min_sol", "altitude_minimale_sol"}
	gutterNames   = []string{"hauteur"}
	heightNames   = []string{"height", "hauteur_totale"}
	levelNames    = []string{"niveau", "nb_etages", "nombre_d_etages", "building_levels", "building:levels"}
	dwellingNames = []string{"nb_logement", "nb_logements", "nb_logts", "nombre_de_logements"}
	houseNames    = []string{"nb_maison"}
	flatNames     = []string{"nb_appart"}
	usageNames    = []string{"usage1", "usage_1"}
	natureNames   = []string{"nature", "building"}
	widthNames    = []string{"largeur", "largeur_de_chaussee", "width"}
	greenNames    = []string{"nature", "natural", "landuse"}
)

// usages tells what a building is for from the words of BD TOPO and OpenStreetMap.
var usages = map[string]Usage{
	"résidentiel": Residential, "residential": Residential, "house": Residential, "detached": Residential, "apartments": Residential,
	"semidetached_house": Residential, "terrace": Residential, "dormitory": Residential,
	"commercial et services": Commercial, "commercial": Commercial, "retail": Commercial, "office": Commercial, "supermarket": Commercial, "bâtiment commercial": Commercial,
	"industriel": LightIndustry, "industrial": LightIndustry, "warehouse": LightIndustry, "bâtiment industriel": LightIndustry,
	"industriel, agricole ou commercial": LightIndustry,
	"agricole":                           OtherUsage, "religieux": OtherUsage, "sportif": OtherUsage, "annexe": OtherUsage, "serre": OtherUsage,
	"bâtiment agricole": OtherUsage, "church": OtherUsage, "school": OtherUsage, "garage": OtherUsage, "garages": OtherUsage, "shed": OtherUsage,
}

// lowGreen are the kinds of vegetation below a person's height; all others are high.
var lowGreen = map[string]bool{
	"lande ligneuse": true, "lande herbacée": true, "vigne": true, "prairie": true, "canne à sucre": true, "pelouse": true,
	"grass": true, "grassland": true, "meadow": true, "heath": true, "scrub": true, "farmland": true, "vineyard": true, "village_green": true,
}

// Read makes an Input of collections, in the system areas are measured in.
func Read(ctx context.Context, c Collections) (Input, error) {
	plane, err := planeOf(c.Mesh, c.Buildings)
	if err != nil {
		return Input{}, err
	}
	var ways crs.Cache
	defer ways.Close()
	cells, err := shapesOf(ctx, c.Mesh, 2, plane, &ways)
	if err != nil {
		return Input{}, err
	}
	in, err := ReadTown(ctx, c, plane)
	in.Cells = cells
	return in, err
}

// ReadTown makes an Input of all but the mesh, in a system that is a plane in metres.
func ReadTown(ctx context.Context, c Collections, plane crs.CRS) (Input, error) {
	var in Input
	var ways crs.Cache
	defer ways.Close()
	footprints, err := shapesOf(ctx, c.Buildings, 2, plane, &ways)
	if err != nil {
		return in, err
	}
	in.Buildings = readBuildings(c.Buildings, footprints)
	if len(c.Streets) > 0 {
		in.Roads = []Road{} // known, even where there are none
	}
	for _, streets := range c.Streets {
		lines, err := shapesOf(ctx, streets, 1, plane, &ways)
		if err != nil {
			return in, err
		}
		width := columnOf(streets, widthNames)
		in.Roads = slices.Grow(in.Roads, len(lines))
		for i := range lines {
			in.Roads = append(in.Roads, Road{lines[i], width.number(i)})
		}
	}
	for _, layer := range []struct {
		from []*snapshot.PublicCollection
		kind Cover
	}{{c.Water, Water}, {c.Vegetation, HighVegetation}, {c.Impervious, Impervious}} {
		for _, from := range layer.from {
			shapes, err := shapesOf(ctx, from, 2, plane, &ways)
			if err != nil {
				return in, err
			}
			in.cover(from, shapes, layer.kind)
		}
	}
	return in, nil
}

// cover adds polygons of land cover; vegetation is low where its nature says so.
func (in *Input) cover(from *snapshot.PublicCollection, shapes []geo.Geometry, kind Cover) {
	in.Known = append(in.Known, kind)
	if kind == HighVegetation {
		in.Known = append(in.Known, LowVegetation)
	}
	nature := columnOf(from, greenNames)
	for i := range shapes {
		of := kind
		if of == HighVegetation && lowGreen[nature.word(i)] {
			of = LowVegetation
		}
		in.Ground = append(in.Ground, Ground{shapes[i], of})
	}
}

func readBuildings(c *snapshot.PublicCollection, shapes []geo.Geometry) []Building {
	ridge, ground, gutter, height := columnOf(c, ridgeNames), columnOf(c, groundNames), columnOf(c, gutterNames), columnOf(c, heightNames)
	levels, dwellings := columnOf(c, levelNames), columnOf(c, dwellingNames)
	houses, flats := columnOf(c, houseNames), columnOf(c, flatNames)
	usage, nature := columnOf(c, usageNames), columnOf(c, natureNames)
	out := make([]Building, len(shapes))
	for i := range out {
		b := Building{Geom: shapes[i], WallHeightM: gutter.number(i), HeightM: height.number(i), Levels: levels.number(i), Dwellings: dwellings.number(i)}
		if !dwellings.has(i) {
			b.Dwellings = houses.number(i) + flats.number(i)
		}
		if ridge.has(i) && ground.has(i) {
			// Where that is less than the gutter's height, the altitudes are both of the
			// roof, as BD TOPO has them up to its second version.
			if h := ridge.number(i) - ground.number(i); h >= b.WallHeightM {
				b.HeightM = h
			}
		}
		b.Usage = usages[usage.word(i)]
		if b.Usage == UnknownUsage {
			b.Usage = usages[nature.word(i)]
		}
		if b.Usage == UnknownUsage && known(b.Dwellings) {
			b.Usage = Residential
		}
		out[i] = b
	}
	return out
}

// column is a field of a collection, or nothing.
type column struct {
	of    *snapshot.PublicCollection
	field int
}

// columnOf finds the first field of some names, whatever their case.
func columnOf(c *snapshot.PublicCollection, names []string) column {
	d := c.Descriptor()
	for _, name := range names {
		for f := range d.Fields {
			if strings.EqualFold(d.Fields[f].Name, name) {
				return column{c, f}
			}
		}
	}
	return column{c, -1}
}

func (c column) has(i int) bool { return c.field >= 0 && !c.of.Value(i, c.field).IsNull() }

// number reads a number, 0 where there is none. Text is read as one where it is, as tags
// of OpenStreetMap are among others that are not ("12 m", "5;6").
func (c column) number(i int) float64 {
	if c.field < 0 {
		return 0
	}
	v := c.of.Value(i, c.field)
	if v.Type() != referentials.String {
		return v.Float()
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v.Str()), "m")), 64)
	if err != nil {
		return 0
	}
	return n
}

// word reads a text in lower case, "" where there is none.
func (c column) word(i int) string {
	if c.field < 0 {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(c.of.Value(i, c.field).Str()))
}

// lambert93 is where shapes in degrees are measured in metropolitan France.
var lambert93 = crs.EPSG(2154)

// planeOf gives the system shapes are measured in: the mesh's, or else the buildings',
// whichever is a plane in metres; Lambert-93 for France when neither is.
func planeOf(mesh, buildings *snapshot.PublicCollection) (crs.CRS, error) {
	for _, c := range []*snapshot.PublicCollection{mesh, buildings} {
		system := c.Descriptor().CRS
		info, err := crs.Describe(system)
		if err != nil {
			return system, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", c.ID())
		}
		if info.TrueToScale() && info.PerUnit == 1 {
			return system, nil
		}
	}
	plane, err := crs.Describe(lambert93)
	if err != nil {
		return lambert93, referentials.Errorf(referentials.Internal, "%w", err)
	}
	if b := mesh.Extent(); b.Min[0] <= b.Max[0] && !(plane.Covers(b.Min[0], b.Min[1], 0) && plane.Covers(b.Max[0], b.Max[1], 0)) {
		return lambert93, referentials.Errorf(referentials.Unsupported, "neither its shapes nor the buildings' are in metres on a plane, and it lies outside %s", plane.AreaName).
			At("collection %s", mesh.ID()).Do("import one of them in a projected system")
	}
	return lambert93, nil
}

// shapesOf gives the shapes of a collection in a system. One of another dimension, as a
// point among footprints, or without an image in the system is null.
func shapesOf(ctx context.Context, c *snapshot.PublicCollection, dimension int, plane crs.CRS, ways *crs.Cache) ([]geo.Geometry, error) {
	var way *crs.Transformer
	if from := c.Descriptor().CRS; from != plane && c.Descriptor().HasGeometry() {
		var err error
		if way, err = ways.Between(from, plane); err != nil {
			return nil, referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", c.ID())
		}
	}
	out := make([]geo.Geometry, c.Len())
	found := false
	var failed []int
	for i := range out {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		g := c.Geometry(i)
		if g.Type.Dimension() != dimension {
			continue
		}
		if way != nil {
			g = g.Clone()
			var err error
			if failed, err = way.TryForward(g.XY, failed[:0]); err != nil {
				return nil, referentials.Errorf(referentials.Internal, "%w", err).At("collection %s", c.ID())
			}
			if len(failed) > 0 {
				continue
			}
		}
		out[i], found = g, true
	}
	if !found && len(out) > 0 {
		what := [...]string{1: "lines", 2: "polygons"}[dimension]
		return nil, referentials.Errorf(referentials.Invalid, "it has no %s", what).At("collection %s", c.ID()).Do("name a collection of %s", what)
	}
	return out, nil
}
