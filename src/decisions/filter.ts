import { leastIdOf } from './decision-id.js';
import { revisionOf } from './record.js';
import type { DecisionRecord } from './record.js';

/** Which records are meant; what is left out does not matter. */
export interface DecisionFilter {
  /** The path itself, or one above it. With or without a leading slash. */
  readonly path?: string | undefined;
  /** `custom.verdict`. */
  readonly result?: string | undefined;
  /** First digits of the revision. */
  readonly revision?: string | undefined;
  /** `custom.agent`. */
  readonly agent?: string | undefined;
  /** Times in ms since 1970: not before, and before. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** True for the records that are meant. */
export function matches(record: DecisionRecord, { path, result, revision, agent }: DecisionFilter): boolean {
  if (path !== undefined && !isBelow(record.path, slashPath(path))) return false;
  if (result !== undefined && record.custom.verdict !== result) return false;
  if (revision !== undefined && revisionOf(record)?.startsWith(revision) !== true) return false;
  return agent === undefined || record.custom.agent === agent;
}

/** Ids of the times that are meant lie between these: the first is meant, the last is not. */
export function idBounds({ since, until }: DecisionFilter): { readonly from: string; readonly to: string } {
  return { from: since === undefined ? '' : leastIdOf(since), to: until === undefined ? '~' : leastIdOf(until) };
}

function isBelow(path: string, above: string): boolean {
  return above === '' || path === above || path.startsWith(`${above}/`);
}

/** Without slashes around it. */
export function slashPath(path: string): string {
  return path.replace(/^\/+|\/+$/gu, '');
}
