package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"socle/cmd/socle/internal/formats"
	"socle/geo"
	"socle/geo/crs"
	"socle/imu/aggregate"
	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/importer"
	"socle/referentials/importer/ephemeral"
	"socle/referentials/snapshot"
)

type aggregateCmd struct {
	Source     string `xor:"source" required:"" placeholder:"S" help:"The collection whose values are put on the mesh."`
	SourceFile string `xor:"source" required:"" placeholder:"FILE" help:"Or a file of your own, which is not stored; FILE.yaml describes it."`
	SourceCRS  string `name:"source-crs" placeholder:"EPSG:n" help:"Of the file's coordinates, whatever it declares."`
	SourceKey  string `placeholder:"FIELD" help:"The file's column that identifies rows."`
	SourceAs   string `placeholder:"ID" help:"What the file is, such as conso_elec_adresse, when that is not told from it."`

	SourceAddress []string `name:"source-address" placeholder:"A,B" help:"The file's columns that make a written address: rows are put where it is."`

	passageFlags
	Measure string `required:"" placeholder:"MEASURES" help:"What to compute, several with commas: count sum(x) mean(x,weight=y) min(x) max(x) median(x) quantile(x,0.9) std(x) share(x) ratio(x,y) density(x)."`
	By      string `placeholder:"FIELD" help:"One figure for each value of this field."`
	Wide    bool   `help:"A column for each value of --by, not a row."`
	Bin     string `enum:"year,month," default:"" placeholder:"year" help:"One figure for each year or month of the source's time."`

	Filter     string `placeholder:"CQL2" help:"Features to count; all when left out. Shapes in it are longitude, latitude."`
	MeshFilter string `placeholder:"CQL2" help:"Cells to show; all when left out."`

	Profile string   `placeholder:"P" help:"Disclosure profile; that of the source when left out."`
	Year    int      `placeholder:"N" help:"Year of the data, which the rules of a profile depend on; told by their time or vintage when left out."`
	Parents []string `placeholder:"A,B" help:"Levels above the mesh to release with it, the finest first: iris,communes."`
	profilesFlag

	Output  string `short:"o" placeholder:"FILE" help:"Where to write; the extension chooses the format. CSV on standard output when left out."`
	CRS     string `name:"crs" placeholder:"EPSG:n" help:"Coordinates to write; those of the format, or of the mesh, when left out."`
	Publish string `placeholder:"ID" help:"Make the table a collection, served as features and tiles."`
	Lang    string `enum:"fr,en" default:"fr" help:"Language of the receipt on standard error: fr or en."`
}

// Help shows examples.
func (aggregateCmd) Help() string {
	return "The receipt, how the figures were made and why some are hidden, is written beside the table: out.csv.receipt.json.\n\nExamples:\n" +
		"  socle aggregate --source adresses --mesh iris --measure count -o adresses_iris.csv\n" +
		"  socle aggregate --source conso_elec_adresse --mesh imu --measure 'sum(consommation_annuelle_totale_de_l_adresse_mwh)' --parents iris,communes -o conso.gpkg --publish conso_imu\n" +
		"  socle aggregate --source-file adherents.csv --source-address adresse,code_postal,commune --mesh iris --measure count -o adherents.csv\n" +
		"  socle aggregate --source-file releves.csv --mesh communes --measure 'mean(debit)' -o releves.csv"
}

