package csv

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"socle/geo"
)

// parseWKT reads WKT or PostGIS' EWKT into g, reusing its storage; an empty geometry has
// its type and no vertex. Z and M are dropped. orb's reader would not do: it refuses
// "POINT Z (1 2 3)", "MULTIPOINT (1 2, 3 4)" and SRID, and takes NaN.
func parseWKT(s string, g *geo.Geometry) (srid int32, hasZ bool, err error) {
	g.Reset()
	p := wktParser{s: s, g: g}
	t, srid, err := p.head()
	if err == nil {
		err = p.body(t)
	}
	if err == nil {
		if p.blanks(); p.i < len(s) {
			err = fmt.Errorf("its WKT goes on with %.20q after its end", s[p.i:])
		}
	}
	if err != nil {
		g.Reset()
		return srid, false, err
	}
	return srid, p.hasZ, nil
}

type wktParser struct {
	s    string
	i    int
	g    *geo.Geometry
	hasZ bool
}

var wktTypes = []struct {
	name string
	t    geo.Type
}{
	{"POINT", geo.Point}, {"LINESTRING", geo.LineString}, {"POLYGON", geo.Polygon},
	{"MULTIPOINT", geo.MultiPoint}, {"MULTILINESTRING", geo.MultiLineString}, {"MULTIPOLYGON", geo.MultiPolygon},
}

// head reads SRID, type and dimension.
func (p *wktParser) head() (t geo.Type, srid int32, err error) {
	word := p.word()
	if strings.EqualFold(word, "SRID") && p.take('=') {
		from := p.i
		for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
			p.i++
		}
		n, err := strconv.ParseInt(p.s[from:p.i], 10, 32)
		if err != nil || !p.take(';') {
			return geo.None, 0, errors.New("its SRID is not a number")
		}
		srid, word = int32(n), p.word()
	}
	// "POINTZ (…)" is written too.
	for _, w := range wktTypes {
		rest, ok := cutPrefixFold(word, w.name)
		if !ok || !isDimension(rest) {
			continue
		}
		if rest == "" {
			mark := p.i
			if d := p.word(); d == "" || !isDimension(d) {
				p.i = mark
			}
		}
		return w.t, srid, nil
	}
	if strings.EqualFold(word, "GEOMETRYCOLLECTION") {
		return geo.None, srid, errors.New("a geometry collection cannot be stored as one feature")
	}
	return geo.None, srid, fmt.Errorf("%.30q is not a WKT geometry", p.s)
}

func cutPrefixFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

func isDimension(s string) bool {
	return s == "" || strings.EqualFold(s, "Z") || strings.EqualFold(s, "M") || strings.EqualFold(s, "ZM")
}

func (p *wktParser) blanks() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *wktParser) word() string {
	p.blanks()
	from := p.i
	for p.i < len(p.s) && (p.s[p.i]|0x20 >= 'a' && p.s[p.i]|0x20 <= 'z') {
		p.i++
	}
	return p.s[from:p.i]
}

func (p *wktParser) take(c byte) bool {
	p.blanks()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// empty takes the word EMPTY.
func (p *wktParser) empty() bool {
	mark := p.i
	if strings.EqualFold(p.word(), "EMPTY") {
		return true
	}
	p.i = mark
	return false
}

func (p *wktParser) body(t geo.Type) error {
	p.g.Type = t
	switch t {
	case geo.Point:
		if p.empty() {
			return nil
		}
		if !p.take('(') {
			return p.wrong("(")
		}
		if err := p.position(); err != nil {
			return err
		}
		if !p.take(')') {
			return p.wrong(")")
		}
		return nil
	case geo.MultiPoint:
		return p.list(func() error {
			if p.empty() {
				return nil
			}
			wrapped := p.take('(')
			if err := p.position(); err != nil {
				return err
			}
			if wrapped && !p.take(')') {
				return p.wrong(")")
			}
			return nil
		})
	case geo.LineString:
		return p.line()
	case geo.MultiLineString:
		return p.list(p.line)
	case geo.Polygon:
		return p.polygon()
	}
	return p.list(p.polygon)
}

// list reads "(item, item…)" or EMPTY.
func (p *wktParser) list(item func() error) error {
	if p.empty() {
		return nil
	}
	if !p.take('(') {
		return p.wrong("(")
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if p.take(')') {
			return nil
		}
		if !p.take(',') {
			return p.wrong(", or )")
		}
	}
}

func (p *wktParser) polygon() error {
	before := len(p.g.Ends)
	if err := p.list(p.line); err != nil {
		return err
	}
	if len(p.g.Ends) > before {
		p.g.EndPart()
	}
	return nil
}

func (p *wktParser) line() error {
	before := len(p.g.XY)
	if err := p.list(p.position); err != nil {
		return err
	}
	if len(p.g.XY) > before {
		p.g.EndRing()
	}
	return nil
}

func (p *wktParser) position() error {
	n := 0
	for {
		p.blanks()
		from := p.i
		for p.i < len(p.s) && strings.IndexByte("+-.eE0123456789", p.s[p.i]) >= 0 {
			p.i++
		}
		if p.i == from {
			break
		}
		v, err := strconv.ParseFloat(p.s[from:p.i], 64)
		if err != nil {
			return fmt.Errorf("%.40q in its WKT is not a number", p.s[from:p.i])
		}
		if n < 2 {
			p.g.XY = append(p.g.XY, v)
		}
		n++
	}
	if n < 2 || n > 4 {
		if n == 0 {
			return p.wrong("a number")
		}
		return fmt.Errorf("a position of its WKT has %d ordinates", n)
	}
	p.hasZ = p.hasZ || n > 2
	return nil
}

func (p *wktParser) wrong(expected string) error {
	if p.blanks(); p.i >= len(p.s) {
		return fmt.Errorf("its WKT ends where %s is expected", expected)
	}
	return fmt.Errorf("its WKT has %.10q where %s is expected", p.s[p.i:], expected)
}

// wkbReader reads hexadecimal WKB, reusing its buffer.
type wkbReader struct{ buf []byte }

func (w *wkbReader) parse(s string, g *geo.Geometry) (srid int32, hasZ bool, err error) {
	w.buf = append(w.buf[:0], s...)
	n, err := hex.Decode(w.buf, w.buf)
	if err != nil {
		return 0, false, errors.New("its WKB is not hexadecimal")
	}
	info, err := geo.DecodeWKB(w.buf[:n], g)
	return info.SRID, info.HasZ || info.HasM, err
}
