package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer"
)

type importCmd struct {
	Files        []string `arg:"" name:"file" help:"Files, .gz and .zip included; several become one version."`
	As           string   `placeholder:"COLLECTION" help:"The collection; told from the format, the layer or the file's name when left out."`
	Layer        string   `placeholder:"L" help:"The layer, of files that hold several."`
	CRS          string   `name:"crs" placeholder:"EPSG:n" help:"The coordinates' system, whatever the file declares."`
	Vintage      string   `placeholder:"2024" help:"Millésime of the data."`
	Key          string   `placeholder:"FIELD" help:"The column that identifies rows."`
	Encoding     string   `placeholder:"NAME" help:"Of text, when detection is wrong: UTF-8, ISO-8859-15, Windows-1252, UTF-16."`
	Delimiter    string   `placeholder:"C" help:"Of delimited text, when detection is wrong."`
	DecimalComma bool     `help:"Numbers of delimited text have a decimal comma."`
	DryRun       bool     `help:"Do everything but publish."`
	Rejects      string   `placeholder:"FILE" help:"Write every rejected row there as it was, with its reason (CSV)."`
	JSON         bool     `name:"json" help:"Write the report as JSON."`
}

// Help shows examples.
func (importCmd) Help() string {
	return "A file FILE.yaml beside the first one completes the collection's description.\n\nExamples:\n" +
		"  socle import rva_adresses.csv.gz\n" +
		"  socle import batiments_1.json batiments_2.json --as batiments --vintage 2024 --rejects refused.csv"
}

// Run imports the files as one version and prints the report, also of a failure.
func (c *importCmd) Run(ctx context.Context, m *Main) error {
	opt := importer.Options{
		Files: c.Files, As: c.As, Layer: c.Layer, Vintage: c.Vintage, Key: c.Key,
		Encoding: c.Encoding, Delimiter: c.Delimiter, DecimalComma: c.DecimalComma, DryRun: c.DryRun,
	}
	if c.CRS != "" {
		var err error
		if opt.CRS, err = crs.Parse(c.CRS); err != nil {
			return &usageError{fmt.Errorf("--crs: %w", err)}
		}
	}
	if option, err := opt.Check(); err != nil {
		return &usageError{fmt.Errorf("--%s: %w", option, err)}
	}
	if err := c.keepInputs(m); err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	opt.Progress = func(p importer.Progress) {
		bar.Update(string(p.Stage)+" "+p.File, share(p.Bytes, p.TotalBytes), thousands(p.Rows)+" rows")
	}
	if c.DryRun && storeAbsent(m.cli.Store) { // which is not made to be left empty
		return c.run(ctx, m, nil, opt, bar)
	}
	return m.withStoreMade(ctx, func(store referentials.Store) error {
		opt.Current = currentOf(store)
		return c.run(ctx, m, store, opt, bar)
	})
}

// run does the import. A dry run needs no store.
func (c *importCmd) run(ctx context.Context, m *Main, store referentials.Store, opt importer.Options, bar *progress) error {
	report, err := importWithRejects(ctx, store, opt, c.Rejects)
	bar.Done()
	if report != nil && (err == nil || report.Read > 0) {
		if err := c.print(m, report); err != nil {
			return err
		}
	}
	return err
}

// currentOf finds how the current version of a collection is described, nil when there is none.
func currentOf(store referentials.Store) func(context.Context, string) (*referentials.Descriptor, error) {
	return func(ctx context.Context, id string) (*referentials.Descriptor, error) {
		versions, err := store.Versions(ctx, id)
		if referentials.CodeOf(err) == referentials.NotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range versions {
			if versions[i].Version.Current {
				return &versions[i].Descriptor, nil
			}
		}
		return nil, nil
	}
}

// keepInputs refuses rejects written over what is being read or over the store.
func (c *importCmd) keepInputs(m *Main) error {
	if c.Rejects == "" {
		return nil
	}
	for _, f := range c.Files {
		if sameFile(f, c.Rejects) {
			return &usageError{referentials.Errorf(referentials.Invalid, "it is the file to import").At("--rejects %s", c.Rejects).Do("write to another file")}
		}
	}
	return m.keepStore("--rejects", c.Rejects)
}

func (c *importCmd) print(m *Main, report *importer.Report) error {
	if c.JSON {
		return writeJSON(m, report)
	}
	_, err := fmt.Fprint(m.Stdout, report.String())
	return err
}

// importWithRejects gives the importer a file for the rejected rows, if one is wanted.
func importWithRejects(ctx context.Context, store referentials.Store, opt importer.Options, rejects string) (report *importer.Report, err error) {
	if rejects == "" {
		return importer.Import(ctx, store, opt)
	}
	f, err := os.Create(rejects)
	if err != nil {
		return nil, unkept(rejects, err)
	}
	opt.Rejects = f
	report, err = importer.Import(ctx, store, opt)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		err = unkept(rejects, err)
	}
	return report, err
}

// unkept says why rejected rows could not be written. Other errors pass.
func unkept(rejects string, err error) error {
	err = unwritable(rejects, err)
	if told := (*referentials.Error)(nil); errors.As(err, &told) && told.Where == rejects {
		return told.At("--rejects %s", rejects)
	}
	return err
}
