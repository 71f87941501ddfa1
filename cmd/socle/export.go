package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"socle/cmd/socle/internal/formats"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/filter"
	"socle/referentials/query"
	"socle/referentials/snapshot"
)

type exportCmd struct {
	Collection string `arg:"" help:"The collection."`
	Output     string `short:"o" required:"" placeholder:"FILE" help:"Where to write; the extension chooses the format."`
	CRS        string `name:"crs" placeholder:"EPSG:n" help:"Coordinates to write; those of the format, or of the storage, when left out."`

	Filter     string   `placeholder:"CQL2" help:"Features to write; all when left out. Shapes in it are longitude, latitude."`
	Properties []string `placeholder:"A,B" help:"Fields to write; all when left out. The key is always among them."`
}

// Help shows an example.
func (exportCmd) Help() string {
	return "Formats: " + strings.Join(formats.Extensions(), " ") + ".\n\nExample:\n  socle export adresses -o adresses.fgb --crs EPSG:2154 --properties numero,voie_nom" +
		"\n  socle export adresses -o rues.csv --filter \"voie_nom LIKE 'Rue%' AND S_INTERSECTS(geometry,BBOX(-1.7,48.1,-1.6,48.2))\""
}

// Run writes the current version of a collection to a file. The file appears whole or
// not at all.
func (c *exportCmd) Run(ctx context.Context, m *Main) error {
	format, ok := formats.ByExtension(c.Output)
	if !ok {
		return &usageError{referentials.Errorf(referentials.Unsupported, "no format has the extension of %q", filepath.Base(c.Output)).
			At("-o").Do("use one of %s", strings.Join(formats.Extensions(), " "))}
	}
	e := export{format: format, properties: c.Properties}
	if c.CRS != "" {
		var err error
		if e.crs, err = crs.Parse(c.CRS); err != nil {
			return &usageError{fmt.Errorf("--crs: %w", err)}
		}
	}
	if err := m.keepStore("-o", c.Output); err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	var written int64
	err := m.withStore(ctx, func(store referentials.Store) error {
		return c.load(ctx, store, func(state referentials.State, rows referentials.Rows) error {
			return writeWhole(c.Output, func(f *os.File) (err error) {
				written, err = e.write(f, state, rows, func(n int64) {
					bar.Update("export "+c.Collection, share(n, state.Version.Rows), thousands(n)+" rows")
				})
				return err
			})
		})
	})
	bar.Done()
	if err != nil {
		return err
	}
	fmt.Fprintf(m.Stdout, "%s: %s rows written to %s.\n", c.Collection, thousands(written), c.Output)
	return nil
}

// load reads the rows of the collection from the store, or those that the filter selects
// from a snapshot of it.
func (c *exportCmd) load(ctx context.Context, store referentials.Store, read func(referentials.State, referentials.Rows) error) error {
	if c.Filter == "" {
		return store.Load(ctx, c.Collection, 0, read)
	}
	collection, err := snapshot.LoadPublic(ctx, store, c.Collection)
	if err != nil {
		return err
	}
	d := collection.Descriptor()
	where, err := query.Written(c.Filter, filter.Schema{Descriptor: d})
	if err != nil {
		return &usageError{fmt.Errorf("--filter: %w", err)}
	}
	var systems crs.Cache
	defer systems.Close()
	engine, err := query.New(query.Options{}, &systems)
	if err != nil {
		return err
	}
	defer engine.Close()
	selected, err := engine.Select(ctx, collection, &query.Query{Where: []*filter.Node{where}})
	if err != nil {
		return err
	}
	state := referentials.State{Descriptor: *d, Version: collection.Version()}
	state.Version.Rows = int64(selected.Len())
	return read(state, func(yield func(*referentials.Row, error) bool) {
		var row referentials.Row
		for k := range selected.Len() {
			collection.Row(selected.Row(k), &row)
			if !yield(&row, ctx.Err()) {
				return
			}
		}
	})
}

// export is what is asked of a collection's rows.
type export struct {
	format     encode.Format
	crs        crs.CRS  // zero: the format's own
	properties []string // nil: all fields
}

