// Package synth makes up a metropolis: streets with French names, blocks, buildings,
// addresses, people and what they consume, written as files in the formats that French
// producers publish. It feeds the demonstration, tests and benchmarks.
//
// The metropolis does not exist. It lies where Rennes is, so that EPSG:3948 is its right
// projection, and its commune codes (35500 and up) look like those of Ille-et-Vilaine but
// are given to no commune. No name, figure or address describes anybody.
//
// The same addresses and seed give the same bytes, on any number of processors, for one
// processor architecture (others may fuse multiplications and additions, and round a
// little differently). Each purpose draws from random streams of its own, so that a file
// can be added without changing the others.
//
// The work goes in stages, one per group of files here: the plan (communes, river,
// railway, main roads), the map of half-edges, streets cut through it, blocks, fronts and
// house numbers, IRIS, buildings, people, energy, and the writers.
package synth

import (
	"context"
	"os"

	"socle/referentials"
)

// Bounds of Options.Addresses.
const (
	MinAddresses = 1_000
	MaxAddresses = 1_000_000
)

// Options say what to make and where.
type Options struct {
	Dir       string // made if absent; files of the same names are replaced
	Addresses int    // exactly so many, from MinAddresses to MaxAddresses
	Seed      uint64
	Progress  func(Progress) // may be nil; called from the calling goroutine
}

// Progress says how far the work is.
type Progress struct {
	Stage       string // "plan", "buildings", "layers"
	Done, Total int    // addresses written, of all
}

// File is one file that was written.
type File struct {
	Name string
	Rows int // features, or lines after the header
}

// Summary is what was made.
type Summary struct {
	Files                                                 []File // in the order written; descriptions beside them are not counted
	Communes, IRIS, Blocks, Streets, Buildings, Addresses int
	Dwellings, Persons                                    int
}

// Generate writes a metropolis. Errors are of code Invalid for bad options, Unavailable
// when files cannot be written; a context that ends gives its own error and leaves the
// files unfinished.
func Generate(ctx context.Context, o Options) (Summary, error) {
	if o.Addresses < MinAddresses || o.Addresses > MaxAddresses {
		return Summary{}, referentials.Errorf(referentials.Invalid, "%d addresses are asked for", o.Addresses).
			Do("ask for %d to %d", MinAddresses, MaxAddresses)
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return Summary{}, referentials.Errorf(referentials.Unavailable, "cannot make the folder: %w", err).At("%s", o.Dir)
	}
	o.Progress(Progress{Stage: "plan", Total: o.Addresses})
	m, err := survey(ctx, o.Addresses, o.Seed)
	if err != nil {
		return Summary{}, err
	}
	p, err := newProjections()
	if err != nil {
		return Summary{}, err
	}
	defer p.close()
	e := newEdition(m, p, o)
	if err := e.writeBlocks(ctx); err != nil {
		return Summary{}, err
	}
	o.Progress(Progress{Stage: "layers", Done: o.Addresses, Total: o.Addresses})
	if err := e.writeLayers(ctx); err != nil {
		return Summary{}, err
	}
	if err := writeDescriptions(o.Dir); err != nil {
		return Summary{}, err
	}
	return e.summary, nil
}
