import { dataOf, modulesOf } from './fuzz-case.js';
import { generate } from './generate.js';
import { knownDifference } from './known-differences.js';
import { runCases } from './run-cases.js';
import type { Difference, FuzzParts } from './run-cases.js';
import { kind, shrink } from './shrink.js';

/** Cases that are compiled together. */
const BATCH = 50;

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** Differences that are shrunk: each takes some hundred evaluations. */
  readonly maxShrunk: number;
  readonly onDifference?: (difference: Difference) => void;
  readonly onProgress?: (done: number, compared: number, differences: number) => void;
}

export interface FuzzReport {
  readonly cases: number;
  /** Cases that OPA's compiler takes. */
  readonly compared: number;
  /** Cases with a difference that is not known, each once. */
  readonly different: readonly Difference[];
  /** Cases with a known difference alone, by its name. */
  readonly known: ReadonlyMap<string, number>;
}

/** Makes cases from `seed` on and compares both engines on them. */
export async function fuzz(parts: FuzzParts, options: FuzzOptions): Promise<FuzzReport> {
  const different: Difference[] = [];
  const known = new Map<string, number>();
  const shrunk = new Map<string, number>();
  let compared = 0;
  for (let done = 0; done < options.cases; done += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, options.cases - done) }, (_, index) => generate(options.seed + done + index));
    const run = await runCases(parts, batch);
    compared += run.compared;
    for (const name of knownPerCase(run.differences)) known.set(name, (known.get(name) ?? 0) + 1);
    for (const found of onePerCase(run.differences.filter((difference) => knownDifference(difference, run.differences) === undefined))) {
      const seen = shrunk.get(kind(found)) ?? 0;
      shrunk.set(kind(found), seen + 1);
      const small = seen < options.maxShrunk ? await shrink(parts, found) : found;
      different.push(small);
      if (seen < options.maxShrunk) options.onDifference?.(small);
    }
    options.onProgress?.(done + batch.length, compared, different.length);
  }
  return { cases: options.cases, compared, different, known };
}

function knownPerCase(differences: readonly Difference[]): string[] {
  return onePerCase(differences).flatMap((difference) => knownDifference(difference, differences)?.name ?? []);
}

function onePerCase(differences: readonly Difference[]): Difference[] {
  return [...new Map(differences.map((difference) => [difference.case.seed, difference])).values()];
}

/** A difference as a person can try it. */
export function describeDifference({ case: found, entrypoint, input, wasm, topdown }: Difference): string {
  return [
    `seed ${found.seed}: ${entrypoint.replaceAll('NAME', '')}`,
    ...modulesOf(found, '').map(({ text }) => text),
    `data: {${dataOf(found, '').join(',')}}`,
    `input: ${input ?? 'undefined'}`,
    `OPA:     ${topdown}`,
    `gateway: ${wasm}`,
  ].join('\n');
}
