// Package protocol holds the shapes that cross the pipe. The TypeScript half mirrors them in protocol.ts.
package protocol

import "encoding/json"

// Version is raised with every change that the other half must know. A mismatch is refused by the client.
const Version = 14

// Limits of one request, far above any policy folder that the gateway accepts, and of what one answer tells.
const (
	MaxModules          = 20_000
	MaxParamsBytes      = 256 << 20
	MaxDiagnostics      = 100
	MaxDiagnosticsAsked = 10_000
	MaxLineBytes        = 400
	MaxMessageBytes     = 2000
)

// Error codes of the JSON-RPC answer: only for what is not a finding about the policy.
const (
	CodePanic     = -32001
	CodeTooLarge  = -32002
	CodeCancelled = -32800
)

// Module is one Rego file as bytes: the service never reads a policy from the disk.
type Module struct {
	Path string `json:"path"`
	Text string `json:"text"`
	// RegoVersion of this module alone; empty means that of the request.
	RegoVersion string `json:"regoVersion,omitempty"`
}

// Diagnostic is one finding. Rows and columns count from 1, columns in characters.
type Diagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	File     string `json:"file,omitempty"`
	Row      int    `json:"row,omitempty"`
	Col      int    `json:"col,omitempty"`
	EndCol   int    `json:"endCol,omitempty"`
	Line     string `json:"line,omitempty"`
	// Hint is what to do about it.
	Hint string `json:"hint,omitempty"`
}

// Reference is a constant path below `data` that modules read and none defines.
type Reference struct {
	Path []string `json:"path"`
	Location
}

// Stats says how much work the module cache saved.
type Stats struct {
	Modules int `json:"modules"`
	Parsed  int `json:"parsed"`
	Cached  int `json:"cached"`
	// Compiled are those that OPA compiled; the code of the others was kept.
	Compiled int `json:"compiled"`
}

// Location is a place in a module.
type Location struct {
	File string `json:"file"`
	Row  int    `json:"row"`
	Col  int    `json:"col"`
}

type InitializeParams struct {
	ProtocolVersion int `json:"protocolVersion"`
}

type InitializeResult struct {
	ProtocolVersion int    `json:"protocolVersion"`
	OPAVersion      string `json:"opaVersion"`
	GoVersion       string `json:"goVersion"`
}

// Builtin describes one built-in function of this OPA.
type Builtin struct {
	Name             string `json:"name"`
	Arity            int    `json:"arity"`
	Nondeterministic bool   `json:"nondeterministic,omitempty"`
	Deprecated       bool   `json:"deprecated,omitempty"`
	Relation         bool   `json:"relation,omitempty"`
	// WasmNative says that compiled modules carry the function themselves.
	WasmNative bool `json:"wasmNative"`
	// CompileTime says that no compiled module ever calls it: the compiler rewrites it away.
	CompileTime bool   `json:"compileTime,omitempty"`
	Infix       string `json:"infix,omitempty"`
	// Categories as OPA's documentation groups them.
	Categories  []string        `json:"categories,omitempty"`
	Description string          `json:"description,omitempty"`
	Decl        json.RawMessage `json:"decl"`
}

type CapabilitiesResult struct {
	OPAVersion     string    `json:"opaVersion"`
	Builtins       []Builtin `json:"builtins"`
	Features       []string  `json:"features"`
	FutureKeywords []string  `json:"futureKeywords"`
}

type BuildParams struct {
	Modules []Module `json:"modules"`
	// Hosted names the built-ins that the host implements; anything else that is not native is refused.
	Hosted []string `json:"hosted"`
	// Overrides names native built-ins that the host answers in place of the module.
	Overrides []string `json:"overrides,omitempty"`
	// Allowable names built-ins that the caller would host if its configuration said so.
	Allowable       []string `json:"allowable,omitempty"`
	RegoVersion     string   `json:"regoVersion,omitempty"`
	PrintStatements bool     `json:"printStatements,omitempty"`
	// Lint asks for the warnings and the references of the modules too.
	Lint bool `json:"lint,omitempty"`
	// Had names parts of the code that the caller has from a build before: they are left empty.
	Had []string `json:"had,omitempty"`
	// Lists names the lists that the caller has from a build before: what is the same is left out of the answer.
	Lists string `json:"lists,omitempty"`
	// Keys are entrypoints of which the answer is to name all that decides their values but input and data.
	Keys []string `json:"keys,omitempty"`
	// Tests makes every test rule an entrypoint too. Then the modules are all of them, and Run, a regular expression,
	// keeps the tests whose full name matches, and every table test.
	Tests bool   `json:"tests,omitempty"`
	Run   string `json:"run,omitempty"`
	// MaxDiagnostics bounds the findings of the answer; 0 means 100.
	MaxDiagnostics int `json:"maxDiagnostics,omitempty"`
}

