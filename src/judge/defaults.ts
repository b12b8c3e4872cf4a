import { readFileSync } from 'node:fs';
import type { SourceFile } from '../policy/source-set.js';
import { JUDGE_KINDS, KINDS } from './kinds.js';

/** The judge files that ship with the gateway: what holds for every kind that a policy folder says nothing about. */
export function shippedJudgeFiles(): readonly SourceFile[] {
  return JUDGE_KINDS.map((kind) => {
    const path = `judge/${KINDS[kind].file}.yaml`;
    // `src/judge` and `dist/judge` lie equally deep below the package.
    return { path, bytes: readFileSync(new URL(`../../policies/${path}`, import.meta.url)) };
  });
}
