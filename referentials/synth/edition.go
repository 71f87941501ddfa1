package synth

import (
	"context"
	"errors"
)

// edition is a metropolis being written. What is written block by block is not kept; only
// sums are.
type edition struct {
	*metropolis
	*projections
	options Options
	summary Summary

	addresses, power, gas, certificates, sites *sheet
	buildings, parkings                        *layer

	perCommune []people
	perFace    []blockCount
	grid       grid
	meters     meters
	counters   []counter
	built      int32    // buildings of the commune so far
	fantoir    []string // per way

	// Of the block at hand, flat: its addresses in four systems, then its footprints.
	cc48, lambert, longLat, european, footprints []float64
}

// blockCount is what a block holds.
type blockCount struct{ buildings, addresses, dwellings int }

func newEdition(m *metropolis, p *projections, o Options) *edition {
	e := &edition{metropolis: m, projections: p, options: o}
	e.perCommune = make([]people, len(m.communes))
	e.perFace = make([]blockCount, len(m.head))
	e.grid.cells = map[cellKey]*cell{}
	e.meters.use = make([]irisEnergy, len(m.iris))
	e.fantoir = m.codeStreets()
	e.summary.Communes, e.summary.IRIS, e.summary.Blocks = len(m.communes), len(m.iris), len(m.blocks)
	return e
}

// file is a sheet or a layer.
type file interface {
	close() error
	count() File
}

func (o *output) count() File { return File{Name: o.name, Rows: o.rows} }

// finish closes files and adds them to the summary.
func (e *edition) finish(files ...file) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.close())
		e.summary.Files = append(e.summary.Files, f.count())
	}
	return errors.Join(errs...)
}

// writeBlocks builds block after block and writes what stands and lives there.
func (e *edition) writeBlocks(ctx context.Context) error {
	dir := e.options.Dir
	e.addresses = newSheet(dir, "rva_adresses.csv", municipal, addressHeader)
	e.buildings = newLayer(dir, "batiments.geojson", 0)
	e.power = newSheet(dir, "enedis_adresse.csv", portal, powerHeader)
	e.gas = newSheet(dir, "grdf_adresse.csv", portal, gasHeader)
	e.certificates = newSheet(dir, "dpe.csv", portal, certificateHeader)
	e.sites = newSheet(dir, "sites.csv", dialect{comma: true}, siteHeader)
	e.parkings = newLayer(dir, "parkings.geojson", 0)
	walked := e.walkBlocks(ctx)
	closed := e.finish(e.addresses, e.buildings, e.power, e.gas, e.certificates, e.sites, e.parkings)
	if walked != nil {
		return walked
	}
	return closed
}

func (e *edition) walkBlocks(ctx context.Context) error {
	p := &plot{town: e.town, fr: e.fronts}
	commune, told := int32(0), 0
	for _, f := range e.blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c := e.faces[f].commune; c != commune {
			e.flushMeters(commune)
			commune, e.built = c, 0
		}
		p.build(f)
		if err := e.writeBlock(p); err != nil {
			return err
		}
		if e.summary.Addresses-told >= 5000 {
			told = e.summary.Addresses
			e.options.Progress(Progress{"buildings", told, e.total})
		}
	}
	e.flushMeters(commune)
	return nil
}

func (e *edition) writeBlock(p *plot) error {
	e.cc48, e.footprints = e.cc48[:0], e.footprints[:0]
	for i := range p.addresses {
		e.cc48 = flat(e.cc48, p.addresses[i].at)
	}
	for i := range p.buildings {
		e.footprints = flat(e.footprints, p.buildings[i].ring...)
	}
	var err error
	if e.lambert, err = project(e.lambert93, e.lambert, e.cc48); err != nil {
		return err
	}
	if e.european, err = project(e.laea, e.european, e.cc48); err != nil {
		return err
	}
	if e.longLat, err = project(e.lonLat, e.longLat, e.cc48); err != nil {
		return err
	}
	if e.footprints, err = project(e.lonLat, e.footprints, e.footprints); err != nil {
		return err
	}
	e.writeBuildings(p)
	r := stream(e.seed, "energy", int(p.face))
	c, z := &e.perCommune[e.faces[p.face].commune], &e.iris[e.faces[p.face].iris]
	for i := range p.addresses {
		a := &p.addresses[i]
		e.summary.Addresses++
		id := e.summary.Addresses
		e.writeAddress(a, i, id)
		e.meter(r, p, a, i, id)
		c.add(&a.people)
		z.people.add(&a.people)
		e.grid.add(e.european[2*i], e.european[2*i+1], &a.people, e.communes[e.faces[p.face].commune].code)
		n := &e.perFace[p.face]
		n.addresses++
		n.dwellings += a.dwellings
		e.summary.Dwellings += a.dwellings
		e.summary.Persons += a.persons
	}
	e.writeAmenities(p)
	return nil
}
