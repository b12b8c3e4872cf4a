import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const MAIN = `package chaos

both := {"a": data.one.value, "b": data.two.value, "c": data.three}

endless := count([1 | some a in numbers.range(1, 1000000); some b in numbers.range(1, 1000000); a + b == 3])

cidrs := count(net.cidr_contains_matches(input.c, input.c))
`;

/** A policy folder that is changed whole, as Kubernetes changes a ConfigMap: a link is turned from one version to the next. */
export class PolicyFolder {
  readonly root: string;
  readonly #versions: string;
  #turns = 0;
  #old: string | undefined;

  constructor(base: string) {
    this.#versions = path.join(base, 'versions');
    this.root = path.join(base, 'policies');
    mkdirSync(this.#versions);
    this.save(0);
  }

  /** Two modules and a data file that carry the same number. */
  save(number: number): void {
    this.#turn({
      'main.rego': MAIN,
      'one.rego': `package one\n\nvalue := ${number}\n`,
      'two.rego': `package two\n\nvalue := ${number}\n`,
      'data.json': JSON.stringify({ three: number }),
    });
  }

  /** Carries a number that must never be seen. */
  saveBroken(): void {
    this.#turn({
      'main.rego': MAIN,
      'one.rego': 'package one\n\nvalue := -1\n',
      'two.rego': 'package two\n\nvalue := )\n',
      'data.json': '{"three":-1}',
    });
  }

  #turn(files: Readonly<Record<string, string>>): void {
    this.#turns += 1;
    const version = path.join(this.#versions, String(this.#turns));
    mkdirSync(version);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(version, name), text);
    const next = `${this.root}.next`;
    symlinkSync(version, next);
    renameSync(next, this.root);
    if (this.#old !== undefined) rmSync(this.#old, { recursive: true });
    this.#old = version;
  }
}
