package geojson

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/encode"
)

// Features writes features of one descriptor, without allocating.
type Features struct {
	Precision encode.Precision // of coordinates

	members  [][]byte // `,"name":` of each field, without the comma for the first; nil: it is no property
	key      int
	geometry bool
	yFirst   bool
}

// NewFeatures prepares for the rows of a header.
func NewFeatures(h encode.Header) *Features {
	f := &Features{
		Precision: encode.PrecisionOf(h),
		members:   make([][]byte, len(h.Descriptor.Fields)),
		key:       h.Descriptor.KeyIndex(),
		geometry:  h.Descriptor.HasGeometry(),
		yFirst:    h.YFirst,
	}
	if encode.IsLonLat(h.CRS) {
		f.Precision = encode.Degrees
	}
	first := true
	for i, field := range h.Descriptor.Fields {
		if h.KeyIsID && i == f.key {
			continue
		}
		if !first {
			f.members[i] = append(f.members[i], ',')
		}
		first = false
		f.members[i] = append(AppendString(f.members[i], field.Name), ':')
	}
	return f
}

// Append appends a row as a Feature object. A coordinate that is not finite is an error,
// since JSON has no way to write it.
func (f *Features) Append(dst []byte, row *referentials.Row) ([]byte, error) {
	dst = f.AppendHead(dst, row)
	dst = append(dst, `,"geometry":`...)
	dst, err := f.AppendGeometry(dst, row)
	if err != nil {
		return dst, err
	}
	dst = f.AppendProperties(dst, row)
	return append(dst, '}'), nil
}

// AppendHead begins a Feature object with its type and its id, which is left out when the
// key is null.
func (f *Features) AppendHead(dst []byte, row *referentials.Row) []byte {
	dst = append(dst, `{"type":"Feature"`...)
	if f.key >= 0 && f.key < len(row.Values) && !row.Values[f.key].IsNull() {
		dst = append(dst, `,"id":`...)
		dst = AppendValue(dst, row.Values[f.key])
	}
	return dst
}

// AppendGeometry appends the shape of a row as a geometry object, or null.
func (f *Features) AppendGeometry(dst []byte, row *referentials.Row) ([]byte, error) {
	if !f.geometry {
		return append(dst, "null"...), nil
	}
	dst, finite := f.appendGeometry(dst, &row.Geom)
	if !finite {
		err := referentials.Errorf(referentials.Internal, "a coordinate is not a finite number")
		if f.key >= 0 && f.key < len(row.Values) {
			err = err.At("feature %s", row.Values[f.key])
		}
		return dst, err
	}
	return dst, nil
}

