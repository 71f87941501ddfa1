// Package importer brings files into a store: it tells what a file is, reads it, judges
// and repairs its rows, and publishes them as a version, all or nothing.
//
// A file is walked twice: the survey finds the types of columns, the geometry, the keys
// and whether the coordinates are plausible, on every row; then its rows are published.
// The first walk is left out where a known format has settled all of that.
//
// Every row has a fate, and the [Report] tells it: accepted, repaired (why) or rejected
// (why). Nothing is shifted, guessed or dropped in silence.
package importer

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/catalog"
	"socle/referentials/importer/source"
)

// Options says what to import and how. Zero members are detected.
type Options struct {
	Files        []string  // all go into one version of one collection
	As           string    // the collection; else the known format's, else the layer's or file's name
	Layer        string    // of files that hold several
	CRS          crs.CRS   // the coordinates are in this system, whatever the file declares
	Vintage      string    // millésime
	Encoding     string    // of text: "UTF-8", "ISO-8859-15"…
	Delimiter    string    // of delimited text
	DecimalComma bool      // where 1,234 may be thousands or a decimal, it is a decimal
	Key          string    // the column that identifies rows
	DryRun       bool      // do everything but publish
	Rejects      io.Writer // gets rejected rows as they were: file, row, reason, original
	Progress     func(Progress)
	TempDir      string // for formats that must be unpacked to be read

	// Current gives the descriptor of the version that would be replaced, nil when there is
	// none: what it keeps back is not shown by forgetting to say so again.
	Current func(ctx context.Context, collection string) (*referentials.Descriptor, error)
}

// Import brings files into a collection of the store. The report is complete also when
// nothing could be published; then the error says why.
func Import(ctx context.Context, store referentials.Store, opt Options) (*Report, error) {
	if len(opt.Files) == 0 {
		return nil, referentials.Errorf(referentials.Invalid, "no file to import")
	}
	inputs, err := openAll(ctx, &opt)
	if err != nil {
		return nil, err
	}
	defer closeAll(inputs)
	side, err := readSidecar(opt.Files[0])
	if err != nil {
		return nil, err
	}
	return importInputs(ctx, store, inputs, side, opt)
}

// ImportFile is Import of one file that is open already: opt.Files plays no part, and
// nothing is looked for beside it. It takes the formats that are read here, and leaves no
// file to programs that convert others, so that it may come from anywhere.
func ImportFile(ctx context.Context, store referentials.Store, file *source.File, opt Options) (*Report, error) {
	in, err := readInput(ctx, file, file.Path(), &opt)
	if err != nil {
		return nil, err
	}
	inputs := []*input{in}
	defer closeAll(inputs)
	return importInputs(ctx, store, inputs, nil, opt)
}

// importInputs does the import of open files.
func importInputs(ctx context.Context, store referentials.Store, inputs []*input, side *sidecar, opt Options) (*Report, error) {
	if side != nil && opt.Key == "" {
		opt.Key = side.Key
	}
	r := &Report{DryRun: opt.DryRun}
	s := newSurveyor(opt.Progress)
	defer s.close()
	id, k, err := s.look(ctx, inputs, &opt)
	if err != nil {
		return nil, err
	}
	r.Collection = id
	if err := resolveSystems(r, inputs, side, &opt); err != nil {
		return r, err
	}
	p, err := newPlan(inputs, s, id, k, &opt)
	if err != nil {
		return r, err
	}
	if err := p.settle(ctx, inputs, k, side, &opt); err != nil {
		return r, err
	}
	if err := p.keepBack(ctx, side, &opt); err != nil {
		return r, err
	}
	pub := newPublisher(p, inputs, r, &opt)
	err = pub.publish(ctx, store)
	pub.summarise(side)
	return r, err
}

// look recognises the files and surveys those whose types are not settled.
func (s *surveyor) look(ctx context.Context, inputs []*input, opt *Options) (id string, k *known, err error) {
	for _, in := range inputs {
		if in.discovers {
			if err := s.peek(ctx, in, rowsForColumns); err != nil {
				return "", nil, err
			}
		}
		if in.known == nil {
			in.known = recognise(in.columns(), in.src.HasGeometry(), opt.As)
		}
		if opt.As == "" {
			if err := in.chooseEnergy(ctx); err != nil {
				return "", nil, err
			}
		}
		in.choosePlace(opt)
	}
	k = inputs[0].known
	for _, in := range inputs[1:] {
		if in.known != k && (in.known == nil || k == nil || in.known.collection != k.collection) {
			return "", nil, referentials.Errorf(referentials.Invalid, "it is not of the same kind as %s", inputs[0].name).
				At("%s", in.name).Do("import it by itself, or say which collection both belong to with --as")
		}
	}
	if id, err = chooseID(inputs[0], k, opt); err != nil {
		return "", nil, err
	}
	d, isKnown := catalog.Lookup(id)
	if !isKnown || !d.HasGeometry() {
		s.startEngine()
	}
	for _, in := range inputs {
		if isKnown && in.settled(&d, k, opt) {
			err = s.peek(ctx, in, rowsForPlaces)
		} else {
			err = s.survey(ctx, in)
		}
		if err != nil {
			return "", nil, err
		}
	}
	return id, k, nil
}