// MineParams asks what modules, which compile, look for in their input.
type MineParams struct {
	Modules     []Module `json:"modules"`
	RegoVersion string   `json:"regoVersion,omitempty"`
}

// InputPlace is a place of the input that modules read.
type InputPlace struct {
	// Path leads there; `*` is some member.
	Path []string `json:"path"`
	// Values are constants that it is compared with.
	Values []any `json:"values"`
	// Data are paths below `data` whose values it is compared with, or whose keys where the last step is `#`.
	Data [][]string `json:"data"`
	// Packages read it, by their dotted names.
	Packages []string `json:"packages"`
}

// MinedPackage says what a package reaches: other packages, itself among them, and places of the data.
type MinedPackage struct {
	Name string     `json:"name"`
	Uses []string   `json:"uses"`
	Data [][]string `json:"data"`
}

// MineResult lists places by their paths, and the constants of all modules.
type MineResult struct {
	Places    []InputPlace   `json:"places"`
	Packages  []MinedPackage `json:"packages"`
	Constants []any          `json:"constants"`
}

// TestRule is a test that the module can be asked for. Skipped ones have no entrypoint.
type TestRule struct {
	Entrypoint string   `json:"entrypoint,omitempty"`
	Package    string   `json:"package"`
	Name       string   `json:"name"`
	Location   Location `json:"location"`
	Skip       bool     `json:"skip,omitempty"`
	Table      bool     `json:"table,omitempty"`
	// Key names all that decides how the test ends but data. It is empty for one that asks for the time, for chance or for the network.
	Key string `json:"key,omitempty"`
}

// Entrypoint is something that the compiled module can be asked for. Path is its name inside the module.
type Entrypoint struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
}

// RequiredBuiltin is a built-in that the module calls in the host. Import is the name that the module lists.
type RequiredBuiltin struct {
	Name   string `json:"name"`
	Import string `json:"import"`
}

// Rule is the ground path of a rule or function below `data`.
type Rule struct {
	Path     []string `json:"path"`
	File     string   `json:"file"`
	Row      int      `json:"row"`
	Function bool     `json:"function,omitempty"`
	// Kind is complete, set, object or function.
	Kind string `json:"kind"`
	// Default is the value of a default clause as Rego text.
	Default string `json:"default,omitempty"`
	// Digest tells versions of a clause apart, comments and layout aside.
	Digest string `json:"digest"`
}

// Timings are milliseconds per stage.
type Timings struct {
	Parse   float64 `json:"parse"`
	Compile float64 `json:"compile"`
	Plan    float64 `json:"plan"`
}

// LibraryResult is the module that all compiled policies of this service run on.
type LibraryResult struct {
	ID   string `json:"id"`
	Code []byte `json:"code"`
}

