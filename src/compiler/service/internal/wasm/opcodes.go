package wasm

// Instructions.
const (
	Unreachable                    = 0x00
	Block, Loop, If, Else, End     = 0x02, 0x03, 0x04, 0x05, 0x0b
	Branch, BranchIf, Return       = 0x0c, 0x0d, 0x0f
	BranchByTable                  = 0x0e
	Call, CallIndirect             = 0x10, 0x11
	Drop, Select                   = 0x1a, 0x1b
	LocalGet, LocalSet, LocalTee   = 0x20, 0x21, 0x22
	GlobalGet, GlobalSet           = 0x23, 0x24
	I32Load, I64Load, I32Load8U    = 0x28, 0x29, 0x2d
	I32Store, I64Store             = 0x36, 0x37
	I32Const, I64Const             = 0x41, 0x42
	I32Eqz, I32Eq, I32Ne           = 0x45, 0x46, 0x47
	I32LtS, I32LtU, I32GtU         = 0x48, 0x49, 0x4b
	I32LeU, I32GeS, I32GeU         = 0x4d, 0x4e, 0x4f
	I64Eq                          = 0x51
	I32Add, I32Sub, I32Mul         = 0x6a, 0x6b, 0x6c
	I32And, I32Or, I32Shl, I32ShrU = 0x71, 0x72, 0x74, 0x76
	I64Add                         = 0x7c
)

// Types, and the mark of a block without a result.
const (
	NoResult byte = 0x40
	I64      byte = 0x7e
	I32      byte = 0x7f
	Function byte = 0x60
)

// Ids of sections.
const (
	CustomSection   = 0
	TypeSection     = 1
	ImportSection   = 2
	FunctionSection = 3
	TableSection    = 4
	GlobalSection   = 6
	ExportSection   = 7
	StartSection    = 8
	ElementSection  = 9
	CodeSection     = 10
	DataSection     = 11
)

// Kinds of imports and exports.
const (
	FunctionKind = 0
	TableKind    = 1
	MemoryKind   = 2
	GlobalKind   = 3
)
