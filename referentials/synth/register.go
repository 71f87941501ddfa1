package synth

import (
	"fmt"
	"math"
)

// The street and address register.
const (
	addressHeader = "ID_ADR;NUMERO;EXTENSION;BATIMENT;ANGLE_GRD;ANGLE_DEG;CODE_INSEE;ID_VOIE;VOIE_NOM;ADR_CPLETE;" +
		"X_LAMBCC48;Y_LAMBCC48;X_LAMB93;Y_LAMB93;X_WGS84;Y_WGS84"
	streetHeader = "code_insee;id_voie;fantoir;type;voie_nom;voie_nom_complet;article1;prenom1;article2;prenom2;particule;nom"
)

// codeStreets gives each named way the code its commune's tax office knows it by.
func (m *metropolis) codeStreets() []string {
	codes := make([]string, len(m.ways))
	next := make([]int, len(m.communes))
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
	for w := range m.ways {
		v := &m.ways[w]
		if v.id == 0 {
			continue
		}
		next[v.commune] += 7
		n := next[v.commune]
		// Four characters and a check letter; beyond 9999 the first one is a letter.
		code := fmt.Sprintf("%04d", n)
		if n > 9999 {
			code = fmt.Sprintf("%c%03d", 'A'+(n-10000)/1000, n%1000)
		}
		codes[w] = code + string(letters[(n*11+int(v.commune))%len(letters)])
	}
	return codes
}

// full is an address as people write it, before the commune.
func (m *metropolis) full(a *address) string {
	w := &m.ways[m.fronts.sides[a.side].way]
	s := fmt.Sprint(a.number.number)
	if x := a.number.extension(); x != "" {
		s += " " + x
	}
	if x := a.number.building(); x != "" {
		s += " " + x
	}
	return s + " " + w.name.full()
}

func (e *edition) writeAddress(a *address, i, id int) {
	side := &e.fronts.sides[a.side]
	way := &e.ways[side.way]
	s := e.addresses
	s.int(id)
	s.int(int(a.number.number))
	s.text(a.number.extension())
	s.text(a.number.building())
	degrees := math.Round(a.degrees*1e4) / 1e4
	s.fixed(math.Round((90-degrees)/0.9*1e4)/1e4, 10)
	s.fixed(degrees, 10)
	s.text(e.communes[e.faces[side.block].commune].code)
	s.int(int(way.id))
	s.text(way.name.full())
	s.text(e.full(a))
	s.fixed(e.cc48[2*i], 2)
	s.fixed(e.cc48[2*i+1], 2)
	s.fixed(e.lambert[2*i], 2)
	s.fixed(e.lambert[2*i+1], 2)
	s.fixed(e.longLat[2*i], 10)
	s.fixed(e.longLat[2*i+1], 10)
	s.end()
}

// writeStreets writes the register of streets and their lines.
func (e *edition) writeStreets(vertices []float64) error {
	s := newSheet(e.options.Dir, "rva_voies.csv", municipal, streetHeader)
	l := newLayer(e.options.Dir, "voies.geojson", 0)
	var xy []float64
	for _, w := range e.byID {
		v := &e.ways[w]
		n, c := &v.name, &e.communes[v.commune]
		s.text(c.code)
		s.int(int(v.id))
		for _, part := range []string{e.fantoir[w], n.kind, n.short(), n.full(), n.article, n.first, "", n.second, n.particle, n.proper} {
			s.text(part)
		}
		s.end()
		l.begin()
		l.int("id_voie", int(v.id))
		l.text("code_insee", c.code)
		l.text("nom_commune", c.name)
		l.text("fantoir", e.fantoir[w])
		l.text("type", n.kind)
		l.text("voie_nom", n.short())
		l.text("voie_nom_complet", n.full())
		for _, part := range [][2]string{{"article1", n.article}, {"prenom1", n.first}, {"prenom2", n.second}, {"particule", n.particle}, {"nom", n.proper}} {
			l.text(part[0], part[1])
		}
		l.text("nature", v.class.String())
		l.int("importance", v.class.importance())
		l.fixed("largeur", v.class.carriageway(), 1)
		l.geometry("LineString")
		xy = e.lineOf(v.edges, vertices, xy[:0])
		l.points(xy, false)
		l.end()
	}
	e.summary.Streets = s.rows
	return e.finish(s, l)
}

// lineOf appends the vertices along half-edges.
func (m *metropolis) lineOf(edges []int32, vertices, dst []float64) []float64 {
	v := m.org[edges[0]]
	dst = append(dst, vertices[2*v], vertices[2*v+1])
	for _, h := range edges {
		v = m.dst(h)
		dst = append(dst, vertices[2*v], vertices[2*v+1])
	}
	return dst
}
