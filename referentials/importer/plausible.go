package importer

import (
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
)

// metropolitanFrance is the box, in degrees, against which a guess is tried.
var metropolitanFrance = orb.Bound{Min: orb.Point{-5.3, 41.2}, Max: orb.Point{9.7, 51.2}}

// areaMargin widens a system's area of use, in degrees: data often reaches a little past
// it, and a wrong system puts it much farther off.
const areaMargin = 1.5

// candidates are the systems French data is in, the likeliest first.
var candidates = []crs.CRS{
	crs.CRS84, crs.EPSG(2154), crs.EPSG(3948), crs.EPSG(3947), crs.EPSG(3949), crs.EPSG(3946), crs.EPSG(3945),
	crs.EPSG(3944), crs.EPSG(3943), crs.EPSG(3942), crs.EPSG(3950), crs.EPSG(3857), crs.EPSG(27572),
}

// sampler keeps a bounded, evenly spread sample of positions and the box of all.
type sampler struct {
	xy    []float64
	every int64
	seen  int64
	box   orb.Bound
}

const sampleSize = 512

func newSampler() sampler { return sampler{every: 1, box: geo.EmptyBound()} }

func (s *sampler) add(g *geo.Geometry) {
	if len(g.XY) < 2 {
		return
	}
	s.box = geo.Union(s.box, geo.BoundOf(g.XY))
	if s.seen%s.every == 0 {
		if len(s.xy) == 2*sampleSize {
			kept := s.xy[:0]
			for i := 0; i < 2*sampleSize; i += 4 {
				kept = append(kept, s.xy[i], s.xy[i+1])
			}
			s.xy = kept
			s.every *= 2
		}
		if s.seen%s.every == 0 {
			s.xy = append(s.xy, g.XY[0], g.XY[1])
		}
	}
	s.seen++
}

// fit is how a sample lies in a system.
type fit struct {
	inside  float64 // share within the system's area of use
	france  float64 // share within metropolitan France
	example orb.Point
}

// fitOf takes positions as coordinates of a system, swapped or not.
func fitOf(c crs.CRS, xy []float64, swapped bool) (fit, error) {
	info, err := crs.Describe(c)
	if err != nil {
		return fit{}, err
	}
	t, err := crs.NewTransformer(c, crs.CRS84)
	if err != nil {
		return fit{}, err
	}
	defer t.Close()
	lonLat := slices.Clone(xy)
	if swapped {
		for i := 0; i < len(lonLat); i += 2 {
			lonLat[i], lonLat[i+1] = lonLat[i+1], lonLat[i]
		}
	}
	failed, err := t.TryForward(lonLat, nil)
	if err != nil {
		return fit{}, err
	}
	f := fit{}
	n, bad := 0.0, 0
	for i := 0; i < len(lonLat); i += 2 {
		n++
		if bad < len(failed) && failed[bad] == i/2 {
			bad++
			continue
		}
		lon, lat := lonLat[i], lonLat[i+1]
		if info.Covers(lon, lat, areaMargin) {
			f.inside++
		}
		if metropolitanFrance.Contains(orb.Point{lon, lat}) {
			f.france++
		}
		f.example = orb.Point{lon, lat}
	}
	f.inside, f.france = f.inside/n, f.france/n
	return f, nil
}

// Shares from which a sample is taken to lie, or not to lie, somewhere.
const (
	mostly = 0.95
	hardly = 0.05
)

// judgement is what the sample says of the declared system.
type judgement struct {
	ok      bool
	guess   crs.CRS // the likeliest system when not ok or when none was declared; zero when none fits
	swapped bool    // the guess reads the ordinates the other way round
	example orb.Point
}

// judge tells whether positions can be of the system, and if not of which they may be.
// They are never moved by it.
func judge(declared crs.CRS, xy []float64) (judgement, error) {
	if len(xy) == 0 {
		return judgement{ok: !declared.IsZero()}, nil
	}
	if isDegrees(declared) {
		declared = crs.CRS84
	}
	if !declared.IsZero() {
		f, err := fitOf(declared, xy, false)
		if err != nil {
			return judgement{}, err
		}
		switch {
		case f.inside < mostly:
		case f.france > hardly, !isDegrees(declared) && !slices.Contains(candidates, declared):
			return judgement{ok: true}, nil
		default:
			// It can be right: degrees may lie anywhere in the world. But where another
			// reading puts everything into France, that one is likelier.
			j, err := guess(declared, xy, isDegrees(declared))
			j.ok = j.guess.IsZero()
			return j, err
		}
	}
	return guess(declared, xy, false)
}

// guess finds the system, other than the declared one, that puts the positions into
// metropolitan France. onlySwapped tries no more than the other order of ordinates.
func guess(declared crs.CRS, xy []float64, onlySwapped bool) (judgement, error) {
	for _, c := range candidates {
		for _, swapped := range []bool{false, true} {
			if c == declared && !swapped || onlySwapped && (c != declared || !swapped) {
				continue
			}
			f, err := fitOf(c, xy, swapped)
			if err != nil {
				return judgement{}, err
			}
			if f.inside >= mostly && f.france >= mostly {
				return judgement{guess: c, swapped: swapped, example: f.example}, nil
			}
		}
	}
	return judgement{}, nil
}

func isDegrees(c crs.CRS) bool { return c == crs.CRS84 || c == crs.EPSG(4326) || c == crs.EPSG(4258) }

// systemName gives "EPSG:2154, RGF93 v1 / Lambert-93".
func systemName(c crs.CRS) string {
	info, err := crs.Describe(c)
	if err != nil || c == crs.CRS84 {
		return c.String()
	}
	return c.String() + ", " + info.Name
}
