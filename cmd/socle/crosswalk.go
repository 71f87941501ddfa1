package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"socle/imu/theme"
	"socle/referentials"
)

type crosswalkCmd struct {
	Source string `required:"" placeholder:"S" help:"The collection whose features reach the cells."`
	passageFlags
	Output string `short:"o" placeholder:"FILE" help:"Where to write: a .csv file; standard output when left out."`
}

// Help shows an example.
func (crosswalkCmd) Help() string {
	return "One line for each feature and cell that have something in common: the share of the feature that is the cell's.\n\nExample:\n" +
		"  socle crosswalk --source carreaux_200m --mesh iris -o carreaux_iris.csv"
}

// Run writes the table of passage. The file appears whole or not at all.
func (c *crosswalkCmd) Run(ctx context.Context, m *Main) error {
	if ext := filepath.Ext(c.Output); c.Output != "" && !strings.EqualFold(ext, ".csv") {
		return &usageError{referentials.Errorf(referentials.Unsupported, "tables of passage are not written as %q", filepath.Base(c.Output)).
			At("-o").Do("give it the extension .csv")}
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
		if c.Output == "" {
			return asUsage(desk.WriteCrosswalk(ctx, m.Stdout, &q))
		}
		lines := lineCounter{}
		err := writeWhole(c.Output, func(f *os.File) error {
			return desk.WriteCrosswalk(ctx, io.MultiWriter(f, &lines), &q)
		})
		bar.Done()
		if err != nil {
			return asUsage(err)
		}
		fmt.Fprintf(m.Stdout, "%s → %s: %s rows written to %s.\n", c.Source, c.Mesh, thousands(lines.n-1), c.Output)
		return nil
	})
}

// lineCounter counts the lines that pass.
type lineCounter struct{ n int64 }

func (l *lineCounter) Write(p []byte) (int, error) {
	l.n += int64(strings.Count(string(p), "\n"))
	return len(p), nil
}
