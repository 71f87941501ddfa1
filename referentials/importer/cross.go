package importer

import (
	"fmt"
	"math"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials/importer/source"
)

// crossCheck compares the positions that a row gives in several systems. The file's
// geometry stays what it is; rows that contradict themselves are told. PROJ works on a
// goroutine of its own, so that rows do not wait for it; finish waits for that.
type crossCheck struct {
	place place
	x, y  int
	to    crs.CRS // of the geometry
	name  func(row int64) string
	full  *pairs
	work  chan *pairs
	free  chan *pairs // compared, to be filled again
	done  chan error
	apart tallies
	worst float64 // metres
}

// pairs are the positions of some rows in the other system and in the geometry's.
type pairs struct {
	from, to []float64
	rows     []int64
}

// agreement is how far apart, in metres, two positions of one row may be.
const agreement = 1.0

// newCrossCheck gives nil when the file lacks the columns or its own system is not in
// metres.
func newCrossCheck(in *input, other place, name func(row int64) string) *crossCheck {
	x, y := in.column(other.x), in.column(other.y)
	if x < 0 || y < 0 || isDegrees(in.crs) {
		return nil
	}
	c := &crossCheck{place: other, x: x, y: y, to: in.crs, name: name, full: &pairs{}, work: make(chan *pairs, 2), free: make(chan *pairs, 2), done: make(chan error, 1)}
	go func() { c.done <- c.compare() }()
	return c
}

func (c *crossCheck) add(rec *source.Record, g *geo.Geometry) {
	x, y, ok := pairAt(rec, c.x, c.y)
	if !ok || len(g.XY) != 2 {
		return
	}
	c.full.from = append(c.full.from, x, y)
	c.full.to = append(c.full.to, g.XY...)
	c.full.rows = append(c.full.rows, rec.Number)
	if len(c.full.rows) == 4*batchRows {
		c.work <- c.full
		select {
		case c.full = <-c.free:
		default:
			c.full = &pairs{}
		}
	}
}

// finish compares what is left and waits for the result.
func (c *crossCheck) finish() error {
	c.work <- c.full
	close(c.work)
	return <-c.done
}

// compare reads work to its end, whatever fails.
func (c *crossCheck) compare() error {
	t, err := crs.NewTransformer(c.place.crs, c.to)
	for p := range c.work {
		if err == nil {
			err = c.measure(t, p)
		}
		p.from, p.to, p.rows = p.from[:0], p.to[:0], p.rows[:0]
		select {
		case c.free <- p:
		default:
		}
	}
	if t != nil {
		t.Close()
	}
	return err
}

func (c *crossCheck) measure(t *crs.Transformer, p *pairs) error {
	if _, err := t.TryForward(p.from, nil); err != nil {
		return err
	}
	for i, row := range p.rows {
		off := math.Hypot(p.from[2*i]-p.to[2*i], p.from[2*i+1]-p.to[2*i+1])
		if off <= agreement {
			continue
		}
		if !math.IsInf(off, 0) {
			c.worst = max(c.worst, off)
		}
		c.apart.add("apart", c.name(row))
	}
	return nil
}

// String tells how many rows contradict themselves.
func (c *crossCheck) String() string {
	t := c.apart.list[0]
	return fmt.Sprintf("%s a position in %s, %s that is over %g m from the geometry, up to %.1f m (row %s)",
		plural(t.Count, "row has", "rows have"), c.place.x, c.place.y, agreement, c.worst, t.rows())
}
