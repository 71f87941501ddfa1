package snapshot

import (
	"cmp"
	"context"
	"math"
	"reflect"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"socle/referentials"
)

// Difference tells where two revisions of a public collection differ, for what was made of
// the one and may hold for the other.
type Difference struct {
	// Boxes are those of the rows that differ, in CRS84, as they were and as they are.
	Boxes []orb.Bound
	// Everything says that anything may differ: rows are described otherwise, too many
	// differ, or nobody knows. Boxes is then nil.
	Everything bool
}

// Unknown is the difference of revisions that nobody has compared.
var Unknown = Difference{Everything: true}

// maxChangedBoxes bounds a Difference and what a collection remembers of its edits. From
// there on it costs more to tell than it saves.
const maxChangedBoxes = 1 << 16

// edition is what a collection remembers of an edit.
type edition struct {
	tag   string // of the revision before
	boxes []orb.Bound
}

// maxEditions bounds how many edits a collection remembers.
const maxEditions = 256

// remember gives what is known of the past of next, which edits have made of c.
func (c *Collection) remember(next *Collection, e *edits) []edition {
	if c.shapes == nil {
		return nil
	}
	last := edition{tag: c.Tag()}
	note := func(of *Collection, i int) {
		if b := of.Box(i); isPlaced(b) {
			last.boxes = append(last.boxes, b)
		}
	}
	removed := 0
	for _, t := range e.touched {
		note(c, t.at)
		if t.row == nil {
			removed++
		} else {
			note(next, t.at-removed)
		}
	}
	for i := next.n - len(e.added); i < next.n; i++ {
		note(next, i)
	}
	past := append(slices.Clip(c.past), last)
	total := 0
	for k := len(past) - 1; k >= 0; k-- {
		total += len(past[k].boxes)
		if total > maxChangedBoxes || len(past)-k > maxEditions {
			return slices.Clone(past[k+1:])
		}
	}
	return past
}

// EditsSince tells what edits have changed since the revision of a tag, false when p does
// not come from there by edits that are remembered. It takes no time.
func (p *PublicCollection) EditsSince(tag string) (Difference, bool) {
	var d Difference
	if tag == p.Tag() {
		return d, true
	}
	past := p.whole.past
	k := slices.IndexFunc(past, func(e edition) bool { return e.tag == tag })
	if k < 0 {
		return d, false
	}
	for _, e := range past[k:] {
		d.Boxes = append(d.Boxes, e.boxes...)
	}
	return d, true
}

// SameForm tells whether the rows of two collections are described alike: their fields,
// key, shapes, system and policies. What is only told of them, titles and the like, does
// not count.
func SameForm(a, b *PublicCollection) bool {
	return reflect.DeepEqual(formOf(a.descriptor), formOf(b.descriptor))
}

// formOf leaves out of a descriptor what changes no row. A member that is added to
// descriptors some day counts until it is named here.
func formOf(d referentials.Descriptor) referentials.Descriptor {
	d.Title, d.Description = referentials.Text{}, referentials.Text{}
	d.Class, d.Producer, d.Licence, d.Frequency, d.Vintage, d.Inferred = "", "", "", "", "", false
	return d
}

// Compare finds where two revisions of a collection differ: rows of one key are held
// against each other, public values and geometries, on all cores. Rows that are the same
// but stand elsewhere in the order of the others count as different. The error is that of
// ctx.
func Compare(ctx context.Context, before, after *PublicCollection) (Difference, error) {
	if !SameForm(before, after) || before.Len() > maxCompared || after.Len() > maxCompared {
		return Unknown, nil
	}
	c := &comparison{before: before, after: after, was: make([]int32, after.Len()), kept: make([]bool, before.Len())}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < after.Len(); from += comparedAtOnce {
		group.Go(func() error { return c.compare(ctx, from, min(after.Len(), from+comparedAtOnce)) })
	}
	if err := group.Wait(); err != nil {
		return Unknown, err
	}
	return c.difference(), nil
}

