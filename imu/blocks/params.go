package blocks

import (
	"bytes"
	_ "embed" // for params.yaml
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"socle/referentials"
)

// defaults documents every parameter and holds its default.
//
//go:embed params.yaml
var defaults []byte

// maxParams bounds a file of parameters, in bytes.
const maxParams = 1 << 20

// Params says how blocks are cut. params.yaml tells what each parameter means; areas are
// in square metres, widths in metres.
type Params struct {
	StepsPerMetre   int              `yaml:"steps_per_metre" json:"steps_per_metre"`
	CloseGaps       float64          `yaml:"close_gaps" json:"close_gaps"`
	MinArea         float64          `yaml:"min_area" json:"min_area"`
	MinWidth        float64          `yaml:"min_width" json:"min_width"`
	SliverArea      float64          `yaml:"sliver_area" json:"sliver_area"`
	SliverCompact   float64          `yaml:"sliver_compactness" json:"sliver_compactness"`
	CrossMainBelow  float64          `yaml:"cross_main_below" json:"cross_main_below"`
	MinWater        float64          `yaml:"min_water" json:"min_water"`
	MinVegetation   float64          `yaml:"min_vegetation" json:"min_vegetation"`
	MinSingleUse    float64          `yaml:"min_single_use" json:"min_single_use"`
	BridgesCutWater bool             `yaml:"bridges_cut_water" json:"bridges_cut_water"`
	SpikeWidth      float64          `yaml:"spike_width" json:"spike_width"`
	Split           SplitRules       `yaml:"split" json:"split"`
	Units           []UnitRule       `yaml:"units" json:"units,omitempty"`
	Rules           map[Kind]KindSet `yaml:"rules" json:"rules"`
}

// KindSet is what is left out of the layers of a kind, and what counts as a main limit.
// All map a field to values; case does not count.
type KindSet struct {
	// Keep holds for layers that have one of its fields: features without one of the
	// values, or without any where none is named, are left out.
	Keep map[string][]string `yaml:"keep" json:"keep,omitempty"`
	Drop map[string][]string `yaml:"drop" json:"drop,omitempty"`
	Main map[string][]string `yaml:"main" json:"main,omitempty"`
	// AllMain makes every feature of the kind a main limit.
	AllMain bool `yaml:"all_main" json:"all_main,omitempty"`
}

// DefaultText gives params.yaml as it is, for people to start from.
func DefaultText() string { return string(defaults) }

// ParseParams reads YAML. What it leaves out is as in the defaults; the rules of a kind
// it names replace the default ones of that kind.
func ParseParams(text []byte) (Params, error) {
	var p Params
	if len(text) > maxParams {
		return p, referentials.Errorf(referentials.TooLarge, "the parameters are longer than %d bytes", maxParams)
	}
	for _, t := range [][]byte{defaults, text} {
		if len(bytes.TrimSpace(t)) == 0 {
			continue
		}
		rules, forms := p.Rules, p.Split.Forms
		p.Rules, p.Split.Forms = nil, nil
		if err := yaml.UnmarshalWithOptions(t, &p, yaml.Strict()); err != nil {
			return p, referentials.Errorf(referentials.Invalid, "the parameters cannot be read: %w", err).
				Do("socle imu params prints the ones that hold, with their meaning")
		}
		if p.Split.Forms == nil {
			p.Split.Forms = forms
		}
		for kind, set := range rules {
			if _, given := p.Rules[kind]; !given {
				if p.Rules == nil {
					p.Rules = map[Kind]KindSet{}
				}
				p.Rules[kind] = set
			}
		}
	}
	return p, p.Validate()
}

// Validate tells what makes p unusable.
func (p *Params) Validate() error {
	bad := func(name, format string, args ...any) error {
		return referentials.Errorf(referentials.Invalid, format, args...).At("parameter %s", name)
	}
	if p.StepsPerMetre < 0 || p.StepsPerMetre > gridSteps[len(gridSteps)-1] {
		return bad("steps_per_metre", "%d is not between 0 and %d", p.StepsPerMetre, gridSteps[len(gridSteps)-1])
	}
	for _, v := range []struct {
		name  string
		value float64
	}{
		{"close_gaps", p.CloseGaps}, {"spike_width", p.SpikeWidth}, {"min_area", p.MinArea}, {"min_width", p.MinWidth}, {"sliver_area", p.SliverArea}, {"cross_main_below", p.CrossMainBelow},
		{"min_water", p.MinWater}, {"min_vegetation", p.MinVegetation}, {"min_single_use", p.MinSingleUse}, {"sliver_compactness", p.SliverCompact},
	} {
		if !(v.value >= 0 && v.value <= 1e12) {
			return bad(v.name, "%g is not a size", v.value)
		}
	}
	if p.CloseGaps > windowMargin/2 {
		return bad("close_gaps", "%g m is more than a gap: the most is %g", p.CloseGaps, float64(windowMargin)/2)
	}
	if p.SliverCompact > 1 {
		return bad("sliver_compactness", "%g is more than the 1 of a disc", p.SliverCompact)
	}
	if p.SpikeWidth > 1 {
		return bad("spike_width", "%g m is more than a spike has", p.SpikeWidth)
	}
	if err := p.Split.validate(); err != nil {
		return err
	}
	if err := validateUnits(p.Units); err != nil {
		return err
	}
	for kind := range p.Rules {
		if !slices.Contains(kinds, kind) {
			return bad("rules", "%q is not a kind of barrier, which are %v", kind, kinds)
		}
	}
	return nil
}

var kinds = []Kind{Streets, Rail, Lines, Water, Vegetation, Areas, Parcels}

// ParseKind reads the name of a kind.
func ParseKind(s string) (Kind, error) {
	if k := Kind(strings.ToLower(s)); slices.Contains(kinds, k) {
		return k, nil
	}
	return "", referentials.Errorf(referentials.Invalid, "%q is not a kind of barrier", s).Do("use one of %v", kinds)
}

// anyValue stands for all values of a field.
const anyValue = ""

// matcher finds the values of rules in the features of a layer.
type matcher struct {
	columns []int
	values  []map[string]string // lower case: as reports tell it
}

func newMatcher(l *Layer, rules map[string][]string) *matcher {
	m := &matcher{}
	for column, field := range l.Fields {
		values := map[string]string{}
		for name, list := range rules {
			if strings.EqualFold(name, field) {
				if len(list) == 0 {
					values[anyValue] = field
				}
				for _, v := range list {
					values[strings.ToLower(v)] = fmt.Sprintf("%s = %s", field, v)
				}
			}
		}
		if len(values) > 0 {
			m.columns, m.values = append(m.columns, column), append(m.values, values)
		}
	}
	return m
}

// asks tells what a feature needs to match, for reports.
func (m *matcher) asks(l *Layer) string {
	var fields []string
	for _, column := range m.columns {
		fields = append(fields, l.Fields[column])
	}
	return "without a value of " + strings.Join(fields, ", ") + " that counts"
}

// match tells which rule holds for a feature, "" for none.
func (m *matcher) match(f *Feature) string {
	for k, column := range m.columns {
		if column < len(f.Values) && f.Values[column] != "" {
			if rule := m.values[k][strings.ToLower(f.Values[column])]; rule != "" {
				return rule
			}
			if rule := m.values[k][anyValue]; rule != "" {
				return rule
			}
		}
	}
	return ""
}
