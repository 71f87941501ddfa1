// Package links tells which buildings an address belongs to: many to many, each link with
// the rule that made it and how far the address is.
//
//	given     the register of buildings names the address
//	inside    the address lies in the footprint, or on its border
//	parcelle  the address and the building are of one cadastral parcel; the nearest there
//	facade    the nearest façade that can be reached without crossing a street
//
// The first rule that finds a building decides. What no rule links is told, with the reason.
package links

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"socle/geo/crs"
	"socle/geo/index"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Rule is why an address and a building belong together.
type Rule string

// The rules, in the order they are tried.
const (
	Given  Rule = "given"
	Inside Rule = "inside"
	Parcel Rule = "parcelle"
	Facade Rule = "facade"
)

// Reasons for which an address has no building.
const (
	NoGeometry   = "no position"
	NoBuilding   = "no building near"
	AcrossStreet = "every building near lies across a street"
)

// Link joins an address and a building.
type Link struct {
	Address, Building int // rows of the collections
	Rule              Rule
	Distance          float64    // metres from the address to the façade, 0 inside
	Foot              [2]float64 // the nearest point of the building, in the addresses' system
	Share             float64    // of the address: its links share it equally
	Checked           bool       // streets are known within reach, so that none is between
}

// Request says what to link.
type Request struct {
	Addresses, Buildings *snapshot.Collection
	Streets              *snapshot.Collection // lines that links do not cross; nil: none is known
	Reach                float64              // metres a façade may be away: 60
}

// Result is the links, by address then building, and what became of every address.
type Result struct {
	Links    []Link
	Unlinked map[int]string // reason by row of the addresses
	Receipt  Receipt
}

const defaultReach = 60

// Build links the addresses. Everything is measured in the system of the addresses, which
// must be in metres. The same collections give the same links.
func Build(ctx context.Context, r Request) (*Result, error) {
	l := &linker{Request: r, reach: cmp.Or(r.Reach, defaultReach)}
	if err := l.check(); err != nil {
		return nil, err
	}
	var ways crs.Cache
	defer ways.Close()
	if err := l.readBuildings(&ways); err != nil {
		return nil, err
	}
	if err := l.readStreets(&ways); err != nil {
		return nil, err
	}
	l.readGiven()
	out := &Result{Unlinked: map[int]string{}}
	parcels := r.Addresses.Descriptor().FieldIndex("cad_parcelles")
	for i := range r.Addresses.Len() {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		parcel := ""
		if parcels >= 0 {
			parcel = r.Addresses.Value(i, parcels).Str()
		}
		found, reason := l.link(i, parcel)
		if len(found) == 0 {
			out.Unlinked[i] = reason
		}
		out.Links = append(out.Links, found...)
	}
	out.Receipt = l.receipt(out)
	return out, nil
}

type linker struct {
	Request
	reach    float64
	shapes   [][]float64 // rings of all buildings, flat x, y
	rings    []ringsOf   // by building
	outlines []topology.Outline
	tree     *index.Tree
	segments [][4]float64 // of streets
	ways     *index.Tree
	given    map[string][]int // buildings by the address they name
	parcels  map[string][]int // buildings by parcel
}

type ringsOf struct{ first, end int }

func (l *linker) check() error {
	for _, c := range []struct {
		what string
		c    *snapshot.Collection
		dim  int
	}{{"addresses", l.Addresses, 0}, {"buildings", l.Buildings, 2}, {"streets", l.Streets, 1}} {
		if c.c == nil {
			if c.what == "streets" {
				continue
			}
			return referentials.Errorf(referentials.Invalid, "there are no %s", c.what)
		}
		if d := c.c.Descriptor(); !d.HasGeometry() || d.Geometry.Dimension() != c.dim {
			return referentials.Errorf(referentials.Invalid, "%q is no layer of %s", d.ID, c.what).At("%s", c.what)
		}
	}
	d := l.Addresses.Descriptor()
	switch info, err := crs.Describe(d.CRS); {
	case err != nil:
		return referentials.Errorf(referentials.Unsupported, "%w", err).At("collection %s", d.ID)
	case !info.TrueToScale() || info.PerUnit != 1:
		return referentials.Errorf(referentials.Invalid, "the addresses are in %s, in which distances are not metres on the ground", d.CRS).
			At("collection %s", d.ID).Do("import them in a system in metres, such as EPSG:2154")
	}
	if !(l.reach > 0 && l.reach <= 1000) {
		return referentials.Errorf(referentials.Invalid, "a façade is not looked for %g m away", l.reach).At("reach").Do("write a distance of at most 1000 m")
	}
	return nil
}

// link finds the buildings of address i, or the reason why there is none.
func (l *linker) link(i int, parcel string) ([]Link, string) {
	g := l.Addresses.Geometry(i)
	key := l.Addresses.Value(i, l.Addresses.Descriptor().KeyIndex()).String()
	if len(g.XY) < 2 {
		if rows := l.given[key]; len(rows) > 0 {
			return shared(i, Given, rows, func(int) (float64, [2]float64) { return nowhere() }), ""
		}
		return nil, NoGeometry
	}
	x, y := g.XY[0], g.XY[1]
	measure := func(b int) (float64, [2]float64) { return l.toFacade(b, x, y) }
	if rows := l.given[key]; len(rows) > 0 {
		return shared(i, Given, rows, measure), ""
	}
	near := l.around(x, y)
	var inside []int
	for _, c := range near {
		if c.distance == 0 {
			inside = append(inside, c.building)
		}
	}
	if len(inside) > 0 {
		slices.Sort(inside)
		return shared(i, Inside, inside, func(int) (float64, [2]float64) { return 0, [2]float64{x, y} }), ""
	}
	if b, ok := l.ofParcel(parcel, measure); ok {
		return shared(i, Parcel, []int{b}, measure), ""
	}
	checked := l.streetWithin(x, y)
	for k, c := range near {
		if l.crosses(x, y, c.foot[0], c.foot[1]) {
			continue
		}
		same := []int{c.building} // façades that meet at the foot are as near
		for _, o := range near[k+1:] {
			if o.distance-c.distance <= equallyNear && !l.crosses(x, y, o.foot[0], o.foot[1]) {
				same = append(same, o.building)
			}
		}
		slices.Sort(same)
		found := shared(i, Facade, same, measure)
		for k := range found {
			found[k].Checked = checked
		}
		return found, ""
	}
	if len(near) > 0 {
		return nil, AcrossStreet
	}
	return nil, NoBuilding
}

// equallyNear is the difference of distances, in metres, that tells nothing.
const equallyNear = 0.01

func shared(address int, rule Rule, buildings []int, measure func(int) (float64, [2]float64)) []Link {
	out := make([]Link, len(buildings))
	for k, b := range buildings {
		d, foot := measure(b)
		out[k] = Link{Address: address, Building: b, Rule: rule, Distance: d, Foot: foot, Share: 1 / float64(len(buildings))}
	}
	return out
}

func (l *linker) ofParcel(parcels string, measure func(int) (float64, [2]float64)) (best int, ok bool) {
	least := math.Inf(1)
	for p := range strings.SplitSeq(parcels, "|") {
		if p = plainParcel(p); p == "" {
			continue
		}
		for _, b := range l.parcels[p] {
			if d, _ := measure(b); d < least {
				best, least, ok = b, d, true
			}
		}
	}
	return best, ok
}
