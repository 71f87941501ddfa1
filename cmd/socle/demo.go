package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"socle/referentials"
	"socle/referentials/importer"
	"socle/referentials/synth"
)

type synthCmd struct {
	Out       string `required:"" placeholder:"DIR" help:"Folder to write in, made if absent."`
	Addresses int    `default:"100000" help:"Size of the metropolis, in addresses."`
	Seed      uint64 `default:"1" help:"Another seed, another metropolis; the same one, the same bytes."`
}

// Help shows an example.
func (synthCmd) Help() string {
	return "Example:\n  socle synth --out var/synth --addresses 20000 --seed 7"
}

// Run writes the files and lists them.
func (c *synthCmd) Run(ctx context.Context, m *Main) error {
	summary, err := generate(ctx, m, c.Out, c.Addresses, c.Seed)
	if err != nil {
		return err
	}
	for _, f := range summary.Files {
		fmt.Fprintf(m.Stdout, "%10s  %s\n", thousands(int64(f.Rows)), filepath.Join(c.Out, f.Name))
	}
	return nil
}

func generate(ctx context.Context, m *Main, dir string, addresses int, seed uint64) (synth.Summary, error) {
	bar := newProgress(m.Stderr)
	defer bar.Done()
	summary, err := synth.Generate(ctx, synth.Options{
		Dir: dir, Addresses: addresses, Seed: seed,
		Progress: func(p synth.Progress) {
			bar.Update("synth "+p.Stage, share(int64(p.Done), int64(p.Total)), "")
		},
	})
	if referentials.CodeOf(err) == referentials.Invalid {
		err = &usageError{fmt.Errorf("--addresses: %w", err)}
	}
	return summary, err
}

type demoCmd struct {
	serveCmd  `embed:""`
	Addresses int    `default:"30000" help:"Size of the metropolis, in addresses, when one is made."`
	Seed      uint64 `default:"1" help:"Of the metropolis."`
}

// Help shows an example.
func (demoCmd) Help() string {
	return "Makes a synthetic metropolis in the store if that holds nothing, then serves it.\n\nExample:\n  socle demo --listen 127.0.0.1:8080"
}

// Run fills an empty store and serves it.
func (c *demoCmd) Run(ctx context.Context, m *Main) error {
	if err := c.check(); err != nil {
		return &usageError{err}
	}
	return m.withStoreMade(ctx, func(store referentials.Store) error {
		states, err := store.Collections(ctx)
		if err != nil {
			return err
		}
		if len(states) == 0 {
			if err := c.fill(ctx, m, store); err != nil {
				return err
			}
		}
		return c.serve(ctx, m, store, func(url string) { c.welcome(m, url) })
	})
}

// streetRegister holds the same streets as the layer of centre lines, without shapes.
const streetRegister = "rva_voies.csv"

// fill writes the metropolis to a folder of its own and imports its files, as an
// operator would.
func (c *demoCmd) fill(ctx context.Context, m *Main, store referentials.Store) (err error) {
	dir, err := os.MkdirTemp("", "socle-demo-")
	if err != nil {
		return referentials.Errorf(referentials.Unavailable, "no temporary folder can be made for the metropolis: %w", err).Do("set TMPDIR to a folder that can be written to")
	}
	defer func() { _ = os.RemoveAll(dir) }()
	fmt.Fprintf(m.Stdout, "Making a synthetic metropolis of %s addresses in %s…\n", thousands(int64(c.Addresses)), redact(m.cli.Store))
	summary, err := generate(ctx, m, dir, c.Addresses, c.Seed)
	if err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	var made []string
	defer func() {
		if err == nil {
			return
		}
		if left := dropAll(ctx, store, made); left != nil {
			// Not wrapped: an interruption is told as one that leaves all as it was.
			err = referentials.Errorf(referentials.CodeOf(left), "%v; a part of the metropolis stays: %v", err, left).
				Do("make another store, or remove %s: socle demo serves what it finds", redact(m.cli.Store))
		}
	}()
	for i, f := range summary.Files {
		if f.Name == streetRegister {
			continue
		}
		bar.Update("import "+f.Name, share(int64(i), int64(len(summary.Files))), "")
		report, err := importer.Import(ctx, store, importer.Options{Files: []string{filepath.Join(dir, f.Name)}})
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		made = append(made, report.Collection)
	}
	return nil
}

// clearing bounds how long a fill that was interrupted goes on to undo what it did.
const clearing = 30 * time.Second

// dropAll removes the collections of a metropolis that is not whole: the next start would
// take it for one that is.
func dropAll(ctx context.Context, store referentials.Store, made []string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearing)
	defer cancel()
	var errs []error
	for _, id := range made {
		errs = append(errs, store.Drop(ctx, id))
	}
	return errors.Join(errs...)
}

func (c *demoCmd) welcome(m *Main, url string) {
	fmt.Fprintf(m.Stdout, `
Socle is serving. Open
  %[1]s/map                                          the map
  %[1]s/                                             what there is
  %[1]s/collections/adresses/items?limit=3           addresses, as GeoJSON
In QGIS: Layer ▸ Add Layer ▸ Add WFS / OGC API – Features Layer, URL %[1]s
Ctrl+C stops it.
`, url)
}
