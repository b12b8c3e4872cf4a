package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// entryType is what the functions of entries have: input, data and the result set.
var entryType = wasm.Signature{Parameters: ruleParameters + 1}

const inputLocal, dataLocal, resultsLocal = 0, 1, 2

// resultName is the variable that decisions are bound to.
const resultName = "result"

// Plans makes an entry of each query of a plan.
func Plans(lib *library.Library, policy *ir.Policy) ([]Entry, error) {
	u := newUnit(lib, policy)
	var entries []Entry
	for _, plan := range policy.Plans.Plans {
		m := u.maker("query "+plan.Name, entryType)
		m.locals[ir.Input], m.locals[ir.Data], m.results = inputLocal, dataLocal, resultsLocal
		m.survey(plan.Blocks)
		m.blocks(plan.Blocks)
		f, err := m.finish(nil)
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{Name: plan.Name, Function: f})
	}
	return entries, nil
}

// tree holds the rules by their paths: what stands where in the virtual document.
type tree struct {
	name     string
	rule     *Function
	children map[string]*tree
	extent   *Function
}

func (t *tree) insert(path []string, rule *Function) {
	node := t
	for i, name := range path {
		child := node.children[name]
		if child == nil {
			child = &tree{name: strings.Join(path[:i+1], "/"), children: map[string]*tree{}}
			node.children[name] = child
		}
		node = child
	}
	if rule != nil {
		node.rule = rule
	}
}

// generation begins the paths of rules as they are without any mock.
const generation = "g0"

// Kept are the functions of entries that were made before, by all that they depend on.
type Kept map[string]*Function

// Documents makes an entry of each path: of a rule, or of a package or a part of its name, whose document is made of what the
// rules below say and of the base document. It gives the functions that the entries share, too. What is kept already is not
// made again; what is needed is kept in fresh.
func Documents(lib *library.Library, functions []*Function, packages [][]string, names []string, kept, fresh Kept) ([]Entry, []Document, error) {
	d := &documents{
		unit: newUnit(lib, &ir.Policy{Static: &ir.Static{}, Funcs: &ir.Funcs{}}), root: &tree{children: map[string]*tree{}},
		kept: kept, fresh: fresh,
	}
	for _, p := range packages {
		d.root.insert(p, nil)
	}
	for _, f := range functions {
		if len(f.Path) > 1 && f.Path[0] == generation && f.Signature.Parameters == ruleParameters {
			d.root.insert(f.Path[1:], f)
		}
	}
	entries := make([]Entry, len(names))
	for i, name := range names {
		f, err := d.entry(name)
		if err != nil {
			return nil, nil, err
		}
		entries[i] = Entry{Name: name, Function: f}
	}
	return entries, d.extents, nil
}

// Document is a function that gives all that the rules below a path say.
type Document struct {
	Path     []string
	Function *Function
}

type documents struct {
	*unit
	root        *tree
	extents     []Document
	kept, fresh Kept
}

// once makes a function unless one of the same name that depends on the same was made before.
func (d *documents) once(name, on string, s wasm.Signature, fill func(*maker)) (*Function, error) {
	key := name + "\x00" + on
	if f, ok := d.kept[key]; ok {
		d.fresh[key] = f
		return f, nil
	}
	m := d.maker(name, s)
	fill(m)
	f, err := m.finish(nil)
	if err == nil {
		d.fresh[key] = f
	}
	return f, err
}

func (d *documents) entry(name string) (*Function, error) {
	path := strings.Split(name, "/")
	node := d.root
	taken := 0
	for node != nil && node.rule == nil && taken < len(path) {
		node = node.children[path[taken]]
		taken++
	}
	on := ""
	switch {
	case node == nil:
	case node.rule != nil:
		on = fmt.Sprintf("%d %s", taken, node.rule.Name)
	default:
		if err := d.extent(node); err != nil {
			return nil, err
		}
		on = node.extent.Name
	}
	return d.once("entry "+name, on, entryType, func(m *maker) { m.entry(node, path, taken) })
}

func (m *maker) entry(node *tree, path []string, taken int) {
	value := m.Local(wasm.I32)
	m.Block()
	switch {
	case node == nil:
		m.fromBase(path, value)
		m.BranchIf(0)
	case node.rule != nil:
		m.Get(inputLocal)
		m.Get(dataLocal)
		m.CallTo(toFunction(node.rule.Name), ruleType)
		m.steps(path[taken:])
		m.Tee(value)
		m.Op(wasm.I32Eqz)
		m.BranchIf(0)
	default:
		m.fromBase(path, value)
		m.Op(wasm.Drop)
		m.Get(value)
		m.Get(inputLocal)
		m.Get(dataLocal)
		m.CallTo(toFunction(node.extent.Name), ruleType)
		m.call("opa_value_merge")
		m.Set(value)
	}
	m.answer(value)
	m.End()
}

// fromBase sets the value to what the base document has at the path; on the stack is whether there is nothing.
func (m *maker) fromBase(path []string, value int) {
	m.Get(dataLocal)
	m.steps(path)
	m.Tee(value)
	m.Op(wasm.I32Eqz)
}

// steps looks the names up one after the other.
func (m *maker) steps(names []string) {
	for _, name := range names {
		m.address(toString(name))
		m.call("opa_value_get")
	}
}

// answer puts the value into the result set.
func (m *maker) answer(value int) {
	binding := m.Local(wasm.I32)
	m.call("opa_object")
	m.Set(binding)
	m.Get(binding)
	m.address(toString(resultName))
	m.Get(value)
	m.call("opa_object_insert")
	m.Get(resultsLocal)
	m.Get(binding)
	m.call("opa_set_add")
}

// extent makes the function that gives all that the rules below a node say.
func (d *documents) extent(node *tree) error {
	if node.extent != nil {
		return nil
	}
	names := sortedNames(node.children)
	callees := make([]string, len(names))
	on := make([]string, 0, 2*len(names))
	for i, name := range names {
		child := node.children[name]
		callee := child.rule
		if callee == nil {
			if err := d.extent(child); err != nil {
				return err
			}
			callee = child.extent
		}
		callees[i] = callee.Name
		on = append(on, name, callee.Name)
	}
	f, err := d.once("extent "+node.name, strings.Join(on, "\x00"), ruleType, func(m *maker) { m.extent(names, callees) })
	if err != nil {
		return err
	}
	node.extent = f
	d.extents = append(d.extents, Document{strings.Split(node.name, "/"), f})
	return nil
}

// extent makes an object of what the callees say, each under its name.
func (m *maker) extent(names, callees []string) {
	object, value := m.Local(wasm.I32), m.Local(wasm.I32)
	m.call("opa_object")
	m.Set(object)
	for i, name := range names {
		m.Get(inputLocal)
		m.Get(dataLocal)
		m.CallTo(toFunction(callees[i]), ruleType)
		m.Tee(value)
		m.If()
		m.Get(object)
		m.address(toString(name))
		m.Get(value)
		m.call("opa_object_insert")
		m.End()
	}
	m.Get(object)
}

func sortedNames(children map[string]*tree) []string {
	names := make([]string, 0, len(children))
	for name := range children {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
