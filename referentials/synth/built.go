package synth

import "fmt"

// writeBuildings writes the footprints of a block, whose coordinates are ready.
func (e *edition) writeBuildings(p *plot) {
	l := e.buildings
	commune := &e.communes[e.faces[p.face].commune]
	at := 0
	for i := range p.buildings {
		b := &p.buildings[i]
		e.built++
		l.begin()
		l.text("gml_id", fmt.Sprintf("v_batiment_desc.%s_%06d", commune.code, e.built))
		l.text("id_bati3d", fmt.Sprintf("BATI3D_%s_%06d", commune.code, e.built))
		l.text("code_insee", commune.code)
		if b.usage == "Agricole" && p.r.IntN(2) == 0 {
			l.null("jannat") // the land file often knows no date for barns
		} else {
			l.int("jannat", b.year)
		}
		l.fixed("zmin", b.ground, 2)
		l.fixed("zmax", b.ridge, 2)
		l.fixed("hauteur", b.height, 1)
		l.int("niveau", b.levels)
		l.int("nb_logement", b.homes)
		l.int("nb_maison", b.houses)
		l.int("nb_appart", b.homes-b.houses)
		l.text("usage1", b.usage)
		if p.zone == oldTown && b.homes > 0 && b.levels > 2 {
			l.text("usage2", "Commercial et services")
		} else {
			l.null("usage2")
		}
		l.geometry("Polygon")
		n := 2 * len(b.ring)
		l.rings([][]float64{e.footprints[at : at+n]})
		at += n
		l.end()
	}
	e.perFace[p.face].buildings = len(p.buildings)
	e.summary.Buildings += len(p.buildings)
}
