import type { CompiledPolicy, RuleClause } from '../../policy/revision.js';

/** One rule by name. */
export interface RuleName {
  /** Dotted, without `data`. */
  readonly package: string;
  readonly rule: string;
  readonly kind: RuleClause['kind'];
}

export interface DefaultChange extends Omit<RuleName, 'kind'> {
  /** Rego text; absent where there is no default. */
  readonly from?: string;
  readonly to?: string;
}

export interface RuleChanges {
  readonly added: readonly RuleName[];
  readonly removed: readonly RuleName[];
  readonly changed: readonly RuleName[];
  readonly defaults: readonly DefaultChange[];
}

/** What compared policies have to say of their rules. */
export type RuleSurface = Pick<CompiledPolicy, 'rules' | 'packages'>;

interface Rule extends RuleName {
  readonly digests: string[];
  readonly file: string;
  default?: string;
}

/** Rules of `before` and `after` by path; layout and comments do not count. */
export function compareRules(before: RuleSurface, after: RuleSurface): RuleChanges {
  const old = rulesOf(before);
  const now = rulesOf(after);
  const changes = { added: [] as RuleName[], removed: [] as RuleName[], changed: [] as RuleName[], defaults: [] as DefaultChange[] };
  for (const path of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const was = old.get(path);
    const is = now.get(path);
    if (was === undefined && is !== undefined) changes.added.push(nameOf(is));
    else if (was !== undefined && is === undefined) changes.removed.push(nameOf(was));
    else if (was !== undefined && is !== undefined && was.digests.sort().join() !== is.digests.sort().join())
      changes.changed.push(nameOf(is));
    if (was?.default !== is?.default) changes.defaults.push(defaultChange(was, is));
  }
  return changes;
}

function rulesOf({ rules, packages }: RuleSurface): Map<string, Rule> {
  const names = new Set(packages);
  const found = new Map<string, Rule>();
  for (const { path, file, kind, digest, default: value } of rules) {
    const key = path.join('.');
    const length = packageLength(path, names);
    const rule = found.get(key) ?? {
      package: path.slice(0, length).join('.'),
      rule: path.slice(length).join('.'),
      kind,
      file,
      digests: [],
    };
    rule.digests.push(digest);
    if (value !== undefined) rule.default = value;
    found.set(key, rule);
  }
  return found;
}

/** The longest package that the path begins with: a rule may have dots of its own. */
function packageLength(path: readonly string[], packages: ReadonlySet<string>): number {
  for (let length = path.length - 1; length > 0; length--) if (packages.has(path.slice(0, length).join('.'))) return length;
  return path.length - 1;
}

function nameOf({ package: name, rule, kind }: Rule): RuleName {
  return { package: name, rule, kind };
}

function defaultChange(was: Rule | undefined, is: Rule | undefined): DefaultChange {
  const { package: name = '', rule = '' } = is ?? was ?? {};
  return {
    ...{ package: name, rule },
    ...(was?.default === undefined ? {} : { from: was.default }),
    ...(is?.default === undefined ? {} : { to: is.default }),
  };
}
