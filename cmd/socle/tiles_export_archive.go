package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
	"socle/tiles/pmtiles"
)

// archive draws the tiles of collections into an archive.
type archive struct {
	public *snapshot.Public
	ids    []string
	tiler  *tiles.Tiler
	about  tiles.TileJSON
	bounds *lonLats
	tell   func(done, of int, zoom uint32)

	mu    sync.Mutex
	stats [tiles.MaxZoom + 1]tiles.Stats // by zoom
}

// write draws every tile that holds something, on all cores, and writes the archive to f.
// Tiles wait in a file in dir.
func (a *archive) write(ctx context.Context, f io.Writer, dir string) (pmtiles.Summary, error) {
	listed, err := newPyramid(a.public, a.ids, a.bounds).list(ctx, a.about.MinZoom, a.about.MaxZoom)
	if err != nil {
		return pmtiles.Summary{}, err
	}
	w, err := pmtiles.NewWriter(pmtiles.Options{Dir: dir})
	if err != nil {
		return pmtiles.Summary{}, err
	}
	defer w.Close()
	var next, drawn atomic.Int64
	group, working := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error { return a.draw(working, w, listed, &next, &drawn) })
	}
	if err := group.Wait(); err != nil {
		return pmtiles.Summary{}, err
	}
	if drawn.Load() == 0 {
		return pmtiles.Summary{}, referentials.Errorf(referentials.NotFound, "no tile of zooms %d to %d shows anything of %s", a.about.MinZoom, a.about.MaxZoom, strings.Join(a.ids, ", ")).
			Do("look at --zoom and --bounds: %s", a.shownFrom())
	}
	return w.Finish(ctx, f, pmtiles.Description{
		Bounds: a.about.Bounds, Center: [2]float64{a.about.Center[0], a.about.Center[1]}, CenterZoom: uint8(a.about.Center[2]),
		Metadata: a.metadata(),
	})
}

// draw takes tiles of the list until there are no more.
func (a *archive) draw(ctx context.Context, w *pmtiles.Writer, listed []uint64, next, drawn *atomic.Int64) error {
	var tile []byte
	var stats [tiles.MaxZoom + 1]tiles.Stats
	for {
		i := int(next.Add(1)) - 1
		if i >= len(listed) {
			break
		}
		z, x, y := pmtiles.Place(listed[i])
		var s tiles.Stats
		var err error
		if tile, s, err = a.tiler.Tile(ctx, tile[:0], a.public, a.ids, z, x, y); err != nil {
			return err
		}
		addStats(&stats[z], &s)
		if len(tile) > 0 {
			drawn.Add(1)
		}
		if err := w.Add(z, x, y, tile); err != nil {
			return err
		}
		a.tell(i, len(listed), z)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for z := range stats {
		addStats(&a.stats[z], &stats[z])
	}
	return nil
}

// addStats adds what the archive tells of.
func addStats(to, s *tiles.Stats) {
	to.Unseen += s.Unseen
	to.Merged += s.Merged
	to.Thinned += s.Thinned
	to.Dropped += s.Dropped
	to.LongTexts += s.LongTexts
}

// shownFrom says where collections begin to be drawn.
func (a *archive) shownFrom() string {
	var out []string
	for _, l := range a.about.VectorLayers {
		out = append(out, fmt.Sprintf("%s is drawn from zoom %d on", l.ID, l.MinZoom))
	}
	return strings.Join(out, ", ")
}

// metadata is the JSON object of the archive.
type metadata struct {
	Name         string              `json:"name"`
	Attribution  string              `json:"attribution,omitempty"`
	Type         string              `json:"type"`
	VectorLayers []tiles.VectorLayer `json:"vector_layers"`
	LeftOut      []leftOut           `json:"left_out,omitempty"`
}

// leftOut tells what the tiles of a zoom do not show as it is, counted once a tile.
type leftOut struct {
	Zoom      int `json:"zoom"`
	Unseen    int `json:"unseen"`
	Merged    int `json:"merged"`
	Thinned   int `json:"thinned"`
	Dropped   int `json:"dropped"`
	LongTexts int `json:"long_texts"`
}

func (a *archive) metadata() metadata {
	m := metadata{Name: a.about.Name, Attribution: a.about.Attribution, Type: "overlay", VectorLayers: []tiles.VectorLayer{}, LeftOut: a.leftOut()}
	for _, l := range a.about.VectorLayers {
		// Tiles are drawn beyond the zoom from which a layer is whole.
		l.MinZoom, l.MaxZoom = max(l.MinZoom, a.about.MinZoom), a.about.MaxZoom
		if l.MinZoom <= l.MaxZoom {
			m.VectorLayers = append(m.VectorLayers, l)
		}
	}
	return m
}

func (a *archive) leftOut() (out []leftOut) {
	for z, s := range a.stats {
		l := leftOut{z, s.Unseen, s.Merged, s.Thinned, s.Dropped, s.LongTexts}
		if l != (leftOut{Zoom: z}) {
			out = append(out, l)
		}
	}
	return out
}

// print tells what was written and what is not in it.
func (a *archive) print(out io.Writer, path string, s *pmtiles.Summary) error {
	fmt.Fprintf(out, "%s: %s tiles of zooms %d to %d, %s of them distinct, %s bytes.\n",
		path, thousands(int64(s.Tiles)), s.MinZoom, s.MaxZoom, thousands(int64(s.Contents)), thousands(int64(s.Bytes)))
	left := a.leftOut()
	if len(left) == 0 {
		return nil
	}
	fmt.Fprintln(out, "Not drawn as it is, counted in each tile that a feature meets (unseen: too small, or just beyond the edge):")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "zoom\tunseen\tmerged\tthinned\tdropped for size\tlong texts\t")
	for _, l := range left {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t\n", l.Zoom, thousands(int64(l.Unseen)), thousands(int64(l.Merged)),
			thousands(int64(l.Thinned)), thousands(int64(l.Dropped)), thousands(int64(l.LongTexts)))
	}
	return w.Flush()
}