const (
	comparedAtOnce = 8192    // rows that a worker takes at a time
	maxCompared    = 1 << 30 // rows: their numbers and two marks fit 32 bits
)

// comparison says of each row after what it was: the number it had, or its complement when
// it has changed, or isNew.
type comparison struct {
	before, after *PublicCollection

	was       []int32
	kept      []bool // whether the key of a row before is still there; keys are unique, so workers never meet
	different atomic.Int64
}

const isNew = math.MinInt32

func (c *comparison) compare(ctx context.Context, from, to int) error {
	key := c.after.descriptor.KeyIndex()
	for i := from; i < to; i++ {
		if i&1023 == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if c.different.Load() > maxChangedBoxes {
				return nil // there is no use in knowing the others
			}
		}
		j, known := c.before.whole.keys.find(c.after.columns[key].value(i))
		switch {
		case !known:
			c.was[i] = isNew
			c.different.Add(1)
		case c.same(j, i):
			c.kept[j], c.was[i] = true, int32(j)
		default:
			c.kept[j], c.was[i] = true, ^int32(j)
			c.different.Add(1)
		}
	}
	return nil
}

// same holds row j before against row i after.
func (c *comparison) same(j, i int) bool {
	for f, column := range c.after.columns {
		if c.before.columns[f].value(j) != column.value(i) {
			return false
		}
	}
	a, b := c.before.Geometry(j), c.after.Geometry(i)
	return a.Type == b.Type && slices.Equal(a.XY, b.XY) && slices.Equal(a.Ends, b.Ends) && slices.Equal(a.Parts, b.Parts)
}

func (c *comparison) difference() Difference {
	var d Difference
	if c.different.Load() > maxChangedBoxes {
		return Unknown
	}
	note := func(of *PublicCollection, i int) {
		if b := of.Box(i); isPlaced(b) {
			d.Boxes = append(d.Boxes, b)
		}
	}
	for j, kept := range c.kept {
		if !kept {
			note(c.before, j)
		}
	}
	inOrder := newSequence(len(c.was))
	for i, j := range c.was {
		switch {
		case j == isNew:
			note(c.after, i)
			continue
		case j < 0:
			j = ^j
			note(c.before, int(j))
			note(c.after, i)
		}
		inOrder.add(j)
	}
	for _, j := range inOrder.others() {
		note(c.before, int(j))
	}
	if len(d.Boxes) > maxChangedBoxes {
		return Unknown
	}
	return d
}

// sequence finds a longest ascending part of different numbers. As long as they ascend,
// which is the rule, it only keeps them.
type sequence struct {
	numbers []int32
	tails   []int32 // position of the least number that ends an ascending part of each length
	links   []int32 // position of the number before in such a part, -1 for none; nil while all ascend
}

func newSequence(n int) *sequence { return &sequence{numbers: make([]int32, 0, n)} }

func (s *sequence) add(v int32) {
	at := int32(len(s.numbers))
	s.numbers = append(s.numbers, v)
	if s.links == nil {
		if at == 0 || s.numbers[at-1] < v {
			return
		}
		for k := range at {
			s.tails, s.links = append(s.tails, k), append(s.links, k-1)
		}
	}
	length, _ := slices.BinarySearchFunc(s.tails, v, func(tail, v int32) int { return cmp.Compare(s.numbers[tail], v) })
	link := int32(-1)
	if length > 0 {
		link = s.tails[length-1]
	}
	s.links = append(s.links, link)
	if length == len(s.tails) {
		s.tails = append(s.tails, at)
	} else {
		s.tails[length] = at
	}
}

// others gives the numbers that are not in the longest part.
func (s *sequence) others() []int32 {
	if s.links == nil {
		return nil
	}
	in := make([]bool, len(s.numbers))
	for at := s.tails[len(s.tails)-1]; at >= 0; at = s.links[at] {
		in[at] = true
	}
	var out []int32
	for at, v := range s.numbers {
		if !in[at] {
			out = append(out, v)
		}
	}
	return out
}
