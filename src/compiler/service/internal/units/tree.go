package units

import "slices"

// tree finds the units by the paths of their packages.
type tree struct {
	children map[string]*tree
	// units of the packages that end here.
	units []int
}

func newTree() *tree { return &tree{children: map[string]*tree{}} }

func (t *tree) insert(path []string, unit int) {
	node := t
	for _, name := range path {
		child := node.children[name]
		if child == nil {
			child = newTree()
			node.children[name] = child
		}
		node = child
	}
	if !slices.Contains(node.units, unit) {
		node.units = append(node.units, unit)
	}
}

// related visits the units of the packages on the way to a path, and of all those below it.
func (t *tree) related(path []string, visit func(unit int)) {
	node := t
	for _, name := range path {
		for _, unit := range node.units {
			visit(unit)
		}
		if node = node.children[name]; node == nil {
			return
		}
	}
	node.below(visit)
}

func (t *tree) below(visit func(unit int)) {
	for _, unit := range t.units {
		visit(unit)
	}
	for _, child := range t.children {
		child.below(visit)
	}
}

// owner is the unit of the longest package name that a path begins with.
func (t *tree) owner(path []string) (unit int, ok bool) {
	node := t
	for _, name := range path {
		if node = node.children[name]; node == nil {
			break
		}
		if len(node.units) > 0 {
			unit, ok = node.units[0], true
		}
	}
	return unit, ok
}
