package synth

import (
	"math/rand/v2"
	"strconv"
)

// The networks' tables by address, before any statistical secrecy: they are the micro-data
// that only leaves inside aggregates.
const (
	energyYear  = 2022
	epci        = "243599999" // fictitious
	powerHeader = "annee;code_iris;nom_iris;numero_de_voie;indice_de_repetition;type_de_voie;libelle_de_voie;code_commune;nom_commune;" +
		"segment_de_client;nombre_de_logements;consommation_annuelle_totale_de_l_adresse_mwh;" +
		"consommation_annuelle_moyenne_par_site_de_l_adresse_mwh;consommation_annuelle_moyenne_de_la_commune_mwh;" +
		"adresse;code_grand_secteur;code_secteur_naf2;code_epci;id_adr"
	gasHeader = "operateur;annee;filiere;code_iris;nom_iris;numero_de_voie;indice_de_repetition;type_de_voie;libelle_de_voie;code_commune;" +
		"nom_commune;segment_de_client;nombre_de_points_de_livraison;consommation_annuelle_totale_de_l_adresse_mwh;" +
		"adresse;code_grand_secteur;code_secteur_naf2;id_adr"
	useHeader = "annee;operateur;filiere;code_iris;nom_iris;code_commune;nom_commune;code_grand_secteur;nb_sites;conso_totale_mwh;nombre_de_mailles_secretisees"
)

// meters keep the rows of one commune, since each tells the commune's mean.
type meters struct {
	power []reading
	gas   []reading
	use   []irisEnergy
}

// reading is one row: a customer segment at an address.
type reading struct {
	supply
	segment segment
	id      int
	iris    int32
	way     int32
	number  numbering
}

// irisEnergy is the use of an IRIS by network (power, gas) and sector.
type irisEnergy [2][len(sectors)]supply

var sectors = [...]string{"RESIDENTIEL", "TERTIAIRE", "INDUSTRIE", "AGRICULTURE"}

func (e *edition) meter(r *rand.Rand, p *plot, a *address, i, id int) {
	year := 1970
	if a.building >= 0 {
		year = p.buildings[a.building].year
	}
	drawn := consume(r, p.zone, a, year)
	iris := e.faces[p.face].iris
	for network, by := range [2]*[segments]supply{&drawn.power, &drawn.gas} {
		for s := range segments {
			u := by[s]
			if u.sites == 0 {
				continue
			}
			if s == residential {
				u.sector = sectors[0]
			}
			row := reading{u, s, id, iris, e.fronts.sides[a.side].way, a.number}
			if network == 0 {
				e.meters.power = append(e.meters.power, row)
			} else {
				e.meters.gas = append(e.meters.gas, row)
			}
			for k, name := range sectors {
				if name == u.sector {
					sum := &e.meters.use[iris][network][k]
					sum.sites += u.sites
					sum.wattH += u.wattH
				}
			}
		}
	}
	if drawn.power[residential].sites > 0 {
		e.certify(r, p, a, i, id)
	}
}

// flushMeters writes the rows of a commune.
func (e *edition) flushMeters(commune int32) {
	var sum [segments]supply
	for i := range e.meters.power {
		m := &e.meters.power[i]
		sum[m.segment].sites += m.sites
		sum[m.segment].wattH += m.wattH
	}
	for i := range e.meters.power {
		m, s := &e.meters.power[i], e.power
		s.int(energyYear)
		e.place(s, m, commune)
		s.text(m.segment.String())
		s.int(m.sites)
		s.fixed(megawatt(m.wattH), 3)
		s.fixed(megawatt(m.wattH)/float64(m.sites), 3)
		s.fixed(megawatt(sum[m.segment].wattH)/float64(sum[m.segment].sites), 3)
		e.customer(s, m)
		s.text(epci)
		s.int(m.id)
		s.end()
	}
	for i := range e.meters.gas {
		m, s := &e.meters.gas[i], e.gas
		s.text("GRDF")
		s.int(energyYear)
		s.text("Gaz")
		e.place(s, m, commune)
		s.text(m.segment.String())
		s.int(m.sites)
		s.fixed(megawatt(m.wattH), 3)
		e.customer(s, m)
		s.int(m.id)
		s.end()
	}
	e.meters.power, e.meters.gas = e.meters.power[:0], e.meters.gas[:0]
}

func megawatt(kWh int) float64 { return float64(kWh) / 1000 }

// place writes the columns from code_iris to nom_commune.
func (e *edition) place(s *sheet, m *reading, commune int32) {
	z, w, c := &e.iris[m.iris], &e.ways[m.way], &e.communes[commune]
	s.text(z.code)
	s.text(z.name)
	s.int(int(m.number.number))
	s.text(m.number.extension())
	s.text(w.name.kind)
	s.text(w.name.short())
	s.text(c.code)
	s.text(c.name)
}

func (e *edition) customer(s *sheet, m *reading) {
	full := strconv.Itoa(int(m.number.number))
	if x := m.number.extension(); x != "" {
		full += " " + x
	}
	if x := m.number.building(); x != "" {
		full += " " + x
	}
	s.text(full + " " + e.ways[m.way].name.full())
	s.text(m.sector)
	s.text(m.naf)
}

// writeUse writes consumption by IRIS the way the networks publish it: a figure of too few
// delivery points is hidden (left empty) and counted as such.
func (e *edition) writeUse() error {
	s := newSheet(e.options.Dir, "conso_iris.csv", portal, useHeader)
	for i := range e.iris {
		z := &e.iris[i]
		for network, by := range e.meters.use[i] {
			for k, u := range by {
				if u.sites == 0 {
					continue
				}
				s.int(energyYear)
				s.text([]string{"Enedis", "GRDF"}[network])
				s.text([]string{"Electricité", "Gaz"}[network])
				s.text(z.code)
				s.text(z.name)
				s.text(e.communes[z.commune].code)
				s.text(e.communes[z.commune].name)
				s.text(sectors[k])
				s.int(u.sites)
				if hidden := u.sites <= 10; hidden {
					s.empty()
					s.int(1)
				} else {
					s.fixed(megawatt(u.wattH), 3)
					s.int(0)
				}
				s.end()
			}
		}
	}
	return e.finish(s)
}
