import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { GatewayError } from '../../errors.js';
import { parseTerm } from '../../value/parse-term.js';
import { RegoObject } from '../../value/value.js';
import { ASSISTED_REASONS } from '../../builtins/overrides.js';
import { builtinName } from './builtin-name.js';
import { Dispatcher, MORE_FUEL, NEXT_MEMBER } from './dispatch.js';
import type { CallTables, LinkedBuiltin } from './dispatch.js';
import { dataFootprint, parsedIn } from './data-image.js';
import type { DataImage, DataSource } from './data-image.js';
import type { EvaluationContext } from './evaluation-context.js';
import type { PolicyModules } from '../../policy/revision.js';
import { abiMinor, guestExports } from './guest-exports.js';
import type { GuestExports } from './guest-exports.js';
import { GuestAbort } from './guest-failure.js';
import { GuestMemory } from './guest-memory.js';
import { MarkReader } from './mark-reader.js';
import { instanceOf, policyInstance } from './policy-instance.js';
import type { Imports } from './policy-instance.js';
import { ScanOrder } from './scan-order.js';

const PAGE = 65_536;

/**
 * Room for the stack, inputs and garbage of small evaluations. Untouched pages cost no memory, but V8 counts them: with 4 MiB each reload
 * brought on a collection of the whole heap in every third process, 30 ms of processor time each. Growing by a page takes 4 us.
 */
const SLACK_BYTES = 512 * 1024;

/** What is used of the SDK's class. Its own types need the DOM library, and say that an ES module may import the class. */
interface SdkPolicy {
  readonly baseHeapPtr: number;
  readonly entrypoints: Readonly<Record<string, number>>;
}

const { LoadedPolicy } = createRequire(import.meta.url)('@open-policy-agent/opa-wasm') as {
  readonly LoadedPolicy: new (instance: { readonly exports: object }, memory: WebAssembly.Memory, abiMinor: number) => SdkPolicy;
};

/** Data up to this size is written anew after an evaluation that was broken off: 1 MiB takes some 50 us. */
const RESTORED_BYTES = 1024 * 1024;

/** A policy to make instances of. */
export interface ModuleSource {
  readonly module: PolicyModules;
  /** What it imports. */
  readonly library: WebAssembly.Module;
  /** Size of its code and constants: an upper bound for the memory that it declares. */
  readonly wasmBytes: number;
  readonly data: DataSource;
  readonly maxMemoryBytes: number;
  /** Answers a built-in by its Rego name. */
  readonly link: (name: string) => LinkedBuiltin['call'] | undefined;
}

/** A live instance with its data loaded. */
export interface Guest {
  readonly exports: GuestExports;
  readonly memory: GuestMemory;
  readonly calls: CallTables;
  readonly marks: MarkReader;
  readonly dataAddress: number;
  /** First free address behind the data: input and heap of every evaluation begin here. */
  readonly heapStart: number;
  /** First address of the data. */
  readonly dataStart: number;
  /** Its data as other instances can take it. */
  readonly image: DataImage;
  readonly entrypoints: Readonly<Record<string, number>>;
  /** Puts everything back to what it was when the instance was new, but for large data; absent where the library does not let it. */
  readonly reset: ((data: DataImage) => void) | undefined;
}

/**
 * Makes an instance over our own imports and loads the data, which `filled` holds already (see {@link fillMemory}). Throws what the guest
 * throws, or GatewayError.
 */
export function instantiate(source: ModuleSource, context: EvaluationContext, filled?: GuestMemory): Guest {
  const memory = filled ?? allocate(source);
  const { exports, calls, order, marks } = connect(source, memory, context);
  const { linking } = source.module;
  // What is listed beside the code is not asked for: the guest would make a document of it, and text of that.
  const listed = linking === undefined ? exports : { ...exports, entrypoints: exports.opa_object };
  const policy = new LoadedPolicy({ exports: listed }, memory.memory, abiMinor(exports));
  const { baseHeapPtr: dataStart } = policy;
  const { entrypoints } = linking ?? policy;
  const restore = checkpoint(exports, memory, dataStart);
  const loaded = loadData(source.data, dataStart, exports, memory, filled !== undefined);
  const begin = (): void => {
    context.renewHeap();
    order.heapStart = loaded.heapStart;
    exports.base_end.value = loaded.heapStart;
  };
  begin();
  const reset = (data: DataImage): void => {
    restore?.();
    // Evaluations only read the data; where it is cheap, nobody needs to rely on that.
    if (data.bytes.byteLength <= RESTORED_BYTES) placeImage(data, dataStart, memory);
    begin();
  };
  return { exports, memory, calls, marks, dataStart, entrypoints, reset: restore === undefined ? undefined : reset, ...loaded };
}