type BuildResult struct {
	OK   bool   `json:"ok"`
	Wasm []byte `json:"wasm"`
	// Library names the module that this one runs on; see LibraryResult.
	Library     string            `json:"library"`
	Entrypoints []Entrypoint      `json:"entrypoints"`
	Builtins    []RequiredBuiltin `json:"builtins"`
	Packages    []string          `json:"packages"`
	Rules       []Rule            `json:"rules"`
	// Lists names the entrypoints, packages and rules; empty where they cannot be named by it again.
	Lists string `json:"lists,omitempty"`
	// Shortened says that the caller has the rest: no entrypoints or packages mean those that it has, the rules are those of the modules that
	// changed, and modules that are Gone have none.
	Shortened bool     `json:"shortened,omitempty"`
	Gone      []string `json:"gone,omitempty"`
	// Keys are there for the entrypoints that ask for nothing that changes by itself.
	Keys        map[string]string `json:"keys,omitempty"`
	Diagnostics []Diagnostic      `json:"diagnostics"`
	// Omitted counts the findings beyond the bound.
	Omitted  int          `json:"omitted,omitempty"`
	Warnings []Diagnostic `json:"warnings"`
	// References are what the modules leave to the base document.
	References []Reference `json:"references"`
	Tests      []TestRule  `json:"tests"`
	Stats      Stats       `json:"stats"`
	Timings    Timings     `json:"timings"`
}

type CheckParams struct {
	Modules []Module `json:"modules"`
	Hosted  []string `json:"hosted"`
	// Inputs are the members of the input that a package is asked with, by `data.a.b`.
	Inputs map[string][]string `json:"inputs,omitempty"`
	// Allowable as in BuildParams.
	Allowable   []string `json:"allowable,omitempty"`
	RegoVersion string   `json:"regoVersion,omitempty"`
	Strict      *bool    `json:"strict,omitempty"`
	// MaxDiagnostics as in BuildParams.
	MaxDiagnostics int `json:"maxDiagnostics,omitempty"`
}

