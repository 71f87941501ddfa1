package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"socle/referentials"
	"socle/tiles"
	"socle/tiles/pmtiles"
)

type tilesCmd struct {
	Export tilesExportCmd `cmd:"" help:"Write a static pyramid of vector tiles."`
}

type tilesExportCmd struct {
	Collections []string `placeholder:"A,B" help:"Collections, one layer each, in that order; all that anyone may see when left out."`
	Zoom        *zooms   `placeholder:"0-16" help:"Zooms to write; those of the collections when left out."`
	Bounds      *lonLats `placeholder:"W,S,E,N" help:"Write only tiles that meet this box, in degrees."`
	Output      string   `short:"o" required:"" placeholder:"FILE" help:"Where to write: a .pmtiles file."`
}

// Help shows an example.
func (tilesExportCmd) Help() string {
	return "Any host of files can serve the archive; MapLibre, QGIS and GDAL read it.\n\nExample:\n" +
		"  socle tiles export --collections iris,batiments --zoom 8-16 --bounds -1.75,48.05,-1.6,48.15 -o rennes.pmtiles"
}

// zooms is a range, written "0-16", or "12" for one alone.
type zooms struct{ min, max uint8 }

// UnmarshalText reads a range.
func (z *zooms) UnmarshalText(text []byte) error {
	from, to, isRange := strings.Cut(string(text), "-")
	if !isRange {
		to = from
	}
	low, err := strconv.ParseUint(from, 10, 8)
	high, errHigh := strconv.ParseUint(to, 10, 8)
	if err != nil || errHigh != nil || low > high || high > tiles.MaxZoom {
		return referentials.Errorf(referentials.Invalid, "%q is no range of zooms", text).Do("write it like 0-16, within 0 to %d", tiles.MaxZoom)
	}
	*z = zooms{uint8(low), uint8(high)}
	return nil
}

// lonLats is a box in degrees: west, south, east, north.
type lonLats [4]float64

// Decode reads a box from the command line, where a western longitude looks like a flag.
func (b *lonLats) Decode(ctx *kong.DecodeContext) error {
	text := ctx.Scan.Pop().String()
	bad := referentials.Errorf(referentials.Invalid, "%q is no box", text).Do("write west,south,east,north in degrees, like -1.75,48.05,-1.6,48.15")
	parts := strings.Split(text, ",")
	if len(parts) != len(b) {
		return bad
	}
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if limit := [2]float64{180, 90}[i%2]; err != nil || !(v >= -limit && v <= limit) {
			return bad
		}
		b[i] = v
	}
	if b[0] >= b[2] || b[1] >= b[3] {
		return bad
	}
	return nil
}

const archiveExtension = ".pmtiles"

// Run draws the tiles and writes them. The file appears whole or not at all.
func (c *tilesExportCmd) Run(ctx context.Context, m *Main) error {
	if !strings.EqualFold(filepath.Ext(c.Output), archiveExtension) {
		return &usageError{referentials.Errorf(referentials.Unsupported, "tiles are not written as %q", filepath.Base(c.Output)).
			At("-o").Do("give it the extension %s", archiveExtension)}
	}
	if err := m.keepStore("-o", c.Output); err != nil {
		return err
	}
	bar := newProgress(m.Stderr)
	defer bar.Done()
	var a *archive
	var written pmtiles.Summary
	err := m.withStore(ctx, func(store referentials.Store) error {
		return writeWhole(c.Output, func(f *os.File) (err error) {
			bar.Update("reading collections", -1, "")
			if a, err = c.prepare(ctx, store); err != nil {
				return err
			}
			a.tell = func(done, of int, zoom uint32) {
				bar.Update("tiles of zoom "+strconv.Itoa(int(zoom)), share(int64(done), int64(of)), thousands(int64(done))+" tiles")
			}
			written, err = a.write(ctx, f, filepath.Dir(c.Output))
			return err
		})
	})
	bar.Done()
	if err != nil {
		return err
	}
	return a.print(m.Stdout, c.Output, &written)
}

// prepare reads what is to be drawn.
func (c *tilesExportCmd) prepare(ctx context.Context, store referentials.Store) (*archive, error) {
	public, ids, err := loadDrawn(ctx, store, c.Collections)
	if err != nil {
		return nil, err
	}
	about, err := tiles.Describe(public, ids, "")
	if err != nil {
		return nil, err
	}
	if c.Zoom != nil {
		about.MinZoom, about.MaxZoom = c.Zoom.min, c.Zoom.max
	}
	if c.Bounds != nil {
		narrow(&about, c.Bounds)
	}
	return &archive{public: public, ids: ids, tiler: tiles.New(tiles.Options{}), about: about, bounds: c.Bounds}, nil
}

// narrow keeps of the bounds what lies in a box, and looks at its middle.
func narrow(t *tiles.TileJSON, box *lonLats) {
	b := [4]float64{max(t.Bounds[0], box[0]), max(t.Bounds[1], box[1]), min(t.Bounds[2], box[2]), min(t.Bounds[3], box[3])}
	if b[0] <= b[2] && b[1] <= b[3] {
		t.Bounds = b
		t.Center[0], t.Center[1] = (b[0]+b[2])/2, (b[1]+b[3])/2
	}
}
