package address

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Address is one row of a register of addresses.
type Address struct {
	ID       string
	Number   int32 // 0 when the address has none
	Suffix   string
	Building string

	StreetID   string // "" when streets are told by their name and commune
	StreetName string
	CityCode   string
	City       string // when no commune of that code is added
	Postcode   string // "" when not told

	Position Position
}

// Commune is one row of a register of municipalities.
type Commune struct {
	Code, Name string
	Postcodes  []string
	Population int64
	Position   Position
}

// NoPosition is the position of what has none.
var NoPosition = Position{math.NaN(), math.NaN()}

// Builder gathers rows for an [Index], in any order.
type Builder struct {
	communes map[string]*newCommune
	byStreet map[string]uint32
	streets  []newStreet
	rows     []newAddress
	names    map[string]uint16 // of buildings
	building []string
	ids      []byte
	seen     map[seenPair]int // postcodes that others write
	dropped  int
	speller  speller
}

type newCommune struct {
	Commune
	number uint32
}

type newStreet struct {
	id, name, city string
	at             Position
	postcode       string
	mixed          bool // more than one postcode
	first, end     int
}

type newAddress struct {
	street, id uint32
	number     int32
	at         spot
	building   uint16
	idLen      uint16
	suffix     uint8
}

type seenPair struct{ postcode, city string }

// NewBuilder gives an empty Builder.
func NewBuilder() *Builder {
	return &Builder{
		communes: map[string]*newCommune{}, byStreet: map[string]uint32{}, names: map[string]uint16{"": 0}, building: []string{""},
		seen: map[seenPair]int{},
	}
}

// AddCommune adds a municipality, or what is known of one that addresses named before.
func (b *Builder) AddCommune(c Commune) {
	if c.Code == "" || c.Name == "" || len(c.Name) > maxName {
		b.dropped++
		return
	}
	if known := b.communes[c.Code]; known != nil {
		c.Postcodes = append(c.Postcodes, known.Postcodes...)
	}
	b.communes[c.Code] = &newCommune{Commune: c}
}

// maxName bounds a name in bytes.
const maxName = 500

// AddStreet adds a street that may have no address, or the full name of one that has. A
// street that is known by its name in its commune is not added again.
func (b *Builder) AddStreet(id, name, cityCode string, at Position) {
	name = strings.TrimSpace(name)
	if name == "" || cityCode == "" || len(name) > maxName {
		b.dropped++
		return
	}
	k := b.street(id, name, cityCode)
	if s := &b.streets[k]; spotOf(s.at) == nowhere {
		s.at = at
	}
}

func (b *Builder) street(id, name, city string) uint32 {
	key := id
	if id == "" {
		key = city + "\x00" + name
	}
	k, ok := b.byStreet[key]
	if !ok {
		k = uint32(len(b.streets))
		b.streets = append(b.streets, newStreet{id: strings.Clone(id), name: strings.Clone(name), city: strings.Clone(city), at: NoPosition})
		b.byStreet[strings.Clone(key)] = k
	}
	return k
}

// Add adds an address. One without an id, a street or a commune is counted as dropped.
func (b *Builder) Add(a *Address) {
	name := strings.TrimSpace(a.StreetName)
	if a.ID == "" || name == "" || a.CityCode == "" || len(name) > maxName || len(a.ID) > maxName {
		b.dropped++
		return
	}
	if c := b.communes[a.CityCode]; c == nil {
		b.communes[strings.Clone(a.CityCode)] = &newCommune{Commune: Commune{Code: strings.Clone(a.CityCode), Name: strings.Clone(cmp.Or(a.City, a.CityCode)), Position: NoPosition}}
	}
	k := b.street(a.StreetID, name, a.CityCode)
	s := &b.streets[k]
	if a.Postcode != s.postcode {
		s.mixed = s.mixed || s.postcode != "" || s.end > 0
		s.postcode = strings.Clone(a.Postcode)
	}
	if a.Postcode != "" {
		if c := b.communes[a.CityCode]; !slices.Contains(c.Postcodes, a.Postcode) {
			c.Postcodes = append(c.Postcodes, strings.Clone(a.Postcode))
		}
	}
	s.end++
	row := newAddress{street: k, id: uint32(len(b.ids)), idLen: uint16(len(a.ID)), number: max(a.Number, 0), at: spotOf(a.Position)}
	b.ids = append(b.ids, a.ID...)
	row.suffix, row.building = b.ending(a.Suffix, a.Building)
	b.rows = append(b.rows, row)
}

// ending gives the codes of a suffix and a building. A suffix of no known kind is kept as a
// building, which may be any text.
func (b *Builder) ending(suffix, building string) (uint8, uint16) {
	code := uint8(noSuffix)
	if suffix != "" {
		s := &b.speller
		s.buf, s.runs = fold(s.buf[:0], s.runs[:0], suffix)
		code = suffixOf(s.buf)
		if code == noSuffix {
			building = strings.TrimSpace(suffix + " " + building)
		}
	}
	building = strings.ToUpper(strings.TrimSpace(building))
	k, ok := b.names[building]
	if !ok {
		if len(b.building) > math.MaxUint16 {
			return code, 0
		}
		building = strings.Clone(building)
		k = uint16(len(b.building))
		b.names[building] = k
		b.building = append(b.building, building)
	}
	return code, k
}

// SeePostcode tells that someone wrote a postcode with the name of a commune. Pairs that
// are written often enough help to find communes by postcode; they are never told in
// answers, which only have what the referential says.
func (b *Builder) SeePostcode(code, city string) {
	if len(code) != 5 || city == "" || toInt([]byte(code)) < 0 {
		return
	}
	for _, c := range []byte(code) {
		if c < '0' || c > '9' {
			return
		}
	}
	if key := b.plain(city); key != "" {
		b.seen[seenPair{code, key}]++
	}
}

// plain spells a name without its articles.
func (b *Builder) plain(name string) string {
	var out []byte
	for _, w := range b.speller.spell(name) {
		if !w.article {
			out = append(append(out, w.text...), ' ')
		}
	}
	return string(out)
}
