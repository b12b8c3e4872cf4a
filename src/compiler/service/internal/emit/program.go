// Package emit makes WebAssembly of OPA's plans. A plan becomes functions that name what they need; the linker lays the
// constants out and writes the numbers in, so that a function can be kept for as long as its plan stays the same.
package emit

import "defenseclaw-gateway/rego-compiler/internal/wasm"

// What a function can refer to.
type (
	// toFunction is a function of the policy.
	toFunction string
	// toLibrary is a function of the library.
	toLibrary string
	// toString is a constant as a value of the library.
	toString string
	// toText is the bytes of a constant, with a zero behind them.
	toText string
	// toNumber is a constant as a value of the library.
	toNumber number
	// toBuiltin is the number by which the host knows a built-in.
	toBuiltin string
	// toSlot is where the value of a rule is kept during an evaluation.
	toSlot string
	// toType is the type of a function that a table holds.
	toType wasm.Signature
	// toGlobal is a global variable.
	toGlobal int
	// toElsewhere is the number in the table of a function of another part.
	toElsewhere string
	// toMapping is where the rules that are called by path are listed.
	toMapping struct{}
	// toMappingLength is the number of bytes of that list.
	toMappingLength struct{}
)

type number struct {
	// text is empty for whole numbers.
	text  string
	whole int64
}

// Globals of every part, all of them imported.
const (
	fuel toGlobal = iota
	// counted is the number of evaluations so far.
	counted
	// valid is the mark of the values that are kept: the number of the evaluation, or -1 inside of a `with`.
	valid
	// depth is the number of `with`s around.
	depth
	// marked is where the mark lies that was made last, or 0.
	marked
	// constantsAt is where the constants of the part lie.
	constantsAt
	// tableAt is the number of its first function in the table.
	tableAt
	// heapAt is the first address behind all constants.
	heapAt
	globals
)

// Place is where something stands in the source.
type Place struct {
	File     string
	Row, Col int
}

// Function is one function of a policy, ready to be linked.
type Function struct {
	Name      string
	Signature wasm.Signature
	// Path is where the rule stands below `data`, behind the generation; nil for what is no rule.
	Path  []string
	Place Place

	code       []byte
	references []wasm.Reference
	// dynamic are the calls whose path is known in part only: "" stands for what is not known.
	dynamic [][]string
	calls   []string
	// hosted are the built-ins of the host that it calls.
	hosted []string
}

// Program is all that a policy is made of.
type Program struct {
	// Functions are those of the main part, but for the entries.
	Functions []*Function
	// Parts are modules of their own: one whose functions did not change is the same module as before.
	Parts   [][]*Function
	Entries []Entry
}

// Entry is something that can be asked for.
type Entry struct {
	Name     string
	Function *Function
	// Elsewhere says that the function is one of a part.
	Elsewhere bool
}

// Fault is something that no code can be made for.
type Fault struct {
	Function string
	Place    Place
	Err      error
}

func (f *Fault) Error() string { return f.Function + ": " + f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }
