// Package gpb reads and writes geometries the way a GeoPackage stores them: a short
// header (GeoPackageBinary, clause 2.1.3 of OGC 12-128), then ISO WKB.
//
//	0  'G' 'P'    magic
//	2  version    0 is version 1
//	3  flags      bit 0: byte order of the header (1 little-endian)
//	              bits 1-3: envelope (0 none, 1 XY, 2 XYZ, 3 XYM, 4 XYZM)
//	              bit 4: the geometry is empty
//	              bit 5: extended type, its content is not WKB
//	4  srs_id     int32
//	8  envelope   minx maxx miny maxy [minz maxz] [minm maxm], float64
//	…  WKB
package gpb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"socle/geo"
)

// Flags of the header's fourth byte.
const (
	flagLittle   = 0x01
	flagEmpty    = 0x10
	flagExtended = 0x20

	envelopeShift = 1
	envelopeMask  = 0x07
	envelopeXY    = 1
)

// headerSize is the size of a header without its envelope.
const headerSize = 8

// envelopeOrdinates counts the numbers of each envelope code.
var envelopeOrdinates = [...]int{0, 4, 6, 6, 8}

// ErrExtended is met where a geometry is of an extended type, which only the software
// that wrote it can read.
var ErrExtended = errors.New("an extended GeoPackage geometry type cannot be read")

// Header is what precedes the WKB.
type Header struct {
	SRSID       int32
	Empty       bool
	HasEnvelope bool
	Envelope    orb.Bound // of a header with an envelope, empty (Min > Max) otherwise
}

// Append appends g with an XY envelope, or without one for a point, whose WKB is as
// short. A null geometry appends nothing: it is stored as NULL.
func Append(dst []byte, g *geo.Geometry, srsID int32) []byte {
	if g.Type == geo.None {
		return dst
	}
	flags := byte(flagLittle)
	envelope := g.Type != geo.Point && len(g.XY) > 0
	if envelope {
		flags |= envelopeXY << envelopeShift
	}
	if len(g.XY) == 0 {
		flags |= flagEmpty
	}
	dst = append(dst, 'G', 'P', 0, flags)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(srsID))
	if envelope {
		b := g.Bound()
		for _, v := range [4]float64{b.Min[0], b.Max[0], b.Min[1], b.Max[1]} {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
		}
	}
	if g.Type == geo.Point && len(g.XY) == 0 {
		// WKB has no count to say that a point is empty: it is written as NaN NaN.
		return geo.AppendWKB(dst, &geo.Geometry{Type: geo.Point, XY: []float64{math.NaN(), math.NaN()}})
	}
	return geo.AppendWKB(dst, g)
}

// decodeHeader reads the header and gives the WKB that follows it. A geometry of an
// extended type is [ErrExtended].
func decodeHeader(b []byte) (Header, []byte, error) {
	h := Header{Envelope: geo.EmptyBound()}
	if len(b) < headerSize {
		return h, nil, fmt.Errorf("a geometry of %d bytes is shorter than a GeoPackage header", len(b))
	}
	if b[0] != 'G' || b[1] != 'P' {
		return h, nil, errors.New("a geometry does not start with the GeoPackage mark \"GP\"")
	}
	if b[2] != 0 {
		return h, nil, fmt.Errorf("version %d of the GeoPackage geometry format is not known", b[2])
	}
	flags := b[3]
	var order binary.ByteOrder = binary.BigEndian
	if flags&flagLittle != 0 {
		order = binary.LittleEndian
	}
	h.SRSID = int32(order.Uint32(b[4:]))
	h.Empty = flags&flagEmpty != 0
	if flags&flagExtended != 0 {
		return h, nil, ErrExtended
	}
	code := int(flags >> envelopeShift & envelopeMask)
	if code >= len(envelopeOrdinates) {
		return h, nil, fmt.Errorf("envelope code %d is not known", code)
	}
	rest := b[headerSize:]
	n := envelopeOrdinates[code]
	if len(rest) < 8*n {
		return h, nil, errors.New("a geometry ends inside its envelope")
	}
	if n > 0 {
		ordinate := func(i int) float64 { return math.Float64frombits(order.Uint64(rest[8*i:])) }
		h.HasEnvelope = true
		h.Envelope = orb.Bound{
			Min: orb.Point{ordinate(0), ordinate(2)},
			Max: orb.Point{ordinate(1), ordinate(3)},
		}
	}
	return h, rest[8*n:], nil
}

// Decode reads a whole geometry into g, reusing its storage. An empty geometry is
// [geo.ErrEmpty], whatever its type.
func Decode(b []byte, g *geo.Geometry) (Header, geo.WKBInfo, error) {
	g.Reset()
	h, wkb, err := decodeHeader(b)
	if err != nil {
		return h, geo.WKBInfo{}, err
	}
	if h.Empty {
		return h, geo.WKBInfo{}, geo.ErrEmpty
	}
	info, err := geo.DecodeWKB(wkb, g)
	return h, info, err
}

// Bound gives the box of a stored geometry, from its envelope when it has one. An empty
// geometry is [geo.ErrEmpty].
func Bound(b []byte) (orb.Bound, error) {
	h, wkb, err := decodeHeader(b)
	if err != nil {
		return h.Envelope, err
	}
	e := h.Envelope
	switch {
	case h.Empty:
		return geo.EmptyBound(), geo.ErrEmpty
	case h.HasEnvelope && e.Min[0] <= e.Max[0] && e.Min[1] <= e.Max[1]:
		return e, nil
	}
	var g geo.Geometry
	if _, err := geo.DecodeWKB(wkb, &g); err != nil {
		return geo.EmptyBound(), err
	}
	return g.Bound(), nil
}
