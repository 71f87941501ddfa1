package synth

import "strconv"

// layer is a GeoJSON feature collection, one feature per line.
type layer struct {
	output
	decimals int // of coordinates
	first    bool
}

// newLayer begins a layer in longitude and latitude, which GeoJSON takes for granted; any
// other system is named by its EPSG code in the old "crs" member.
func newLayer(dir, name string, epsg int) *layer {
	l := &layer{decimals: 8, first: true} // 8 decimals of a degree are 1.1 mm
	l.open(dir, name)
	l.buf = append(l.buf, `{"type":"FeatureCollection",`...)
	if epsg != 0 {
		l.decimals = 2
		l.buf = append(l.buf, `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::`...)
		l.buf = strconv.AppendInt(l.buf, int64(epsg), 10)
		l.buf = append(l.buf, `"}},`...)
	}
	l.buf = append(l.buf, "\"features\":[\n"...)
	l.flush()
	return l
}

// begin starts a feature.
func (l *layer) begin() {
	if l.rows > 0 {
		l.buf = append(l.buf, ",\n"...)
	}
	l.rows++
	l.buf = append(l.buf, `{"type":"Feature","properties":{`...)
	l.first = true
}

func (l *layer) key(name string) {
	if !l.first {
		l.buf = append(l.buf, ',')
	}
	l.first = false
	l.buf = append(l.buf, '"')
	l.buf = append(l.buf, name...)
	l.buf = append(l.buf, '"', ':')
}

// text writes a member; no text of the town needs escaping but quotes and backslashes.
func (l *layer) text(name, v string) {
	l.key(name)
	l.buf = append(l.buf, '"')
	for i := range len(v) {
		if v[i] == '"' || v[i] == '\\' {
			l.buf = append(l.buf, '\\')
		}
		l.buf = append(l.buf, v[i])
	}
	l.buf = append(l.buf, '"')
}

func (l *layer) int(name string, v int) {
	l.key(name)
	l.buf = strconv.AppendInt(l.buf, int64(v), 10)
}

func (l *layer) fixed(name string, v float64, decimals int) {
	l.key(name)
	l.buf = appendFixed(l.buf, v, decimals, '.')
}

func (l *layer) null(name string) {
	l.key(name)
	l.buf = append(l.buf, "null"...)
}

func (l *layer) geometry(kind string) {
	l.buf = append(l.buf, `},"geometry":{"type":"`...)
	l.buf = append(l.buf, kind...)
	l.buf = append(l.buf, `","coordinates":`...)
}

func (l *layer) position(x, y float64) {
	l.buf = append(l.buf, '[')
	l.buf = appendFixed(l.buf, x, l.decimals, '.')
	l.buf = append(l.buf, ',')
	l.buf = appendFixed(l.buf, y, l.decimals, '.')
	l.buf = append(l.buf, ']')
}

// points writes flat coordinates, closed by their first if closed is set.
func (l *layer) points(xy []float64, closed bool) {
	l.buf = append(l.buf, '[')
	for i := 0; i < len(xy); i += 2 {
		if i > 0 {
			l.buf = append(l.buf, ',')
		}
		l.position(xy[i], xy[i+1])
	}
	if closed {
		l.buf = append(l.buf, ',')
		l.position(xy[0], xy[1])
	}
	l.buf = append(l.buf, ']')
}

// rings writes the coordinates of one polygon.
func (l *layer) rings(rings [][]float64) {
	l.buf = append(l.buf, '[')
	for i, r := range rings {
		if i > 0 {
			l.buf = append(l.buf, ',')
		}
		l.points(r, true)
	}
	l.buf = append(l.buf, ']')
}

func (l *layer) end() {
	l.buf = append(l.buf, "}}"...)
	l.flush()
}

func (l *layer) close() error {
	l.buf = append(l.buf, "\n]}\n"...)
	if l.file != nil {
		l.flush()
	}
	return l.output.close()
}
