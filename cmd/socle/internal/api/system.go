package api

import (
	"slices"
	"strings"
	"sync"

	"socle/geo/crs"
	"socle/referentials"
)

// wgs84 is longitude and latitude with latitude written first.
var wgs84 = crs.EPSG(4326)

// common are the systems that every layer is offered in, beside the one it is stored in:
// those of the web, of France, of the Rennes conic zone and of European statistics.
var common = []crs.CRS{
	crs.CRS84, wgs84, crs.EPSG(3857), crs.EPSG(2154), crs.EPSG(3948), crs.EPSG(4258), crs.EPSG(3035), crs.EPSG(25830), crs.EPSG(25831),
}

// system is a reference system that coordinates are asked for in.
type system struct {
	crs     crs.CRS
	swapped bool   // written y first
	uri     string // as the client names it
}

// systems knows the axis order of reference systems and the ways between them. Only
// offered systems come in here, so it is bounded by them and the collections.
type systems struct {
	ways crs.Cache

	mu      sync.Mutex
	swapped map[crs.CRS]bool
}

func (s *systems) axesSwapped(c crs.CRS) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	swapped, known := s.swapped[c]
	if !known {
		swapped = crs.AxesSwapped(c)
		if s.swapped == nil {
			s.swapped = map[crs.CRS]bool{}
		}
		s.swapped[c] = swapped
	}
	return swapped
}

func (s *systems) close() { s.ways.Close() }

// offered gives the systems that a collection's coordinates can be had in: CRS84 first, as
// the standard's default. A table has none.
func offered(d *referentials.Descriptor) []crs.CRS {
	switch {
	case !d.HasGeometry():
		return nil
	case slices.Contains(common, d.CRS):
		return common
	}
	return append(slices.Clone(common), d.CRS)
}

// choose reads the system that a parameter names, CRS84 when it names none.
func (s *systems) choose(d *referentials.Descriptor, parameter, value string) (system, error) {
	if value == "" {
		return system{crs: crs.CRS84, uri: crs.CRS84.URI()}, nil
	}
	c, err := crs.Parse(value)
	if err != nil {
		return system{}, referentials.Errorf(referentials.Invalid, "%w", err).At("parameter %s", parameter)
	}
	list := offered(d)
	if slices.Contains(list, c) {
		return system{crs: c, swapped: s.axesSwapped(c), uri: alias(value, c)}, nil
	}
	e := referentials.Errorf(referentials.Invalid, "collection %q is not offered in %s", d.ID, c).At("parameter %s", parameter)
	if len(list) == 0 {
		return system{}, e.Do("it has no geometry")
	}
	uris := make([]string, len(list))
	for i, c := range list {
		uris[i] = c.URI()
	}
	return system{}, e.Do("use one of: %s", strings.Join(uris, ", "))
}

// alias gives a system the URI that the client wrote, so that it recognises it in the
// answer. What is not plainly a URI is not repeated.
func alias(value string, c crs.CRS) string {
	uri := strings.HasPrefix(value, "http") || strings.HasPrefix(value, "urn:")
	if !uri || strings.IndexFunc(value, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune(":/._-", c)
	}) >= 0 {
		return c.URI()
	}
	return value
}
