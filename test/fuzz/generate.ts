import type { FuzzCase, FuzzRule } from './fuzz-case.js';
import { Random } from '../../src/impact/witness/random.js';

const KEYS = ['a', 'b', '443', '0', '1', 'k é', ''] as const;
const NUMBERS = ['0', '1', '2', '443', '-1', '0.5', '1.0', '1e2', '9007199254740993', '1e21', '0.1'] as const;
const STRINGS = ['"a"', '"b"', '"443"', '"0"', '""', '"k é"', '"\\u0000"', '"😀"', '"A"'] as const;
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
const ARITHMETIC = ['+', '-', '*', '/', '%'] as const;

/** What an argument must be; `open` stands for a reference whose type the compiler cannot know. */
type Want = 'number' | 'string' | 'any' | 'open';

/** Built-ins with what they want. */
const CALLS: readonly (readonly [string, ...Want[]])[] = [
  ...['count', 'sum', 'max', 'min', 'sort', 'object.keys'].map((name) => [name, 'open'] as const),
  ...['is_number', 'is_string', 'type_name', 'json.marshal'].map((name) => [name, 'any'] as const),
  ...['abs', 'round', 'ceil'].map((name) => [name, 'number'] as const),
  ...['upper', 'to_number'].map((name) => [name, 'string'] as const),
  ...['array.concat', 'object.union', 'numbers.range'].map((name) => [name, 'open', 'open'] as const),
  ...['startswith', 'split', 'contains', 'trim', 'indexof'].map((name) => [name, 'string', 'string'] as const),
  ['concat', 'string', 'open'],
  ['object.get', 'open', 'any', 'any'],
];

interface Line {
  readonly text: string;
  readonly binds: readonly string[];
  readonly open: boolean;
}

interface Scope {
  readonly vars: readonly string[];
  /** Of these, the ones whose type the compiler cannot know. */
  readonly open: readonly string[];
  /** Names of rules and functions that may be mentioned. */
  readonly rules: readonly string[];
  readonly functions: readonly string[];
  readonly depth: number;
}

/** Makes the case of a seed. */
export function generate(seed: number): FuzzCase {
  return new Generator(seed).make();
}

