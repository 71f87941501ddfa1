package blocks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// String writes the report for people.
func (r *Report) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for i := range r.Layers {
		l := &r.Layers[i]
		line("%-24s %s: %d read, %d cut, %d main, %d beyond the zone, %d unfit", l.Name, l.Kind, l.Read, l.Used, l.Main, l.Beyond, l.Unfit)
		for _, rule := range slices.Sorted(maps.Keys(l.Dropped)) {
			line("%-24s   left out %d: %s", "", l.Dropped[rule], rule)
		}
	}
	for _, k := range r.Bodies {
		line("%-24s %d large, %d too small to cut", k.Kind, k.Large, k.Small)
	}
	line("noding                   grid of %g m, %d edges, %d round(s); %d edges part nothing (%.0f m)", r.Grid, r.Edges, r.Rounds, r.Loose, r.LooseLength)
	if r.GapsClosed > 0 {
		line("gaps                     %d ends of lines prolonged to what they nearly reach (%.2f m)", r.GapsClosed, r.GapsLength)
	}
	line("faces                    %d, in %d pieces", r.Faces, r.Pieces)
	line("joined                   %d small, %d thin, %d across a main limit (%.0f m of them lie within blocks)", r.JoinedSmall, r.JoinedThin, r.Crossed, r.MainInside)
	if len(r.Units) > 0 {
		line("joined for units         %d", r.JoinedUnits)
	}
	for k := range r.Units {
		line("units                    %s", r.Units[k].String())
	}
	line("kept as they are         %d small, %d thin", r.KeptSmall, r.KeptThin)
	if len(r.Forms) > 0 {
		line("forms of buildings      %s, %d annexes", strings.TrimPrefix(counts(r.Forms), ","), r.Annexes)
		line("mixed                    %d blocks, %d of them split into %d pieces, of which %d were joined again", r.MixedBlocks, r.SplitBlocks, r.SplitInto, r.Rejoined)
	}
	if r.Spikes+r.SpikesKept > 0 {
		line("spikes                   %d taken off, %d kept between limits", r.Spikes, r.SpikesKept)
	}
	if r.Vanished > 0 {
		line("vanished                 %d, that were a step of the grid wide", r.Vanished)
	}
	line("blocks                   %d%s", r.Blocks, counts(r.Natures))
	line("area                     %.4f m², %+.1e of the zone as given; the parts add up exactly: %t", r.BlocksArea, r.Difference, r.Exact)
	if r.ZoneOverlap > 0 {
		line("                         %.2f m² lie in several features of the zone and went to the first", r.ZoneOverlap)
	}
	if n := r.Buildings; n.Read > 0 {
		line("buildings                %d read, %d assigned (%d of them lie in several blocks), %d outside, %d unfit", n.Read, n.Assigned, n.Cut, n.Outside, n.Unfit)
	}
	if len(r.Lineage) > 0 {
		line("lineage                 %s", counts(r.Lineage))
	}
	for _, w := range r.Warnings {
		line("warning                  %s", w)
	}
	return b.String()
}

func counts[K ~string](m map[K]int) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, ", %d %s", m[k], k)
	}
	return b.String()
}