// choosePlace makes columns the geometry of a file that has none of its own.
func (in *input) choosePlace(opt *Options) {
	if in.src.HasGeometry() || !in.place.isZero() {
		return
	}
	columns := in.columns()
	p := place{}
	if in.known != nil {
		p = in.known.place
	}
	if p.isZero() || in.column(p.x) < 0 || in.column(p.y) < 0 {
		p = findPlace(columns)
	}
	switch {
	case p.isZero():
		return
	case p.crs.IsZero() && opt.CRS.IsZero():
		in.notes = append(in.notes, fmt.Sprintf("columns %s and %s look like coordinates: say their system with --crs EPSG:n to make points of them", p.x, p.y))
		return
	}
	in.usePlace(p)
}

// settled tells whether a known format fixes all a survey would find.
func (in *input) settled(d *referentials.Descriptor, k *known, opt *Options) bool {
	if k == nil || opt.Key != "" || in.discovers || !d.HasGeometry() || !in.hasGeometry() {
		return false
	}
	columns := unite([]*input{in})
	keyed := false
	for i := range d.Fields {
		if c := columnOf(columns, &d.Fields[i], k, ""); c != nil {
			c.taken = true
			keyed = keyed || d.Fields[i].Name == d.Key
		}
	}
	return keyed && !slices.ContainsFunc(columns, func(c *column) bool {
		return !c.taken && c.declared == "" && k.types[c.folded] == ""
	})
}

// Check gives the first option that cannot be meant, by its name, and why, without a look at
// any file.
func (opt *Options) Check() (option string, err error) {
	if opt.As != "" {
		if err := checkID(opt.As); err != nil {
			return "as", err
		}
	}
	if _, err := opt.encoding(); err != nil {
		return "encoding", err
	}
	if _, err := opt.delimiter(); err != nil {
		return "delimiter", err
	}
	return "", nil
}

func checkID(id string) error {
	if referentials.ValidID(id) {
		return nil
	}
	return referentials.Errorf(referentials.Invalid, "%q cannot name a collection", id).
		Do("use letters, digits, '_', '-' or '.', at most 63 bytes")
}

// chooseID names the collection.
func chooseID(in *input, k *known, opt *Options) (string, error) {
	if opt.As != "" {
		return opt.As, checkID(opt.As)
	}
	if k != nil {
		return k.collection, nil
	}
	for _, name := range []string{in.src.Layer(), stem(in)} {
		if id := collectionID(name); id != "" {
			return id, nil
		}
	}
	return "", referentials.Errorf(referentials.Invalid, "no collection can be named after it").At("%s", in.name).Do("name one with --as")
}

func stem(in *input) string {
	if in.file != nil {
		return in.file.Stem()
	}
	name, _, _ := strings.Cut(in.name, ".")
	return name
}

// settle fixes what is left of the plan: the sidecar, grid cells, the vintage.
func (p *plan) settle(ctx context.Context, inputs []*input, k *known, side *sidecar, opt *Options) error {
	if p.keyFrom == fromGrid {
		c, err := countGrid(ctx, inputs, p.cellSize)
		if err != nil {
			return err
		}
		if !c.usable() {
			p.notes = append(p.notes, fmt.Sprintf("no identifier can be made of the cells' corners: %s off the %d m grid of EPSG:3035, %s met twice",
				plural(c.odd, "shape is", "shapes are"), int(p.cellSize), plural(c.repeated, "cell is", "cells are")))
			p.number()
		}
	}
	p.desc.Vintage = k.yearOf(inputs[0].columns())
	if err := side.apply(&p.desc); err != nil {
		return err
	}
	if side != nil {
		p.reread()
	}
	if opt.Vintage != "" {
		p.desc.Vintage = opt.Vintage
	}
	return p.desc.Validate()
}

// reread follows types that a sidecar changed.
func (p *plan) reread() {
	for i, f := range p.desc.Fields {
		if r := &p.readings[i]; r.to != f.Type {
			r.to, r.na = f.Type, r.na || f.Type != referentials.String
		}
	}
}

// publish gives the rows to the store, or to no one in a dry run.
func (p *publisher) publish(ctx context.Context, store referentials.Store) error {
	if p.opt.DryRun {
		for _, err := range p.rows(ctx) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	names := make([]string, len(p.inputs))
	for i, in := range p.inputs {
		names[i] = in.name
	}
	v, err := store.Replace(ctx, referentials.Publication{Descriptor: p.plan.desc, Source: strings.Join(names, ", "), Judge: p.plan.judge}, p.rows(ctx))
	if err != nil {
		return err
	}
	p.report.Version = &v
	return nil
}
