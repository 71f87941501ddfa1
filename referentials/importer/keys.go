package importer

import (
	"fmt"
	"slices"

	"socle/referentials"
)

// chooseKey fixes the key: the one asked for, the descriptor's, the format's own ids, an
// obvious column, or else row numbers.
func (p *plan) chooseKey(inputs []*input, columns []*column, s *surveyor, isKnown bool, opt *Options) error {
	if opt.Key != "" && !slices.ContainsFunc(columns, func(c *column) bool { return c.name == opt.Key || c.folded == fold(opt.Key) }) {
		return referentials.Errorf(referentials.Invalid, "there is no column %q to be the key", opt.Key).
			At("%s", inputs[0].name).Do("the columns are %s", columnNames(columns))
	}
	if isKnown {
		p.knownKey(s)
		return nil
	}
	return p.inferredKey(inputs, s, opt)
}

func columnNames(columns []*column) string {
	d := referentials.Descriptor{}
	for _, c := range columns {
		d.Fields = append(d.Fields, referentials.Field{Name: c.name})
	}
	return fieldNames(&d)
}

func (p *plan) knownKey(s *surveyor) {
	p.key = p.desc.KeyIndex()
	if c := p.sources[p.key]; c != nil {
		p.keyFrom, p.keyWords = fromColumn, "column "+c.name
		return
	}
	size, gridded := gridSizes[p.desc.ID]
	switch {
	case gridded && p.desc.HasGeometry():
		p.keyFrom, p.cellSize = fromGrid, size
		p.keyWords = "the cells' lower left corners in EPSG:3035"
	case s.ids.usable():
		p.keyFrom, p.keyWords = fromFormat, "the file's own feature ids"
	default:
		p.number()
	}
}

// number makes row numbers the key.
func (p *plan) number() {
	p.keyFrom, p.keyWords = fromRows, "row numbers"
	p.notes = append(p.notes, fmt.Sprintf("no column identifies the rows: %s numbers them in file order, and is not stable from one import to the next", p.desc.Fields[p.key].Name))
}

func (k *keySet) usable() bool { return !k.spoilt && k.filled > 0 }

// numbered is a source whose feature ids may be numbers that software gave to the rows of a
// table, and that mean nothing outside of it.
type numbered interface{ Numbered() bool }

// ownIDs tells whether the ids of all files are their producers'.
func ownIDs(inputs []*input) bool {
	return !slices.ContainsFunc(inputs, func(in *input) bool {
		n, ok := in.src.(numbered)
		return ok && n.Numbered()
	})
}

func (p *plan) inferredKey(inputs []*input, s *surveyor, opt *Options) error {
	best, rank, echo := -1, notAKey, -1
	for i, c := range p.sources {
		t := p.desc.Fields[i].Type
		asked := opt.Key != "" && (c.name == opt.Key || c.folded == fold(opt.Key))
		if t != referentials.String && t != referentials.Integer {
			if asked {
				return referentials.Errorf(referentials.Invalid, "column %q holds values of type %s: a key is text or whole numbers", c.name, t)
			}
			continue
		}
		if asked {
			best, rank = i, -1
		}
		if set := s.candidates[c.name]; set != nil && set.usable() && set.filled == s.readable && keyRank(c.folded) < rank {
			best, rank = i, keyRank(c.folded)
		}
		if s.ids.usable() && s.echoes[c.name] == s.readable && (echo < 0 || keyRank(c.folded) < keyRank(p.sources[echo].folded)) {
			echo = i
		}
	}
	if rank >= 0 && echo >= 0 && (best < 0 || ownIDs(inputs)) {
		best, rank = echo, -1
	}
	switch {
	case rank >= 0 && s.ids.usable() && (best < 0 || ownIDs(inputs)):
		p.keyFrom, p.keyWords = fromFormat, "the file's own feature ids"
		t := referentials.String
		if s.integerIDs {
			t = referentials.Integer
		}
		p.addKey("id", t)
	case best >= 0:
		p.key, p.keyFrom, p.keyWords = best, fromColumn, "column "+p.sources[best].name
	default:
		p.addKey("fid", referentials.Integer)
		p.number()
	}
	p.desc.Key = p.desc.Fields[p.key].Name
	p.desc.Fields[p.key].Role = referentials.Key
	return nil
}

// addKey puts a field that no column holds first.
func (p *plan) addKey(name string, t referentials.FieldType) {
	taken := map[string]bool{}
	for _, f := range p.desc.Fields {
		unused(f.Name, taken)
	}
	if name == "id" && taken["id"] {
		name = "fid"
	}
	f := referentials.Field{Name: unused(name, taken), Type: t}
	p.desc.Fields = slices.Insert(p.desc.Fields, 0, f)
	p.readings = slices.Insert(p.readings, 0, reading{to: t})
	p.clean = slices.Insert(p.clean, 0, nil)
	p.sources = slices.Insert(p.sources, 0, nil)
	p.key = 0
}
