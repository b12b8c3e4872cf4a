import type { CompiledPolicy, Entrypoint, RulePlace } from '../../policy/revision.js';

/** Root of OPA's data document in paths. */
export const DATA_ROOT = '/v1/data';

/** The part of a policy that tells what answers a path. */
export type Policy = Pick<CompiledPolicy, 'entrypoints'> & { readonly rules: readonly Pick<RulePlace, 'path'>[] };

/** How a path of the data document is answered. */
export type Plan =
  /** Evaluate an entrypoint, then walk into its value. */
  | { readonly kind: 'evaluate'; readonly entrypoint: string; readonly rest: readonly string[] }
  /** No rule has a say: look it up in the data files. */
  | { readonly kind: 'base' }
  /** Everything: what the data files hold and what the rules make. `roots` are the entrypoints that it takes; '' is all of them at once. */
  | { readonly kind: 'document'; readonly roots: readonly string[] };

interface Surface {
  /** Plans by path, as they were found. */
  readonly plans: Map<string, Plan>;
  readonly entrypoints: ReadonlyMap<string, Entrypoint['kind']>;
  /** First segments under which rules live. */
  readonly roots: readonly string[];
}

const surfaces = new WeakMap<Policy, Surface>();

/** Callers choose the paths, so only so many plans are kept; most callers ask the same few. */
const MAX_PLANS = 1024;

/** Finds the part of a policy that answers a path: the longest entrypoint that the path is or lies below. */
export function resolve(policy: Policy, path: readonly string[]): Plan {
  const surface = surfaceOf(policy);
  // A slash inside a segment would make two paths look alike.
  const plain = path.findIndex((segment) => segment.includes('/'));
  if (plain !== -1) return find(policy, surface, path, plain);
  const key = path.join('/');
  const known = surface.plans.get(key);
  if (known !== undefined) return known;
  const plan = find(policy, surface, path, path.length);
  if (surface.plans.size >= MAX_PLANS) surface.plans.clear();
  surface.plans.set(key, plan);
  return plan;
}

/** `nameable` segments from the start can be part of the name of an entrypoint. */
function find(policy: Policy, { entrypoints, roots }: Surface, path: readonly string[], nameable: number): Plan {
  if (path.length === 0) return { kind: 'document', roots };
  for (let length = nameable; length > 0; length -= 1) {
    const entrypoint = path.slice(0, length).join('/');
    const kind = entrypoints.get(entrypoint);
    if (kind === undefined) continue;
    const rest = path.slice(length);
    // A package does not answer for what lies below it unless a rule is there: private rules are reached through their package.
    const answers = rest.length === 0 || kind === 'rule' || ruleAlong(policy, path);
    return answers ? { kind: 'evaluate', entrypoint, rest } : { kind: 'base' };
  }
  return { kind: 'base' };
}

function surfaceOf(policy: Policy): Surface {
  const known = surfaces.get(policy);
  if (known !== undefined) return known;
  const entrypoints = new Map(policy.entrypoints.map(({ path, kind }) => [path, kind]));
  const roots = entrypoints.has('') ? [''] : [...new Set([...entrypoints.keys()].map((path) => path.split('/', 1)[0] ?? path))];
  const surface: Surface = { entrypoints, roots, plans: new Map() };
  surfaces.set(policy, surface);
  return surface;
}

/** True when a rule lies at the path, above it or below it. */
export function ruleAlong(policy: Policy, path: readonly string[]): boolean {
  return policy.rules.some(({ path: rule }) => {
    const length = Math.min(rule.length, path.length);
    for (let index = 0; index < length; index += 1) if (rule[index] !== path[index]) return false;
    return true;
  });
}

/** The segments of a path below a root, decoded. Empty segments count for nothing. Undefined when one cannot be in a path. */
export function segmentsOf(path: string): readonly string[] | undefined {
  const segments: string[] = [];
  for (const part of path.split('/')) {
    if (part === '') continue;
    const segment = decode(part);
    if (segment.includes('"')) return undefined;
    segments.push(segment);
  }
  return segments;
}

/** A segment that is no valid encoding stands for itself, as in OPA. */
function decode(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch (thrown) {
    if (thrown instanceof URIError) return part;
    throw thrown;
  }
}
