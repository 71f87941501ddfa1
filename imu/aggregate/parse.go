package aggregate

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"socle/referentials"
)

// What a request may ask at once.
const (
	MaxMeasures    = 32
	maxMeasureText = 4096 // bytes
)

// ParseMeasures reads measures with commas between: count, sum(x), mean(x,weight=y). A name
// that is not of letters, digits, "_", ".", ":" and "-" goes between quotes. Errors are
// Invalid and say at which character.
func ParseMeasures(text string) ([]Measure, error) {
	if len(text) > maxMeasureText {
		return nil, referentials.Errorf(referentials.TooLarge, "the measures are over %d bytes", maxMeasureText).At("measure")
	}
	if !utf8.ValidString(text) {
		return nil, referentials.Errorf(referentials.Invalid, "the measures are not UTF-8").At("measure")
	}
	p := &parser{text: text}
	var list []Measure
	for {
		m, err := p.measure()
		if err != nil {
			return nil, err
		}
		if len(list) == MaxMeasures {
			return nil, referentials.Errorf(referentials.TooLarge, "more than %d measures are asked for at once", MaxMeasures).
				At("measure").Do("ask in several requests")
		}
		name := m.Name()
		if slices.ContainsFunc(list, func(o Measure) bool { return o.Name() == name }) {
			return nil, p.bad(m.at-1, "%s is asked for twice", m.String())
		}
		list = append(list, m)
		switch p.blanks(); {
		case p.rest() == "":
			return list, nil
		case !p.take(','):
			return nil, p.bad(p.at, "%q follows a measure", p.next()).Do("put a comma between measures, as in count,sum(x)")
		}
	}
}

type parser struct {
	text string
	at   int // bytes read
}

// bad says what is wrong at a byte, and counts it in characters.
func (p *parser) bad(at int, format string, args ...any) *referentials.Error {
	return referentials.Errorf(referentials.Invalid, format, args...).
		At("measure, character %d", utf8.RuneCountInString(p.text[:min(at, len(p.text))])+1)
}

func (p *parser) rest() string { return p.text[p.at:] }

func (p *parser) blanks() { p.at = len(p.text) - len(strings.TrimLeft(p.rest(), " \t")) }

// take reads c if it is next, blanks before it too.
func (p *parser) take(c byte) bool {
	p.blanks()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// next is what comes next, for errors.
func (p *parser) next() string {
	if p.rest() == "" {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(p.rest())
	return string(r)
}

func inName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_.:-", r)
}

// word reads a name; plain when it was not between quotes.
func (p *parser) word() (name string, plain bool, err error) {
	p.blanks()
	start := p.at
	if strings.HasPrefix(p.rest(), `"`) {
		var b strings.Builder
		for p.at++; ; {
			k := strings.IndexByte(p.rest(), '"')
			if k < 0 {
				return "", false, p.bad(start, "a quote is not closed")
			}
			b.WriteString(p.rest()[:k])
			p.at += k + 1
			if !strings.HasPrefix(p.rest(), `"`) {
				break
			}
			b.WriteByte('"')
			p.at++
		}
		if b.Len() == 0 {
			return "", false, p.bad(start, "a name is empty")
		}
		return b.String(), false, nil
	}
	n := strings.IndexFunc(p.rest(), func(r rune) bool { return !inName(r) })
	if n < 0 {
		n = len(p.rest())
	}
	p.at += n
	return p.text[start:p.at], true, nil
}

func (p *parser) measure() (Measure, error) {
	p.blanks()
	start := p.at
	name, plain, err := p.word()
	if err != nil {
		return Measure{}, err
	}
	known := signatures()
	names := make([]string, len(known))
	for i := range known {
		names[i] = string(known[i].function)
	}
	k := slices.Index(names, strings.ToLower(name))
	switch {
	case name == "":
		return Measure{}, p.bad(start, "a measure is missing").Do("write count, or sum(x) for a field x")
	case k < 0 || !plain:
		e := p.bad(start, "%q is not a measure", name)
		if near := referentials.Nearest(name, names); near != "" {
			return Measure{}, e.Do("did you mean %s?", near)
		}
		return Measure{}, e.Do("known: %s", strings.Join(names, ", "))
	}
	m := Measure{Function: known[k].function, at: start + 1}
	if err := p.arguments(&m, &known[k], start); err != nil {
		return Measure{}, err
	}
	if m.Function == Median {
		m.Level = 0.5
	}
	return m, nil
}

// arguments reads what stands between the parentheses.
func (p *parser) arguments(m *Measure, s *signature, start int) error {
	missing := func() error { return p.bad(start, "%s lacks something", s.function).Do("write %s", s.example) }
	fields, level := 0, false
	if p.take('(') {
		for first := true; ; first = false {
			p.blanks()
			at := p.at
			if first && p.take(')') {
				break
			}
			word, plain, err := p.word()
			switch {
			case err != nil:
				return err
			case word == "":
				return p.bad(at, "%q stands where a field is expected", p.next()).Do("write %s", s.example)
			case p.take('='):
				err = p.option(m, s, word, at)
			case s.level && fields == s.fields && !level:
				level = true
				err = p.level(m, word, at)
			case fields == s.fields:
				err = p.bad(at, "%s takes no %q", s.function, word).Do("write %s", s.example)
			default:
				m.place(fields, word, plain)
				fields++
			}
			if err != nil {
				return err
			}
			if p.take(',') {
				continue
			}
			if p.take(')') {
				break
			}
			if p.rest() == "" {
				return p.bad(p.at, "a parenthesis is not closed").Do("write %s", s.example)
			}
			return p.bad(p.at, "%q follows an argument", p.next()).Do("write %s", s.example)
		}
	}
	if fields < s.fields && (fields > 0 || !s.optional) || s.level && !level {
		return missing()
	}
	return nil
}

// place sets positional field number k.
func (m *Measure) place(k int, word string, plain bool) {
	switch {
	case k == 1:
		m.Second = word
	case plain && word == string(Count) && (m.Function == Density || m.Function == Share):
		m.Field = "" // the features themselves
	default:
		m.Field = word
	}
}

func (p *parser) option(m *Measure, s *signature, word string, at int) error {
	if word != s.option {
		e := p.bad(at, "%s has no option %q", s.function, word)
		if s.option == "" {
			return e.Do("write %s", s.example)
		}
		return e.Do("its option is %s=", s.option)
	}
	if m.Weight != "" || m.Second != "" {
		return p.bad(at, "%s= is given twice", word)
	}
	p.blanks()
	at = p.at
	value, _, err := p.word()
	if err != nil {
		return err
	}
	if value == "" {
		return p.bad(at, "%s= lacks its field", word).Do("write %s", s.example)
	}
	if word == "weight" {
		m.Weight = value
	} else {
		m.Second = value
	}
	return nil
}

func (p *parser) level(m *Measure, word string, at int) error {
	v, err := strconv.ParseFloat(word, 64)
	if err != nil || !(v >= 0 && v <= 1) {
		return p.bad(at, "%q is not a level from 0 to 1", word).Do("write quantile(x,0.9) for the ninth decile")
	}
	m.Level = v
	return nil
}
