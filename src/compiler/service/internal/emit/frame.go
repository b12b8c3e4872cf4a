package emit

import (
	"github.com/open-policy-agent/opa/v1/ir"

	"defenseclaw-gateway/rego-compiler/internal/library"
	"defenseclaw-gateway/rego-compiler/internal/wasm"
)

// Names of the functions that every module has. Some are its exports, as OPA's ABI names them.
const (
	evalName        = "eval"
	opaEvalName     = "opa_eval"
	builtinsName    = "builtins"
	entrypointsName = "entrypoints"
	startName       = "start"
	runName         = "run"
)

// What the linker knows when everything has its place.
const (
	entryBase toConstant = iota
	entryCount
	entrypointsAt
	entrypointsLength
	builtinsAt
	builtinsLength
	mappingAt
	mappingLength
	slotsAt
	slotsLength
	heapAt
)

// Offsets in the context of an evaluation, which the ABI passes.
const contextInput, contextData, contextResult, contextEntry = 0, 4, 8, 12

// frame makes the functions around those of the plan.
func frame(lib *library.Library) ([]*Function, error) {
	u := newUnit(lib, &ir.Policy{Static: &ir.Static{}, Funcs: &ir.Funcs{}})
	word := func(parameters int) wasm.Signature { return wasm.Signature{Parameters: parameters, Result: true} }
	var made []*Function
	for _, f := range []struct {
		name string
		s    wasm.Signature
		fill func(*maker)
	}{
		{runName, word(3), (*maker).run},
		{opaEvalName, word(7), (*maker).opaEval},
		{evalName, word(1), (*maker).eval},
		{entrypointsName, word(0), func(m *maker) { m.parsed(entrypointsAt, entrypointsLength) }},
		{builtinsName, word(0), func(m *maker) { m.parsed(builtinsAt, builtinsLength) }},
		{startName, wasm.Signature{}, (*maker).start},
	} {
		m := u.maker(f.name, f.s)
		f.fill(m)
		function, err := m.finish(nil)
		if err != nil {
			return nil, err
		}
		made = append(made, function)
	}
	return made, nil
}

// run(entry, input, data) gives the result set.
func (m *maker) run() {
	entry, input, data := 0, 1, 2
	results := m.Local(wasm.I32)
	m.Global(counted, wasm.I64)
	m.Const64(1)
	m.Op(wasm.I64Add)
	m.SetGlobal(counted, wasm.I64)
	m.Global(counted, wasm.I64)
	m.SetGlobal(valid, wasm.I64)
	m.Const(0)
	m.SetGlobal(depth, wasm.I32)
	m.Get(entry)
	m.ConstOf(entryCount)
	m.Op(wasm.I32GeU)
	m.If()
	m.ConstOf(toText("internal: illegal entrypoint id"))
	m.CallTo(toHost("opa_abort"), wasm.Signature{Parameters: 1})
	m.Unreachable()
	m.End()
	m.call("opa_set")
	m.Set(results)
	m.Get(input)
	m.Get(data)
	m.Get(results)
	m.Get(entry)
	m.ConstOf(entryBase)
	m.Op(wasm.I32Add)
	m.CallTable(toType(entryType), entryType)
	m.Get(results)
}

// opaEval(reserved, entry, data, input, length, heap, format) evaluates in one call.
func (m *maker) opaEval() {
	entry, data, input, length, heap, format := 1, 2, 3, 4, 5, 6
	results := m.Local(wasm.I32)
	m.Get(heap)
	m.call("opa_heap_ptr_set")
	m.Get(entry)
	m.Get(input)
	m.IfWord()
	m.Get(input)
	m.Get(length)
	m.call("opa_value_parse")
	m.Else()
	m.Const(0)
	m.End()
	m.Get(data)
	m.CallTo(toFunction(runName), wasm.Signature{Parameters: 3, Result: true})
	m.Set(results)
	m.Get(format)
	m.IfWord()
	m.Get(results)
	m.call("opa_value_dump")
	m.Else()
	m.Get(results)
	m.call("opa_json_dump")
	m.End()
}

// eval(context) evaluates what the context holds, and puts the result into it.
func (m *maker) eval() {
	m.Get(0)
	for _, offset := range []int{contextEntry, contextInput, contextData} {
		m.Get(0)
		m.Load(wasm.I32Load, offset)
	}
	m.CallTo(toFunction(runName), wasm.Signature{Parameters: 3, Result: true})
	m.Store(wasm.I32Store, contextResult)
	m.Const(0)
}

func (m *maker) parsed(at, length toConstant) {
	m.ConstOf(at)
	m.ConstOf(length)
	m.call("opa_json_parse")
}

// start gets memory ready: no value is kept yet, and the heap begins behind the constants.
func (m *maker) start() {
	m.ConstOf(slotsAt)
	m.Const(0)
	m.ConstOf(slotsLength)
	m.Fill()
	m.ConstOf(heapAt)
	m.call("opa_malloc_init")
	m.call("opa_mpd_init")
	m.ConstOf(mappingLength)
	m.If()
	m.ConstOf(mappingAt)
	m.ConstOf(mappingLength)
	m.call("opa_mapping_init")
	m.End()
}
