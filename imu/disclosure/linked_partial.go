package disclosure

import "slices"

// above gives the totals a cell adds to, each once.
func (l *linked) above(v int32) []int32 {
	seen := map[int32]bool{v: true}
	queue := []int32{v}
	for k := 0; k < len(queue); k++ {
		for _, n := range l.in[queue[k]] {
			if t := l.totalOf(n); t != queue[k] && !seen[t] {
				seen[t] = true
				queue = append(queue, t)
			}
		}
	}
	return queue[1:]
}

// leaveOut takes hidden cells out of every total, unless that would leave a shown total of
// nothing. Totals are judged anew, for they hold less.
func (l *linked) leaveOut(group []int32) bool {
	if len(group) == 0 {
		return false
	}
	lost := make(map[int32]Cell)
	for _, v := range group {
		c := l.state.cells[l.cells[v]]
		for _, t := range l.above(v) {
			lost[t] = lost[t].add(c)
		}
	}
	for t, c := range lost {
		if i := l.cells[t]; !l.hidden(i) && (c.Units >= l.state.cells[i].Units || c.Value >= l.state.cells[i].Value*(1-slack)) {
			return false
		}
	}
	for _, v := range group {
		l.left[l.cells[v]] = true
	}
	for t, c := range lost {
		i := l.cells[t]
		s := &l.state.cells[i]
		s.Units, s.Value = max(s.Units-c.Units, 0), max(s.Value-c.Value, 0)
		l.partial[i] = true
		if r := l.p.Judge(*s); l.reasons[i] == Shown && r.Hidden() {
			l.reasons[i] = r
		}
	}
	for n := range l.relations { // lower ones first
		all := l.members(int32(n))
		total := l.cells[all[len(all)-1]]
		if l.hidden(total) && !slices.ContainsFunc(all[:len(all)-1], func(v int32) bool {
			return !l.left[l.cells[v]] && l.reasons[l.cells[v]] != Empty
		}) {
			l.left[total] = true // those above hold nothing of it any more
		}
	}
	l.forget()
	return true
}

// leaveOutByLaw does so for the sums the law names.
func (l *linked) leaveOutByLaw() {
	for n, k := range l.relations {
		if !l.t.Relations[k].Partial || l.hidden(l.t.Relations[k].Total) {
			continue
		}
		all := l.members(int32(n))
		var open []int32
		for _, v := range all[:len(all)-1] {
			if l.free(v) {
				open = append(open, v)
			}
		}
		group := slices.DeleteFunc(l.bottom(open), func(v int32) bool { return !l.secret(v) })
		if len(group) > 0 && l.p.Rule.judge(l.sum(group)) != Shown {
			l.leaveOut(group)
		}
	}
}
