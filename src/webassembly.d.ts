/** The part of WebAssembly that this program uses: Node's types name the module class only, and the DOM library is not for servers. */
declare namespace WebAssembly {
  type ImportValue = Memory | Table | Global | number | ((...args: number[]) => unknown);

  class Module {
    constructor(bytes: Uint8Array);
    static customSections(module: Module, name: string): readonly ArrayBuffer[];
    /** Keeps other objects from passing as modules. */
    protected readonly brand: never;
  }

  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, ImportValue>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }

  class Memory {
    constructor(descriptor: { readonly initial: number; readonly maximum?: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Table {
    constructor(descriptor: { readonly element: 'anyfunc'; readonly initial: number });
    readonly length: number;
  }

  class Global {
    constructor(descriptor: { readonly value: 'i32' | 'i64'; readonly mutable: boolean }, value: number | bigint);
    readonly value: unknown;
  }

  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function compile(bytes: Uint8Array): Promise<Module>;
}
