package disclosure

import (
	"bytes"
	_ "embed" // for profiles.yaml
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"socle/referentials"
)

//go:embed profiles.yaml
var builtinText []byte

// maxProfiles bounds a text of profiles, in bytes.
const maxProfiles = 1 << 20

// Text is one thing in the two languages receipts are written in.
type Text struct {
	FR string `yaml:"fr" json:"fr"`
	EN string `yaml:"en" json:"en"`
}

// Profile is one version of the rules a category of data is published under.
type Profile struct {
	Name        string   `json:"name"`
	Title       Text     `json:"title"`
	From, Until int      // first and last year of the data it holds for; 0 = open
	Unit        string   `json:"unit,omitempty"` // of values and of OrOver; "" = any
	Counted     Text     `json:"counted"`        // what the units are
	Active      bool     `json:"active"`         // units without a value do not count
	Partial     bool     `json:"partial"`        // totals may leave hidden cells out, flagged
	Protection  float64  `json:"protection"`     // width of protection, as a share of the value
	Cost        Cost     `json:"cost"`
	Rule        Rule     `json:"rule"`
	Law         Text     `json:"law"`      // the rule and where it stands
	Notice      Text     `json:"notice"`   // what must go with every release; may be empty
	Articles    []string `json:"articles"` // of the law
}

// Cost is what complementary hiding keeps small.
type Cost string

// The costs.
const (
	ByUnits Cost = "units"
	ByValue Cost = "value"
)

// Profiles is a set of profiles, the versions of one name following each other.
type Profiles []Profile

type profileFile struct {
	Profiles []profileEntry `yaml:"profiles"`
}

type profileEntry struct {
	Name       string           `yaml:"name"`
	Title      Text             `yaml:"title"`
	Unit       string           `yaml:"unit"`
	Counted    Text             `yaml:"counted"`
	Active     bool             `yaml:"active"`
	Partial    bool             `yaml:"partial"`
	Protection float64          `yaml:"protection"`
	Cost       Cost             `yaml:"cost"`
	Notice     Text             `yaml:"notice"`
	Versions   []profileVersion `yaml:"versions"`
}

type profileVersion struct {
	From     int      `yaml:"from"`
	Until    int      `yaml:"until"`
	Rule     Rule     `yaml:"rule"`
	Law      Text     `yaml:"law"`
	Articles []string `yaml:"articles"`
}

// builtin reads the embedded profiles once; nothing changes them afterwards.
var builtin = sync.OnceValues(func() (Profiles, error) { return Parse("profiles.yaml", builtinText) })

// Builtin gives the profiles that come with the program.
func Builtin() (Profiles, error) {
	all, err := builtin()
	return slices.Clone(all), err
}

// Find looks among the built-in profiles, as [Profiles.Find] does.
func Find(name string, year int) (Profile, error) {
	all, err := builtin()
	if err != nil {
		return Profile{}, err
	}
	return all.Find(name, year)
}

// Find gives the profile of a name that holds for a year of the data; year 0 takes the
// newest. An unknown name is NotFound, and the hint names the nearest.
func (all Profiles) Find(name string, year int) (Profile, error) {
	var years []string
	newest := -1
	for i := range all {
		p := &all[i]
		if p.Name != name {
			continue
		}
		if year != 0 && (p.From == 0 || year >= p.From) && (p.Until == 0 || year <= p.Until) {
			return *p, nil
		}
		newest = i
		years = append(years, p.years())
	}
	switch {
	case newest < 0:
		err := referentials.Errorf(referentials.NotFound, "there is no disclosure profile %q", name)
		if near := all.nearest(name); near != "" {
			return Profile{}, err.Do("did you mean %q?", near)
		}
		return Profile{}, err.Do("known: %s", strings.Join(all.Names(), ", "))
	case year == 0:
		return all[newest], nil
	}
	return Profile{}, referentials.Errorf(referentials.NotFound, "profile %q has no rules for data of %d", name, year).
		Do("it holds for %s", strings.Join(years, "; "))
}

// nearest gives the name that begins as the one asked for, or is a few typing errors away.
func (all Profiles) nearest(name string) string {
	for _, known := range all.Names() {
		if name != "" && strings.HasPrefix(known, name) {
			return known
		}
	}
	return referentials.Nearest(name, all.Names())
}

// Names gives the names in order, each once.
func (all Profiles) Names() []string {
	var names []string
	for i := range all {
		if !slices.Contains(names, all[i].Name) {
			names = append(names, all[i].Name)
		}
	}
	return names
}

