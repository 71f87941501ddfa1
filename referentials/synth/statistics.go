package synth

import "math"

// INSEE's tables by IRIS.
const (
	censusHeader = "IRIS;LIBIRIS;COM;LIBCOM;TYP_IRIS;P20_POP;P20_POP0002;P20_POP0305;P20_POP0610;P20_POP1117;P20_POP1824;P20_POP2539;" +
		"P20_POP4054;P20_POP5564;P20_POP6579;P20_POP80P;P20_PMEN;C20_MEN;P20_LOG;P20_RP;P20_RSECOCC;P20_LOGVAC;P20_MAISON;P20_APPART"
	incomeHeader = "IRIS;DISP_TP6018;DISP_Q118;DISP_MED18;DISP_Q318;DISP_EQ18;DISP_D118;DISP_D218;DISP_D318;DISP_D418;DISP_D618;DISP_D718;" +
		"DISP_D818;DISP_D918;DISP_RD18;DISP_S80S2018;DISP_GI18;DISP_PACT18;DISP_PTSA18;DISP_PCHO18;DISP_PBEN18;DISP_PPEN18;DISP_PPAT18;" +
		"DISP_PPSOC18;DISP_PPFAM18;DISP_PPMINI18;DISP_PPLOGT18;DISP_PIMPOT18;DISP_NOTE18"
)

func (e *edition) writeCensus() error {
	s := newSheet(e.options.Dir, "recensement_iris.csv", national, censusHeader)
	for i := range e.iris {
		z := &e.iris[i]
		c, p, a := &e.communes[z.commune], &z.people, &z.people.ages
		for _, v := range []string{z.code, z.name, c.code, c.name, z.kind} {
			s.text(v)
		}
		for _, n := range []int{p.persons, a[0], a[1] + a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10],
			p.persons, p.main, p.dwellings, p.main, p.second, p.vacant, p.inHouses, p.inFlats} {
			s.int(n)
		}
		s.end()
	}
	return e.finish(s)
}

// Households from which INSEE gives an IRIS its median, and all its deciles.
const (
	medianFrom  = 100
	decilesFrom = 200
)

// writeIncome writes the income table: communes that are one IRIS are not in it, IRIS of
// few households are empty. Deciles follow the log-normal law of the IRIS.
func (e *edition) writeIncome() error {
	s := newSheet(e.options.Dir, "filosofi_iris.csv", national, incomeHeader)
	for i := range e.iris {
		z := &e.iris[i]
		if z.kind == "Z" || z.kind == "D" && z.people.main < 20 {
			continue
		}
		s.text(z.code)
		p := &z.people
		n := float64(p.persons)
		columns := 0
		put := func(v float64, decimals int, shown bool) {
			columns++
			if shown {
				s.fixed(v, decimals)
			} else {
				s.empty()
			}
		}
		median, all := p.main >= medianFrom, p.main >= decilesFrom
		var mu, sigma float64
		if n > 0 {
			mu = p.logIncome / n
			sigma = math.Sqrt(max(0, p.logIncome2/n-mu*mu))
		}
		quantile := func(z float64) float64 { return math.Round(math.Exp(mu+sigma*z)/10) * 10 }
		put(100*normal((math.Log(povertyLine)-mu)/max(sigma, 1e-9)), 1, all)
		put(quantile(-0.67449), 0, all)
		put(quantile(0), 0, median)
		put(quantile(0.67449), 0, all)
		put((quantile(0.67449)-quantile(-0.67449))/max(quantile(0), 1), 2, all)
		deciles := []float64{-1.28155, -0.84162, -0.52440, -0.25335, 0.25335, 0.52440, 0.84162, 1.28155}
		for _, d := range deciles {
			put(quantile(d), 0, all)
		}
		put(quantile(1.28155)/max(quantile(-1.28155), 1), 1, all)
		put(fifths(sigma), 1, all)
		put(2*normal(sigma/math.Sqrt2)-1, 3, all)
		for _, v := range incomeSources(z.people) {
			put(v, 1, all)
		}
		put(0, 0, true)
		s.end()
	}
	return e.finish(s)
}

// fifths is the income of the richest fifth over that of the poorest, by the log-normal law.
func fifths(sigma float64) float64 {
	const z = 0.84162 // the fourth quintile
	return (1 - normal(z-sigma)) / normal(-z-sigma)
}

// normal is the standard normal distribution function.
func normal(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// incomeSources gives the shares of disposable income, %, that follow the ages and means
// of the people: activity (wages, unemployment, self-employment), pensions, property,
// social benefits (family, minimum, housing) and taxes. Activity, pensions, property,
// benefits and taxes add up to 100.
func incomeSources(p people) []float64 {
	n := max(1, float64(p.persons))
	old := float64(p.ages[9]+p.ages[10]) / n
	poor := float64(p.poor) / max(1, float64(p.main))
	tenth := func(v float64) float64 { return math.Round(v*10) / 10 }
	pensions := tenth(9 + 75*old)
	property := tenth(11 - 9*poor)
	family, least, housing := tenth(1+5*poor), tenth(0.6+8*poor), tenth(0.6+7*poor)
	social := tenth(family + least + housing)
	taxes := tenth(-19 + 18*poor)
	work := tenth(100 - pensions - property - social - taxes)
	jobless, own := tenth(2.2+4*poor), tenth(4.5-2*poor)
	return []float64{work, tenth(work - jobless - own), jobless, own, pensions, property, social, family, least, housing, taxes}
}
