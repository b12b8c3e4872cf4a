package emit

import "slices"

// dynamicTargets are the functions that some call by path can reach.
func dynamicTargets(parts []*part) []*Function {
	var patterns [][]string
	for _, p := range parts {
		for _, f := range p.functions {
			patterns = append(patterns, f.dynamic...)
		}
	}
	if len(patterns) == 0 {
		return nil
	}
	var targets []*Function
	for _, p := range parts {
		for _, f := range p.functions {
			if f.Signature == ruleType && slices.ContainsFunc(patterns, func(p []string) bool { return matches(p, f.Path) }) {
				targets = append(targets, f)
			}
		}
	}
	return targets
}

// mapping is the tree of the rules that some call by path can reach; its leaves are places in the table.
func mapping(targets []*Function, numbers map[string]int) map[string]any {
	root := map[string]any{}
	for _, f := range targets {
		node := root
		for _, name := range f.Path[:len(f.Path)-1] {
			child, ok := node[name].(map[string]any)
			if !ok {
				child = map[string]any{}
				node[name] = child
			}
			node = child
		}
		node[f.Path[len(f.Path)-1]] = numbers[f.Name]
	}
	return root
}

// matches compares a path with one that is known in part.
func matches(pattern, path []string) bool {
	if len(pattern) != len(path) {
		return false
	}
	for i, name := range pattern {
		if name != "" && name != path[i] {
			return false
		}
	}
	return true
}
