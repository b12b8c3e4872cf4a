// Package library makes the module that every policy runs on: OPA's WebAssembly library, the same bytes for each of them.
// Three things become as OPA's interpreter has them, and a fourth is ours. A native built-in that refuses its arguments only
// answers nothing; its calls go through a wrapper that asks the host about it, which ends the evaluation in strict mode;
// where the library is wrong the host answers at once. Sets and objects are scanned in the order of their hash tables; where
// the order shows, the host is asked for the next member. Base documents are looked up as OPA's store does. And loops count
// down a global; the host, which is asked for more when it is used up, can end an evaluation from within.
package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// The host tells these calls from its own built-ins by their negative numbers: nextMember is the next member in a scan,
// moreFuel is how many steps may follow, firstNative - i is the i-th name in the section Natives.
const (
	nextMember  = -1
	moreFuel    = -2
	firstNative = -3
)

// Section is the custom section that lists the wrapped natives as a JSON array of names.
const Section = "natives"

const (
	iterate  = "opa_value_iter"
	compare  = "opa_value_compare"
	walk     = "opa_value_transitive_closure"
	template = "opa_template_string"
	emit     = "opa_json_writer_emit_collection"
	boolean  = "opa_boolean"
)

// Functions and globals that the library has beyond OPA's.
const (
	// ScanInOrder(collection, previous) is the next key, in OPA's order.
	ScanInOrder = "scan_in_order"
	// BaseGet(node, key) looks a key up as OPA's store does, where the node is part of the base document.
	BaseGet = "base_get"
	// Refuel() asks the host for more steps.
	Refuel = "refuel"
	// HostCall is the beginning of the names under which built-ins of the host are called, each with the number of its operands behind it. V8 makes
	// what leads out of a module anew for each module that imports a function of JavaScript, 0.1 ms each: only the library does.
	HostCall = "host_call"
	// WalkInOrder is `walk` whose paths come in OPA's order.
	WalkInOrder = "walk_in_order"
	// BaseEnd is the address behind the base document, which the host sets.
	BaseEnd = "base_end"
	// StackPointer is how far the stack reaches down, which the host puts back after an evaluation that was broken off.
	StackPointer = "stack_pointer"
)

// planned matches what the planner named, and what is made for each policy.
var planned = regexp.MustCompile(`^(eval|builtins|entrypoints|_initialize)$|^g\d+\.`)

// Library is the module, and what policies have to know of it.
type Library struct {
	Code []byte
	// ID names the bytes.
	ID string
	// Functions are the exported ones.
	Functions map[string]wasm.Signature
	// Types spells the types of those.
	Types map[string][]byte
	// True and False are where the two values stand.
	True, False int
	// End is the first address that is free for the constants of a policy.
	End int
}

// Load makes the library once a process.
var Load = sync.OnceValues(func() (*Library, error) {
	policy, err := compileAll(context.Background())
	if err != nil {
		return nil, err
	}
	return from(policy)
})

// from makes the library out of a compiled policy that uses all of it.
func from(policy []byte) (*Library, error) {
	m, err := parse(policy)
	if err != nil {
		return nil, err
	}
	l := &linker{module: m, natives: []string{}}
	made, err := l.run()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(made.Code)
	made.ID = hex.EncodeToString(sum[:])
	return made, nil
}

type linker struct {
	*module
	natives []string
	missing []string
}

func (l *linker) run() (*Library, error) {
	made := &Library{Functions: map[string]wasm.Signature{}, Types: map[string][]byte{}}
	var err error
	if made.End, err = l.endOfData(); err != nil {
		return nil, err
	}
	if made.True, made.False, err = l.booleans(); err != nil {
		return nil, err
	}
	l.emptyPlanned()
	l.wrapNatives()
	l.hostCalls()
	for _, step := range []func() error{l.scanInOrder, l.baseGet, l.meter} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Concat(used, direct) {
		l.exportOnce(name)
	}
	if err := l.exportStackPointer(); err != nil {
		return nil, err
	}
	if len(l.missing) > 0 {
		return nil, fmt.Errorf("OPA's library has no %s", strings.Join(l.missing, ", "))
	}
	names, err := json.Marshal(l.natives)
	if err != nil {
		return nil, err
	}
	l.addCustom(Section, names)
	made.Code = l.encode()
	return made, l.describe(made)
}

// find gives the index of a function by its name.
func (l *linker) find(name string) int {
	index, ok := l.index[name]
	if !ok {
		l.missing = append(l.missing, name)
	}
	return index
}

// exportStackPointer exports the first global, which is the only one that OPA's compiler makes to be changed.
func (l *linker) exportStackPointer() error {
	if !bytes.HasPrefix(l.globals.entries, []byte{wasm.I32, 1}) {
		return errors.New("OPA's library has no stack pointer")
	}
	l.export(StackPointer, wasm.GlobalKind, 0)
	return nil
}

// exportOnce exports a function by its name, unless it is exported already.
func (l *linker) exportOnce(name string) {
	if !l.exported(name) {
		l.export(name, wasm.FunctionKind, l.find(name))
	}
}

