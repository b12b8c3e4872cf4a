import { Flags } from '@oclif/core';
import { parseDuration } from '../config/duration.js';
import type { DecisionFilter } from '../decisions/filter.js';
import { readExport } from '../decisions/exported.js';
import { openDecisions } from '../decisions/reader.js';
import type { ReadOptions } from '../decisions/reader.js';
import type { KeptDecision } from '../decisions/record.js';
import { GatewayError } from '../errors.js';
import { configFromFlags } from './settings.js';
import type { SettingFlags } from './settings.js';

/** Which decisions are meant. */
export const DECISION_FLAGS = {
  path: Flags.string({ description: 'Only of this path and those below it, e.g. defenseclaw/firewall' }),
  result: Flags.string({ description: 'Only what came to this word: allow, deny, true, false, undefined, error, ...' }),
  revision: Flags.string({ description: 'Only of this revision, by its first digits' }),
  agent: Flags.string({ description: 'Only of the agent that calls itself so (X-DefenseClaw-Agent-Id)' }),
};

/** And when they were made. */
export const TIME_FLAGS = {
  since: Flags.string({ description: 'From this time on: a time (ISO 8601), or how long ago (15m, 24h)' }),
  until: Flags.string({ description: 'Before this time' }),
};

/** Records that are not those of the data folder. */
export const EXPORT_FLAGS = {
  file: Flags.string({ char: 'f', description: 'Read this export, one record a line, instead of the data folder' }),
};

interface DecisionFlagValues extends SettingFlags, Omit<DecisionFilter, 'since' | 'until'> {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly file?: string | undefined;
}

/** Folder of the kept decisions. */
export function decisionsFolder(flags: SettingFlags): string {
  return configFromFlags(flags).paths.decisionsDir;
}

/** The filter that the flags ask for. Throws `usage` for a time that is none. */
export function decisionFilter({ path, result, revision, agent, since, until }: DecisionFlagValues): DecisionFilter {
  return { path, result, revision, agent, since: timeOf('since', since), until: timeOf('until', until) };
}

/** The records that the flags ask for, out of the data folder or an export, whose order is its own. */
export function readDecisions(
  flags: DecisionFlagValues,
  options: Pick<ReadOptions, 'order' | 'limit'>,
): AsyncGenerator<KeptDecision, void> {
  const filter = decisionFilter(flags);
  if (flags.file === undefined) return openDecisions(decisionsFolder(flags)).read({ ...filter, ...options });
  return readExport(flags.file, { ...filter, limit: options.limit });
}

/** The kept decision of an id. Throws `decision_unknown`. */
export async function keptDecision(flags: SettingFlags, id: string): Promise<KeptDecision> {
  const kept = await openDecisions(decisionsFolder(flags)).find(id);
  if (kept === undefined) throw new GatewayError('decision_unknown', `no decision ${id} is kept`);
  return kept;
}

function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ago = /[a-z]$/u.test(text) ? parseDuration(text) : undefined;
  const ms = ago === undefined ? Date.parse(text) : Date.now() - ago;
  if (!Number.isNaN(ms)) return ms;
  throw new GatewayError('usage', `--${flag}: expected a time such as 2026-01-31T12:00:00Z, or how long ago, such as 15m, got ${text}`);
}
