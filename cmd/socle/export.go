package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"socle/cmd/socle/internal/formats"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

type exportCmd struct {
	Collection string `arg:"" help:"The collection."`
	Output     string `short:"o" required:"" placeholder:"FILE" help:"Where to write; the extension chooses the format."`
	CRS        string `name:"crs" placeholder:"EPSG:n" help:"Coordinates to write; those of the format, or of the storage, when left out."`
}

// Help shows an example.
func (exportCmd) Help() string {
	return "Formats: " + strings.Join(formats.Extensions(), " ") + ".\n\nExample:\n  socle export adresses -o adresses.fgb --crs EPSG:2154"
}

// Run writes the current version of a collection to a file. The file appears whole or
// not at all.
func (c *exportCmd) Run(ctx context.Context, m *Main) error {
	format, ok := formats.ByExtension(c.Output)
	if !ok {
		return &usageError{referentials.Errorf(referentials.Unsupported, "no format has the extension of %q", filepath.Base(c.Output)).
			At("-o").Do("use one of %s", strings.Join(formats.Extensions(), " "))}
	}
	var wanted crs.CRS
	if c.CRS != "" {
		var err error
		if wanted, err = crs.Parse(c.CRS); err != nil {
			return &usageError{err}
		}
	}
	if err := m.keepStore("-o", c.Output); err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	var written int64
	err := m.withStore(ctx, func(store referentials.Store) error {
		return store.Load(ctx, c.Collection, 0, func(state referentials.State, rows referentials.Rows) error {
			return writeWhole(c.Output, func(f *os.File) (err error) {
				written, err = exportRows(f, format, state, wanted, rows, func(n int64) {
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

// exportRows encodes the public part of rows.
func exportRows(f *os.File, format encode.Format, state referentials.State, wanted crs.CRS, rows referentials.Rows, tell func(int64)) (int64, error) {
	d, columns, ok := state.Descriptor.Public()
	if !ok {
		return 0, referentials.Errorf(referentials.Refused, "its rows may not leave: access is %s%s", d.Access, profileClause(d.Profile)).
			At("collection %s", d.ID).Do("its values leave inside aggregates that pass the profile")
	}
	if format.Spatial && !d.HasGeometry() {
		return 0, referentials.Errorf(referentials.Unsupported, "%s holds layers, and %s is a table", format.Name, d.ID).Do("write .csv or .parquet")
	}
	if wanted.IsZero() {
		wanted = formats.DefaultCRS(format, d.CRS)
	}
	transform, err := transformer(d, wanted)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	w, err := format.New(out, encode.Header{Descriptor: d, CRS: wanted, Matched: state.Version.Rows})
	if err != nil {
		return 0, err
	}
	n, err := encodeAll(w, rows, columns, transform, tell)
	if err := errors.Join(err, w.Close()); err != nil {
		return n, err
	}
	return n, out.Flush()
}

func encodeAll(w encode.Writer, rows referentials.Rows, columns []int, transform func([]float64) error, tell func(int64)) (n int64, err error) {
	projected := referentials.Row{Values: make([]referentials.Value, len(columns))}
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		for i, c := range columns {
			projected.Values[i] = row.Values[c]
		}
		projected.Geom.CopyFrom(&row.Geom)
		if err := transform(projected.Geom.XY); err != nil {
			return n, err
		}
		if err := w.Write(&projected); err != nil {
			return n, err
		}
		n++
		tell(n)
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

// writeWhole writes a file beside its final place and renames it once it is complete.
func writeWhole(path string, write func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return referentials.Errorf(referentials.Invalid, "cannot write there: %w", err).At("%s", path)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func share(n, of int64) float64 {
	if of <= 0 {
		return -1
	}
	return float64(n) / float64(of)
}
