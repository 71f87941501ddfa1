package source

import (
	"strconv"
	"unsafe"
)

// JSONCursor walks JSON text that a decoder has already found valid, without copying or
// allocating. On text that is not valid it ends early; it never runs out of bounds.
type JSONCursor struct {
	b []byte
	i int
}

// WalkJSON starts at the first value of b.
func WalkJSON(b []byte) JSONCursor { return JSONCursor{b: b} }

func (c *JSONCursor) blanks() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// Kind tells the next value by its first byte: one of { [ " t f n, '0' for a number, and
// 0 when there is none.
func (c *JSONCursor) Kind() byte {
	c.blanks()
	if c.i >= len(c.b) {
		return 0
	}
	switch k := c.b[c.i]; k {
	case '{', '[', '"', 't', 'f', 'n':
		return k
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0'
	}
	return 0
}

// Enter steps into the object or array that is next.
func (c *JSONCursor) Enter() { c.i++ }

// Next moves to the next element or member; false, past the closing bracket, when the
// object or array ends.
func (c *JSONCursor) Next() bool {
	c.blanks()
	if c.i < len(c.b) && c.b[c.i] == ',' {
		c.i++
		c.blanks()
	}
	if c.i >= len(c.b) {
		return false
	}
	if k := c.b[c.i]; k == '}' || k == ']' {
		c.i++
		return false
	}
	return true
}

// Name gives a member's name as it is written, without quotes and with its escapes, and
// moves to the value.
func (c *JSONCursor) Name() []byte {
	raw := c.Value()
	c.blanks()
	if c.i < len(c.b) && c.b[c.i] == ':' {
		c.i++
	}
	if len(raw) < 2 {
		return nil
	}
	return raw[1 : len(raw)-1]
}

// Value gives the next value as it is written and moves past it.
func (c *JSONCursor) Value() []byte {
	c.blanks()
	from := c.i
	if from >= len(c.b) {
		return nil
	}
	switch c.b[c.i] {
	case '"':
		c.str()
	case '{', '[':
		c.nested()
	default:
		c.scalar()
		if c.i == from {
			c.i = len(c.b) // a closing bracket: the text is not valid
			return nil
		}
	}
	return c.b[from:c.i]
}

func (c *JSONCursor) str() {
	for c.i++; c.i < len(c.b); c.i++ {
		switch c.b[c.i] {
		case '\\':
			c.i++
		case '"':
			c.i++
			return
		}
	}
	c.i = len(c.b)
}

func (c *JSONCursor) scalar() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ',', ']', '}', ':', ' ', '\t', '\n', '\r':
			return
		}
		c.i++
	}
}

func (c *JSONCursor) nested() {
	for depth := 0; c.i < len(c.b); {
		switch c.b[c.i] {
		case '"':
			c.str()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.i++
		if depth == 0 {
			return
		}
	}
}

// exactPowers are the powers of ten that a float64 holds exactly.
var exactPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// number reads the number that is next and moves past it; false when no float64 holds
// it. The digits of most coordinates fit 53 bits: one exact division then gives the
// nearest float64, in the same pass that finds where the number ends.
func (c *JSONCursor) number() (v float64, raw []byte, ok bool) {
	from := c.i
	negative := c.b[c.i] == '-'
	if negative {
		c.i++
	}
	const most = 18 // digits that cannot overflow
	mantissa, digits, decimals, point := uint64(0), 0, 0, false
	for ; c.i < len(c.b); c.i++ {
		if k := c.b[c.i] - '0'; k <= 9 {
			mantissa = mantissa*10 + uint64(k)
			digits++
			if point {
				decimals++
			}
		} else if c.b[c.i] == '.' && !point {
			point = true
		} else {
			break
		}
	}
	if end := c.i; end < len(c.b) && (c.b[end]|0x20 == 'e' || c.b[end] == '.') || digits > most || mantissa >= 1<<53 {
		c.i = from
		c.scalar()
		raw = c.b[from:c.i]
		v, err := strconv.ParseFloat(unsafe.String(&raw[0], len(raw)), 64) // parsed here and now
		return v, raw, err == nil
	}
	v = float64(mantissa) / exactPowers[decimals]
	if negative {
		v = -v
	}
	return v, c.b[from:c.i], digits > 0
}
