package synth

import (
	"math"
	"math/rand/v2"
)

// people are the dwellings and households of an address, or of any set of addresses: all
// its counts add up.
type people struct {
	dwellings, main, second, vacant    int
	inHouses, inFlats                  int // dwellings
	persons                            int
	ages                               [len(ageBounds)]int
	poor, single, five, owner, oneHead int // households, one per main dwelling
	mainHouses, mainFlats              int
	built                              [4]int // dwellings, by period: to 1945, 1970, 1990, since
	social                             int
	income                             int     // Σ standard of living of persons, €
	surface                            int     // of main dwellings, m²
	logIncome, logIncome2              float64 // Σ over persons of ln income and its square
}

// ageBounds are the first ages of the classes, the finest that both the census and the
// gridded data can be made from: 0–2, 3, 4–5, 6–10, 11–17, 18–24, 25–39, 40–54, 55–64,
// 65–79, 80 and over.
var ageBounds = [11]int{0, 3, 4, 6, 11, 18, 25, 40, 55, 65, 80}

// povertyLine is 60 % of the national median standard of living of 2018, €.
const povertyLine = 12_756

func (p *people) add(q *people) {
	p.dwellings += q.dwellings
	p.main += q.main
	p.second += q.second
	p.vacant += q.vacant
	p.inHouses += q.inHouses
	p.inFlats += q.inFlats
	p.persons += q.persons
	for i := range p.ages {
		p.ages[i] += q.ages[i]
	}
	p.poor += q.poor
	p.single += q.single
	p.five += q.five
	p.owner += q.owner
	p.oneHead += q.oneHead
	p.mainHouses += q.mainHouses
	p.mainFlats += q.mainFlats
	for i := range p.built {
		p.built[i] += q.built[i]
	}
	p.social += q.social
	p.income += q.income
	p.surface += q.surface
	p.logIncome += q.logIncome
	p.logIncome2 += q.logIncome2
}

// furnish gives the buildings of a block their height, age and use, and its addresses
// their dwellings and people.
func (p *plot) furnish() {
	r := stream(p.seed, "homes", int(p.face))
	sp := &specs[p.zone]
	c := centroid(p.ring)
	era := r.Float64()
	for i := range p.buildings {
		b := &p.buildings[i]
		b.lots = 0
		p.shape(b, r, sp, era)
	}
	for i := range p.addresses {
		if b := p.addresses[i].building; b >= 0 {
			p.buildings[b].lots++
		}
	}
	for i := range p.buildings {
		p.inhabit(&p.buildings[i], r)
	}
	given := make([]int, len(p.buildings))
	wealth := sp.income * (1 + 0.18*field(mix(p.seed^0x1c0e)).at(c.x/1500, c.y/1500))
	people := stream(p.seed, "people", int(p.face))
	for i := range p.addresses {
		a := &p.addresses[i]
		a.people, a.homes, a.house = peopleNone, 0, false
		if a.building < 0 {
			continue
		}
		b := &p.buildings[a.building]
		k := given[a.building]
		given[a.building]++
		a.homes = b.homes*(k+1)/b.lots - b.homes*k/b.lots
		a.house = b.houses > 0
		a.settle(people, p.zone, b, wealth)
	}
}

var peopleNone people

// shape sets levels, height, year and use.
func (p *plot) shape(b *building, r *rand.Rand, sp *spec, era float64) {
	area := signedArea(b.ring)
	span := sp.levels[1] - sp.levels[0] + 1
	barn := b.usage == "Agricole"
	b.levels = sp.levels[0] + min(r.IntN(span), r.IntN(span)+1)
	if p.zone == estate && area > 320 && area < 600 && b.lots > 0 && len(b.ring) == 4 && r.IntN(2) == 0 {
		b.levels = 10 + r.IntN(8) // a tower
	}
	storey, roof := 2.8, 2.4
	switch {
	case barn:
		b.levels, storey, roof = 1, 5.5, 2.5
	case p.zone == activity:
		b.levels, storey, roof = 1, between(r, 6, 11), 0.6
	case p.zone == campus:
		storey, roof = 3.4, 1.2
	case p.zone == estate:
		roof = 0.6
	case p.zone == oldTown:
		storey, roof = 3.1, 4
	}
	b.height = math.Round((storey*float64(b.levels)+0.4)*10) / 10
	c := centroid(b.ring)
	b.ground = p.terrain(c)
	b.ridge = b.ground + b.height + roof*between(r, 0.8, 1.2)
	from, to := float64(sp.built[0]), float64(sp.built[1])
	b.year = int(from + (to-from)*min(1, max(0, era+between(r, -0.12, 0.12))))
	if p.zone != estate && r.IntN(9) == 0 {
		b.year = max(b.year, 1975+r.IntN(46)) // rebuilt
	}
	if barn {
		return
	}
	switch p.zone {
	case activity:
		b.usage = []string{"Industriel", "Commercial et services"}[r.IntN(2)]
	case campus:
		b.usage = "Commercial et services"
	default:
		b.usage = "Résidentiel"
	}
}