class Generator {
  readonly #seed: number;
  readonly #random: Random;
  #names = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
  }

  make(): FuzzCase {
    const random = this.#random;
    const rules: FuzzRule[] = [];
    const scope = { vars: [], open: [], rules: [] as string[], functions: [] as string[], depth: 0 };
    for (let index = 0, many = 2 + random.below(5); index < many; index++) {
      const name = `r${index}`;
      if (random.chance(20)) {
        rules.push(...this.#function(`f${index}`, scope));
        scope.functions.push(`f${index}`);
      } else {
        rules.push(...this.#rule(name, scope));
        scope.rules.push(`data.cNAME.${name}`);
      }
    }
    const asking = random
      .list(2, () => 0)
      .flatMap((_, index) => this.#rule(`q${index}`, { ...scope, rules: [...scope.rules, 'data.cNAME'], functions: [] }));
    return {
      seed: this.#seed,
      rules,
      asking,
      beside: this.#members(),
      alone: this.#members(),
      inputs: [undefined, ...random.list(2, () => this.#json(2), 1)],
    };
  }

  #members(): Record<string, string> {
    return Object.fromEntries(this.#random.list(4, () => [this.#random.pick(['base', 'lst', 'obj', '443', 'a']), this.#json(3)], 1));
  }

  #json(depth: number): string {
    const random = this.#random;
    return random.weighted<string>([
      [3, () => random.pick(NUMBERS)],
      [3, () => random.pick(STRINGS)],
      [1, () => random.pick(['true', 'false', 'null'])],
      [depth > 0 ? 4 : 0, () => this.#object(depth)],
      [depth > 0 ? 3 : 0, () => `[${random.list(3, () => this.#json(depth - 1)).join(',')}]`],
      [1, () => random.pick(['{}', '[]'])],
    ]);
  }

  #object(depth: number): string {
    const members = new Map(this.#random.list(4, () => [this.#random.pick([...KEYS, 'x', 'y']), this.#json(depth - 1)] as const));
    return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
  }

  #rule(name: string, scope: Scope): FuzzRule[] {
    const random = this.#random;
    return random.weighted<FuzzRule[]>([
      [4, () => this.#complete(name, scope)],
      [3, () => random.list(2, () => this.#bodied(scope, (inner) => `${name} contains ${this.#term(inner)}`), 1)],
      [3, () => random.list(2, () => this.#bodied(scope, (inner) => `${name}[${this.#term(inner)}] := ${this.#term(inner)}`), 1)],
      [2, () => random.list(3, () => this.#bodied(scope, (inner) => `${name}${this.#tail(inner)} := ${this.#term(inner)}`), 1)],
      [1, () => random.list(2, () => this.#bodied(scope, (inner) => `${name}${this.#tail(inner)} contains ${this.#term(inner)}`), 1)],
    ]);
  }

  #complete(name: string, scope: Scope): FuzzRule[] {
    const random = this.#random;
    const main = this.#bodied(scope, (inner) => `${name} := ${this.#term(inner)}`);
    const elses = random.list(random.chance(30) ? 2 : 0, () => {
      const { head, body } = this.#bodied(scope, (inner) => this.#term(inner), 1);
      return { head, body };
    });
    const preset = random.chance(40) ? [{ head: `default ${name} := ${this.#json(1)}`, body: [], elses: [] }] : [];
    return [...preset, main.body.length === 0 ? main : { ...main, elses }];
  }

  #function(name: string, scope: Scope): FuzzRule[] {
    const random = this.#random;
    return random.list(
      2,
      () => {
        const parameter = random.pick(['p', 'p', '1', '"a"']);
        const vars = parameter === 'p' ? ['p'] : [];
        return this.#bodied({ ...scope, vars, open: vars }, (inner) => `${name}(${parameter}) := ${this.#term(inner)}`);
      },
      1,
    );
  }

  #tail(scope: Scope): string {
    const random = this.#random;
    return random
      .list(2, () => (random.chance(50) ? `.${random.pick(['a', 'b'])}` : `[${this.#term({ ...scope, depth: 3 })}]`), 1)
      .join('');
  }

  /** A head whose variables the body binds. */
  #bodied(scope: Scope, head: (inner: Scope) => string, least = 0): FuzzRule {
    const { body, inner } = this.#body(scope, Math.max(least, this.#random.below(4)));
    return { head: head(inner), body, elses: [] };
  }

  #body(scope: Scope, lines: number): { body: string[]; inner: Scope } {
    let inner = scope;
    const body: string[] = [];
    for (let line = 0; line < lines; line++) {
      const made = this.#line(inner);
      body.push(made.text);
      inner = { ...inner, vars: [...inner.vars, ...made.binds], open: made.open ? [...inner.open, ...made.binds] : inner.open };
    }
    return { body, inner };
  }

  #line(scope: Scope): Line {
    const random = this.#random;
    const binding =
      (make: (first: string, second: string) => string, many: number, open = false) =>
      (): Line => {
        const [first, second] = [`v${this.#names++}`, `v${this.#names++}`];
        return { text: make(first, second), binds: [first, second].slice(0, many), open };
      };
    const plain = (text: string): Line => ({ text, binds: [], open: false });
    return random.weighted<Line>([
      [2, binding((v) => `${v} := ${this.#term(scope)}`, 1)],
      [2, binding((v) => `${v} := ${this.#openReference(scope)}`, 1, true)],
      [3, binding((v) => `some ${v} in ${this.#openReference(scope)}`, 1, true)],
      [2, binding((v) => `some ${v} in ${this.#collection(scope)}`, 1)],
      [2, binding((k, v) => `some ${k}, ${v} in ${this.#openReference(scope)}`, 2, true)],
      [2, binding((k, v) => `some ${k}, ${v} in ${this.#collection(scope)}`, 2)],
      [2, binding((v) => `${v} = ${this.#reference(scope)}[_]`, 1)],
      [3, binding((k) => `some ${k}; ${this.#reference(scope)}[${k}]`, 1)],
      [1, binding((k, v) => `[${k}, ${v}] = [${this.#term(scope)}, ${this.#term(scope)}]`, 2)],
      [7, () => plain(this.#condition(scope))],
      [2, () => plain(`${this.#condition(scope)} ${this.#mock(scope)}`)],
      [3, () => plain(`not ${this.#condition(scope)}`)],
      [2, () => plain(this.#every(scope))],
    ]);
  }

  #every(scope: Scope): string {
    const v = `v${this.#names++}`;
    const condition = this.#random.chance(50) ? '' : `; ${this.#condition({ ...scope, vars: [...scope.vars, v] })}`;
    return `every ${v} in ${this.#collection(scope)} { ${v} ${this.#random.pick(COMPARISONS)} ${this.#term(scope)}${condition} }`;
  }

  #condition(scope: Scope): string {
    const random = this.#random;
    return random.weighted<string>([
      [4, () => `${this.#term(scope)} ${random.pick(COMPARISONS)} ${this.#term(scope)}`],
      [4, () => this.#reference(scope)],
      [2, () => `${this.#term(scope)} in ${this.#collection(scope)}`],
      [1, () => `${this.#term(scope)} = ${this.#reference(scope)}`],
    ]);
  }

  #mock(scope: Scope): string {
    const random = this.#random;
    return random.weighted<string>([
      [3, () => `with input as ${this.#term({ ...scope, depth: 3 })}`],
      [2, () => `with input.x as ${this.#term({ ...scope, depth: 3 })}`],
      [3, () => `with data.dNAME.${random.pick(['base', 'lst', 'obj'])} as ${this.#json(2)}`],
      [1, () => `with data.dNAME as ${this.#json(2)}`],
      [1, () => `with data.cNAME.base as ${this.#json(1)}`],
      [scope.rules.length > 0 ? 1 : 0, () => `with ${random.pick(scope.rules)} as ${this.#json(1)}`],
      [scope.functions.length > 0 ? 2 : 0, () => `with ${random.pick(scope.functions)} as ${this.#json(1)}`],
      [1, () => `with count as ${random.pick(NUMBERS)}`],
    ]);
  }

  #collection(scope: Scope): string {
    const random = this.#random;
    const inner = { ...scope, depth: scope.depth + 1 };
    return random.weighted<string>([
      [5, () => this.#reference(scope)],
      [1, () => `[${random.list(3, () => this.#term(inner)).join(', ')}]`],
      [1, () => `{${random.list(3, () => this.#term(inner), 1).join(', ')}}`],
      [1, () => this.#object(1)],
      [scope.depth < 2 ? 2 : 0, () => this.#comprehension(inner)],
    ]);
  }

  #comprehension(scope: Scope): string {
    const { body, inner } = this.#body(scope, 1 + this.#random.below(2));
    const text = body.join('; ');
    return this.#random.weighted<string>([
      [2, () => `[${this.#term(inner)} | ${text}]`],
      [2, () => `{${this.#term(inner)} | ${text}}`],
      [1, () => `{${this.#term(inner)}: ${this.#term(inner)} | ${text}}`],
    ]);
  }

  #reference(scope: Scope): string {
    const random = this.#random;
    if (scope.rules.length === 0 || random.chance(60)) return this.#openReference(scope);
    return random.pick(scope.rules) + random.list(scope.depth > 2 ? 1 : 2, () => this.#step(scope)).join('');
  }

  #openReference(scope: Scope): string {
    const random = this.#random;
    const root = random.weighted<string>([
      [4, () => `data.dNAME.${random.pick(['base', 'lst', 'obj'])}`],
      [1, () => 'data.dNAME'],
      [2, () => 'data.cNAME.base'],
      [3, () => `input.${random.pick(['a', 'b', 'x', 'y'])}`],
      [1, () => 'input'],
      [scope.open.length > 0 ? 3 : 0, () => random.pick(scope.open)],
    ]);
    return root + random.list(scope.depth > 2 ? 1 : 2, () => this.#step(scope)).join('');
  }

  #step(scope: Scope): string {
    const random = this.#random;
    if (random.chance(30)) return `.${random.pick(['a', 'b', 'x'])}`;
    if (random.chance(25)) return `[${random.pick(KEYS.map((key) => JSON.stringify(key)))}]`;
    return `[${this.#term({ ...scope, depth: scope.depth + 2 })}]`;
  }

  #term(scope: Scope): string {
    const random = this.#random;
    const inner = { ...scope, depth: scope.depth + 1 };
    const deep = scope.depth < 3 ? 1 : 0;
    return random.weighted<string>([
      [scope.vars.length > 0 ? 6 : 0, () => random.pick(scope.vars)],
      [2, () => random.pick(NUMBERS)],
      [2, () => random.pick(STRINGS)],
      [1, () => random.pick(['true', 'false', 'null'])],
      [3 * deep, () => this.#reference(inner)],
      [deep, () => `[${random.list(2, () => this.#term(inner)).join(', ')}]`],
      [deep, () => random.pick(['{}', '[]', 'set()', this.#object(1)])],
      [deep, () => `{${random.list(2, () => this.#term(inner), 1).join(', ')}}`],
      [deep, () => `(${this.#argument('number', inner)} ${random.pick(ARITHMETIC)} ${this.#argument('number', inner)})`],
      [2 * deep, () => this.#call(inner)],
      [deep, () => this.#comprehension(inner)],
    ]);
  }

  #call(scope: Scope): string {
    const random = this.#random;
    if (scope.functions.length > 0 && random.chance(50)) return `${random.pick(scope.functions)}(${this.#term(scope)})`;
    const [name, ...wants] = random.pick(CALLS);
    return `${name}(${wants.map((want) => this.#argument(want, scope)).join(', ')})`;
  }

  #argument(want: Want, scope: Scope): string {
    const random = this.#random;
    if (want === 'any') return this.#term(scope);
    if (want === 'open' || random.chance(60)) return this.#openReference(scope);
    return random.pick(want === 'number' ? NUMBERS : STRINGS);
  }
}