// Run answers the question, then writes and publishes the answer. Nothing is written unless
// all of it can be released.
func (c *aggregateCmd) Run(ctx context.Context, m *Main) error {
	out, err := c.output(m)
	if err != nil {
		return err
	}
	if len(c.SourceAddress) > 0 && c.SourceFile == "" {
		return &usageError{referentials.Errorf(referentials.Invalid, "there is no file whose addresses are written").At("--source-address").Do("name it: --source-file")}
	}
	profiles, err := c.load()
	if err != nil {
		return &usageError{err}
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	own, notes, err := c.readOwn(ctx, m, bar)
	if err != nil {
		return err
	}
	q := c.question()
	bar.Update("aggregate "+c.Mesh, -1, "")
	return m.withDesk(ctx, theme.Options{Profiles: profiles, Trusted: true, Addresses: m.addresses}, &q, own, func(store referentials.Store, desk *theme.Desk) error {
		if c.Publish != "" {
			if err := theme.MayPublish(ctx, store, c.Publish); err != nil {
				return asUsage(err)
			}
		}
		release, err := c.release(ctx, desk, &q, own)
		bar.Done()
		if err != nil {
			return asUsage(err)
		}
		release.Receipt.Notes = append(release.Receipt.Notes, notes...)
		if err := out.write(m, release); err != nil {
			return err
		}
		fmt.Fprint(m.Stderr, release.Receipt.Text(c.Lang))
		return c.publish(ctx, m, store, release)
	})
}

func (c *aggregateCmd) question() theme.Question {
	q := c.passageFlags.question()
	q.Source, q.Measure, q.By, q.Wide, q.Bin = c.Source, c.Measure, c.By, c.Wide, c.Bin
	q.Filter, q.MeshFilter = c.Filter, c.MeshFilter
	q.Profile, q.Year, q.Parents = c.Profile, c.Year, c.Parents
	return q
}

func (c *aggregateCmd) release(ctx context.Context, desk *theme.Desk, q *theme.Question, own *snapshot.Collection) (*aggregate.Release, error) {
	if own != nil {
		return desk.ReleaseOf(ctx, q, own, c.SourceAddress...)
	}
	return desk.Release(ctx, q)
}

// readOwn reads the file of --source-file, nil without one. What became of its rows is told
// when some did not come through as they were.
func (c *aggregateCmd) readOwn(ctx context.Context, m *Main, bar *progress) (*snapshot.Collection, []referentials.Text, error) {
	if c.SourceFile == "" {
		return nil, nil, nil
	}
	opt := importer.Options{Files: []string{c.SourceFile}, As: c.SourceAs, Key: c.SourceKey}
	if c.SourceCRS != "" {
		var err error
		if opt.CRS, err = crs.Parse(c.SourceCRS); err != nil {
			return nil, nil, &usageError{fmt.Errorf("--source-crs: %w", err)}
		}
	}
	opt.Progress = func(p importer.Progress) {
		bar.Update("read "+p.File, share(p.Bytes, p.TotalBytes), thousands(p.Rows)+" rows")
	}
	own, report, err := ephemeral.Open(ctx, opt)
	bar.Done()
	if report != nil && report.Read > 0 && (err != nil || report.Rejected+report.Repaired > 0 || len(report.Notes) > 0) {
		fmt.Fprint(m.Stderr, report.String())
	}
	return own, ephemeral.Notes(report), err
}

// publish makes a collection of the table when that is asked for.
func (c *aggregateCmd) publish(ctx context.Context, m *Main, store referentials.Store, release *aggregate.Release) error {
	if c.Publish == "" {
		return nil
	}
	v, err := theme.Publish(ctx, store, c.Publish, release)
	if err != nil {
		return asUsage(err)
	}
	fmt.Fprintf(m.Stderr, "%s: version %d published, %s rows.\n", c.Publish, v.ID, thousands(v.Rows))
	return nil
}

// asUsage tells questions that cannot be meant from failures.
func asUsage(err error) error {
	if referentials.CodeOf(err) == referentials.Invalid {
		return &usageError{err}
	}
	return err
}

// output is where tables of figures go.
type output struct {
	path  string // "" is standard output
	table export
	json  bool
}

const (
	jsonExtension = ".json"
	csvName       = "csv"
)

func (c *aggregateCmd) output(m *Main) (*output, error) {
	o := &output{path: c.Output, json: strings.EqualFold(filepath.Ext(c.Output), jsonExtension)}
	name := c.Output
	if name == "" {
		name = ".csv"
	}
	var ok bool
	if o.table.format, ok = formats.ByExtension(name); !ok {
		return nil, &usageError{referentials.Errorf(referentials.Unsupported, "no format has the extension of %q", filepath.Base(name)).
			At("-o").Do("use one of %s", strings.Join(formats.Extensions(), " "))}
	}
	if c.CRS != "" {
		var err error
		if o.table.crs, err = crs.Parse(c.CRS); err != nil {
			return nil, &usageError{err}
		}
	}
	if c.SourceFile != "" && sameFile(c.SourceFile, c.Output) {
		return nil, &usageError{referentials.Errorf(referentials.Invalid, "it is the file to read").At("-o %s", c.Output).Do("write to another file")}
	}
	return o, m.keepStore("-o", c.Output)
}

// write writes the table on the mesh, those of the levels above beside it (out.iris.csv),
// and the receipt. The table appears last: where it is, so is the rest.
func (o *output) write(m *Main, release *aggregate.Release) error {
	if o.path == "" {
		_, err := o.encode(m.Stdout, release.Descriptor(), release.Table)
		return err
	}
	err := writeWhole(o.path, func(f *os.File) error {
		if o.json {
			return errors.Join(release.WriteJSON(f), o.writeReceipt(release))
		}
		if _, err := o.encode(f, release.Descriptor(), release.Table); err != nil {
			return err
		}
		for k, parent := range release.Parents {
			if err := o.writeParent(release.ParentDescriptor(k), release.Receipt.Parents[k].Collection, parent); err != nil {
				return err
			}
		}
		return o.writeReceipt(release)
	})
	if err == nil {
		fmt.Fprintf(m.Stdout, "%s: %s rows written to %s.\n", release.Receipt.Mesh.Collection, thousands(int64(release.Table.RowLen())), o.path)
	}
	return err
}

func (o *output) encode(w io.Writer, d referentials.Descriptor, t *aggregate.Table) (int64, error) {
	if o.table.format.Name == csvName {
		d.Geometry, d.CRS = geo.None, crs.CRS{} // a table of figures is read in a spreadsheet
	}
	state := referentials.State{Descriptor: d, Version: referentials.Version{Rows: int64(t.RowLen())}}
	return o.table.write(w, state, t.Rows(), func(int64) {})
}

func (o *output) writeParent(d referentials.Descriptor, id string, t *aggregate.Table) error {
	ext := filepath.Ext(o.path)
	return writeWhole(strings.TrimSuffix(o.path, ext)+"."+id+ext, func(f *os.File) error {
		_, err := o.encode(f, d, t)
		return err
	})
}

const receiptSuffix = ".receipt.json"

func (o *output) writeReceipt(release *aggregate.Release) error {
	return writeWhole(o.path+receiptSuffix, func(f *os.File) error {
		e := json.NewEncoder(f)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(release.Receipt)
	})
}
