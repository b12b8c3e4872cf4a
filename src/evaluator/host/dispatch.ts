import { formatTerm } from '../../value/format-term.js';
import { parseTerm } from '../../value/parse-term.js';
import type { Builtin } from '../../builtins/builtin.js';
import { workOf } from '../../builtins/work.js';
import type { EvaluationContext } from './evaluation-context.js';
import type { GuestExports } from './guest-exports.js';
import { OutOfBudget } from './guest-failure.js';
import type { GuestMemory } from './guest-memory.js';
import { explainRefusal } from './native-refusal.js';

/** A built-in that the module calls, under the number that it calls it by. */
export interface LinkedBuiltin {
  readonly name: string;
  readonly call: Builtin;
}

/** A built-in of the guest that asks the host when it answers nothing. */
export interface AssistedNative {
  readonly name: string;
  /** Answers in its place; without it the arguments are refused. */
  readonly call: Builtin | undefined;
}

/** What the numbers of a module's calls stand for. */
export interface CallTables {
  readonly builtins: readonly (LinkedBuiltin | undefined)[];
  readonly natives: readonly AssistedNative[];
}

/** The address that means "undefined" to the guest. */
const UNDEFINED = 0;

// Calls that the compiler service put into the module have negative numbers: the next member in a scan, the steps that
// may follow, and from the third on the native built-ins that answered nothing.
export const NEXT_MEMBER = -1;
export const MORE_FUEL = -2;
const FIRST_NATIVE = -3;

/** Bytes of UTF-8 that become text in a microsecond. */
const DECODED_PER_US = 500;

/** Answers the guest's calls: arguments and results cross as Rego text, so sets stay sets and integers stay exact. */
export class Dispatcher {
  readonly #exports: GuestExports;
  readonly #memory: GuestMemory;
  readonly #builtins: readonly (LinkedBuiltin | undefined)[];
  readonly #natives: readonly AssistedNative[];
  readonly #context: EvaluationContext;

  constructor(exports: GuestExports, memory: GuestMemory, { builtins, natives }: CallTables, context: EvaluationContext) {
    this.#exports = exports;
    this.#memory = memory;
    this.#builtins = builtins;
    this.#natives = natives;
    this.#context = context;
  }

  /** Returns the address of the result, or 0 for undefined. Throws only what the guest itself throws, and OutOfBudget. */
  call(id: number, addresses: readonly number[]): number {
    this.#context.budget.check();
    if (id >= 0) return this.#ask(this.#builtins[id], id, addresses);
    const native = this.#natives[FIRST_NATIVE - id];
    if (native?.call !== undefined) return this.#ask({ ...native, call: native.call }, id, addresses);
    // A native built-in refused its arguments, which only strict mode wants to know about.
    if (this.#context.strict) this.#refuse(native?.name ?? `number ${id}`, addresses);
    return UNDEFINED;
  }

  #ask(builtin: LinkedBuiltin | undefined, id: number, addresses: readonly number[]): number {
    // Dumped outside of the catch below: a throw that crossed guest frames must reach whoever drops the instance.
    const dumps = addresses.map((address) => this.#dump(address));
    const text = this.#answer(builtin, id, dumps);
    return text === undefined ? UNDEFINED : this.#write(text);
  }

  #answer(builtin: LinkedBuiltin | undefined, id: number, dumps: readonly string[]): string | undefined {
    try {
      if (builtin === undefined) throw new Error('the host does not implement it');
      const { step } = this.#context;
      const args = dumps.map((dump) => parseTerm(dump, step));
      this.#context.reserve(workOf(builtin.name, dumps));
      const result = builtin.call(this.#context, ...args);
      return result === undefined ? undefined : formatTerm(result, step);
    } catch (thrown) {
      if (thrown instanceof OutOfBudget) throw thrown;
      this.#context.caught(builtin?.name ?? `number ${id}`, thrown);
      return undefined;
    }
  }

  #refuse(name: string, addresses: readonly number[]): void {
    const dumps = addresses.map((address) => this.#dump(address));
    try {
      const args = dumps.map((dump) => parseTerm(dump, this.#context.step));
      explainRefusal(name, args);
    } catch (thrown) {
      if (thrown instanceof OutOfBudget) throw thrown;
      this.#context.caught(name, thrown);
    }
  }

  #dump(address: number): string {
    const dump = this.#exports.opa_value_dump(address);
    const { bytes } = this.#memory;
    const end = bytes.indexOf(0, dump >>> 0);
    this.#context.reserve((end - (dump >>> 0)) / DECODED_PER_US);
    const text = bytes.toString('utf8', dump >>> 0, end);
    this.#exports.opa_free(dump);
    return text;
  }

  #write(text: string): number {
    const length = Buffer.byteLength(text);
    const address = this.#exports.opa_malloc(length) >>> 0;
    this.#memory.bytes.write(text, address, length, 'utf8');
    const value = this.#exports.opa_value_parse(address, length);
    this.#exports.opa_free(address);
    return value;
  }
}
