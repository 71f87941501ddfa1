package links

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"socle/geo/crs"
	"socle/geo/index"
	"socle/geo/topology"
)

// footway are the kinds of ways that people cross to reach a door.
var footway = map[string]bool{
	"footway": true, "path": true, "steps": true, "cycleway": true, "service": true, "track": true, "pedestrian": true, "bridleway": true, "corridor": true,
	"sentier": true, "escalier": true, "piste cyclable": true,
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
