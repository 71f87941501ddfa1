package morphology

import (
	"bytes"
	_ "embed" // for typology.yaml
	"errors"
	"io"
	"math"
	"sync"

	"github.com/goccy/go-yaml"

	"socle/referentials"
)

//go:embed typology.yaml
var builtinText []byte

// Bounds of a text of rules.
const (
	maxTypology = 1 << 20 // bytes
	maxClasses  = 200
)

// Typology gives each cell a class in plain words: that of the first rule that holds. Rules
// are data, so that an agency can write its own; see typology.yaml for the form.
type Typology struct {
	Classes []Class
}

// Class is a class and when a cell is of it.
type Class struct {
	Name   string
	Title  referentials.Text
	Colour string // #rrggbb; may be empty
	when   []bound
}

// bound holds an indicator to a range, its lower end included and its upper not.
type bound struct {
	indicator *indicator
	from, to  float64
}

// Terms gives the classes as the values of a field.
func (t *Typology) Terms() []referentials.Term {
	terms := make([]referentials.Term, len(t.Classes))
	for i, c := range t.Classes {
		terms[i] = referentials.Term{Value: c.Name, Title: c.Title, Colour: c.Colour}
	}
	return terms
}

type typologyFile struct {
	Classes []classEntry `yaml:"classes"`
}

type classEntry struct {
	Name   string                `yaml:"name"`
	FR     string                `yaml:"fr"`
	EN     string                `yaml:"en"`
	Colour string                `yaml:"colour"`
	When   map[string]rangeEntry `yaml:"when"`
}

type rangeEntry struct {
	From  *float64 `yaml:"from"`
	Below *float64 `yaml:"below"`
}

var builtinTypology = sync.OnceValues(func() (*Typology, error) { return ParseTypology("typology.yaml", builtinText) })

// BuiltinTypology gives the classes that come with the program. Do not change them.
func BuiltinTypology() (*Typology, error) { return builtinTypology() }

// ParseTypology reads rules. What it does not know, it refuses, since a misspelt indicator
// would silently never hold. Errors are of code Invalid and name the class.
func ParseTypology(name string, text []byte) (*Typology, error) {
	bad := func(format string, args ...any) *referentials.Error {
		return referentials.Errorf(referentials.Invalid, format, args...).At("%s", name)
	}
	if len(text) > maxTypology {
		return nil, referentials.Errorf(referentials.TooLarge, "it has %d bytes, at most %d are read", len(text), maxTypology).At("%s", name)
	}
	var f typologyFile
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, bad("it is not rules of a typology: %w", err).Do("write classes: a list of name, fr, en, colour and when")
	}
	if len(f.Classes) == 0 || len(f.Classes) > maxClasses {
		return nil, bad("it has %d classes, from 1 to %d are meant", len(f.Classes), maxClasses)
	}
	t := new(Typology)
	seen := make(map[string]bool, len(f.Classes))
	for i, e := range f.Classes {
		switch {
		case e.Name == "":
			return nil, bad("class %d has no name", i+1)
		case seen[e.Name]:
			return nil, bad("two classes are named %q", e.Name)
		}
		seen[e.Name] = true
		c := Class{Name: e.Name, Title: referentials.Text{FR: e.FR, EN: e.EN}, Colour: e.Colour}
		if !plainColour(e.Colour) {
			return nil, bad("class %q has colour %q", e.Name, e.Colour).Do("write it as #rrggbb")
		}
		var err error
		if c.when, err = e.bounds(bad); err != nil {
			return nil, err
		}
		t.Classes = append(t.Classes, c)
	}
	return t, nil
}

// bounds reads the conditions of a class, in the order of the indicators.
func (e *classEntry) bounds(bad func(string, ...any) *referentials.Error) ([]bound, error) {
	for name := range e.When {
		if _, ok := indicatorOf(name); !ok {
			err := bad("class %q asks for %q, which is no indicator", e.Name, name)
			if near := referentials.Nearest(name, indicatorNames()); near != "" {
				err = err.Do("did you mean %s?", near)
			}
			return nil, err
		}
	}
	var out []bound
	for _, name := range indicatorNames() {
		r, ok := e.When[name]
		if !ok {
			continue
		}
		n, _ := indicatorOf(name)
		b := bound{n, math.Inf(-1), math.Inf(1)}
		if r.From != nil {
			b.from = *r.From
		}
		if r.Below != nil {
			b.to = *r.Below
		}
		if r.From == nil && r.Below == nil || !(b.from < b.to) {
			return nil, bad("class %q holds %s to no range", e.Name, name).Do("write from, below or both, the first less than the second")
		}
		out = append(out, b)
	}
	return out, nil
}

func indicatorNames() []string {
	var out []string
	for i := range indicators {
		out = append(out, indicators[i].Name)
	}
	for i := range shares {
		out = append(out, shares[i].Name)
	}
	return out
}

func plainColour(s string) bool {
	if s == "" {
		return true
	}
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// classify fills the class of a cell: none for a cell without a shape, or where no rule
// holds. A bound on what is not known does not hold.
func (t *Typology) classify(c *Cell) {
	c.Type = ""
	if math.IsNaN(c.AreaM2) {
		return
	}
	for i := range t.Classes {
		if t.Classes[i].holds(c) {
			c.Type = t.Classes[i].Name
			return
		}
	}
}

func (k *Class) holds(c *Cell) bool {
	for _, b := range k.when {
		if v := b.indicator.of(c); !(v >= b.from && v < b.to) {
			return false
		}
	}
	return true
}
