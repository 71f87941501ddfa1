package disclosure

// bundle is a group of hidden cells of which only the sum is known: a shown total less what
// is shown of it. Anybody may spread that sum over its members as they like, so each of
// them could be anything from 0 to all of it.
type bundle struct {
	sum       Cell
	members   int     // cells at the bottom
	sensitive int     // of them, hidden for their own sake
	singles   int     // members of one unit, which knows its own value
	both      int     // members that are sensitive and of one unit
	reach     float64 // what the sum must reach for each sensitive cell to seem large enough
	zero      bool    // a sensitive cell is 0, and must not be known to be
	inner     int     // members of the largest sensitive total among them
	innerOnes int     // of those, of one unit

	// Of what a rule hides for too few units unless its value is above a bound, everybody knows
	// that it is not: where all members are such, what each is not the others must be able to be.
	capped bool
	room   float64 // how much larger the members could be, together
	press  float64 // what room must reach for each to seem small enough
}

// leafBundle is a hidden cell alone.
func (p *Profile) leafBundle(c Cell, r Reason) bundle {
	b := bundle{sum: c, members: 1}
	if c.Units == 1 {
		b.singles = 1
	}
	if r == Threshold || r == Dominance {
		b.sensitive, b.both = 1, b.singles
		b.reach, b.zero = c.Value+p.width(c), c.Value == 0
	}
	if p.capped(r) {
		b.capped, b.room = true, max(p.Rule.OrOver-c.Value, 0)
		b.press = min(p.width(c), c.Value) + b.room
	}
	return b
}

// capped tells the reasons that say how large a value is at most.
func (p *Profile) capped(r Reason) bool { return r == Threshold && p.Rule.OrOver > 0 }

// join gives two bundles of which only the common sum is known.
func (b bundle) join(d bundle) bundle {
	if b.members == 0 {
		return d
	}
	if d.members == 0 {
		return b
	}
	if d.inner > b.inner {
		b.inner, b.innerOnes = d.inner, d.innerOnes
	}
	return bundle{
		inner: b.inner, innerOnes: b.innerOnes,
		sum: b.sum.add(d.sum), members: b.members + d.members, sensitive: b.sensitive + d.sensitive,
		singles: b.singles + d.singles, both: b.both + d.both, reach: max(b.reach, d.reach), zero: b.zero || d.zero,
		capped: b.capped && d.capped, room: b.room + d.room, press: max(b.press, d.press),
	}
}

// safe tells whether the sum may be known.
func (p *Profile) safe(b *bundle) bool {
	switch {
	case b.reach == 0 && b.sensitive == 0:
		return true
	case b.members < 2, p.Rule.judge(b.sum) != Shown, b.sum.Value < b.reach*(1-slack), b.zero && b.sum.Value == 0:
		return false
	case b.capped && b.room < b.press*(1-slack):
		return false
	case b.members == b.inner+1 && b.singles == b.innerOnes+1:
		return false // the one beside the total can compute it
	case b.members == 2 && b.singles == 2:
		return b.sensitive == 0
	case b.members == 2 && b.singles == 1:
		return b.sensitive == b.both // the other one is not sensitive
	}
	return true
}
