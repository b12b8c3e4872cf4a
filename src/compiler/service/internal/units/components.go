package units

import "slices"

// forest joins numbers into sets.
type forest []int

func newForest(size int) forest {
	f := make(forest, size)
	for i := range f {
		f[i] = i
	}
	return f
}

func (f forest) find(at int) int {
	for f[at] != at {
		f[at] = f[f[at]]
		at = f[at]
	}
	return at
}

func (f forest) join(a, b int) { f[f.find(b)] = f.find(a) }

// parts are the strongly connected components of the references between units: those that are referred to come first.
type parts struct {
	members [][]int
	// of is the component of each unit.
	of []int
}

// components finds them as Tarjan does, with a stack of its own: chains of references can be as long as there are packages.
func components(all []*Unit) parts {
	p := parts{of: make([]int, len(all))}
	order, low := make([]int, len(all)), make([]int, len(all))
	onStack := make([]bool, len(all))
	var stack []int
	type frame struct{ at, next int }
	count := 0
	enter := func(at int) frame {
		count++
		order[at], low[at] = count, count
		stack, onStack[at] = append(stack, at), true
		return frame{at, 0}
	}
	for start := range all {
		if order[start] > 0 {
			continue
		}
		for calls := []frame{enter(start)}; len(calls) > 0; {
			call := &calls[len(calls)-1]
			if call.next < len(all[call.at].uses) {
				to := all[call.at].uses[call.next]
				call.next++
				if order[to] == 0 {
					calls = append(calls, enter(to))
				} else if onStack[to] {
					low[call.at] = min(low[call.at], order[to])
				}
				continue
			}
			at := call.at
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				above := calls[len(calls)-1].at
				low[above] = min(low[above], low[at])
			}
			if low[at] != order[at] {
				continue
			}
			var members []int
			for {
				last := stack[len(stack)-1]
				stack, onStack[last] = stack[:len(stack)-1], false
				p.of[last] = len(p.members)
				members = append(members, last)
				if last == at {
					break
				}
			}
			slices.Sort(members)
			p.members = append(p.members, members)
		}
	}
	return p
}
