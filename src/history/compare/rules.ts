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
  /** Of its clauses: equal for equal rules. */
  readonly digest: string;
  readonly default: string | undefined;
}

/** Rules of `before` and `after` by path; layout and comments do not count. */
export function compareRules(before: RuleSurface, after: RuleSurface): RuleChanges {
  const touched = new Set([...clausesOfOne(before, after), ...clausesOfOne(after, before)].map(keyOf));
  const old = collect(before, touched);
  const now = collect(after, touched);
  const changes = { added: [] as RuleName[], removed: [] as RuleName[], changed: [] as RuleName[], defaults: [] as DefaultChange[] };
  for (const path of pathsThatDiffer(old, now)) {
    const was = old.get(path);
    const is = now.get(path);
    if (was === undefined && is !== undefined) changes.added.push(nameOf(is));
    else if (was !== undefined && is === undefined) changes.removed.push(nameOf(was));
    else if (is !== undefined) changes.changed.push(nameOf(is));
    if (was?.default !== is?.default) changes.defaults.push(defaultChange(was, is));
  }
  return changes;
}

function pathsThatDiffer(old: Rules, now: Rules): string[] {
  const gone = [...old.keys()].filter((path) => !now.has(path));
  const here = [...now].filter(([path, { digest }]) => old.get(path)?.digest !== digest).map(([path]) => path);
  return [...gone, ...here].sort();
}

type Rules = ReadonlyMap<string, Rule>;

/** Of modules that an edit left as they were, both policies have the very same clauses: nothing of these has to be looked at. */
function clausesOfOne(one: RuleSurface, other: RuleSurface): readonly RuleClause[] {
  const shared = new Set(other.rules);
  return one.rules.filter((clause) => !shared.has(clause));
}

function keyOf({ path }: RuleClause): string {
  return path.join('.');
}

/** The rules at the paths that are named, with all of their clauses. */
function collect({ rules, packages }: RuleSurface, keys: ReadonlySet<string>): Rules {
  if (keys.size === 0) return new Map();
  const names = new Set(packages);
  const clauses = new Map<string, RuleClause[]>();
  for (const clause of rules) {
    const key = keyOf(clause);
    if (!keys.has(key)) continue;
    const others = clauses.get(key);
    if (others === undefined) clauses.set(key, [clause]);
    else others.push(clause);
  }
  return new Map([...clauses].map(([key, ofRule]) => [key, ruleOf(ofRule, names)]));
}

function ruleOf(clauses: readonly RuleClause[], packages: ReadonlySet<string>): Rule {
  const { path = [], kind = 'complete' } = clauses[0] ?? {};
  const length = packageLength(path, packages);
  const digests = clauses.map(({ digest }) => digest).sort();
  const values = clauses.flatMap((clause) => clause.default ?? []);
  return {
    package: path.slice(0, length).join('.'),
    rule: path.slice(length).join('.'),
    kind,
    digest: `${digests.join()} ${values.at(-1) ?? ''}`,
    default: values.at(-1),
  };
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
