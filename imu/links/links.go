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
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

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

// Receipt tells how links were made.
type Receipt struct {
	Addresses Input          `json:"addresses"`
	Buildings Input          `json:"buildings"`
	Streets   *Input         `json:"streets,omitempty"`
	ReachM    float64        `json:"reach_m"`
	Linked    int            `json:"linked"`
	Links     int            `json:"links"`
	Rules     map[Rule]int   `json:"rules"`     // addresses by rule
	Unlinked  map[string]int `json:"unlinked"`  // addresses by reason
	Unchecked int            `json:"unchecked"` // façades where no street is known within reach
	MedianM   float64        `json:"median_m"`  // of façades
	P95M      float64        `json:"p95_m"`
	Alone     int            `json:"buildings_without_address"`
}

// Input names a collection as it was read.
type Input struct {
	Collection string `json:"collection"`
	Version    int64  `json:"version"`
	Revision   int64  `json:"revision"`
}

func input(c *snapshot.Collection) Input {
	v := c.State().Version
	return Input{c.Descriptor().ID, v.ID, v.Revision}
}

const defaultReach = 60

// footway are the kinds of ways that people cross to reach a door.
var footway = map[string]bool{
	"footway": true, "path": true, "steps": true, "cycleway": true, "service": true, "track": true, "pedestrian": true, "bridleway": true, "corridor": true,
	"sentier": true, "escalier": true, "piste cyclable": true,
}

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
	if info, err := crs.Describe(l.Addresses.Descriptor().CRS); err != nil || info.Geographic {
		return referentials.Errorf(referentials.Invalid, "the addresses are in degrees: distances need metres").At("collection %s", l.Addresses.Descriptor().ID)
	}
	if !(l.reach > 0 && l.reach <= 1000) {
		return referentials.Errorf(referentials.Invalid, "a façade is not looked for %g m away", l.reach).At("reach").Do("write a distance of at most 1000 m")
	}
	return nil
}

// readBuildings brings footprints to the system of the addresses.
func (l *linker) readBuildings(ways *crs.Cache) error {
	way, err := ways.Between(l.Buildings.Descriptor().CRS, l.Addresses.Descriptor().CRS)
	if err != nil {
		return err
	}
	n := l.Buildings.Len()
	l.rings, l.outlines = make([]ringsOf, n), make([]topology.Outline, n)
	boxes := make([]orb.Bound, n)
	parcel := l.Buildings.Descriptor().FieldIndex("parcelle")
	l.parcels = map[string][]int{}
	for i := range n {
		g := l.Buildings.Geometry(i)
		g.XY = slices.Clone(g.XY)
		if err := way.Forward(g.XY); err != nil {
			return err
		}
		l.outlines[i].Place(&g)
		l.rings[i].first = len(l.shapes)
		for k := range g.Ends {
			l.shapes = append(l.shapes, g.Ring(k))
		}
		l.rings[i].end = len(l.shapes)
		boxes[i] = g.Bound()
		if parcel >= 0 {
			if p := plainParcel(l.Buildings.Value(i, parcel).Str()); p != "" {
				l.parcels[p] = append(l.parcels[p], i)
			}
		}
	}
	l.tree = index.Build(boxes)
	return nil
}

// plainParcel drops what writers put around the letters and digits of a parcel.
func plainParcel(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

func (l *linker) readStreets(ways *crs.Cache) error {
	var boxes []orb.Bound
	if l.Streets != nil {
		d := l.Streets.Descriptor()
		way, err := ways.Between(d.CRS, l.Addresses.Descriptor().CRS)
		if err != nil {
			return err
		}
		kind := d.FieldIndex("nature")
		if kind < 0 {
			kind = d.FieldIndex("highway")
		}
		for i := range l.Streets.Len() {
			if kind >= 0 && footway[strings.ToLower(l.Streets.Value(i, kind).Str())] {
				continue
			}
			g := l.Streets.Geometry(i)
			g.XY = slices.Clone(g.XY)
			if err := way.Forward(g.XY); err != nil {
				return err
			}
			for k := range g.Ends {
				line := g.Ring(k)
				for j := 3; j < len(line); j += 2 {
					s := [4]float64{line[j-3], line[j-2], line[j-1], line[j]}
					l.segments = append(l.segments, s)
					boxes = append(boxes, orb.Bound{Min: orb.Point{min(s[0], s[2]), min(s[1], s[3])}, Max: orb.Point{max(s[0], s[2]), max(s[1], s[3])}})
				}
			}
		}
	}
	l.ways = index.Build(boxes)
	return nil
}

// readGiven reads the addresses that buildings name: the RNB's column addresses, a JSON
// array of objects with a key of the national register.
func (l *linker) readGiven() {
	l.given = map[string][]int{}
	f := l.Buildings.Descriptor().FieldIndex("addresses")
	if f < 0 {
		return
	}
	for i := range l.Buildings.Len() {
		v := l.Buildings.Value(i, f)
		if v.IsNull() {
			continue
		}
		var list []struct {
			Key string `json:"cle_interop_ban"`
			ID  string `json:"id"`
		}
		if json.Unmarshal([]byte(v.String()), &list) != nil {
			continue // text of another kind names nothing
		}
		for _, a := range list {
			if key := cmp.Or(a.Key, a.ID); key != "" && !slices.Contains(l.given[key], i) {
				l.given[key] = append(l.given[key], i)
			}
		}
	}
}

// link finds the buildings of address i, or the reason why there is none.
func (l *linker) link(i int, parcel string) ([]Link, string) {
	g := l.Addresses.Geometry(i)
	key := l.Addresses.Value(i, l.Addresses.Descriptor().KeyIndex()).String()
	if len(g.XY) < 2 {
		if rows := l.given[key]; len(rows) > 0 {
			return shared(i, Given, rows, func(int) (float64, [2]float64) { return math.NaN(), [2]float64{math.NaN(), math.NaN()} }), ""
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

// candidate is a building near an address.
type candidate struct {
	building int
	distance float64
	foot     [2]float64
}

// around gives the buildings within reach, the nearest first.
func (l *linker) around(x, y float64) []candidate {
	var out []candidate
	window := orb.Bound{Min: orb.Point{x - l.reach, y - l.reach}, Max: orb.Point{x + l.reach, y + l.reach}}
	l.tree.Search(window, func(id uint32) bool {
		if d, foot := l.toFacade(int(id), x, y); d <= l.reach {
			out = append(out, candidate{int(id), d, foot})
		}
		return true
	})
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.building, b.building))
	})
	return out
}