// terrain is the altitude of the ground: low by the river, rolling elsewhere.
func (t *town) terrain(c pt) float64 {
	hills := field(mix(t.seed ^ 0x411))
	away := min(1, reachLine(t.river.line, c)/2500)
	return centimetre(22 + 26*smooth(away) + 9*away*hills.at(c.x/1800, c.y/1800) + 1.5*hills.at(c.x/300, c.y/300))
}

// reachLine is the distance to the nearest vertex of a line, near enough for altitudes.
func reachLine(line []pt, c pt) float64 {
	best := math.Inf(1)
	for _, q := range line {
		d := q.sub(c)
		best = min(best, d.dot(d))
	}
	return math.Sqrt(best)
}

// inhabit sets how many dwellings a building has, from its floor area.
func (p *plot) inhabit(b *building, r *rand.Rand) {
	b.homes, b.houses = 0, 0
	if b.lots == 0 || b.usage == "Agricole" {
		return
	}
	floor := signedArea(b.ring) * float64(b.levels)
	switch p.zone {
	case suburb, country:
		b.homes, b.houses = b.lots, b.lots
	case activity, campus:
		if r.IntN(25) == 0 {
			b.homes = 1
		}
	case estate:
		b.homes = max(b.lots, int(floor*0.84/74))
	default:
		if b.levels <= 2 && floor/float64(b.lots) < 230 && r.IntN(5) > 0 {
			b.homes, b.houses = b.lots, b.lots
			return
		}
		if p.zone == oldTown {
			floor *= 1 - 0.6/float64(b.levels) // shops
		}
		b.homes = max(b.lots, int(floor*0.72/between(r, 62, 82)))
	}
}

// householdSizes are the chances of 1, 2, 3, 4, 5 and 6 persons.
func householdSizes(z zone, house bool) []float64 {
	switch {
	case z == estate:
		return []float64{40, 25, 14, 11, 6, 4}
	case house:
		return []float64{20, 36, 17, 18, 7, 2}
	case z == oldTown:
		return []float64{62, 25, 7, 4, 1.5, 0.5}
	}
	return []float64{52, 29, 10, 6, 2.2, 0.8}
}

var (
	adultAges = []float64{0, 0, 0, 0, 0, 12, 28, 24, 15, 15, 6}
	youngAges = []float64{0, 0, 0, 0, 0, 34, 34, 13, 7, 8, 4} // centres, with their students
	childAges = []float64{15, 5, 10, 26, 36, 8, 0, 0, 0, 0, 0}
)

// settle fills the dwellings of an address.
func (a *address) settle(r *rand.Rand, z zone, b *building, wealth float64) {
	p := &a.people
	sp := &specs[z]
	sizes := householdSizes(z, a.house)
	adults := adultAges
	if z == oldTown {
		adults = youngAges
	}
	social := r.Float64() < sp.social
	for range a.homes {
		p.dwellings++
		p.built[period(b.year)]++
		if a.house {
			p.inHouses++
		} else {
			p.inFlats++
		}
		if social {
			p.social++
		}
		switch x := r.Float64(); {
		case x < 0.06:
			p.vacant++
			continue
		case x < 0.085:
			p.second++
			continue
		}
		p.main++
		p.household(r, 1+draw(r, sizes), adults, wealth, social)
		if a.house {
			p.mainHouses++
			p.surface += 75 + r.IntN(75)
		} else {
			p.mainFlats++
			p.surface += 28 + r.IntN(60)
		}
		if own := 0.34; a.house && r.Float64() < 0.82 || !a.house && !social && r.Float64() < own {
			p.owner++
		}
	}
}

func (p *people) household(r *rand.Rand, size int, adults []float64, wealth float64, social bool) {
	if social {
		wealth *= 0.82
	}
	living := wealth * math.Exp(0.43*r.NormFloat64())
	if size > 4 {
		living *= 0.86
	}
	grown := min(size, 2)
	if size > 1 && r.Float64() < 0.11 {
		grown = 1
		p.oneHead++
		living *= 0.8
	}
	for k := range size {
		if k < grown {
			p.ages[draw(r, adults)]++
		} else {
			p.ages[draw(r, childAges)]++
		}
	}
	p.persons += size
	switch {
	case size == 1:
		p.single++
	case size >= 5:
		p.five++
	}
	if living < povertyLine {
		p.poor++
	}
	log := math.Log(living)
	p.logIncome += log * float64(size)
	p.logIncome2 += log * log * float64(size)
	p.income += int(min(living, 90_000)) * size // winsorised
}

func period(year int) int {
	switch {
	case year < 1945:
		return 0
	case year < 1970:
		return 1
	case year < 1990:
		return 2
	}
	return 3
}