type CheckResult struct {
	OK          bool         `json:"ok"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	Omitted     int          `json:"omitted,omitempty"`
	// Warnings are what a strict check finds beside what keeps modules from serving.
	Warnings   []Diagnostic `json:"warnings"`
	References []Reference  `json:"references"`
	Stats      Stats        `json:"stats"`
}

type TestParams struct {
	Modules []Module `json:"modules"`
	// Data is the base document as JSON text.
	Data        string `json:"data,omitempty"`
	Run         string `json:"run,omitempty"`
	RegoVersion string `json:"regoVersion,omitempty"`
	Coverage    bool   `json:"coverage,omitempty"`
	// CoverageKinds finds out why lines were not covered: every test runs three times.
	CoverageKinds bool `json:"coverageKinds,omitempty"`
	Parallel      int  `json:"parallel,omitempty"`
	// Remember leaves out tests that reach nothing which changed since the test request before: their outcomes are told again.
	Remember bool `json:"remember,omitempty"`
	// Explain is `full`, `notes`, `fails` or `debug`: what fails brings its trace.
	Explain string `json:"explain,omitempty"`
	// TimeoutMs bounds each test; 0 means 5000, as in OPA.
	TimeoutMs int `json:"timeoutMs,omitempty"`
	// MaxDiagnostics as in BuildParams.
	MaxDiagnostics int `json:"maxDiagnostics,omitempty"`
}

type TestError struct {
	Code     string    `json:"code"`
	Message  string    `json:"message"`
	Location *Location `json:"location,omitempty"`
}

// FailedAt is the expression that was not true.
type FailedAt struct {
	Location
	Line string `json:"line,omitempty"`
	// Values are what the expression compared, or what it was made of.
	Values []ComparedValue `json:"values,omitempty"`
	// Locals are the variables of the rule that had a value, by name.
	Locals []LocalValue `json:"locals,omitempty"`
}

// ComparedValue is one operand. Value is Rego text; none means undefined.
type ComparedValue struct {
	// Role is left or right of a comparison, else operand.
	Role  string  `json:"role"`
	Text  string  `json:"text"`
	Value *string `json:"value,omitempty"`
}

type LocalValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TestCase is one named case of a test rule that carries several.
type TestCase struct {
	Name       []string  `json:"name"`
	Status     string    `json:"status"`
	DurationNs int64     `json:"durationNs"`
	Output     []string  `json:"output,omitempty"`
	FailedAt   *FailedAt `json:"failedAt,omitempty"`
}

type TestOutcome struct {
	Package    string     `json:"package"`
	Name       string     `json:"name"`
	Location   Location   `json:"location"`
	Status     string     `json:"status"`
	DurationNs int64      `json:"durationNs"`
	Output     []string   `json:"output"`
	Error      *TestError `json:"error,omitempty"`
	FailedAt   *FailedAt  `json:"failedAt,omitempty"`
	Cases      []TestCase `json:"cases,omitempty"`
	// Explanation is of the whole test, whichever of its cases failed.
	Explanation *Explanation `json:"explanation,omitempty"`
}

type FileCoverage struct {
	File            string   `json:"file"`
	Percent         float64  `json:"percent"`
	CoveredLines    int      `json:"coveredLines"`
	NotCoveredLines int      `json:"notCoveredLines"`
	Covered         [][2]int `json:"covered"`
	NotCovered      [][2]int `json:"notCovered"`
	// Reasons are of the lines that the interpreter left out itself.
	Reasons []NotCoveredReason `json:"reasons,omitempty"`
}

// NotCoveredReason says why rows were not covered: index_excluded, early_exit, or both.
type NotCoveredReason struct {
	From  int      `json:"from"`
	To    int      `json:"to"`
	Kinds []string `json:"kinds"`
}

// RuleCoverage counts clauses, branches of `else` among them, that no test made true.
type RuleCoverage struct {
	Percent    float64      `json:"percent"`
	Covered    int          `json:"covered"`
	NotCovered []MissedRule `json:"notCovered"`
}

type MissedRule struct {
	Name string `json:"name"`
	Location
}

// Coverage counts the lines and the rules of files that are no test files.
type Coverage struct {
	Percent         float64        `json:"percent"`
	CoveredLines    int            `json:"coveredLines"`
	NotCoveredLines int            `json:"notCoveredLines"`
	Files           []FileCoverage `json:"files"`
	Rules           RuleCoverage   `json:"rules"`
}

type TestResult struct {
	OK          bool          `json:"ok"`
	Results     []TestOutcome `json:"results"`
	Coverage    *Coverage     `json:"coverage,omitempty"`
	Diagnostics []Diagnostic  `json:"diagnostics"`
	Omitted     int           `json:"omitted,omitempty"`
	Stats       Stats         `json:"stats"`
	DurationNs  int64         `json:"durationNs"`
}

type FormatParams struct {
	Modules     []Module `json:"modules"`
	RegoVersion string   `json:"regoVersion,omitempty"`
	// Target is the version that the text is rewritten for; empty keeps the module's own.
	Target string `json:"target,omitempty"`
	Diff   bool   `json:"diff,omitempty"`
}

type FormattedModule struct {
	Path        string       `json:"path"`
	Changed     bool         `json:"changed"`
	Text        string       `json:"text"`
	Diff        string       `json:"diff,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

type FormatResult struct {
	Files []FormattedModule `json:"files"`
}

// Evaluation is one query. Input is JSON text; InputTerm is Rego text and wins.
type Evaluation struct {
	Query               string `json:"query"`
	Input               string `json:"input,omitempty"`
	InputTerm           string `json:"inputTerm,omitempty"`
	StrictBuiltinErrors bool   `json:"strictBuiltinErrors,omitempty"`
	// Package and Imports are what the query's names are looked up in.
	Package string   `json:"package,omitempty"`
	Imports []string `json:"imports,omitempty"`
	// Explain is full, notes, fails or debug.
	Explain string `json:"explain,omitempty"`
	Profile bool   `json:"profile,omitempty"`
	// Exhaustive lets the interpreter try every rule: without its rule index and without leaving early.
	Exhaustive bool `json:"exhaustive,omitempty"`
	// RuleLabels asks for the METADATA labels of the rules that held.
	RuleLabels bool `json:"ruleLabels,omitempty"`
	// Solutions asks for a rule that holds the same as the query, for an engine that has only rules.
	Solutions bool `json:"solutions,omitempty"`
	// Partial asks for what is left of the query while some documents are not known, in place of its solutions.
	Partial *Partial `json:"partial,omitempty"`
	// Filters asks for the same as queries of data sources; the query is a path of data then.
	Filters *Filters `json:"filters,omitempty"`
	// Refuse names built-ins that the query itself may not call, whatever the modules may.
	Refuse []string `json:"refuse,omitempty"`
}

// Partial names what is not known, input when it names nothing, and the rules whose conditions are not to be put into others.
type Partial struct {
	Unknowns         []string `json:"unknowns,omitempty"`
	DisableInlining  []string `json:"disableInlining,omitempty"`
	Nondeterministic bool     `json:"nondeterministic,omitempty"`
}

// Filters names what data sources are asked, and how tables and columns of theirs are called. Unknowns and the mask rule that are not given are
// those of the METADATA of the rule.
type Filters struct {
	Targets         []FilterTarget `json:"targets"`
	Unknowns        []string       `json:"unknowns,omitempty"`
	DisableInlining []string       `json:"disableInlining,omitempty"`
	MaskRule        string         `json:"maskRule,omitempty"`
	// Mappings is JSON text.
	Mappings string `json:"mappings,omitempty"`
}

// FilterTarget is e.g. sql and postgresql, or ucast and prisma.
type FilterTarget struct {
	Target  string `json:"target"`
	Dialect string `json:"dialect"`
}

// FiltersResult is JSON text, as OPA's own.
type FiltersResult struct {
	// Results are those of the targets, in their order: a query with its masks, or empty for what can never be.
	Results []string `json:"results,omitempty"`
	// Hints say where an unknown may be misspelt.
	Hints string `json:"hints,omitempty"`
	// Errors say what of the rules no such query can express.
	Errors string `json:"errors,omitempty"`
	// InvalidMappings says what is wrong with the names of tables and columns.
	InvalidMappings string `json:"invalidMappings,omitempty"`
}

// SolutionsRule is the name of the rule that stands for a query.
const SolutionsRule = "solutions__"

// Explanation is a trace as `opa eval --explain` prints it.
type Explanation struct {
	Lines     []string `json:"lines"`
	Truncated bool     `json:"truncated,omitempty"`
}

// ProfiledExpr is where time went, dearest first.
type ProfiledExpr struct {
	Location
	Text    string `json:"text"`
	TimeNs  int64  `json:"timeNs"`
	NumEval int    `json:"numEval"`
	NumRedo int    `json:"numRedo"`
}

// Solutions is a module whose one rule is a set of the query's solutions; Whole false: it only says whether there is one.
type Solutions struct {
	Module     Module `json:"module"`
	Entrypoint string `json:"entrypoint"`
	Whole      bool   `json:"whole"`
}

type EvaluateParams struct {
	Modules     []Module `json:"modules"`
	Data        string   `json:"data,omitempty"`
	RegoVersion string   `json:"regoVersion,omitempty"`
	// TimeNs fixes the clock, as nanoseconds since 1970 in decimal digits.
	TimeNs string `json:"timeNs,omitempty"`
	// TimeoutMs bounds each query; 0 means 10000.
	TimeoutMs int `json:"timeoutMs,omitempty"`
	// MaxMemoryMb is by how much an evaluation may let the memory of the process grow; 0 means no bound.
	MaxMemoryMb int          `json:"maxMemoryMb,omitempty"`
	Evaluations []Evaluation `json:"evaluations"`
}

// EvaluationResult: JSON is the array of solutions as OPA prints it, Term the same as Rego text. Each solution is
// an object of the query's bindings, with the expression values under `_` when the query binds nothing.
type EvaluationResult struct {
	Defined bool       `json:"defined"`
	JSON    string     `json:"json,omitempty"`
	Term    string     `json:"term,omitempty"`
	Printed []string   `json:"printed,omitempty"`
	Error   *TestError `json:"error,omitempty"`
	// The explanation is there although the evaluation failed.
	Explanation *Explanation   `json:"explanation,omitempty"`
	Profile     []ProfiledExpr `json:"profile,omitempty"`
	Solutions   *Solutions     `json:"solutions,omitempty"`
	// RuleLabels are in the order in which rules held, each set of them once.
	RuleLabels []map[string]any `json:"ruleLabels,omitempty"`
	// Partial is OPA's own JSON of the queries that are left and of the modules that they need.
	Partial string         `json:"partial,omitempty"`
	Filters *FiltersResult `json:"filters,omitempty"`
}

type EvaluateResult struct {
	OK          bool               `json:"ok"`
	Results     []EvaluationResult `json:"results"`
	Diagnostics []Diagnostic       `json:"diagnostics"`
}

// WritersParams asks whether anybody writes to files, by their absolute paths.
type WritersParams struct {
	Files []string `json:"files"`
}

// WritersResult is true only where the system said so.
type WritersResult struct {
	Closed bool `json:"closed"`
}

// PackParams are what a bundle is made of: modules and data that were accepted already.
type PackParams struct {
	Modules []Module `json:"modules"`
	// Data is JSON text.
	Data     string   `json:"data"`
	Revision string   `json:"revision"`
	Signing  *Signing `json:"signing,omitempty"`
}

// Signing names the key by its file: it crosses no pipe.
type Signing struct {
	KeyFile   string `json:"keyFile"`
	Algorithm string `json:"algorithm,omitempty"`
	KeyID     string `json:"keyId,omitempty"`
}

// PackResult is a bundle as a gzipped tar archive, or why the key cannot sign.
type PackResult struct {
	Archive  []byte `json:"archive,omitempty"`
	KeyError string `json:"keyError,omitempty"`
}

// PullParams name a bundle in an OCI registry.
type PullParams struct {
	// URL is the address of the registry, Reference the repository in it with a tag or a digest: `host/repository:tag`.
	URL       string `json:"url"`
	Reference string `json:"reference"`
	// Scheme is `Bearer` or `Basic`; of that the token is `name:password`.
	Scheme string `json:"scheme,omitempty"`
	Token  string `json:"token,omitempty"`
	// Digest of the manifest that was pulled last.
	Digest    string `json:"digest,omitempty"`
	MaxBytes  int64  `json:"maxBytes"`
	TimeoutMs int64  `json:"timeoutMs"`
	// CA are certificates in PEM that are trusted beside those of the system.
	CA      string  `json:"ca,omitempty"`
	Proxies Proxies `json:"proxies"`
}

// Proxies are those of the gateway's environment: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.
type Proxies struct {
	HTTP  string `json:"http,omitempty"`
	HTTPS string `json:"https,omitempty"`
	None  string `json:"none,omitempty"`
}

// PullResult is the archive with the digest of its manifest, or that this is still the one that was asked about, or why there is none.
type PullResult struct {
	Archive     []byte `json:"archive,omitempty"`
	Digest      string `json:"digest,omitempty"`
	Unchanged   bool   `json:"unchanged,omitempty"`
	Unavailable string `json:"unavailable,omitempty"`
}

// UnpackParams are bundles as they came, and what their signatures are verified with.
type UnpackParams struct {
	Bundles []PackedBundle             `json:"bundles"`
	Keys    map[string]VerificationKey `json:"keys,omitempty"`
	// MaxBytes bounds what one archive inflates to, MaxFileBytes each file in it.
	MaxBytes     int64 `json:"maxBytes"`
	MaxFileBytes int64 `json:"maxFileBytes"`
	// RegoVersion of modules that no manifest speaks for.
	RegoVersion string `json:"regoVersion,omitempty"`
}

type PackedBundle struct {
	Name    string `json:"name"`
	Archive []byte `json:"archive"`
	// Verify asks for a signature; without it a bundle that has one is refused.
	Verify *Verification `json:"verify,omitempty"`
}

type Verification struct {
	KeyID   string   `json:"keyId,omitempty"`
	Scope   string   `json:"scope,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
}

type VerificationKey struct {
	Key       string `json:"key"`
	Algorithm string `json:"algorithm,omitempty"`
	Scope     string `json:"scope,omitempty"`
}

// UnpackResult is all bundles in one, or the one that is refused. Paths of modules begin with the name of their bundle.
type UnpackResult struct {
	Modules []Module `json:"modules,omitempty"`
	Data    string   `json:"data,omitempty"`
	// Revisions are what the bundles call themselves.
	Revisions map[string]string `json:"revisions,omitempty"`
	Refused   *Refusal          `json:"refused,omitempty"`
}

// Refusal is of the kind `signature` or `invalid`.
type Refusal struct {
	Bundle  string `json:"bundle"`
	Kind    string `json:"kind"`
	Message string `json:"message"`
}
