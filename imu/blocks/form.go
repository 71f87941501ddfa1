package blocks

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"socle/geo"
	"socle/geo/topology"
	"socle/referentials"
)

// SplitRules says which blocks are of mixed form, and how they are split. params.yaml tells
// what each parameter means.
type SplitRules struct {
	Enabled     bool     `yaml:"enabled" json:"enabled"`
	Purity      float64  `yaml:"purity" json:"purity"`
	MinArea     float64  `yaml:"min_area" json:"min_area"`
	Annex       float64  `yaml:"annex" json:"annex"`
	DrawnIn     float64  `yaml:"drawn_in" json:"drawn_in"`
	Spacing     float64  `yaml:"spacing" json:"spacing"`
	Smooth      float64  `yaml:"smooth" json:"smooth"`
	Heights     []string `yaml:"heights" json:"heights"`
	Levels      []string `yaml:"levels" json:"levels"`
	LevelHeight float64  `yaml:"level_height" json:"level_height"`
	Forms       []Form   `yaml:"forms" json:"forms"`
}

// Form is a rule: buildings it holds for are of that form. Bounds of 0 do not bound; a
// bound of a height that is not known does not hold.
type Form struct {
	Name         string              `yaml:"name" json:"name"`
	Values       map[string][]string `yaml:"values" json:"values,omitempty"`
	MinHeight    float64             `yaml:"min_height" json:"min_height,omitempty"` // m
	MaxHeight    float64             `yaml:"max_height" json:"max_height,omitempty"`
	MinFootprint float64             `yaml:"min_footprint" json:"min_footprint,omitempty"` // m²
	MaxFootprint float64             `yaml:"max_footprint" json:"max_footprint,omitempty"`
}

// maxForms bounds the list of rules.
const maxForms = 100

func (s *SplitRules) validate() error {
	bad := func(name, format string, args ...any) error {
		return referentials.Errorf(referentials.Invalid, format, args...).At("parameter split.%s", name)
	}
	for _, v := range []struct {
		name        string
		value       float64
		least, most float64
	}{
		{"purity", s.Purity, 0, 1}, {"min_area", s.MinArea, 0, 1e12}, {"annex", s.Annex, 0, 1e12}, {"drawn_in", s.DrawnIn, 0, 10},
		{"spacing", s.Spacing, 0.1, 100}, {"smooth", s.Smooth, 0, 100}, {"level_height", s.LevelHeight, 0.1, 100},
	} {
		if !(v.value >= v.least && v.value <= v.most) {
			return bad(v.name, "%g is not between %g and %g", v.value, v.least, v.most)
		}
	}
	if len(s.Forms) > maxForms {
		return bad("forms", "there are %d, more than %d", len(s.Forms), maxForms)
	}
	for i := range s.Forms {
		f := &s.Forms[i]
		if f.Name == "" || slices.ContainsFunc(s.Forms[:i], func(g Form) bool { return g.Name == f.Name }) {
			return bad("forms", "form %d has no name of its own", i+1)
		}
		for _, v := range []float64{f.MinHeight, f.MaxHeight, f.MinFootprint, f.MaxFootprint} {
			if !(v >= 0 && v <= 1e12) {
				return bad("forms", "%g is not a size, in form %s", v, f.Name)
			}
		}
	}
	return nil
}

// former tells the form of buildings.
type former struct {
	split    *SplitRules
	matchers []*matcher // of each form; nil where it asks for no value
	heights  []int      // columns
	levels   []int
}

func newFormer(s *SplitRules, l *Layer) *former {
	f := &former{split: s, matchers: make([]*matcher, len(s.Forms))}
	for i := range s.Forms {
		if len(s.Forms[i].Values) > 0 {
			f.matchers[i] = newMatcher(l, s.Forms[i].Values)
		}
	}
	columns := func(names []string) (found []int) {
		for _, name := range names {
			if k := slices.IndexFunc(l.Fields, func(field string) bool { return strings.EqualFold(field, name) }); k >= 0 {
				found = append(found, k)
			}
		}
		return found
	}
	f.heights, f.levels = columns(s.Heights), columns(s.Levels)
	return f
}

// noForm marks annexes and what is no polygon.
const noForm = -1

// of gives the form of a building: the first rule that holds, else the number of rules.
func (f *former) of(b *Feature) int32 {
	if b.Shape.Type.Dimension() != 2 {
		return noForm
	}
	area := topology.Area(&b.Shape)
	if area < f.split.Annex || !(area > 0) {
		return noForm
	}
	height := f.height(b)
	within := func(v, least, most float64) bool { return (least == 0 || v >= least) && (most == 0 || v <= most) }
	for i := range f.split.Forms {
		rule := &f.split.Forms[i]
		if within(area, rule.MinFootprint, rule.MaxFootprint) && within(height, rule.MinHeight, rule.MaxHeight) &&
			(f.matchers[i] == nil || f.matchers[i].match(b) != "") {
			return int32(i)
		}
	}
	return int32(len(f.split.Forms))
}

// height is that of a building in metres, NaN where it is not known.
func (f *former) height(b *Feature) float64 {
	first := func(columns []int) float64 {
		for _, k := range columns {
			if k < len(b.Values) {
				if v, err := strconv.ParseFloat(strings.TrimSpace(b.Values[k]), 64); err == nil && v > 0 && !math.IsInf(v, 0) {
					return v
				}
			}
		}
		return math.NaN()
	}
	if h := first(f.heights); h > 0 {
		return h
	}
	return f.split.LevelHeight * first(f.levels)
}

func (f *former) name(form int32) string {
	if int(form) < len(f.split.Forms) {
		return f.split.Forms[form].Name
	}
	return "other"
}

// appendSites adds points along the rings of a footprint, drawn in by a distance, no more
// than a spacing apart. They start as far from the corners: there a neighbour's wall may
// go on.
func appendSites(xy []float64, g *geo.Geometry, drawnIn, spacing float64) []float64 {
	for part := range g.Parts {
		from, to := g.RingsOf(part)
		for i := from; i < to; i++ {
			ring := g.Ring(i)
			in := drawnIn
			if isClockwise(ring) != (i > from) { // the inside is on the right
				in = -in
			}
			for k := 2; k < len(ring); k += 2 {
				x, y, dx, dy := ring[k-2], ring[k-1], ring[k]-ring[k-2], ring[k+1]-ring[k-1]
				length := math.Hypot(dx, dy)
				if length == 0 {
					continue
				}
				dx, dy = dx/length, dy/length
				x, y = x-in*dy, y+in*dx
				inner := length - 2*drawnIn
				if inner <= 0 {
					xy = append(xy, x+length/2*dx, y+length/2*dy)
					continue
				}
				n := math.Ceil(inner / spacing)
				for s := 0.0; s <= n; s++ {
					along := drawnIn + inner*s/n
					xy = append(xy, x+along*dx, y+along*dy)
				}
			}
		}
	}
	return xy
}

func isClockwise(ring []float64) bool {
	twice := 0.0
	for k := 2; k < len(ring); k += 2 {
		twice += (ring[k-2]-ring[0])*(ring[k+1]-ring[1]) - (ring[k]-ring[0])*(ring[k-1]-ring[1])
	}
	return twice < 0
}