// emptyPlanned takes out what came with the policy that the library was kept alive by.
func (l *linker) emptyPlanned() {
	for i := range l.bodies {
		if planned.MatchString(l.names[l.imported+i]) {
			l.bodies[i] = []byte{0, wasm.Unreachable, wasm.End}
		}
	}
	l.sections = slices.DeleteFunc(l.sections, func(s section) bool { return s.id == wasm.StartSection })
	l.keepExports(func(name string) bool { return !planned.MatchString(name) && name != "opa_eval" })
}

func (l *linker) wrapNatives() {
	for i, n := range natives {
		l.natives = append(l.natives, n.name)
		calls := callees{
			native: l.find(n.symbol), host: l.find(fmt.Sprintf("opa_builtin%d", n.arity)),
			integer: l.find("opa_number_int"), compare: l.find("opa_value_compare"),
		}
		l.define(nativePrefix+n.name, l.addFunction(n.arity, 1, wrapper(n, calls, firstNative-i)))
	}
}

// MaxOperands are those that the host can be handed.
const MaxOperands = 4

func (l *linker) hostCalls() {
	for operands := range MaxOperands + 1 {
		parameters := operands + 2
		callee := l.find(fmt.Sprintf("opa_builtin%d", operands))
		l.define(fmt.Sprintf("%s%d", HostCall, operands), l.addFunction(parameters, 1, passedOn(parameters, callee)))
	}
}

// define exports an added function under a name.
func (l *linker) define(name string, index int) {
	l.index[name] = index
	l.export(name, wasm.FunctionKind, index)
}

// scanInOrder adds what scans in order. Functions of the library do it while a global says so: `walk`, whose paths come in
// scanning order, and what writes sets and objects into template strings.
func (l *linker) scanInOrder() error {
	ordered := l.addFunction(2, 1, orderedScan(l.find(iterate), l.find("opa_builtin2")))
	l.define(ScanInOrder, ordered)
	flag := l.addGlobal(0)
	either := l.addFunction(2, 1, eitherScan(flag, ordered, l.find(iterate)))
	for _, name := range []string{walk, "__" + walk, emit} {
		index, ok := l.index[name]
		if !ok {
			continue
		}
		body := &l.bodies[index-l.imported]
		o, err := outlineOf(*body)
		if err != nil {
			return fmt.Errorf("function %s: %w", name, err)
		}
		*body = redirect(*body, o.calls, func(c call) (int, bool) { return either, c.callee == l.index[iterate] })
	}
	l.define(WalkInOrder, l.addFunction(1, 1, flagged(flag, l.find(walk))))
	l.define(nativePrefix+"internal.template_string", l.addFunction(1, 1, flagged(flag, l.find(template))))
	return nil
}

func (l *linker) baseGet() error {
	body, err := baseGet(l.addCounter(BaseEnd, -1), l.find)
	if err != nil {
		return err
	}
	l.define(BaseGet, l.addFunction(2, 1, body))
	return nil
}

// endOfData is the first address behind all constants and zeros.
func (l *linker) endOfData() (int, error) {
	end := 0
	for _, s := range l.sections {
		if s.id != wasm.DataSection {
			continue
		}
		r := &wasm.Reader{Bytes: s.content}
		for count := r.LEB(); count > 0 && r.Err == nil; count-- {
			r.LEB()
			r.Byte()
			at := int(r.Signed())
			r.Byte()
			end = max(end, at+len(r.Take(r.LEB())))
		}
		if r.Err != nil {
			return 0, r.Err
		}
	}
	const words = 16
	return (end + words - 1) &^ (words - 1), nil
}

// booleans reads where the two values stand off the function that chooses between them.
func (l *linker) booleans() (yes, no int, err error) {
	body := l.bodies[l.find(boolean)-l.imported]
	o, err := outlineOf(body)
	if err != nil {
		return 0, 0, err
	}
	r := &wasm.Reader{Bytes: body, At: o.entry}
	first, yes := r.Byte(), int(r.Signed())
	second, no := r.Byte(), int(r.Signed())
	if r.Err != nil || first != wasm.I32Const || second != wasm.I32Const || !bytes.HasSuffix(body, []byte{wasm.LocalGet, 0, wasm.Select, wasm.End}) {
		return 0, 0, errors.New("opa_boolean is not what it was")
	}
	return yes, no, nil
}

// describe reads the signatures of all exported functions.
func (l *linker) describe(made *Library) error {
	signatures := l.signatures()
	r := &wasm.Reader{Bytes: l.exports.entries}
	for count := l.exports.count; count > 0 && r.Err == nil; count-- {
		name, kind, index := r.Name(), r.Byte(), r.LEB()
		if kind != wasm.FunctionKind || index < l.imported {
			continue
		}
		s := signatures[index-l.imported]
		made.Functions[name] = wasm.Signature{Parameters: s.parameters, Result: len(s.results) > 0}
		made.Types[name] = s.spelled
	}
	return r.Err
}
