// Package topology judges and repairs shapes: what makes them valid simple features, and
// the nearest valid shape of one that is not. GEOS is hidden behind it.
package topology

import (
	"errors"
	"fmt"

	"github.com/twpayne/go-geos"

	"socle/geo"
)

// Engine holds one GEOS context and its scratch memory. It is not safe for concurrent
// use: make one per worker.
type Engine struct {
	context *geos.Context
	wkb     []byte
}

// NewEngine makes an Engine.
func NewEngine() *Engine { return &Engine{context: geos.NewContext()} }

// Close lets go of the context. The Engine cannot be used afterwards.
func (e *Engine) Close() { *e = Engine{} }

var errClosed = errors.New("the topology engine is closed")

// with hands g to GEOS for the time of one call. Every failure of GEOS, which the binding
// tells by panics, by errors and by nil geometries, comes back as an error.
func (e *Engine) with(g *geo.Geometry, do func(*geos.Geom) error) (err error) {
	if e.context == nil {
		return errClosed
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("GEOS: %v", r)
		}
	}()
	e.wkb = geo.AppendWKB(e.wkb[:0], g)
	shape, err := e.context.NewGeomFromWKB(e.wkb)
	if err != nil {
		return fmt.Errorf("GEOS: %w", err)
	}
	if shape == nil {
		return errors.New("GEOS cannot read the shape")
	}
	defer shape.Destroy()
	return do(shape)
}

// Valid tells whether g is a valid simple feature and, when it is not, why. Most shapes
// are simple enough to be judged without GEOS.
func (e *Engine) Valid(g *geo.Geometry) (ok bool, reason string, err error) {
	if err := g.Check(); err != nil {
		return false, err.Error(), nil
	}
	if plainlyValid(g) {
		return true, "", nil
	}
	err = e.with(g, func(shape *geos.Geom) error {
		if ok = shape.IsValid(); !ok {
			reason = shape.IsValidReason()
		}
		return nil
	})
	return ok, reason, err
}
