package tiles

import "math/bits"

// A sample of features is drawn to forecast what four times as many take, or more; a layer of
// fewer is drawn to see. It is made of runs, as neighbours have values in common.
const (
	runBits = 6
	runs    = 1 << runBits
	run     = 8
	sample  = runs * run
)

// mayPass tells whether p.picks may take more than that many bytes. It knows what shapes
// take, mostly, and guesses the rest high.
func (p *pen) mayPass(l *drawing, a *attributes, most int) bool {
	if len(p.picks) < 4*sample {
		return false
	}
	const head, shape, tag, value, step = 5, 7, 3, 2, 3 // bytes of a feature, its geometry, and each attribute and vertex
	size := len(p.picks) * (head + len(a.names)*(tag+value))
	o := l.outlinesAt(p.frame.z, p.detail)
	for _, at := range p.picks {
		if size > most {
			return true
		}
		k := int(at.position)
		if o != nil {
			if n := o.size(k); n > 0 {
				size += n
				continue
			}
		}
		from, _ := l.path(l.first[k])
		_, to := l.path(l.first[k+1] - 1)
		size += shape + step*int(to-from)
	}
	return size > most
}

// forecast tells about how many bytes p.picks take, from a sample spread evenly over them.
// What features take grows with their number. What values take grows by less each time that
// the number doubles, as it did from a quarter of the sample to half and to all of it.
func (p *pen) forecast(l *drawing, a *attributes) int {
	n := len(p.picks)
	var ignored Stats
	p.start(l, a)
	var features int
	var values [3]float64
	drawn := 0
	for k, until := range []int{runs / 4, runs / 2, runs} {
		for ; drawn < until; drawn++ {
			// The bits of the number turned around spread each part of the sample over all.
			first := int(bits.Reverse8(uint8(drawn))>>(8-runBits)) * n / runs
			for _, at := range p.picks[first : first+run] {
				p.draw(l.layer, at, a, &ignored)
			}
		}
		f, v := p.encoder.Sizes()
		features, values[k] = f, max(1, float64(v))
	}
	before, more := values[1]/values[0]-1, values[2]/values[1]-1
	slower := min(1, more/max(before, 1e-9))
	all, seen := values[2], sample
	for more *= slower; 2*seen <= n; more *= slower {
		all += float64(all * more)
		seen *= 2
	}
	all += float64(all * more * float64(n-seen) / float64(seen))
	return features*n/sample + int(all)
}

// want tells about how many bytes a layer takes when nothing is left out.
func (p *pen) want(l *drawing) int {
	switch {
	case l.forecast > 0:
		return l.forecast
	case l.entire != nil && l.met < 4*sample:
		return len(l.entire)
	}
	cells := p.begin(l)
	p.detail = uint8(p.frame.z)
	p.gather(l, cells)
	a := attributesOf(l.layer, l.selection.Fields, p.frame.z, cells > 0)
	if len(p.picks) >= 4*sample {
		l.forecast = p.forecast(l, a)
		return l.forecast
	}
	var ignored Stats
	p.start(l, a)
	for _, at := range p.picks {
		p.draw(l.layer, at, a, &ignored)
	}
	return p.encoder.Size()
}
