package emit

import (
	"errors"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// ruleParameters is what rules take: input and data. Functions take their arguments in addition.
const ruleParameters = 2

// unit is a plan whose functions are being made.
type unit struct {
	library  *library.Library
	static   *ir.Static
	arity    map[string]int
	builtins map[string]*ir.BuiltinFunc
}

// Functions makes the functions of a plan.
func Functions(lib *library.Library, policy *ir.Policy) ([]*Function, error) {
	u := newUnit(lib, policy)
	made := make([]*Function, len(policy.Funcs.Funcs))
	for i, fn := range policy.Funcs.Funcs {
		var err error
		if made[i], err = u.function(fn, nil); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func newUnit(lib *library.Library, policy *ir.Policy) *unit {
	u := &unit{library: lib, static: policy.Static, arity: map[string]int{}, builtins: map[string]*ir.BuiltinFunc{}}
	for _, fn := range policy.Funcs.Funcs {
		u.arity[fn.Name] = len(fn.Params)
	}
	for _, b := range policy.Static.BuiltinFuncs {
		u.builtins[b.Name] = b
	}
	return u
}

// maker makes one function.
type maker struct {
	*unit
	*wasm.Body
	name   string
	in     *family
	locals map[ir.Local]int
	// base are the locals that hold a part of the base document, found by nothing but the steps of a reference.
	base map[ir.Local]bool
	// rule has, for locals that hold what a rule says or else a part of the base document, the place where the rule found stands.
	rule map[ir.Local]int
	// counters are the locals whose numbers are changed in place.
	counters map[ir.Local]bool
	// fills says that an array is filled from a scan, so that the order of `walk` shows.
	fills bool
	// kept says that the value is kept during an evaluation.
	kept bool
	// early is nil where every rule has to be tried.
	early *early
	// results is the local of the result set, in entries.
	results int
	place   Place
	dynamic [][]string
	err     error
}

func (u *unit) maker(name string, s wasm.Signature) *maker {
	return &maker{
		unit: u, Body: wasm.NewBody(s), name: name,
		locals: map[ir.Local]int{}, base: map[ir.Local]bool{ir.Data: true}, rule: map[ir.Local]int{}, counters: map[ir.Local]bool{},
	}
}

func (u *unit) function(fn *ir.Func, in *family) (*Function, error) {
	m := u.maker(in.function(fn.Name), wasm.Signature{Parameters: len(fn.Params), Result: true})
	m.in = in
	for i, local := range fn.Params {
		m.locals[local] = i
	}
	m.survey(fn.Blocks)
	m.early = agreed(fn)
	m.kept = len(fn.Params) == ruleParameters
	m.step()
	if m.kept {
		m.recall()
	}
	m.indexed(fn.Blocks)
	// Nothing was returned.
	m.Const(0)
	return m.finish(append([]string{in.generation(fn.Path[0])}, fn.Path[1:]...))
}

func (m *maker) finish(path []string) (*Function, error) {
	code, err := m.Finish()
	if err = errors.Join(m.err, err); err != nil {
		return nil, &Fault{m.name, m.place, err}
	}
	f := &Function{Name: m.name, Signature: m.Signature, Path: path, Place: m.place, code: code, references: m.References, dynamic: m.dynamic}
	for _, ref := range m.References {
		switch to := ref.To.(type) {
		case toFunction:
			f.calls = with(f.calls, string(to))
		case toBuiltin:
			f.hosted = with(f.hosted, string(to))
		}
	}
	return f, nil
}

func with(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

func (m *maker) fail(format string, args ...any) {
	if m.err == nil {
		m.err = fmt.Errorf(format, args...)
	}
}

// survey looks for what the code depends on before the place where it stands.
func (m *maker) survey(blocks []*ir.Block) {
	walkStatements(blocks, func(s ir.Stmt) {
		switch s := s.(type) {
		case *ir.AssignIntStmt:
			m.counters[s.Target] = true
		case *ir.ScanStmt:
			m.fills = m.fills || fillsArray(s.Block)
		}
		if l := s.GetLocation(); m.place.Row == 0 && l.Row > 0 {
			m.place = m.placeOf(l)
		}
	})
}

func (m *maker) placeOf(l *ir.Location) Place {
	p := Place{Row: l.Row, Col: l.Col}
	if l.File >= 0 && l.File < len(m.static.Files) {
		p.File = m.static.Files[l.File].Value
	}
	return p
}

// fillsArray says whether something is appended to an array anywhere inside.
func fillsArray(block *ir.Block) bool {
	found := false
	walkStatements([]*ir.Block{block}, func(s ir.Stmt) {
		if _, ok := s.(*ir.ArrayAppendStmt); ok {
			found = true
		}
	})
	return found
}

// walkStatements visits all statements, those inside of others too.
func walkStatements(blocks []*ir.Block, visit func(ir.Stmt)) {
	for _, block := range blocks {
		for _, s := range block.Stmts {
			visit(s)
			switch s := s.(type) {
			case *ir.BlockStmt:
				walkStatements(s.Blocks, visit)
			case *ir.ScanStmt:
				walkStatements([]*ir.Block{s.Block}, visit)
			case *ir.NotStmt:
				walkStatements([]*ir.Block{s.Block}, visit)
			case *ir.WithStmt:
				walkStatements([]*ir.Block{s.Block}, visit)
			}
		}
	}
}

// call calls a function of the library.
func (m *maker) call(name string) {
	s, ok := m.library.Functions[name]
	if !ok {
		m.fail("the library has no %s", name)
		return
	}
	m.CallTo(toLibrary(name), s)
}

// step pays for one call or one round of a loop.
func (m *maker) step() {
	m.Global(fuel, wasm.I32)
	m.Const(1)
	m.Op(wasm.I32Sub)
	m.SetGlobal(fuel, wasm.I32)
	m.Global(fuel, wasm.I32)
	m.Const(0)
	m.Op(wasm.I32LtS)
	m.If()
	m.call(library.Refuel)
	m.End()
}

// local gives the place of a plan's local.
func (m *maker) local(l ir.Local) int {
	at, ok := m.locals[l]
	if !ok {
		at = m.Local(wasm.I32)
		m.locals[l] = at
	}
	return at
}

func (m *maker) get(l ir.Local) { m.Get(m.local(l)) }

// set ends a statement that gives a local its value.
func (m *maker) set(l ir.Local) {
	m.base[l] = false
	m.Set(m.local(l))
}

// setOrLeave gives a local its value, and leaves the block when there is none.
func (m *maker) setOrLeave(l ir.Local) {
	m.base[l] = false
	m.Tee(m.local(l))
	m.Op(wasm.I32Eqz)
	m.BranchIf(0)
}

func (m *maker) text(index int) string { return m.static.Strings[index].Value }

// read puts an operand on the stack.
func (m *maker) read(o ir.Operand) {
	switch v := o.Value.(type) {
	case ir.Local:
		m.get(v)
	case ir.StringIndex:
		m.address(toString(m.text(int(v))))
	case ir.Bool:
		m.Const(m.boolean(bool(v)))
	default:
		m.fail("an operand of the kind %T", v)
		m.Const(0)
	}
}

func (m *maker) boolean(v bool) int {
	if v {
		return m.library.True
	}
	return m.library.False
}
