package synth

import (
	"math"
	"math/rand/v2"
)

// segment is a kind of customer of the networks.
type segment uint8

const (
	residential segment = iota
	smallBusiness
	enterprise
	segments
)

func (s segment) String() string {
	return [...]string{"RESIDENTIEL", "PETIT_PROFESSIONNEL", "ENTREPRISE"}[s]
}

// supply is what an address draws from a network in a year.
type supply struct {
	sites  int // active delivery points
	wattH  int // kWh; whole, so that sums are exact
	sector string
	naf    string
}

// energy is the supply of an address, by network and kind of customer.
type energy struct {
	power [segments]supply
	gas   [segments]supply
}

// consume draws the consumption of an address.
func consume(r *rand.Rand, z zone, a *address, year int) energy {
	var e energy
	sp := &specs[z]
	onGas := r.Float64() < sp.gas
	shared := onGas && !a.house && a.homes > 6 && r.Float64() < 0.5 // one boiler for all
	old := min(1, max(0, float64(2005-year)/70))
	for range a.main + a.second {
		need := (2.6 + 3.2*old) * math.Exp(0.3*r.NormFloat64()) // MWh of heat
		use := 1.9 * math.Exp(0.4*r.NormFloat64())
		if a.house {
			need, use = need*2.4, use*1.7
		}
		e.power[residential].sites++
		switch {
		case shared:
			e.gas[residential].wattH += int(need * 1000)
			e.gas[residential].sites = 1
		case onGas:
			e.gas[residential].wattH += int(need * 1150)
			e.gas[residential].sites++
		case z != estate && r.Float64() < 0.75:
			use += need * 0.85
		}
		e.power[residential].wattH += int(use * 1000)
	}
	e.business(r, z, a, onGas)
	return e
}

func (e *energy) business(r *rand.Rand, z zone, a *address, onGas bool) {
	shops := [zones]float64{oldTown: 0.4, faubourg: 0.12, estate: 0.05, suburb: 0.03, village: 0.22, activity: 0.55, campus: 0.3, country: 0.12}[z]
	if a.building >= 0 && r.Float64() < shops {
		n := 1
		if z == oldTown && r.IntN(3) == 0 || z == activity {
			n += r.IntN(3)
		}
		e.power[smallBusiness] = supply{n, int(float64(n) * 9000 * math.Exp(0.7*r.NormFloat64())), sectorOf(z), one(r, services)}
		if onGas && r.IntN(2) == 0 {
			e.gas[smallBusiness] = supply{1, int(22_000 * math.Exp(0.6*r.NormFloat64())), sectorOf(z), e.power[smallBusiness].naf}
		}
	}
	large := [zones]float64{oldTown: 0.012, faubourg: 0.008, estate: 0.004, activity: 0.6, campus: 0.9, country: 0.003}[z]
	if a.building < 0 || r.Float64() >= large {
		return
	}
	kWh := 130_000 * math.Exp(1.15*r.NormFloat64())
	if z == activity && r.IntN(60) == 0 {
		kWh = between(r, 5e6, 28e6) // a works or a data centre
	}
	naf := one(r, services)
	sector := sectorOf(z)
	if z == activity && r.IntN(3) == 0 {
		sector, naf = "INDUSTRIE", one(r, industries)
	}
	e.power[enterprise] = supply{1, int(kWh), sector, naf}
	if onGas {
		e.gas[enterprise] = supply{1, int(kWh * between(r, 0.3, 1.6)), sector, naf}
	}
}

func sectorOf(z zone) string {
	if z == country {
		return "AGRICULTURE"
	}
	return "TERTIAIRE"
}

var (
	services   = []string{"45", "46", "47", "49", "52", "55", "56", "62", "64", "68", "69", "71", "77", "81", "84", "85", "86", "88", "90", "93", "96"}
	industries = []string{"10", "16", "18", "20", "22", "25", "26", "28", "29", "33"}
)
