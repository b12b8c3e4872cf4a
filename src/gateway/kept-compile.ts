import { createHash } from 'node:crypto';
import { compilerStamp } from '../compiler/stamp.js';
import type { DataMerge, Gate, PolicyCompile } from '../engine/candidate.js';
import type { History } from '../history/history.js';
import { documentApart } from '../policy/merge-apart.js';

export interface MakerOptions {
  /** Path of the compiler, when it is configured. */
  readonly compilerPath: string | undefined;
  readonly hosted: readonly string[];
  readonly overrides: readonly string[];
}

/** Names what compiles now: the compiler's build and what the host offers it. Undefined while there is no compiler. */
export function currentMaker({ compilerPath, hosted, overrides }: MakerOptions): string | undefined {
  const stamp = compilerStamp({ override: compilerPath });
  if (stamp === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([stamp, hosted, overrides]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * What was compiled before by the same compiler is not compiled again. Without a compiler what any of them made has to do: it did serve.
 */
export function keptFirst(history: Pick<History, 'compiled'>, maker: () => string | undefined, compile: PolicyCompile): PolicyCompile {
  return async (source) => (await history.compiled(source.modulesId, maker())) ?? compile(source);
}

/** At a start, what was merged before, and went through without a word, is not merged again. */
export function mergedBefore(history: Pick<History, 'merged'>, merge: DataMerge): DataMerge {
  return async (source, policy) => {
    const data = await history.merged(source.id);
    return data === undefined ? merge(source, policy) : { data, document: await documentApart(data), conflicts: [], missing: [] };
  };
}

/**
 * Gates that say the same of the same revision, whatever serves: at a start, what went through them before without a word goes through them
 * again unseen. Asking them takes longer than everything else of such a start.
 */
export function passedBefore(history: Pick<History, 'passed'> | undefined, serves: () => boolean, gates: readonly Gate[]): Gate {
  return async (candidate, options) => {
    if (history !== undefined && !serves() && (await history.passed(candidate.source.id))) return [];
    const found = [];
    for (const gate of gates) found.push(...(await gate(candidate, options)));
    return found;
  };
}
