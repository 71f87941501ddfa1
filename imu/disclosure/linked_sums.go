package disclosure

import "slices"

// maxSums bounds the subsets of one relation's hidden cells that are tried; past it only
// the whole and pairs are.
const maxSums = 20000

// forbidden finds sums of a relation's hidden parts that can be computed and break the
// rule. Only parts that break it by themselves can make such a sum, and cells that move
// alike come together or not at all, so there are few to try.
func (l *linked) forbidden(n int32) []flaw {
	all := l.members(n)
	parts, total := all[:len(all)-1], all[len(all)-1]
	var open []int32
	for _, v := range parts {
		if l.free(v) && l.y[v] != 0 { // what can be computed is as good as shown
			open = append(open, v)
		}
	}
	if len(open) == 0 {
		return nil
	}
	l.sums++
	var flaws []flaw
	if (!l.free(total) || l.y[total] == 0) && len(open) > 1 {
		if c := l.sum(l.bottom(open)); l.p.Rule.judge(c) != Shown && l.anySensitive(open) {
			flaws = append(flaws, flaw{group: slices.Clone(open), knows: -1, law: true})
		}
	}
	if len(flaws) > 0 || len(open) < 3 {
		return flaws // of two, one is known when the other is
	}
	return l.subsets(n, open)
}

func (l *linked) anySensitive(group []int32) bool {
	return slices.ContainsFunc(l.bottom(group), l.secret)
}

// kind is the hidden parts of a relation that are in the same relations: no sum tells them
// apart.
type kind struct {
	sum    Cell
	change uint64
	group  []int32
}

func (l *linked) subsets(n int32, open []int32) []flaw {
	var kinds []kind
	at := make(map[string]int)
	for _, v := range open {
		key := make([]byte, 0, 4*len(l.in[v]))
		for _, r := range l.in[v] {
			if r != n {
				key = append(key, byte(r), byte(r>>8), byte(r>>16), byte(r>>24))
			}
		}
		if l.isTotal[v] {
			key = append(key, byte(v), byte(v>>8), byte(v>>16), byte(v>>24), 1)
		}
		k, ok := at[string(key)]
		if !ok {
			k = len(kinds)
			at[string(key)] = k
			kinds = append(kinds, kind{})
		}
		kinds[k].sum = kinds[k].sum.add(l.state.cells[l.cells[v]])
		kinds[k].change = addmod(kinds[k].change, l.y[v])
		kinds[k].group = append(kinds[k].group, v)
	}
	kinds = slices.DeleteFunc(kinds, func(k kind) bool { return l.p.Rule.judge(k.sum) == Shown })
	for _, k := range kinds {
		if k.change == 0 && l.anySensitive(k.group) && len(k.group) > 1 {
			return []flaw{{group: k.group, knows: -1, law: true}}
		}
	}
	if f, ok := l.pair(kinds); ok {
		return []flaw{f}
	}
	tried := 0
	var found []int32
	var try func(from int, sum Cell, change uint64, group []int32, depth int)
	try = func(from int, sum Cell, change uint64, group []int32, depth int) {
		for k := from; k < len(kinds) && found == nil && tried < maxSums; k++ {
			tried++
			s := sum.add(kinds[k].sum)
			if l.p.Rule.judge(s) == Shown {
				continue
			}
			y, g := addmod(change, kinds[k].change), append(slices.Clip(group), kinds[k].group...)
			if y == 0 && depth > 0 && l.anySensitive(g) {
				found = g
				return
			}
			try(k+1, s, y, g, depth+1)
		}
	}
	try(0, Cell{}, 0, nil, 0)
	if found == nil {
		return nil
	}
	return []flaw{{group: found, knows: -1, law: true}}
}

// pair finds two kinds whose sum is known, however many there are.
func (l *linked) pair(kinds []kind) (flaw, bool) {
	at := make(map[uint64]int, len(kinds))
	for k := range kinds {
		if j, ok := at[negmod(kinds[k].change)]; ok && kinds[k].change != 0 {
			group := append(slices.Clip(kinds[j].group), kinds[k].group...)
			if l.p.Rule.judge(kinds[j].sum.add(kinds[k].sum)) != Shown && l.anySensitive(group) {
				return flaw{group: group, knows: -1, law: true}, true
			}
		}
		at[kinds[k].change] = k
	}
	return flaw{}, false
}
