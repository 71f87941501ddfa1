package blocks

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"

	"socle/geo/topology"
	"socle/imu/parallel"
	"socle/referentials"
)

// UnitRule asks blocks for enough of something for figures about them to be published:
// delivery points, households, addresses.
type UnitRule struct {
	Source  string  `yaml:"source" json:"source"`         // the collection that is counted
	Field   string  `yaml:"field" json:"field,omitempty"` // what of it adds up; features count one each when it is left out
	Minimum float64 `yaml:"minimum" json:"minimum"`
}

// Units is what a rule counts, and where it lies.
type Units struct {
	Places   [][2]float64 // metres
	Counts   []float64    // of each place
	Unplaced float64      // of rows that lie nowhere
}

// UnitReport tells what a rule did. The counts of units add up to all there are.
type UnitReport struct {
	UnitRule
	Inside   float64 `json:"inside"`   // units in blocks
	Outside  float64 `json:"outside"`  // the zone
	Unplaced float64 `json:"unplaced"` // without a place
	Enough   int     `json:"enough"`   // blocks that hold the minimum or more
	None     int     `json:"none"`     // blocks that hold nothing: they stand, having nothing to hide
	Short    int     `json:"short"`    // blocks that hold too little and have no neighbour to join
}

const maxUnitRules = 20

func validateUnits(rules []UnitRule) error {
	bad := func(format string, args ...any) *referentials.Error {
		return referentials.Errorf(referentials.Invalid, format, args...).At("parameter units")
	}
	if len(rules) > maxUnitRules {
		return bad("%d rules are more than the %d that are taken", len(rules), maxUnitRules)
	}
	for _, r := range rules {
		if r.Source == "" {
			return bad("a rule has no source").Do("name the collection to count")
		}
		if !(r.Minimum >= 0 && r.Minimum <= 1e12) {
			return bad("%s: %g is no minimum", r.Source, r.Minimum)
		}
	}
	return nil
}

// gather joins patches that hold some units of a rule but less than its minimum to the
// neighbour of the longest common border, the smallest patch first. Neighbours that hold
// some of what is lacking go before those that do not. Limits of communes and main limits are
// not crossed; what stays short is told in the report.
func (b *build) gather(ctx context.Context) error {
	rules := b.params.Units
	if len(rules) == 0 {
		return nil
	}
	if len(b.in.Units) != len(rules) {
		return referentials.Errorf(referentials.Internal, "there are %d rules of units and counts of %d", len(rules), len(b.in.Units))
	}
	held, err := b.count(ctx)
	if err != nil {
		return err
	}
	b.findPatches()
	inside := b.report.MainInside - b.mainInside() // of arrangements before this one
	q := &queue{}
	for r := range b.patches {
		if b.lacks(held, uint32(r)) >= 0 {
			b.push(q, uint32(r))
		}
	}
	heap.Init(q)
	for steps := 0; q.Len() > 0; steps++ {
		if steps%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		next := heap.Pop(q).(entry)
		p := &b.patches[next.patch]
		if p.into != next.patch || p.round != next.round {
			continue
		}
		rule := b.lacks(held, next.patch)
		if rule < 0 {
			continue
		}
		to, ok := b.neighbour(p, held[rule])
		if !ok {
			continue
		}
		for k := range held {
			held[k][to] += held[k][next.patch]
		}
		b.report.JoinedUnits++
		b.push(q, b.join(next.patch, to))
	}
	b.tellUnits(held)
	if b.report.JoinedUnits == 0 {
		return nil
	}
	b.report.MainInside = inside
	b.numberGathered()
	return b.trace(ctx)
}

// mainInside is how much of the main limits of the arrangement lies within regions.
func (b *build) mainInside() (sum float64) {
	for e := range b.net.NumEdges() {
		left, right := b.net.Sides(e)
		if left != right && b.region[left] != none && b.region[left] == b.region[right] && b.limits(e) == mainLimit {
			sum += b.net.Length(e)
		}
	}
	return sum
}

// numberGathered numbers regions anew, each being what the largest of those in it was.
func (b *build) numberGathered() {
	before := slices.Clone(b.region)
	size := make([]topology.Steps, b.regions)
	for f, r := range before {
		if r != none {
			size[r] = size[r].Plus(b.net.Steps(uint32(f)))
		}
	}
	b.number()
	kinds, largest := make([]regionKind, b.regions), make([]topology.Steps, b.regions)
	for f, r := range b.region {
		if r != none && size[before[f]].Compare(largest[r]) > 0 {
			kinds[r], largest[r] = b.kinds[before[f]], size[before[f]]
		}
	}
	b.kinds = kinds
}

// count gives, of each rule, how much each region holds.
func (b *build) count(ctx context.Context) ([][]float64, error) {
	m := newMesh(b.shapes)
	held := make([][]float64, len(b.params.Units))
	for k := range held {
		units := &b.in.Units[k]
		in := make([]int, len(units.Places))
		err := parallel.Each(ctx, len(in), chunk, func() struct{} { return struct{}{} }, func(_ struct{}, _, from, to int) error {
			for i := from; i < to; i++ {
				in[i] = -1
				if r, ok := m.holding(units.Places[i][0], units.Places[i][1]); ok {
					in[i] = r
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		told := UnitReport{UnitRule: b.params.Units[k], Unplaced: units.Unplaced}
		held[k] = make([]float64, b.regions)
		for i, r := range in {
			if r < 0 {
				told.Outside += units.Counts[i]
				continue
			}
			held[k][r] += units.Counts[i]
			told.Inside += units.Counts[i]
		}
		b.report.Units = append(b.report.Units, told)
	}
	return held, nil
}

// lacks gives the first rule that a patch holds too little of, -1 for none.
func (b *build) lacks(held [][]float64, r uint32) int {
	for k, rule := range b.params.Units {
		if v := held[k][r]; v > 0 && v < rule.Minimum {
			return k
		}
	}
	return -1
}

// neighbour gives the patch to join, among those that hold some of what is lacking when any
// does.
func (b *build) neighbour(p *patch, held []float64) (to uint32, ok bool) {
	found, most := false, math.Inf(-1)
	for n, border := range p.borders {
		length := border.open + border.cut
		if length <= 0 {
			continue
		}
		holds := held[n] > 0
		switch {
		case ok && found && !holds:
		case !ok, holds && !found, length > most, length == most && n < to:
			to, ok, found, most = n, true, holds, length
		}
	}
	return to, ok
}

func (b *build) tellUnits(held [][]float64) {
	for k := range held {
		told := &b.report.Units[k]
		for r := range b.patches {
			if b.patches[r].into != uint32(r) {
				continue
			}
			switch v := held[k][r]; {
			case v == 0:
				told.None++
			case v < told.Minimum:
				told.Short++
			default:
				told.Enough++
			}
		}
	}
}

// String writes the report of a rule for people.
func (r *UnitReport) String() string {
	of := r.Source
	if r.Field != "" {
		of += ", " + r.Field
	}
	return fmt.Sprintf("%s: %g in blocks, %g outside, %g without a place; %d blocks hold %g or more, %d nothing, %d too little", of, r.Inside, r.Outside, r.Unplaced, r.Enough, r.Minimum, r.None, r.Short)
}
