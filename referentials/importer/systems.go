package importer

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo/crs"
	"socle/referentials"
)

// resolveSystems finds the system of each file's coordinates and refuses those that
// cannot be of it.
func resolveSystems(r *Report, inputs []*input, side *sidecar, opt *Options) error {
	for _, in := range inputs {
		if !in.hasGeometry() {
			continue
		}
		switch {
		case !opt.CRS.IsZero():
			in.crs, in.crsFrom = opt.CRS, "--crs"
		case side != nil && !side.crs.IsZero():
			in.crs, in.crsFrom = side.crs, "the file's YAML"
		case !in.place.isZero() && !in.place.crs.IsZero():
			in.crs, in.crsFrom = in.place.crs, fmt.Sprintf("columns %s and %s", in.place.x, in.place.y)
		case !in.src.CRS().IsZero():
			in.crs, in.crsFrom = in.src.CRS(), "declared by the file"
			if d, ok := in.src.(*delimited); ok {
				in.crsFrom = d.whence()
			}
		case !in.assumed.IsZero():
			in.crs, in.crsFrom = in.assumed, "the default of GeoJSON"
		}
		in.crs = crs.Horizontal(in.crs) // heights are dropped
		sample := &in.survey.sample
		j, err := judge(in.crs, sample.xy)
		if err != nil {
			return referentials.Errorf(referentials.Invalid, "%w", err).At("%s", in.name)
		}
		forced := !opt.CRS.IsZero()
		switch {
		case j.ok || len(sample.xy) == 0 && !in.crs.IsZero():
		case len(sample.xy) == 0: // no shape: nothing needs a system
		case !forced, isDegrees(in.crs) && outsideDegrees(sample.box):
			return implausible(in.name, in.crs, in.crsFrom, sample.box, j)
		default:
			r.note("the coordinates of %s lie outside the area of %s; they are taken as such because --crs says so", in.name, systemName(in.crs))
		}
	}
	return nil
}

// implausible is the refusal of a file whose positions cannot be of the system taken.
func implausible(where string, declared crs.CRS, from string, box orb.Bound, j judgement) *referentials.Error {
	span := fmt.Sprintf("x from %s to %s, y from %s to %s", short(box.Min[0]), short(box.Max[0]), short(box.Min[1]), short(box.Max[1]))
	var e *referentials.Error
	if declared.IsZero() {
		e = referentials.Errorf(referentials.Invalid, "no coordinate reference system is declared, or none that is known, for coordinates with %s", span)
	} else {
		e = referentials.Errorf(referentials.Invalid, "the coordinates (%s) cannot be of %s (%s)", span, systemName(declared), from)
	}
	e = e.At("%s", where)
	place := fmt.Sprintf("one of them would be at longitude %.4f, latitude %.4f", j.example[0], j.example[1])
	switch {
	case j.guess.IsZero():
		return e.Do("say which system they are in with --crs EPSG:n")
	case j.swapped:
		return e.Do("they look like %s with its two ordinates exchanged: %s; exchange them in the file, or say which system they are in with --crs EPSG:n",
			systemName(j.guess), place)
	}
	return e.Do("they look like %s: %s; if so add --crs %s", systemName(j.guess), place, flagOf(j.guess))
}

func flagOf(c crs.CRS) string {
	if c == crs.CRS84 {
		return "EPSG:4326"
	}
	return c.String()
}

// short writes a coordinate with what a person needs of it.
func short(v float64) string {
	s := fmt.Sprintf("%.4f", v)
	if v >= 1000 || v <= -1000 {
		s = fmt.Sprintf("%.1f", v)
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// outsideDegrees tells that some position cannot be a longitude and latitude.
func outsideDegrees(b orb.Bound) bool {
	return b.Min[0] < -360 || b.Max[0] > 360 || b.Min[1] < -90 || b.Max[1] > 90
}
