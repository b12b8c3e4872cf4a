import type { DecisionFilter } from '../decisions/filter.js';
import { effectsOf } from '../history/compare/effects.js';
import type { ReplayApart, ReplayRequest } from '../impact/replay-apart.js';
import type { Impact } from '../impact/report.js';
import type { Side } from '../impact/sides.js';
import type { CompiledPolicy } from '../policy/revision.js';

/** A revision, or what may become one. */
export interface ImpactSide {
  /** Full id. */
  readonly id: string;
  readonly policy: CompiledPolicy;
  readonly data: Uint8Array;
}

export interface ImpactQuestion {
  /** Undefined: decisions are compared with what was recorded of them. */
  readonly before: ImpactSide | undefined;
  readonly after: ImpactSide;
  readonly from: ReplayRequest['from'];
  readonly filter?: DecisionFilter;
  readonly limit: number;
  readonly maxMemoryMb: number;
  readonly replay: ReplayApart;
  /** Ends it; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

const MIB = 1024 * 1024;

/** What an edit does to recorded decisions. Throws as {@link ReplayApart}. */
export async function measureImpact(question: ImpactQuestion): Promise<Impact> {
  const { before, after, from, filter = {}, limit, maxMemoryMb, replay: replayOn, signal } = question;
  const start = performance.now();
  const replay = await replayOn(
    {
      before: before === undefined ? undefined : sideOf(before),
      after: sideOf(after),
      maxMemoryBytes: maxMemoryMb * MIB,
      ...{ from, filter, limit },
    },
    signal,
  );
  const effects = before === undefined ? undefined : effectsOf(before, after);
  const rules = effects === undefined ? [] : Object.values(effects.rules).flat();
  const { packages } = after.policy;
  return {
    ...replay,
    from: before?.id ?? 'recorded',
    to: after.id,
    paths: replay.paths.map((path) => ({ ...path, changed: [...rulesOf(path.path, packages, rules), ...(effects?.data ?? [])] })),
    duration_ms: Math.round((performance.now() - start) * 10) / 10,
  };
}

/** As it is handed to what replays. */
export function sideOf({ id, policy: { library, code, builtins }, data }: ImpactSide): Side {
  return { id, library: { id: library.id, code: library.code }, code, builtins, data };
}

/** The rules that differ in the package that answers the path; all of them when it has none: it may use those of others. */
function rulesOf(path: string, packages: readonly string[], rules: readonly string[]): readonly string[] {
  const dotted = path.replaceAll('/', '.');
  const own = packages.filter((name) => dotted === name || dotted.startsWith(`${name}.`)).map((name) => `data.${name}.`);
  const found = rules.filter((rule) => own.some((prefix) => rule.startsWith(prefix)));
  return found.length > 0 ? found : rules;
}