// With gives this set and another. A name of both is refused: a configuration must not
// quietly weaken a rule of law.
func (all Profiles) With(more Profiles) (Profiles, error) {
	for _, name := range more.Names() {
		if slices.Contains(all.Names(), name) {
			return nil, referentials.Errorf(referentials.Conflict, "the disclosure profile %q exists already", name).
				Do("give it another name")
		}
	}
	return slices.Concat(all, more), nil
}

func (p *Profile) years() string {
	switch {
	case p.From == 0 && p.Until == 0:
		return "all years"
	case p.From == 0:
		return fmt.Sprintf("until %d", p.Until)
	case p.Until == 0:
		return fmt.Sprintf("from %d", p.From)
	}
	return fmt.Sprintf("%d to %d", p.From, p.Until)
}

// Scale gives the factor that brings values of a unit to the profile's own. A profile
// without a unit takes any; a unit it cannot be compared with is Invalid.
func (p *Profile) Scale(unit string) (float64, error) {
	if p.Unit == "" || unit == p.Unit {
		return 1, nil
	}
	from, ok := wattHours(unit)
	to, known := wattHours(p.Unit)
	if !ok || !known {
		return 0, referentials.Errorf(referentials.Invalid, "profile %q judges values in %s, not in %q", p.Name, p.Unit, unit).
			Do("state the field's unit in its descriptor: Wh, kWh, MWh or GWh")
	}
	return from / to, nil
}

func wattHours(unit string) (float64, bool) {
	switch unit {
	case "Wh":
		return 1, true
	case "kWh":
		return 1e3, true
	case "MWh":
		return 1e6, true
	case "GWh":
		return 1e9, true
	}
	return 0, false
}

// Parse reads profiles from YAML, in the form of the built-in ones; where names the text in
// errors.
func Parse(where string, text []byte) (Profiles, error) {
	if len(text) > maxProfiles {
		return nil, referentials.Errorf(referentials.TooLarge, "it is over %d bytes", maxProfiles).At("%s", where)
	}
	var f profileFile
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, referentials.Errorf(referentials.Invalid, "%s", yaml.FormatError(err, false, true)).At("%s", where)
	}
	var all Profiles
	for i := range f.Profiles {
		e := &f.Profiles[i]
		if err := e.check(all); err != nil {
			return nil, err.At("%s: profile %d %q", where, i+1, e.Name)
		}
		for _, v := range e.Versions {
			all = append(all, Profile{
				Name: e.Name, Title: e.Title, From: v.From, Until: v.Until, Unit: e.Unit, Counted: e.Counted,
				Active: e.Active, Partial: e.Partial, Protection: e.Protection, Cost: e.Cost,
				Rule: v.Rule, Law: v.Law, Notice: e.Notice, Articles: v.Articles,
			})
		}
	}
	return all, nil
}

// check judges one entry, and gives it its defaults.
func (e *profileEntry) check(before Profiles) *referentials.Error {
	bad := func(format string, args ...any) *referentials.Error {
		return referentials.Errorf(referentials.Invalid, format, args...)
	}
	switch e.Cost {
	case "":
		e.Cost = ByUnits
	case ByUnits, ByValue:
	default:
		return bad("cost is units or value, not %q", e.Cost)
	}
	switch {
	case e.Name == "":
		return bad("it has no name")
	case slices.Contains(before.Names(), e.Name):
		return bad("its name is taken")
	case len(e.Versions) == 0:
		return bad("it has no version").Do("at least one, with its rule and law")
	case !share(e.Protection):
		return bad("protection is a share from 0 to 1, not %v", e.Protection)
	}
	last := math.MinInt
	for i, v := range e.Versions {
		switch {
		case v.Rule.Units < 0 || !(v.Rule.OrOver >= 0) || math.IsInf(v.Rule.OrOver, 0):
			return bad("version %d: units and orOver are not negative", i+1)
		case !share(v.Rule.Dominance) || !share(v.Rule.Percent):
			return bad("version %d: dominance and percent are shares from 0 to 1", i+1)
		case v.Rule.OrOver > 0 && v.Rule.Units == 0:
			return bad("version %d: orOver is a way out of a threshold on units, and there is none", i+1)
		case v.Until != 0 && v.Until < v.From, i > 0 && v.From <= last, i < len(e.Versions)-1 && v.Until == 0:
			return bad("version %d: its years overlap another's, or are the wrong way round", i+1)
		case v.Law.FR == "" || v.Law.EN == "":
			return bad("version %d: law is needed in fr and en: receipts cite it", i+1)
		}
		last = v.Until
	}
	return nil
}

func share(v float64) bool { return v >= 0 && v <= 1 }
