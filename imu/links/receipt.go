package links

import (
	"slices"

	"socle/referentials/snapshot"
)

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
