package synth

import (
	"context"
	"fmt"
	"slices"
)

// writeLayers writes what is known once every block is built: the partitions, the lines
// and the tables of sums.
func (e *edition) writeLayers(ctx context.Context) error {
	vertices, err := project(e.lonLat, nil, flat(nil, e.at...))
	if err != nil {
		return err
	}
	for _, write := range []func() error{
		func() error { return e.writeStreets(vertices) },
		func() error { return e.writeCommunes(vertices) },
		func() error { return e.writeIRIS(vertices) },
		func() error { return e.writeIMU(vertices) },
		func() error { return e.writeWater(vertices) },
		func() error { return e.writeRail(vertices) },
		func() error { return e.writeGreen(vertices) },
		e.writeGrids, e.writeIncome, e.writeCensus, e.writeUse, e.writeCounts,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// region writes the geometry of a set of faces.
func (e *edition) region(l *layer, faces []int32, vertices []float64, in func(int32) bool) {
	parts := e.polygons(e.dissolve(faces, in))
	if len(parts) == 1 {
		l.geometry("Polygon")
		l.rings(e.coordinates(parts[0], vertices))
		return
	}
	l.geometry("MultiPolygon")
	l.buf = append(l.buf, '[')
	for i, part := range parts {
		if i > 0 {
			l.buf = append(l.buf, ',')
		}
		l.rings(e.coordinates(part, vertices))
	}
	l.buf = append(l.buf, ']')
}

func (e *edition) coordinates(rings [][]int32, vertices []float64) [][]float64 {
	out := make([][]float64, len(rings))
	for i, ring := range rings {
		for _, h := range ring {
			v := e.org[h]
			out[i] = append(out[i], vertices[2*v], vertices[2*v+1])
		}
	}
	return out
}

func (e *edition) writeCommunes(vertices []float64) error {
	l := newLayer(e.options.Dir, "communes.geojson", 0)
	of := make([][]int32, len(e.communes))
	for _, f := range e.blocks {
		of[e.faces[f].commune] = append(of[e.faces[f].commune], f)
	}
	for c := range e.communes {
		v := &e.communes[c]
		l.begin()
		l.text("code_insee", v.code)
		l.text("nom", v.name)
		l.text("code_departement", v.code[:2])
		l.text("code_epci", epci)
		l.text("code_postal", v.postcode)
		l.int("population", e.perCommune[c].persons)
		l.fixed("surface_ha", e.area(of[c])/1e4, 2)
		e.region(l, of[c], vertices, func(f int32) bool { return e.faces[f].commune == int32(c) })
		l.end()
	}
	return e.finish(l)
}

func (m *metropolis) area(faces []int32) float64 {
	sum := 0.0
	for _, f := range faces {
		sum += signedArea(m.polygon(f))
	}
	return sum
}

func (e *edition) writeIRIS(vertices []float64) error {
	l := newLayer(e.options.Dir, "contours_iris.geojson", 0)
	for i := range e.iris {
		z := &e.iris[i]
		c := &e.communes[z.commune]
		l.begin()
		l.text("INSEE_COM", c.code)
		l.text("NOM_COM", c.name)
		l.text("IRIS", z.code[5:])
		l.text("CODE_IRIS", z.code)
		l.text("NOM_IRIS", z.name)
		l.text("TYP_IRIS", z.kind)
		e.region(l, z.blocks, vertices, func(f int32) bool { return f > 0 && e.faces[f].iris == int32(i) })
		l.end()
	}
	return e.finish(l)
}

// writeIMU writes every face of the map: together they are the territory, exactly.
func (e *edition) writeIMU(vertices []float64) error {
	l := newLayer(e.options.Dir, "imu.geojson", 0)
	for _, f := range e.blocks {
		info, n := &e.faces[f], &e.perFace[f]
		l.begin()
		code := e.communes[info.commune].code
		l.text("id_imu", fmt.Sprintf("%s_%05d", code, info.number))
		l.text("code_insee", code)
		l.text("code_iris", e.iris[info.iris].code)
		l.text("tissu", specs[info.zone].fabric)
		l.fixed("surface", signedArea(e.polygon(f)), 1)
		l.int("nb_batiments", n.buildings)
		l.int("nb_adresses", n.addresses)
		l.int("nb_logements", n.dwellings)
		l.geometry("Polygon")
		l.rings(e.coordinates([][]int32{e.ring(f, nil)}, vertices))
		l.end()
	}
	return e.finish(l)
}

func (e *edition) writeWater(vertices []float64) error {
	l := newLayer(e.options.Dir, "hydro.geojson", 0)
	for i, set := range e.clusters(water, true) {
		l.begin()
		l.int("id", i+1)
		l.text("nature", "Cours d'eau")
		l.text("toponyme", e.river.name)
		e.region(l, set, vertices, func(f int32) bool { return e.faces[f].zone == water && f > 0 })
		l.end()
	}
	return e.finish(l)
}

func (e *edition) writeGreen(vertices []float64) error {
	l := newLayer(e.options.Dir, "vegetation.geojson", 0)
	id := 0
	for _, kind := range []zone{park, wood} {
		for _, set := range e.clusters(kind, false) {
			id++
			l.begin()
			l.int("id", id)
			l.text("nature", map[zone]string{park: "Parc", wood: "Bois"}[kind])
			l.fixed("surface", e.area(set), 0)
			in := map[int32]bool{}
			for _, f := range set {
				in[f] = true
			}
			e.region(l, set, vertices, func(f int32) bool { return in[f] })
			l.end()
		}
	}
	return e.finish(l)
}

// clusters gathers faces of a kind into connected sets, across communes if whole is set.
func (e *edition) clusters(kind zone, whole bool) [][]int32 {
	seen := map[int32]bool{}
	var all [][]int32
	var hs []int32
	for f := int32(1); f < int32(len(e.head)); f++ {
		if e.faces[f].zone != kind || seen[f] {
			continue
		}
		seen[f] = true
		set := []int32{f}
		for i := 0; i < len(set); i++ {
			hs = e.ring(set[i], hs[:0])
			for _, h := range hs {
				g := e.face[twin(h)]
				if g > 0 && !seen[g] && e.faces[g].zone == kind && (whole || e.faces[g].commune == e.faces[f].commune) {
					seen[g] = true
					set = append(set, g)
				}
			}
		}
		slices.Sort(set)
		all = append(all, set)
	}
	return all
}

func (e *edition) writeRail(vertices []float64) error {
	l := newLayer(e.options.Dir, "rail.geojson", 0)
	for w := range e.ways {
		v := &e.ways[w]
		if v.class != railway || len(v.edges) == 0 {
			continue
		}
		l.begin()
		l.int("id", w)
		l.text("nature", "Voie ferrée principale")
		l.text("pos_sol", "0")
		l.int("nb_voies", 2)
		l.geometry("LineString")
		l.points(e.lineOf(v.edges, vertices, nil), false)
		l.end()
	}
	return e.finish(l)
}
