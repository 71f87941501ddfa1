package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"socle/imu/theme"
	"socle/referentials"
	"socle/referentials/encode/csv"
	"socle/referentials/encode/geoparquet"
)

type crosswalkCmd struct {
	Source string `required:"" placeholder:"S" help:"The collection whose features reach the cells."`
	passageFlags
	Output string `short:"o" placeholder:"FILE" help:"Where to write: a .csv or .parquet file; CSV on standard output when left out."`
}

// Help shows an example.
func (crosswalkCmd) Help() string {
	return "One line for each feature and cell that have something in common: the share of the feature that is the cell's.\n\nExample:\n" +
		"  socle crosswalk --source carreaux_200m --mesh iris -o carreaux_iris.csv"
}

// Run writes the table of passage. The file appears whole or not at all.
func (c *crosswalkCmd) Run(ctx context.Context, m *Main) error {
	format := csv.Format()
	switch ext := strings.ToLower(filepath.Ext(c.Output)); {
	case c.Output == "" || ext == ".csv":
	case ext == ".parquet":
		format = geoparquet.Format()
	default:
		return &usageError{referentials.Errorf(referentials.Unsupported, "tables of passage are not written as %q", filepath.Base(c.Output)).
			At("-o").Do("give it the extension .csv or .parquet")}
	}
	if err := m.keepStore("-o", c.Output); err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	q := c.question()
	q.Source = c.Source
	bar.Update("crosswalk "+c.Mesh, -1, "")
	return m.withDesk(ctx, theme.Options{Trusted: true}, &q, nil, func(_ referentials.Store, desk *theme.Desk) error {
		passage, err := desk.Crosswalk(ctx, &q)
		if err != nil {
			return asUsage(err)
		}
		if c.Output == "" {
			return passage.WriteCSV(ctx, m.Stdout)
		}
		err = writeWhole(c.Output, func(f *os.File) error {
			if format.Name == csvName {
				return passage.WriteCSV(ctx, f)
			}
			table := export{format: format}
			state := referentials.State{Descriptor: passage.Descriptor(), Version: referentials.Version{Rows: int64(passage.Len())}}
			_, err := table.write(f, state, passage.Rows(ctx), func(int64) {})
			return err
		})
		bar.Done()
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Stdout, "%s → %s: %s rows written to %s.\n", c.Source, c.Mesh, thousands(int64(passage.Len())), c.Output)
		return nil
	})
}
