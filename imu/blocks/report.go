package blocks

import "fmt"

// Report counts every decision of a build.
type Report struct {
	Layers []LayerReport `json:"layers"`
	Bodies []Bodies      `json:"bodies,omitempty"`

	GapsClosed  int     `json:"gaps_closed"`    // ends of lines that were prolonged to what they nearly reach
	GapsLength  float64 `json:"gaps_length_m"`  //
	Grid        float64 `json:"grid_m"`         // step of the grid
	Rounds      int     `json:"rounds"`         // how often lines were put on it
	Edges       int     `json:"edges"`          // after noding
	Faces       int     `json:"faces"`          // of the zone
	Loose       int     `json:"loose_edges"`    // edges that part nothing, as those of dead ends
	LooseLength float64 `json:"loose_length_m"` //
	Pieces      int     `json:"pieces"`         // before any was joined

	JoinedSmall int `json:"joined_small"` // below the least area
	JoinedThin  int `json:"joined_thin"`  // slivers
	JoinedUnits int `json:"joined_units"` // short of publishable units
	Crossed     int `json:"crossed_main"` // joined across a main limit, having no other neighbour
	// MainInside is how much of main limits lies within blocks after all, in metres: what
	// was crossed to take up pieces that had no other neighbour, and what ends between two
	// pieces that were joined beyond its end.
	MainInside float64 `json:"main_inside_m"`
	KeptSmall  int     `json:"kept_small"` // that no rule let join anything
	KeptThin   int     `json:"kept_thin"`

	Forms       map[string]int `json:"building_forms,omitempty"` // of the buildings that have one
	Annexes     int            `json:"annexes"`                  // buildings of no form
	MixedBlocks int            `json:"mixed_blocks"`
	SplitBlocks int            `json:"split_blocks"` // of those mixed, the ones that fell into pieces
	SplitInto   int            `json:"split_into"`   // pieces, before any was joined
	Rejoined    int            `json:"rejoined"`     // pieces too small or thin to stand
	Spikes      int            `json:"spikes"`       // that went to the neighbour beyond
	SpikesKept  int            `json:"spikes_kept"`  // between main limits or limits of the zone
	Vanished    int            `json:"vanished"`     // a step of the grid wide, when a spike of a neighbour was cut

	Blocks     int            `json:"blocks"`
	Natures    map[Nature]int `json:"natures"`
	ByUnit     map[string]int `json:"blocks_by_unit"`
	ZoneArea   float64        `json:"zone_area_m2"`    // as it was given
	GridArea   float64        `json:"grid_area_m2"`    // on the grid
	BlocksArea float64        `json:"blocks_area_m2"`  //
	Difference float64        `json:"area_difference"` // of blocks to the zone as given, relative
	Exact      bool           `json:"exact_partition"` // blocks add up to the zone on the grid, in whole steps
	// ZoneOverlap is what features of the zone cover together: it goes to the first.
	ZoneOverlap float64 `json:"zone_overlap_m2"`

	Units     []UnitReport   `json:"units,omitempty"`
	Buildings BuildingReport `json:"buildings"`
	Lineage   map[Fate]int   `json:"lineage,omitempty"`
	Warnings  []string       `json:"warnings,omitempty"`
}

// LayerReport tells what became of the features of a barrier: the counts add up to Read.
type LayerReport struct {
	Name    string         `json:"name"`
	Kind    Kind           `json:"kind"`
	Read    int            `json:"read"`
	Used    int            `json:"used"`
	Main    int            `json:"main"` // of those used, main limits
	Dropped map[string]int `json:"dropped,omitempty"`
	Unfit   int            `json:"unfit"`  // without a shape, or not lines where lines are needed
	Beyond  int            `json:"beyond"` // the zone
}

// Bodies counts what polygons that touch make up together.
type Bodies struct {
	Kind  Kind `json:"kind"`
	Large int  `json:"large"`
	Small int  `json:"small"` // below the least area: they do not cut
}

// BuildingReport tells what became of buildings: Assigned, Outside and Unfit add up to Read.
type BuildingReport struct {
	Read     int `json:"read"`
	Assigned int `json:"assigned"`
	Cut      int `json:"cut"` // of those assigned, the ones with a hundredth or more in other blocks
	Outside  int `json:"outside"`
	Unfit    int `json:"unfit"`
}

// maxWarnings bounds the list.
const maxWarnings = 20

func newReport(in *Input) Report {
	r := Report{Natures: map[Nature]int{}, ByUnit: map[string]int{}, Lineage: map[Fate]int{}, Forms: map[string]int{}}
	for k := range in.Barriers {
		l := &in.Barriers[k]
		r.Layers = append(r.Layers, LayerReport{Name: l.Name, Kind: l.Kind, Read: len(l.Features), Dropped: map[string]int{}})
	}
	return r
}

func (r *Report) warn(format string, args ...any) {
	if len(r.Warnings) < maxWarnings {
		r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
	}
}

func (r *Report) joined(why fault) {
	if why == tooSmall {
		r.JoinedSmall++
	} else {
		r.JoinedThin++
	}
}

// finish counts what is there at the end.
func (b *build) finish() {
	r := &b.report
	r.Blocks = len(b.result.Blocks)
	for k := range b.result.Blocks {
		block := &b.result.Blocks[k]
		r.Natures[block.Nature]++
		r.ByUnit[b.in.Zone.Features[block.Unit].ID]++
	}
	if r.ZoneArea > 0 {
		r.Difference = r.BlocksArea/r.ZoneArea - 1
	}
	for i := range r.Layers {
		if l := &r.Layers[i]; l.Used == 0 {
			r.warn("%s: none of its %d features cuts anything", l.Name, l.Read)
		}
	}
	if len(r.Layers) == 0 {
		r.warn("there are no barriers: blocks are the pieces of the zone")
	}
	b.result.Report = b.report
}
