package snapshot

import "math"

// codes is an array of unsigned integers, kept as narrow as its largest one allows.
// One of the slices is in use.
type codes struct {
	w8  []uint8
	w16 []uint16
	w32 []uint32
	w64 []uint64
}

func makeCodes(capacity int) codes { return codes{w8: make([]uint8, 0, capacity)} }

func (c *codes) len() int {
	switch {
	case c.w8 != nil:
		return len(c.w8)
	case c.w16 != nil:
		return len(c.w16)
	case c.w32 != nil:
		return len(c.w32)
	}
	return len(c.w64)
}

func (c *codes) at(i int) uint64 {
	switch {
	case c.w8 != nil:
		return uint64(c.w8[i])
	case c.w16 != nil:
		return uint64(c.w16[i])
	case c.w32 != nil:
		return uint64(c.w32[i])
	}
	return c.w64[i]
}

// append adds v, widening the array first when v does not fit.
func (c *codes) append(v uint64) {
	switch {
	case c.w8 != nil:
		if v <= math.MaxUint8 {
			c.w8 = append(c.w8, uint8(v))
			return
		}
	case c.w16 != nil:
		if v <= math.MaxUint16 {
			c.w16 = append(c.w16, uint16(v))
			return
		}
	case c.w32 != nil:
		if v <= math.MaxUint32 {
			c.w32 = append(c.w32, uint32(v))
			return
		}
	default:
		c.w64 = append(c.w64, v)
		return
	}
	c.widen(v)
	c.append(v)
}

// widen moves the array to the least width that holds v.
func (c *codes) widen(v uint64) {
	old := *c
	n, room := old.len(), old.capacity()
	switch {
	case v <= math.MaxUint16:
		*c = codes{w16: make([]uint16, n, room)}
		for i := range n {
			c.w16[i] = uint16(old.at(i))
		}
	case v <= math.MaxUint32:
		*c = codes{w32: make([]uint32, n, room)}
		for i := range n {
			c.w32[i] = uint32(old.at(i))
		}
	default:
		*c = codes{w64: make([]uint64, n, room)}
		for i := range n {
			c.w64[i] = old.at(i)
		}
	}
}

func (c *codes) capacity() int {
	return cap(c.w8) + cap(c.w16) + cap(c.w32) + cap(c.w64)
}

// appendRun adds src[from:to], by a plain copy where the widths agree.
func (c *codes) appendRun(src *codes, from, to int) {
	if c.len() == 0 && from < to { // take over the source's width at once
		room := c.capacity()
		switch {
		case src.w16 != nil:
			*c = codes{w16: make([]uint16, 0, room)}
		case src.w32 != nil:
			*c = codes{w32: make([]uint32, 0, room)}
		case src.w64 != nil:
			*c = codes{w64: make([]uint64, 0, room)}
		}
	}
	switch {
	case c.w8 != nil && src.w8 != nil:
		c.w8 = append(c.w8, src.w8[from:to]...)
	case c.w16 != nil && src.w16 != nil:
		c.w16 = append(c.w16, src.w16[from:to]...)
	case c.w32 != nil && src.w32 != nil:
		c.w32 = append(c.w32, src.w32[from:to]...)
	case c.w64 != nil && src.w64 != nil:
		c.w64 = append(c.w64, src.w64[from:to]...)
	default:
		for i := from; i < to; i++ {
			c.append(src.at(i))
		}
	}
}

func (c *codes) bytes() int {
	return cap(c.w8) + 2*cap(c.w16) + 4*cap(c.w32) + 8*cap(c.w64)
}

// zigzag maps small integers of either sign to small codes.
func zigzag(v int64) uint64   { return uint64(v<<1) ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// bits is a growing bit set. One that has never seen a set bit holds no memory.
type bits struct {
	n     int
	words []uint64
}

func (b *bits) append(v bool) {
	if v {
		for len(b.words) <= b.n>>6 {
			b.words = append(b.words, 0)
		}
		b.words[b.n>>6] |= 1 << (b.n & 63)
	}
	b.n++
}

func (b *bits) at(i int) bool {
	w := i >> 6
	return w < len(b.words) && b.words[w]>>(i&63)&1 != 0
}

func (b *bits) appendRun(src *bits, from, to int) {
	if len(src.words) == 0 {
		b.n += to - from
		return
	}
	for i := from; i < to; i++ {
		b.append(src.at(i))
	}
}

func (b *bits) bytes() int { return 8 * cap(b.words) }
