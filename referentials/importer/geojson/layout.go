package geojson

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// layout says where the records of a text are and how each is made.
type layout struct {
	member string // the records are the elements of this member of the top object …
	array  bool   // … or of the top array; else each top value is a record
	name   string // what Source.Layer gives

	rows      bool   // records are plain objects, not features …
	envelope  bool   // … within "fields", as Opendatasoft's first API writes them
	shape     string // member of a row that is its geometry
	point     string // member of a row that is its position, when there is no shape
	left      string // member left out because it repeats the shape
	place     bool   // JSON-FG: the geometry in the declared system is "place"
	projected bool   // coordRefSys holds for "geometry" too
	time      bool   // JSON-FG: "time" says what properties do not …
	timeName  string // … and is kept under this name
}

// preferred are the members known to hold the records, whatever else is in the object.
var preferred = []string{"features", "records", "results"}

func (r *Reader) probe(ctx context.Context) error {
	if err := r.locateRecords(ctx); err != nil {
		return err
	}
	if err := r.sample(ctx); err != nil {
		return err
	}
	if r.layout.place && r.ref.IsZero() {
		// Places cannot be read before their system is known: it may follow them.
		return r.elements(ctx, func(int64, []byte) bool { return true })
	}
	return nil
}

// locateRecords finds which array holds the records, reading no further than needed.
func (r *Reader) locateRecords(ctx context.Context) error {
	s, err := r.openStream(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	switch s.dec.PeekKind() {
	case '[':
		r.layout.array = true
		return nil
	case '{':
	default:
		if _, err := s.dec.ReadToken(); err != nil {
			return r.fatal(ctx, err, 1)
		}
		return r.noRecords("its text is one plain value")
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return r.fatal(ctx, err, 1)
	}
	var lists, seen []string
	for s.dec.PeekKind() == '"' {
		s.allow()
		tok, err := s.dec.ReadToken()
		if err != nil {
			return r.fatal(ctx, err, 1)
		}
		name := strings.Clone(tok.String())
		if len(seen) < 20 {
			seen = append(seen, name)
		}
		kind := s.dec.PeekKind()
		switch {
		case kind == '[' && slices.Contains(preferred, name):
			r.layout.member = name
			return nil
		case name == "type" && kind == '"':
			tok, err := s.dec.ReadToken()
			if err != nil {
				return r.fatal(ctx, err, 1)
			}
			switch t := tok.String(); {
			case t == "Topology":
				return referentials.Errorf(referentials.Unsupported, "it is TopoJSON").At("%s", r.file.Path()).Do("convert it to GeoJSON first")
			case t == "Feature", source.IsGeoJSONType(t):
				return nil
			}
		case name == "geometry", name == "properties":
			return nil
		case name == "name" && kind == '"', name == "featureType" && kind == '"' && r.layout.name == "":
			tok, err := s.dec.ReadToken()
			if err != nil {
				return r.fatal(ctx, err, 1)
			}
			r.layout.name = strings.Clone(tok.String())
		case name == "crs", name == "coordRefSys":
			if err := r.declared(s, name); err != nil {
				return r.fatal(ctx, err, 1)
			}
		case kind == '[':
			list, err := s.listOfObjects()
			if err != nil {
				return r.fatal(ctx, err, 1)
			}
			if list {
				lists = append(lists, name)
			}
		default:
			if err := s.skip(); err != nil {
				return r.fatal(ctx, err, 1)
			}
		}
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return r.fatal(ctx, err, 1)
	}
	return r.chooseList(lists, seen, s.dec.PeekKind() == '{')
}

// chooseList settles an object that is not GeoJSON: one list of objects in it is the
// data, none means that the object itself is a record if others follow it.
func (r *Reader) chooseList(lists, seen []string, more bool) error {
	switch asked := r.opt.Layer; {
	case asked != "" && slices.Contains(lists, asked):
		r.layout.member, r.layout.name = asked, asked
	case asked != "" && len(lists) > 0:
		return referentials.Errorf(referentials.NotFound, "there is no list %q in it; it holds %s", asked, strings.Join(lists, ", ")).At("%s", r.file.Path())
	case len(lists) == 1:
		r.layout.member = lists[0]
	case len(lists) > 1:
		return referentials.Errorf(referentials.Invalid, "it holds several lists of objects: %s", strings.Join(lists, ", ")).
			At("%s", r.file.Path()).Do("name one as the layer")
	case !more && len(seen) == 0:
		return r.noRecords("it is one empty object")
	case !more:
		return r.noRecords("it is one object with the members " + strings.Join(seen, ", "))
	}
	if r.layout.name == "" {
		r.layout.name = r.layout.member
	}
	return nil
}

func (r *Reader) noRecords(what string) error {
	return referentials.Errorf(referentials.Invalid, "%s: neither features nor a list of objects", what).
		At("%s", r.file.Path()).Do("give GeoJSON, or an array of objects")
}

// declared reads a crs or coordRefSys member. A system that is not known is told, and
// then counts as none.
func (r *Reader) declared(s *stream, name string) error {
	v, err := s.dec.ReadValue()
	if err != nil {
		return err
	}
	if name == "coordRefSys" {
		r.refer(v)
		return nil
	}
	c := source.WalkJSON(v)
	text := ""
	switch c.Kind() {
	case 'n':
		return nil
	case '"':
		text = unquote(c.Value())
	case '{':
		text = systemName(&c)
	}
	if system, err := crs.Parse(text); err == nil {
		r.crs = system
	} else {
		r.note("its \"crs\" member, %.80s, names no coordinate reference system that is known", v)
	}
	return nil
}

// systemName finds the name in {"type":"name","properties":{"name":…}}, and the number in
// {"type":"EPSG","properties":{"code":…}}.
func systemName(c *source.JSONCursor) string {
	found := ""
	for c.Enter(); c.Next(); {
		switch string(c.Name()) {
		case "properties":
			if c.Kind() == '{' {
				found = systemName(c)
				continue
			}
		case "name":
			if c.Kind() == '"' {
				found = unquote(c.Value())
				continue
			}
		case "code":
			found = strings.Trim(string(c.Value()), `"`)
			continue
		}
		c.Value()
	}
	return found
}

func unquote(raw []byte) string {
	b, _ := jsontext.AppendUnquote(nil, raw)
	return string(b)
}

// The records looked at to tell what they are made of.
const (
	sampleRecords = 1000
	sampleBytes   = 8 << 20
)

// sample looks at the first records: features or rows, and where rows keep their shape.
func (r *Reader) sample(ctx context.Context) error {
	m := members{}
	bytes, esri, solid := 0, false, ""
	r.layout.timeName = "time"
	var all, feature, records int
	err := r.elements(ctx, func(n int64, raw []byte) bool {
		all++
		bytes += len(raw)
		c := source.WalkJSON(raw)
		if c.Kind() != '{' {
			return n < sampleRecords
		}
		records++
		kind := classify(raw)
		if kind.feature {
			feature++
		}
		esri = esri || kind.esri
		r.sampleJSONFG(&kind)
		if solid == "" && kind.place != "" && !source.IsGeoJSONType(kind.place) {
			solid = kind.place
		}
		if n == 1 {
			r.layout.envelope = kind.fields != nil && !kind.feature
			r.layout.projected = !kind.lonLat
		}
		if row := raw; r.layout.envelope {
			if row = kind.fields; row != nil {
				m.add(row)
			}
		} else if !kind.feature {
			m.add(row)
		}
		return n < sampleRecords && bytes < sampleBytes
	})
	switch {
	case err != nil:
		return err
	case all > 0 && records == 0:
		return r.noRecords("its elements are not objects")
	case esri:
		return referentials.Errorf(referentials.Unsupported, "it is Esri JSON (\"attributes\" and \"rings\"), not GeoJSON").
			At("%s", r.file.Path()).Do("ask the service for f=geojson, or convert it first")
	case feature > 0 || r.layout.member == "features":
		r.layout.rows = false
		r.layout.envelope = false
		if solid != "" && !r.layout.place {
			r.note("its places are solids or curves (%.40s), which are not kept: shapes are read from \"geometry\", in degrees", solid)
		}
		return nil
	}
	r.layout.rows = records > 0
	r.layout.shape, r.layout.point = m.choose()
	if r.layout.shape != "" && r.layout.point != "" {
		r.layout.left, r.layout.point = r.layout.point, ""
		if !isGeoPoint(r.layout.left) {
			r.layout.left = ""
		}
	}
	if r.layout.left != "" {
		r.note("%q repeats the position of %q and is left out", r.layout.left, r.layout.shape)
	}
	return nil
}

func unquoteRaw(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	return string(raw[1 : len(raw)-1])
}

func fitsDegrees(raw []byte) bool {
	c := source.WalkJSON(raw)
	var g geo.Geometry
	if _, err := source.DecodeGeoJSON(&c, &g); err != nil || len(g.XY) == 0 {
		return true
	}
	b := g.Bound()
	return math.Abs(b.Min[0]) <= 180 && math.Abs(b.Max[0]) <= 180 && math.Abs(b.Min[1]) <= 90 && math.Abs(b.Max[1]) <= 90
}