// AppendProperties appends the properties member, after a comma.
func (f *Features) AppendProperties(dst []byte, row *referentials.Row) []byte {
	dst = append(dst, `,"properties":{`...)
	for i, member := range f.members {
		if member == nil {
			continue
		}
		dst = append(dst, member...)
		if i < len(row.Values) {
			dst = AppendValue(dst, row.Values[i])
		} else {
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}')
}

func (f *Features) appendGeometry(dst []byte, g *geo.Geometry) (out []byte, finite bool) {
	if g.Type == geo.None {
		return append(dst, "null"...), true
	}
	dst = append(dst, `{"type":"`...)
	dst = append(dst, g.Type.String()...)
	dst = append(dst, `","coordinates":`...)
	finite = true
	switch g.Type {
	case geo.Point:
		if len(g.XY) == 0 {
			return append(dst, "[]}"...), true
		}
		dst = f.appendPosition(dst, g.XY[0], g.XY[1], &finite)
	case geo.MultiPoint:
		dst = f.appendPositions(dst, g.XY, &finite)
	case geo.LineString:
		dst = f.appendPositions(dst, g.XY, &finite)
	case geo.MultiLineString:
		dst = append(dst, '[')
		for i := range g.Ends {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = f.appendPositions(dst, g.Ring(i), &finite)
		}
		dst = append(dst, ']')
	case geo.Polygon:
		dst = f.appendRings(dst, g, 0, len(g.Ends), &finite)
	case geo.MultiPolygon:
		dst = append(dst, '[')
		for i := range g.Parts {
			if i > 0 {
				dst = append(dst, ',')
			}
			from, to := g.RingsOf(i)
			dst = f.appendRings(dst, g, from, to, &finite)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}'), finite
}

// appendRings writes one polygon, its exterior anticlockwise and its holes clockwise.
func (f *Features) appendRings(dst []byte, g *geo.Geometry, from, to int, finite *bool) []byte {
	dst = append(dst, '[')
	for i := from; i < to; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		ring := g.Ring(i)
		if area := doubleArea(ring); area != 0 && (area > 0) != (i == from) {
			dst = f.appendReversed(dst, ring, finite)
		} else {
			dst = f.appendPositions(dst, ring, finite)
		}
	}
	return append(dst, ']')
}

// doubleArea is twice the signed area of a closed ring, positive when anticlockwise.
// Coordinates are taken from the first vertex, so that large northings lose no digits.
func doubleArea(xy []float64) float64 {
	if len(xy) < 6 {
		return 0
	}
	x0, y0 := xy[0], xy[1]
	var sum, px, py float64
	for i := 2; i+1 < len(xy); i += 2 {
		x, y := xy[i]-x0, xy[i+1]-y0
		sum += px*y - x*py
		px, py = x, y
	}
	return sum
}

func (f *Features) appendPositions(dst []byte, xy []float64, finite *bool) []byte {
	dst = append(dst, '[')
	for i := 0; i+1 < len(xy); i += 2 {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.appendPosition(dst, xy[i], xy[i+1], finite)
	}
	return append(dst, ']')
}

func (f *Features) appendReversed(dst []byte, xy []float64, finite *bool) []byte {
	dst = append(dst, '[')
	for i := len(xy) - 2; i >= 0; i -= 2 {
		if i < len(xy)-2 {
			dst = append(dst, ',')
		}
		dst = f.appendPosition(dst, xy[i], xy[i+1], finite)
	}
	return append(dst, ']')
}

func (f *Features) appendPosition(dst []byte, x, y float64, finite *bool) []byte {
	if f.yFirst {
		x, y = y, x
	}
	dst = append(dst, '[')
	dst = f.Precision.Append(dst, x)
	a := dst[len(dst)-1]
	dst = append(dst, ',')
	dst = f.Precision.Append(dst, y)
	b := dst[len(dst)-1]
	// Only "NaN" and "Inf" end in a letter.
	if a > '9' || b > '9' {
		*finite = false
	}
	return append(dst, ']')
}

// AppendValue appends a value as JSON: numbers with all their digits, days and instants
// as ISO 8601 strings, JSON values as they are on one line.
func AppendValue(dst []byte, v referentials.Value) []byte {
	switch v.Type() {
	case referentials.String:
		return AppendString(dst, v.Str())
	case referentials.Integer, referentials.Boolean:
		return v.Append(dst)
	case referentials.Number:
		return appendNumber(dst, v.Float())
	case referentials.Date, referentials.DateTime:
		dst = append(dst, '"')
		dst = v.Append(dst)
		return append(dst, '"')
	case referentials.JSON:
		return appendOneLine(dst, v.Str())
	}
	return append(dst, "null"...)
}

// appendNumber writes a number so that it reads as one even when it is whole: QGIS and GDAL
// tell the type of a field from its first values, and lose the decimals of the others.
func appendNumber(dst []byte, v float64) []byte {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return append(strconv.AppendInt(dst, int64(v), 10), ".0"...)
	}
	if abs := math.Abs(v); abs >= 1e-4 && abs < 1e11 {
		return encode.Exact.Append(dst, v)
	}
	n := len(dst)
	if dst = referentials.AppendFloat(dst, v); bytes.ContainsAny(dst[n:], ".e") {
		return dst
	}
	return append(dst, ".0"...)
}

// appendOneLine appends JSON text without its line breaks, which can only be white space
// between tokens, so that a feature is always one line.
func appendOneLine(dst []byte, text string) []byte {
	at := len(dst)
	dst = append(dst, text...)
	for i := at; i < len(dst); i++ {
		if c := dst[i]; c == '\n' || c == '\r' {
			dst[i] = ' '
		}
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			dst = append(append(dst, s[start:i]...), "\ufffd"...)
			i++
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