/**
 * Remembers what lies below the data: constants, the library's own variables, and what both made at the start. Putting that back takes a
 * hundredth of the time of a new instance. What lies above the data begins anew with each evaluation.
 */
function checkpoint({ stack_pointer: stack }: GuestExports, memory: GuestMemory, dataStart: number): (() => void) | undefined {
  if (stack === undefined) return undefined;
  // The stack grows down from here; nothing on it outlives an evaluation.
  const start = stack.value;
  const bytes = Buffer.from(memory.bytes.subarray(start, dataStart));
  return () => {
    stack.value = start;
    memory.bytes.set(bytes, start);
  };
}

/** Sized for the data at once: the guest grows by single pages. */
function allocate(source: Omit<ModuleSource, 'link' | 'module' | 'library'>): GuestMemory {
  const maximum = Math.floor(source.maxMemoryBytes / PAGE);
  // Stack (one page) and constants lie below the heap, and every constant is in the module's own bytes.
  const estimate = PAGE + source.wasmBytes + dataFootprint(source.data);
  const image = parsedIn(source.data);
  const imageEnd = image === undefined ? 0 : image.start + image.bytes.byteLength;
  const initial = Math.ceil((Math.max(estimate, imageEnd) + SLACK_BYTES) / PAGE);
  return new GuestMemory(new WebAssembly.Memory({ initial: Math.min(initial, maximum), maximum }));
}

interface Connection {
  readonly exports: GuestExports;
  readonly calls: CallTables;
  readonly order: ScanOrder;
  readonly marks: MarkReader;
}

function connect(source: ModuleSource, memory: GuestMemory, context: EvaluationContext): Connection {
  const call = (id: number, ...addresses: readonly number[]): number => dispatcher.call(id, addresses);
  const order = new ScanOrder(memory, context, (a, b) => exports.opa_value_compare(a, b));
  const env = {
    memory: memory.memory,
    opa_abort: (address: number) => {
      throw new GuestAbort(memory.text(address));
    },
    opa_println: (address: number) => context.print(memory.text(address)),
    opa_builtin0: (id: number) => (id === MORE_FUEL ? context.budget.refuel() : call(id)),
    opa_builtin1: (id: number, _: number, a: number) => call(id, a),
    opa_builtin2: (id: number, _: number, a: number, b: number) => (id === NEXT_MEMBER ? order.next(a, b) : call(id, a, b)),
    opa_builtin3: (id: number, _: number, a: number, b: number, c: number) => call(id, a, b, c),
    opa_builtin4: (id: number, _: number, a: number, b: number, c: number, d: number) => call(id, a, b, c, d),
  };
  const library = instanceOf(source.library, { env });
  const { instance, marked } = policyInstance(source.module, env, library.exports as Imports[string], memory.bytes.byteLength);
  const exports = guestExports(library, instance);
  const calls = { builtins: builtinTable(source, exports, memory), natives: nativeTable(source) };
  const dispatcher = new Dispatcher(exports, memory, calls, context);
  return { exports, calls, order, marks: new MarkReader(memory, marked) };
}

/** The policy's own numbering of the built-ins that it leaves to the host. */
function builtinTable({ module, link: find }: ModuleSource, exports: GuestExports, memory: GuestMemory): CallTables['builtins'] {
  const table: (LinkedBuiltin | undefined)[] = [];
  for (const [key, id] of Object.entries(module.linking?.builtins ?? listedBuiltins(exports, memory))) {
    const name = builtinName(key);
    const call = find(name);
    if (call === undefined) throw new GatewayError('evaluation_failed', `The policy calls ${name}, which the host does not offer`);
    table[id] = { name, call };
  }
  return table;
}

