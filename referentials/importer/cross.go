package importer

import (
	"fmt"
	"math"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials/importer/source"
)

// crossCheck compares the positions that a row gives in several systems. The file's
// geometry stays what it is; rows that contradict themselves are told.
type crossCheck struct {
	place     place
	x, y      int
	transform *crs.Transformer // from the other system to the geometry's
	from, to  []float64
	names     []string
	apart     tallies
	worst     float64 // metres
}

// agreement is how far apart, in metres, two positions of one row may be.
const agreement = 1.0

// newCrossCheck gives nil when the file lacks the columns or its own system is not in
// metres.
func newCrossCheck(in *input, other place) (*crossCheck, error) {
	x, y := in.column(other.x), in.column(other.y)
	if x < 0 || y < 0 || isDegrees(in.crs) {
		return nil, nil
	}
	t, err := crs.NewTransformer(other.crs, in.crs)
	if err != nil {
		return nil, err
	}
	return &crossCheck{place: other, x: x, y: y, transform: t}, nil
}

func (c *crossCheck) add(rec *source.Record, g *geo.Geometry, name string) {
	x, y, ok := pairAt(rec, c.x, c.y)
	if !ok || len(g.XY) != 2 {
		return
	}
	c.from = append(c.from, x, y)
	c.to = append(c.to, g.XY...)
	c.names = append(c.names, name)
	if len(c.names) == 4*batchRows {
		c.flush()
	}
}

// flush compares what was gathered.
func (c *crossCheck) flush() {
	failed, err := c.transform.TryForward(c.from, nil)
	if err != nil {
		return
	}
	for i, name := range c.names {
		off := math.Hypot(c.from[2*i]-c.to[2*i], c.from[2*i+1]-c.to[2*i+1])
		if len(failed) == 0 && off <= agreement {
			continue
		}
		if off > agreement {
			if !math.IsInf(off, 0) {
				c.worst = max(c.worst, off)
			}
			c.apart.add("apart", name)
		}
	}
	c.from, c.to, c.names = c.from[:0], c.to[:0], c.names[:0]
}

// String tells how many rows contradict themselves.
func (c *crossCheck) String() string {
	t := c.apart.list[0]
	return fmt.Sprintf("%s a position in %s, %s that is over %g m from the geometry, up to %.1f m (row %s)",
		plural(t.Count, "row has", "rows have"), c.place.x, c.place.y, agreement, c.worst, t.rows())
}
