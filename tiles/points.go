package tiles

// scatter mixes the bits of a row number (the finalizer of MurmurHash3).
func scatter(v uint32) uint32 {
	v ^= v >> 16
	v *= 0x85ebca6b
	v ^= v >> 13
	v *= 0xc2b2ae35
	return v ^ v>>16
}

// thin leaves of the points at found one for each cell of 1<<bits world units, and counts
// those it stands for. Cells follow each other along the curve. A point that is shown at
// one zoom is shown at all that follow, as whoever stands for a cell stands for the part of
// it where it is.
func (p *pen) thin(l *layer, bits int) {
	p.picks = p.picks[:0]
	var x, y, best uint32
	for i, k := range p.found {
		cx, cy := l.xy[2*k]>>bits, l.xy[2*k+1]>>bits
		if i == 0 || cx != x || cy != y {
			x, y = cx, cy
			p.picks = append(p.picks, pick{k, 1})
			continue
		}
		last := &p.picks[len(p.picks)-1]
		if last.count == 1 {
			best = scatter(l.rows[last.position])
		}
		last.count++
		if worth := scatter(l.rows[k]); worth < best {
			best, last.position = worth, k
		}
	}
}