// write encodes the public part of rows and tells how many are written so far.
func (e *export) write(f io.Writer, state referentials.State, rows referentials.Rows, tell func(int64)) (int64, error) {
	d, columns, ok := state.Descriptor.Public()
	if !ok {
		return 0, referentials.Errorf(referentials.Refused, "its rows may not leave: access is %s%s", d.Access, profileClause(d.Profile)).
			At("collection %s", d.ID).Do("its values leave inside aggregates that pass the profile")
	}
	if e.format.Spatial && !d.HasGeometry() {
		return 0, referentials.Errorf(referentials.Unsupported, "%s holds layers, and %s is a table", e.format.Name, d.ID).Do("write .csv or .parquet")
	}
	written, kept, err := selectFields(&d, e.properties)
	if err != nil {
		return 0, err
	}
	header := encode.Header{Descriptor: written, CRS: e.crs, Matched: state.Version.Rows}
	if header.CRS.IsZero() {
		header.CRS = formats.DefaultCRS(e.format, d.CRS)
	}
	header.YFirst = d.HasGeometry() && formats.YFirst(e.format, header.CRS)
	for i := range kept {
		kept[i] = columns[kept[i]]
	}
	p := pipe{columns: kept, tell: tell}
	if p.transform, err = transformer(d, header.CRS); err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	w, err := e.format.New(out, header)
	if err != nil {
		return 0, err
	}
	n, err := p.run(w, rows)
	if err := errors.Join(err, w.Close()); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// selectFields gives the descriptor of some fields of d and where they are in it. They
// keep their order, and the key stays whether it is named or not.
func selectFields(d *referentials.Descriptor, names []string) (referentials.Descriptor, []int, error) {
	selected := d.Clone()
	var kept []int
	if names != nil {
		selected.Fields = selected.Fields[:0]
	}
	for i, f := range d.Fields {
		if names == nil {
			kept = append(kept, i)
		} else if f.Name == d.Key || slices.Contains(names, f.Name) {
			kept = append(kept, i)
			selected.Fields = append(selected.Fields, f)
		}
	}
	for _, name := range names {
		if d.FieldIndex(name) < 0 {
			return selected, nil, &usageError{noField(d, name)}
		}
	}
	return selected, kept, nil
}

func noField(d *referentials.Descriptor, name string) error {
	known := make([]string, len(d.Fields))
	for i := range d.Fields {
		known[i] = d.Fields[i].Name
	}
	err := referentials.Errorf(referentials.Invalid, "collection %s has no field %q", d.ID, name).At("--properties")
	if near := referentials.Nearest(name, known); near != "" {
		return err.Do("did you mean %q?", near)
	}
	return err.Do("its fields are %s", strings.Join(known, ", "))
}

// pipe takes rows of a store to an encoder, one at a time.
type pipe struct {
	columns   []int // of a row, to write
	transform func([]float64) error
	tell      func(int64)
}

func (p *pipe) run(w encode.Writer, rows referentials.Rows) (n int64, err error) {
	out := referentials.Row{Values: make([]referentials.Value, len(p.columns))}
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		for i, c := range p.columns {
			out.Values[i] = row.Values[c]
		}
		out.Geom.CopyFrom(&row.Geom)
		if err := p.transform(out.Geom.XY); err != nil {
			return n, err
		}
		if err := w.Write(&out); err != nil {
			return n, err
		}
		n++
		p.tell(n)
	}
	return n, nil
}

func transformer(d referentials.Descriptor, wanted crs.CRS) (func([]float64) error, error) {
	if !d.HasGeometry() || wanted == d.CRS {
		return func([]float64) error { return nil }, nil
	}
	t, err := crs.NewTransformer(d.CRS, wanted)
	if err != nil {
		return nil, err
	}
	return t.Forward, nil
}

func profileClause(profile string) string {
	if profile == "" {
		return ""
	}
	return ", disclosure profile " + profile
}

func share(n, of int64) float64 {
	if of <= 0 {
		return -1
	}
	return float64(n) / float64(of)
}
