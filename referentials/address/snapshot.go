package address

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"socle/referentials/snapshot"
)

// The collections that an index is made of: only the first has to be there.
const (
	addressesID = "adresses"
	streetsID   = "voies"
	communesID  = "communes"
	sitesID     = "sites"
)

var sources = []string{addressesID, communesID, streetsID, sitesID}

// Uses tells whether an index is made of a collection, among others.
func Uses(id string) bool { return slices.Contains(sources, id) }

// tagOf names what FromSnapshot would make an index of, "" when there are no addresses.
func tagOf(s *snapshot.Public) string {
	h := fnv.New64a()
	for _, id := range sources {
		if c, ok := s.Collection(id); ok {
			fmt.Fprintf(h, "%s ", c.Tag()) // writing to a hash never fails
		} else if id == addressesID {
			return ""
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// FromSnapshot makes an index of the addresses, streets and communes that anyone may see,
// and of the postcodes that organisations write beside the names of communes. The error is
// that of ctx, or tells that there are no addresses.
func FromSnapshot(ctx context.Context, s *snapshot.Public) (*Index, error) {
	b := NewBuilder()
	if c, ok := s.Collection(communesID); ok {
		if err := b.takeCommunes(ctx, c); err != nil {
			return nil, err
		}
	}
	c, ok := s.Collection(addressesID)
	if !ok {
		return nil, errNoAddresses()
	}
	if err := b.takeAddresses(ctx, c); err != nil {
		return nil, err
	}
	if c, ok := s.Collection(streetsID); ok {
		if err := b.takeStreets(ctx, c); err != nil {
			return nil, err
		}
	}
	if c, ok := s.Collection(sitesID); ok {
		if err := b.takePostcodes(ctx, c); err != nil {
			return nil, err
		}
	}
	return b.Build(tagOf(s)), nil
}

// reader reads fields of a collection by name; those it lacks are empty.
type reader struct {
	c      *snapshot.PublicCollection
	fields []int
}

func read(c *snapshot.PublicCollection, names ...string) reader {
	r := reader{c: c}
	for _, name := range names {
		r.fields = append(r.fields, c.Descriptor().FieldIndex(name))
	}
	return r
}

func (r *reader) text(i, k int) string {
	if r.fields[k] < 0 {
		return ""
	}
	v := r.c.Value(i, r.fields[k])
	if v.IsNull() {
		return ""
	}
	return strings.TrimSpace(v.String())
}

func (r *reader) integer(i, k int) int64 {
	n, err := strconv.ParseInt(r.text(i, k), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// point gives the longitude and latitude of row i: of a point, or the middle of a shape's
// box.
func (r *reader) point(i int) Position {
	g := r.c.LonLat(i)
	if len(g.XY) == 2 {
		return Position{g.XY[0], g.XY[1]}
	}
	if box := r.c.Box(i); box.Min[0] <= box.Max[0] {
		return Position{(box.Min[0] + box.Max[0]) / 2, (box.Min[1] + box.Max[1]) / 2}
	}
	return NoPosition
}

// rest is how many rows are read before ctx is looked at.
const rest = 4096

// each calls do with every row of a collection until ctx ends.
func each(ctx context.Context, c *snapshot.PublicCollection, do func(i int)) error {
	for i := range c.Len() {
		if i%rest == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		do(i)
	}
	return nil
}

func (b *Builder) takeCommunes(ctx context.Context, c *snapshot.PublicCollection) error {
	r := read(c, "code_insee", "nom", "code_postal", "population")
	return each(ctx, c, func(i int) {
		m := Commune{Code: r.text(i, 0), Name: r.text(i, 1), Population: r.integer(i, 3), Position: r.point(i)}
		for _, code := range strings.FieldsFunc(r.text(i, 2), func(r rune) bool { return r < '0' || r > '9' }) {
			if len(code) == 5 {
				m.Postcodes = append(m.Postcodes, code)
			}
		}
		b.AddCommune(m)
	})
}

func (b *Builder) takeAddresses(ctx context.Context, c *snapshot.PublicCollection) error {
	r := read(c, c.Descriptor().Key, "numero", "extension", "batiment", "id_voie", "voie_nom", "code_insee", "nom_commune", "code_postal")
	return each(ctx, c, func(i int) {
		n := r.integer(i, 1)
		if n < 0 || n > math.MaxInt32 {
			n = 0
		}
		b.Add(&Address{
			ID: r.text(i, 0), Number: int32(n), Suffix: r.text(i, 2), Building: r.text(i, 3), StreetID: r.text(i, 4), StreetName: r.text(i, 5),
			CityCode: r.text(i, 6), City: r.text(i, 7), Postcode: r.text(i, 8), Position: r.point(i),
		})
	})
}

// takeStreets adds streets that no address has: those of an id and a commune that are known.
func (b *Builder) takeStreets(ctx context.Context, c *snapshot.PublicCollection) error {
	r := read(c, c.Descriptor().Key, "voie_nom_complet", "code_insee")
	named := map[string]bool{}
	for _, s := range b.streets {
		named[s.city+"\x00"+b.plain(s.name)] = true
	}
	return each(ctx, c, func(i int) {
		name, city := r.text(i, 1), r.text(i, 2)
		if name == "" || city == "" || b.communes[city] == nil || named[city+"\x00"+b.plain(name)] {
			return
		}
		named[city+"\x00"+b.plain(name)] = true
		b.AddStreet(r.text(i, 0), name, city, r.point(i))
	})
}

func (b *Builder) takePostcodes(ctx context.Context, c *snapshot.PublicCollection) error {
	r := read(c, "code_postal", "commune")
	if slices.Contains(r.fields, -1) {
		return nil
	}
	return each(ctx, c, func(i int) { b.SeePostcode(r.text(i, 0), r.text(i, 1)) })
}
