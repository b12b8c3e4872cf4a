import { GatewayError } from '../../errors.js';

/** What a policy and its library export together (ABI 1.3 of OPA), as far as it is called here. Numbers are addresses in their memory. */
export interface GuestExports {
  readonly opa_eval: (
    reserved: 0,
    entrypoint: number,
    data: number,
    input: number,
    inputLength: number,
    heap: number,
    format: 0 | 1,
  ) => number;
  readonly opa_eval_ctx_new: () => number;
  readonly opa_eval_ctx_set_input: (context: number, value: number) => void;
  readonly opa_eval_ctx_set_data: (context: number, value: number) => void;
  readonly opa_eval_ctx_set_entrypoint: (context: number, entrypoint: number) => void;
  readonly opa_eval_ctx_get_result: (context: number) => number;
  readonly eval: (context: number) => number;
  readonly opa_malloc: (size: number) => number;
  readonly opa_free: (address: number) => void;
  readonly opa_json_parse: (address: number, length: number) => number;
  readonly opa_value_parse: (address: number, length: number) => number;
  readonly opa_value_dump: (value: number) => number;
  readonly opa_heap_ptr_get: () => number;
  readonly opa_heap_ptr_set: (address: number) => void;
  readonly opa_object: () => number;
  /** Of policies without parts only. */
  readonly builtins?: () => number;
  /** Steps until the guest asks for more of them. */
  readonly fuel: { value: number };
  /** Address behind the data document. */
  readonly base_end: { value: number };
  /** How far the stack reaches down. Libraries of before 0.4.0 keep it to themselves. */
  readonly stack_pointer?: { value: number };
  readonly opa_value_compare: (a: number, b: number) => number;
  readonly opa_wasm_abi_version: { readonly value: number };
  readonly opa_wasm_abi_minor_version: { readonly value: number };
}

/** `opa_eval` with a value dump as result came with ABI 1.2. */
const ABI = { major: 1, minor: 2 };

/** The exports of a policy over those of its library, after checking their ABI. Throws `evaluation_failed` for a library that this host cannot run. */
export function guestExports(library: WebAssembly.Instance, policy: WebAssembly.Instance): GuestExports {
  const exports = { ...library.exports, ...policy.exports };
  const major = globalValue(exports['opa_wasm_abi_version']);
  const minor = globalValue(exports['opa_wasm_abi_minor_version']);
  if (major !== ABI.major || minor === undefined || minor < ABI.minor) {
    throw new GatewayError('evaluation_failed', `Expected a library of ABI ${ABI.major}.${ABI.minor} or later, got ${major}.${minor}`);
  }
  return exports as unknown as GuestExports;
}

/** The minor ABI version of checked exports. */
export function abiMinor(exports: GuestExports): number {
  return exports.opa_wasm_abi_minor_version.value;
}

function globalValue(value: unknown): number | undefined {
  return value instanceof WebAssembly.Global && typeof value.value === 'number' ? value.value : undefined;
}