// toFacade measures from a point to the outline of a building, 0 within it.
func (l *linker) toFacade(b int, x, y float64) (distance float64, foot [2]float64) {
	if l.outlines[b].Covers(x, y) {
		return 0, [2]float64{x, y}
	}
	distance = math.Inf(1)
	for _, ring := range l.shapes[l.rings[b].first:l.rings[b].end] {
		for k := 3; k < len(ring); k += 2 {
			ax, ay, bx, by := ring[k-3], ring[k-2], ring[k-1], ring[k]
			dx, dy := bx-ax, by-ay
			t := 0.0
			if n := dx*dx + dy*dy; n > 0 {
				t = min(max(((x-ax)*dx+(y-ay)*dy)/n, 0), 1)
			}
			if d := math.Hypot(ax+t*dx-x, ay+t*dy-y); d < distance {
				distance, foot = d, [2]float64{ax + t*dx, ay + t*dy}
			}
		}
	}
	return distance, foot
}

// crosses tells whether a street lies between two points.
func (l *linker) crosses(x0, y0, x1, y1 float64) bool {
	found := false
	l.ways.Search(orb.Bound{Min: orb.Point{min(x0, x1), min(y0, y1)}, Max: orb.Point{max(x0, x1), max(y0, y1)}}, func(id uint32) bool {
		s := l.segments[id]
		found = side(x0, y0, x1, y1, s[0], s[1])*side(x0, y0, x1, y1, s[2], s[3]) <= 0 && side(s[0], s[1], s[2], s[3], x0, y0)*side(s[0], s[1], s[2], s[3], x1, y1) < 0
		return !found
	})
	return found
}

func side(ax, ay, bx, by, x, y float64) float64 {
	switch v := (bx-ax)*(y-ay) - (by-ay)*(x-ax); {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// streetWithin tells whether a street is known within reach.
func (l *linker) streetWithin(x, y float64) bool {
	found := false
	l.ways.Search(orb.Bound{Min: orb.Point{x - l.reach, y - l.reach}, Max: orb.Point{x + l.reach, y + l.reach}}, func(uint32) bool {
		found = true
		return false
	})
	return found
}

func (l *linker) receipt(out *Result) Receipt {
	r := Receipt{Addresses: input(l.Addresses), Buildings: input(l.Buildings), ReachM: l.reach, Links: len(out.Links), Rules: map[Rule]int{}, Unlinked: map[string]int{}}
	if l.Streets != nil {
		in := input(l.Streets)
		r.Streets = &in
	}
	named := make([]bool, l.Buildings.Len())
	var off []float64
	last := -1
	for _, k := range out.Links {
		named[k.Building] = true
		if k.Address == last {
			continue
		}
		last = k.Address
		r.Linked++
		r.Rules[k.Rule]++
		if k.Rule == Facade {
			off = append(off, k.Distance)
			if !k.Checked {
				r.Unchecked++
			}
		}
	}
	for _, reason := range out.Unlinked {
		r.Unlinked[reason]++
	}
	for _, is := range named {
		if !is {
			r.Alone++
		}
	}
	slices.Sort(off)
	if n := len(off); n > 0 {
		r.MedianM, r.P95M = off[n/2], off[n*95/100]
	}
	return r
}
