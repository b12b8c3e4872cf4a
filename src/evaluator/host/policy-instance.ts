import { GatewayError } from '../../errors.js';
import type { Linking, PolicyModules } from '../../policy/revision.js';

/** What instances import, by module and name. */
export type Imports = NonNullable<ConstructorParameters<typeof WebAssembly.Instance>[1]>;
type Names = Imports[string];

/** An instance of one module. Throws GatewayError when its memory is too small for it. */
export function instanceOf(module: WebAssembly.Module, imports: Imports): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (cause) {
    if (!(cause instanceof WebAssembly.LinkError)) throw cause;
    throw tooSmall(cause);
  }
}

/** The instance that has the exports of a policy, and what it says beside them. */
export interface PolicyInstance {
  readonly instance: WebAssembly.Instance;
  /** Address of the mark made last, 0 for none; undefined where policies make none. */
  readonly marked: WebAssembly.Global | undefined;
}

/** Instances of all parts of a policy, of which the main one has the exports. They share memory, table and state. */
export function policyInstance({ modules, linking }: PolicyModules, env: Names, library: Names, memoryBytes: number): PolicyInstance {
  const [main, ...others] = modules;
  if (linking === undefined) return { instance: instanceOf(main, { env, library }), marked: undefined };
  if (linking.heap > memoryBytes) throw tooSmall(new Error(`Expected ${linking.heap} bytes for constants, got ${memoryBytes}`));
  const marked = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
  const shared = {
    library,
    env: { ...env, table: new WebAssembly.Table({ element: 'anyfunc', initial: linking.table }) },
    state: {
      counted: new WebAssembly.Global({ value: 'i64', mutable: true }, 0n),
      valid: new WebAssembly.Global({ value: 'i64', mutable: true }, 0n),
      depth: new WebAssembly.Global({ value: 'i32', mutable: true }, 0),
      marked,
    },
    function: linking.functions,
    builtin: linking.builtins,
  };
  const instance = instanceOf(main, { ...shared, place: placeOf(linking, 0) });
  for (const [index, module] of others.entries()) instanceOf(module, { ...shared, place: placeOf(linking, index + 1) });
  return { instance, marked };
}

function placeOf({ parts, heap }: Linking, index: number): Names {
  const { constants = 0, table = 0 } = parts[index] ?? {};
  return { constants, table, heap };
}

function tooSmall(cause: Error): GatewayError {
  return new GatewayError('evaluation_out_of_memory', `The policy module does not fit into its memory: ${cause.message}`, { cause });
}
