package synth

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// grid sums people in the 200 m cells of the European grid, EPSG:3035.
type grid struct{ cells map[cellKey]*cell }

// cellKey is the lower left corner of a cell, in metres, north first as its name has it.
type cellKey struct{ n, e int }

type cell struct {
	people
	communes []string
}

// cellSide is the side of a small cell, m; few households are the number under which
// INSEE replaces a cell's figures by estimates.
const (
	cellSide       = 200
	fewHouseholds  = 11
	gridProjection = 3035
)

func (g *grid) add(x, y float64, p *people, commune string) {
	if p.persons == 0 {
		return
	}
	k := cellKey{int(math.Floor(y/cellSide)) * cellSide, int(math.Floor(x/cellSide)) * cellSide}
	g.at(k).include(p, commune)
}

func (g *grid) at(k cellKey) *cell {
	c := g.cells[k]
	if c == nil {
		c = &cell{}
		g.cells[k] = c
	}
	return c
}

func (c *cell) include(p *people, communes ...string) {
	c.add(p)
	for _, code := range communes {
		if !slices.Contains(c.communes, code) {
			c.communes = append(c.communes, code)
		}
	}
}

func (k cellKey) name(side int) string {
	return fmt.Sprintf("CRS3035RES%dmN%dE%d", side, k.n, k.e)
}

func (k cellKey) within(side int) cellKey { return cellKey{k.n / side * side, k.e / side * side} }

func (g *grid) sorted() []cellKey {
	keys := make([]cellKey, 0, len(g.cells))
	for k := range g.cells {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b cellKey) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.e, b.e)) })
	return keys
}

// writeGrids writes the cells of 200 m, and those of 1 km they add up to.
func (e *edition) writeGrids() error {
	large := grid{cells: map[cellKey]*cell{}}
	few := map[cellKey][2]int{} // estimated and observed small cells
	l := newLayer(e.options.Dir, "carreaux_200m.geojson", gridProjection)
	for _, k := range e.grid.sorted() {
		c, up := e.grid.cells[k], k.within(1000)
		large.at(up).include(&c.people, c.communes...)
		estimated := 0
		if c.main < fewHouseholds {
			estimated = 1
		}
		n := few[up]
		n[1-estimated]++
		few[up] = n
		l.begin()
		l.text("idcar_200m", k.name(cellSide))
		l.text("idcar_1km", up.name(1000))
		l.int("i_est_200", estimated)
		l.cell(c, k, cellSide)
	}
	if err := e.finish(l); err != nil {
		return err
	}
	l = newLayer(e.options.Dir, "carreaux_1km.geojson", gridProjection)
	for _, k := range large.sorted() {
		estimated := 2
		switch n := few[k]; {
		case n[0] == 0:
			estimated = 0
		case n[1] == 0:
			estimated = 1
		}
		l.begin()
		l.text("idcar_1km", k.name(1000))
		l.int("i_est_1km", estimated)
		l.cell(large.cells[k], k, 1000)
	}
	return e.finish(l)
}

// cell writes what both grids share, and the square.
func (l *layer) cell(c *cell, k cellKey, side int) {
	slices.Sort(c.communes)
	codes := ""
	for _, code := range c.communes {
		codes += code
	}
	l.text("lcog_geo", codes) // end to end, as INSEE writes them
	p, a := &c.people, &c.ages
	for _, m := range []struct {
		name string
		n    int
	}{
		{"ind", p.persons}, {"men", p.main}, {"men_pauv", p.poor}, {"men_1ind", p.single}, {"men_5ind", p.five},
		{"men_prop", p.owner}, {"men_fmp", p.oneHead}, {"ind_snv", p.income}, {"men_surf", p.surface},
		{"men_coll", p.mainFlats}, {"men_mais", p.mainHouses},
		{"log_av45", p.built[0]}, {"log_45_70", p.built[1]}, {"log_70_90", p.built[2]}, {"log_ap90", p.built[3]},
		{"log_inc", 0}, {"log_soc", p.social},
		{"ind_0_3", a[0] + a[1]}, {"ind_4_5", a[2]}, {"ind_6_10", a[3]}, {"ind_11_17", a[4]}, {"ind_18_24", a[5]},
		{"ind_25_39", a[6]}, {"ind_40_54", a[7]}, {"ind_55_64", a[8]}, {"ind_65_79", a[9]}, {"ind_80p", a[10]}, {"ind_inc", 0},
	} {
		l.int(m.name, m.n)
	}
	l.geometry("Polygon")
	x, y, s := float64(k.e), float64(k.n), float64(side)
	l.rings([][]float64{{x, y, x + s, y, x + s, y + s, x, y + s}})
	l.end()
}
