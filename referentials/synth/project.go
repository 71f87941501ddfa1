package synth

import (
	"socle/geo/crs"
	"socle/referentials"
)

// originE and originN are where the town's own metres start, in EPSG:3948 (CC48): the
// middle of Rennes, so that the conic projection is at home.
const (
	originE = 1_352_000
	originN = 7_223_200
)

// projections take places of the town to the systems of the files.
type projections struct {
	lonLat, lambert93, laea *crs.Transformer
}

func newProjections() (*projections, error) {
	p := &projections{}
	for _, t := range []struct {
		to   crs.CRS
		into **crs.Transformer
	}{{crs.CRS84, &p.lonLat}, {crs.EPSG(2154), &p.lambert93}, {crs.EPSG(3035), &p.laea}} {
		made, err := crs.NewTransformer(crs.EPSG(3948), t.to)
		if err != nil {
			p.close()
			return nil, referentials.Errorf(referentials.Internal, "cannot project the town: %w", err)
		}
		*t.into = made
	}
	return p, nil
}

func (p *projections) close() {
	for _, t := range []*crs.Transformer{p.lonLat, p.lambert93, p.laea} {
		if t != nil {
			t.Close()
		}
	}
}

// flat appends places as CC48 coordinates.
func flat(dst []float64, places ...pt) []float64 {
	for _, p := range places {
		dst = append(dst, centimetre(originE+p.x), centimetre(originN+p.y))
	}
	return dst
}

// project gives a copy of flat CC48 coordinates in another system, in dst's storage.
func project(t *crs.Transformer, dst, cc48 []float64) ([]float64, error) {
	dst = append(dst[:0], cc48...)
	if err := t.Forward(dst); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "cannot project the town: %w", err)
	}
	return dst, nil
}
