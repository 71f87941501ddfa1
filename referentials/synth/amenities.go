package synth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

const (
	siteHeader        = "id;nom;themes;numero;extension;voie;code_postal;commune;latitude;longitude"
	certificateHeader = "N°DPE;Identifiant__BAN;Date_établissement_DPE;Date_fin_validité_DPE;Version_DPE;Type_bâtiment;Année_construction;" +
		"Surface_habitable_logement;Type_énergie_n°1;Conso_5_usages_é_finale;Conso_5_usages_par_m²_é_primaire;Etiquette_DPE;Etiquette_GES;" +
		"Emission_GES_5_usages;Emission_GES_5_usages_par_m²;Code_INSEE_(BAN);Code_postal_(BAN);Nom__commune_(BAN);" +
		"Coordonnée_cartographique_X_(BAN);Coordonnée_cartographique_Y_(BAN);_geopoint;id_adr"
	countHeader = "date;isoDate;counts;status;ID;name;geo;sens"
)

// writeAmenities puts car parks and organisations in a block.
func (e *edition) writeAmenities(p *plot) {
	r := stream(e.seed, "amenities", int(p.face))
	commune := &e.communes[e.faces[p.face].commune]
	rate := [zones]float64{oldTown: 0.05, faubourg: 0.02, estate: 0.03, suburb: 0.006, village: 0.05, activity: 0.25, campus: 0.9, country: 0.01}[p.zone]
	for i := range p.addresses {
		a := &p.addresses[i]
		if a.building >= 0 && r.Float64() < rate {
			e.writeSite(r, p, a, i, commune)
		}
	}
	parks := [zones]float64{oldTown: 0.25, faubourg: 0.2, estate: 1.2, suburb: 0.15, village: 0.4, activity: 1.5, campus: 1.2}[p.zone]
	for range int(parks + r.Float64()) {
		if len(p.addresses) > 0 {
			e.writeParking(r, p, r.IntN(len(p.addresses)), commune)
		}
	}
	if len(p.addresses) > 0 && r.IntN(60) == 0 {
		i := r.IntN(len(p.addresses))
		e.counters = append(e.counters, counter{e.longLat[2*i], e.longLat[2*i+1], e.ways[e.fronts.sides[p.addresses[i].side].way].name.full(), p.zone})
	}
}

var siteKinds = [zones][]string{
	oldTown:  {"Théâtre", "Librairie", "Cinéma", "Médiathèque", "Mairie de quartier", "Galerie", "Office notarial"},
	faubourg: {"École élémentaire", "Crèche", "Pharmacie", "Maison de quartier", "Association"},
	estate:   {"Centre social", "École maternelle", "Gymnase", "Antenne sociale", "Bibliothèque"},
	suburb:   {"Assistantes maternelles", "Association sportive", "Cabinet infirmier"},
	village:  {"Mairie", "Église", "École", "Salle des fêtes", "Bureau de poste", "Médiathèque", "Boulangerie"},
	activity: {"Entrepôt", "Garage", "Menuiserie", "Imprimerie", "Déchèterie", "Hôtel d'entreprises"},
	campus:   {"Lycée", "Collège", "Clinique", "Faculté", "Résidence universitaire", "Complexe sportif", "Centre hospitalier"},
	country:  {"Ferme", "Gîte", "Centre équestre"},
}

func (e *edition) writeSite(r *rand.Rand, p *plot, a *address, i int, c *commune) {
	s := e.sites
	s.int(s.rows + 1)
	s.text(one(r, siteKinds[p.zone]) + " " + one(r, firsts) + " " + one(r, families))
	s.text(fmt.Sprintf("%d,%d", 60*(1+r.IntN(3)), 500+r.IntN(450)))
	s.int(int(a.number.number))
	s.text(a.number.extension())
	s.text(e.ways[e.fronts.sides[a.side].way].name.full())
	s.text(c.postcode)
	s.text(c.name)
	s.fixed(e.longLat[2*i+1], 9)
	s.fixed(e.longLat[2*i], 9)
	s.end()
}

func (e *edition) writeParking(r *rand.Rand, p *plot, i int, c *commune) {
	l := e.parkings
	id := l.rows + 1
	w := &e.ways[e.fronts.sides[p.addresses[i].side].way]
	spaces := int(12 * math.Exp(0.9*r.NormFloat64()))
	if p.zone == activity || p.zone == campus {
		spaces *= 4
	}
	spaces = max(2, spaces)
	l.begin()
	l.text("gml_id", fmt.Sprintf("v_parking.%d", id))
	l.int("objectid", id)
	l.int("id_voie", int(w.id))
	l.text("nom_voie", w.name.full())
	l.text("code_insee", c.code)
	l.text("nom_commune", c.name)
	l.text("type", []string{"Parking usuel", "Parking usuel", "Parking couvert", "Stationnement linéaire"}[r.IntN(4)])
	if r.IntN(3) == 0 {
		l.null("nom")
	} else {
		l.text("nom", "Parking "+w.name.proper)
	}
	l.text("domaine", []string{"Privé", "Public communal", "Public intercommunal"}[r.IntN(3)])
	if r.IntN(4) == 0 {
		l.null("surface")
	} else {
		l.int("surface", spaces*25)
	}
	l.int("nb_pl", spaces)
	switch {
	case r.IntN(3) == 0:
		l.text("categorie", "Non renseigné")
	case spaces < 50:
		l.text("categorie", "Moins de 50 places")
	default:
		l.text("categorie", "50 places et plus")
	}
	l.text("payant", yes(p.zone == oldTown))
	l.text("handicape", yes(r.IntN(3) > 0))
	l.geometry("MultiPoint")
	l.points(e.longLat[2*i:2*i+2], false)
	l.end()
}