function listedBuiltins(exports: GuestExports, memory: GuestMemory): Readonly<Record<string, number>> {
  const numbers = parseTerm(memory.text(exports.opa_value_dump(exports.builtins?.() ?? 0)));
  if (!(numbers instanceof RegoObject)) return {};
  return Object.fromEntries(numbers.entries.flatMap(([name, id]) => (typeof name === 'string' ? [[name, Number(id)]] : [])));
}

/** Native built-ins that ask the host when they answer nothing, as the compiler service listed them. */
function nativeTable({ library, link: find }: ModuleSource): CallTables['natives'] {
  const [section] = WebAssembly.Module.customSections(library, 'natives');
  const names = section === undefined ? [] : (JSON.parse(Buffer.from(section).toString('utf8')) as readonly string[]);
  return names.map((name) => ({ name, call: ASSISTED_REASONS[name] === undefined ? undefined : find(name) }));
}

type LoadedData = Pick<Guest, 'dataAddress' | 'heapStart' | 'image'>;

/** `filled`: the image lies in the memory already. */
function loadData(source: DataSource, dataStart: number, exports: GuestExports, memory: GuestMemory, filled: boolean): LoadedData {
  if ('image' in source) return { ...placeImage(source.image, dataStart, memory, filled), image: source.image };
  const { json, earlier } = source;
  // Constants of this revision may lie where the data of the other one begins.
  if (earlier !== undefined && earlier.start >= dataStart) return { ...placeImage(earlier, dataStart, memory), image: earlier };
  const parsed = parseData(json, dataStart, exports, memory);
  return { ...parsed, image: imageOf(parsed, memory, dataStart + json.byteLength) };
}

/** The parsed data, without the text that it was parsed from: that lies first, up to `textEnd`, and nothing in the values points into it. */
function imageOf({ dataAddress, heapStart }: Omit<LoadedData, 'image'>, memory: GuestMemory, textEnd: number): DataImage {
  const start = align(textEnd);
  const bytes = new SharedArrayBuffer(heapStart - start);
  new Uint8Array(bytes).set(memory.bytes.subarray(start, heapStart));
  return { bytes, start, dataAddress };
}

/** Straight from the bytes that threads share: the SDK wants them in a buffer of their own. */
function parseData(
  json: Uint8Array,
  dataStart: number,
  exports: GuestExports,
  memory: GuestMemory,
): Pick<Guest, 'dataAddress' | 'heapStart'> {
  exports.opa_heap_ptr_set(dataStart);
  const text = exports.opa_malloc(json.byteLength) >>> 0;
  memory.bytes.set(json, text);
  const dataAddress = exports.opa_json_parse(text, json.byteLength);
  if (dataAddress === 0) throw new GatewayError('evaluation_failed', 'The policy module cannot read the data document');
  return { dataAddress, heapStart: align(exports.opa_heap_ptr_get()) };
}

/** Bytes of an image that are copied at once: 4 MiB of fresh memory take some 3 ms. */
const SLICE_BYTES = 4 * 1024 * 1024;

/** Memory with a large image in place, filled in slices: whoever decides on this thread decides between them. Undefined for small data. */
export async function fillMemory(source: Omit<ModuleSource, 'link' | 'module' | 'library'>): Promise<GuestMemory | undefined> {
  if (!('image' in source.data) || source.data.image.bytes.byteLength <= SLICE_BYTES) return undefined;
  const { bytes, start } = source.data.image;
  const memory = allocate(source);
  memory.reserve(start + bytes.byteLength);
  for (let offset = 0; offset < bytes.byteLength; offset += SLICE_BYTES) {
    const length = Math.min(SLICE_BYTES, bytes.byteLength - offset);
    memory.bytes.set(new Uint8Array(bytes, offset, length), start + offset);
    await setImmediate();
  }
  return memory;
}

function placeImage(image: DataImage, dataStart: number, memory: GuestMemory, placed = false): Pick<Guest, 'dataAddress' | 'heapStart'> {
  if (image.start < dataStart) throw new GatewayError('evaluation_failed', `Expected data behind ${dataStart}, got it at ${image.start}`);
  const heapStart = image.start + image.bytes.byteLength;
  if (!placed) {
    memory.reserve(heapStart);
    memory.bytes.set(new Uint8Array(image.bytes), image.start);
  }
  return { dataAddress: image.dataAddress, heapStart };
}

/** Words on even addresses: what the guest allocates is read in eights. */
export function align(address: number): number {
  return (address + 7) & ~7;
}