func yes(v bool) string {
	if v {
		return "Oui"
	}
	return "Non"
}

// certify writes the energy certificates of some dwellings of an address.
func (e *edition) certify(r *rand.Rand, p *plot, a *address, i, id int) {
	b := &p.buildings[a.building]
	for range a.main {
		if r.Float64() >= 0.16 {
			continue
		}
		area := 25 + 60*r.Float64()
		kind := "appartement"
		if a.house {
			area, kind = 65+90*r.Float64(), "maison"
		}
		gas := r.Float64() < specs[p.zone].gas
		age := min(1, max(0, float64(2015-b.year)/75))
		final := (45 + 170*age) * math.Exp(0.32*r.NormFloat64()) // kWh/m²
		primary, carbon, fuel := final*2.3*0.75, final*0.075, "Électricité"
		if gas {
			primary, carbon, fuel = final*1.06, final*0.21, "Gaz naturel"
		}
		s := e.certificates
		day := time.Date(2021, 7, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(1000))
		s.text(fmt.Sprintf("35%02dE%07dS", day.Year()%100, s.rows+1))
		way := e.fronts.sides[a.side].way
		commune := &e.communes[e.faces[p.face].commune]
		s.text(fmt.Sprintf("%s_%s_%05d", commune.code, e.fantoir[way][:4], a.number.number))
		s.text(day.Format(time.DateOnly))
		s.text(day.AddDate(10, 0, -1).Format(time.DateOnly))
		s.text("2.3")
		s.text(kind)
		s.int(b.year)
		s.fixed(area, 1)
		s.text(fuel)
		s.fixed(final*area, 1)
		s.fixed(primary, 1)
		s.text(band(primary, 70, 110, 180, 250, 330, 420))
		s.text(band(carbon, 6, 11, 30, 50, 70, 100))
		s.fixed(carbon*area, 1)
		s.fixed(carbon, 1)
		s.text(commune.code)
		s.text(commune.postcode)
		s.text(commune.name)
		s.fixed(e.lambert[2*i], 2)
		s.fixed(e.lambert[2*i+1], 2)
		s.text(geoPoint(e.longLat[2*i], e.longLat[2*i+1]))
		s.int(id)
		s.end()
	}
}

// band gives the letter of a certificate: A up to the first bound, G over the last.
func band(v float64, bounds ...float64) string {
	for i, b := range bounds {
		if v <= b {
			return string(rune('A' + i))
		}
	}
	return "G"
}

// geoPoint writes a place as open data portals do: latitude first.
func geoPoint(lon, lat float64) string {
	b := appendFixed(nil, lat, 8, '.')
	return string(appendFixed(append(b, ',', ' '), lon, 8, '.'))
}

// counter is an automatic count of bicycles.
type counter struct {
	lon, lat float64
	name     string
	zone     zone
}

// writeCounts writes a year of daily counts.
func (e *edition) writeCounts() error {
	s := newSheet(e.options.Dir, "comptages.csv", portal, countHeader)
	for i, c := range e.counters[:min(len(e.counters), 60)] {
		r := stream(e.seed, "counts", i)
		base := [zones]float64{oldTown: 2200, faubourg: 1300, estate: 500, suburb: 300, village: 150, activity: 260, campus: 900, country: 90}[c.zone]
		base *= between(r, 0.5, 1.6)
		id, geo := fmt.Sprintf("1000%05d", 10000+i), geoPoint(c.lon, c.lat)
		for d := range 366 {
			day := time.Date(2024, 1, 1+d, 0, 0, 0, 0, time.UTC)
			n := base * (1 - 0.35*math.Cos(2*math.Pi*float64(d-15)/366)) * math.Exp(0.18*r.NormFloat64())
			if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
				n *= 0.55
			}
			status := "raw"
			if r.IntN(150) == 0 { // a fault of the loop
				n, status = 0, "modified"
			}
			stamp := day.Format("2006-01-02T15:04:05-07:00")
			s.text(stamp)
			s.text(stamp)
			s.int(int(n))
			s.text(status)
			s.text(id)
			s.text(c.name)
			s.text(geo)
			s.int(1 + i%2)
			s.end()
		}
	}
	return e.finish(s)
}
