import { closest, distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import { GatewayError } from '../errors.js';
import { listSettings } from './setting.js';

/** One thing that is wrong with the settings. */
export interface ConfigProblem {
  /** Dotted name of the setting or of the unknown key. */
  readonly setting: string;
  readonly message: string;
  /** `file:line:col`, the name of an environment variable, or `command line`. */
  readonly where: string;
}

/** Problems shown in the message of the error; the rest is in its details. */
const MAX_SHOWN = 10;

/** The nearest of `candidates`, when it is near enough to be a slip of the finger. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(word, candidates);
  // Two slips, or a third of a longer word; of short words, that would be another word.
  const slips = word.length < 4 ? word.length - 2 : Math.max(2, Math.floor(word.length / 3));
  return distance(word, best) <= slips ? best : undefined;
}

/** What an unknown key may have been meant to be: a sibling that is spelt alike, else a setting of that name elsewhere. */
function suggest(parent: readonly string[], key: string): string {
  const settings = listSettings().map((setting) => setting.path);
  const below = settings.filter((path) => parent.every((part, index) => path[index] === part));
  const siblings = [...new Set(below.map((path) => path[parent.length]).filter((part) => part !== undefined))];
  const sibling = nearest(key, siblings);
  if (sibling !== undefined) return ` Did you mean ${[...parent, sibling].join('.')}?`;
  const elsewhere = settings.filter((path) => `_${path.at(-1) ?? ''}`.endsWith(`_${key}`)).map((path) => path.join('.'));
  if (elsewhere.length > 0) return ` Did you mean ${elsewhere.slice(0, 3).join(' or ')}?`;
  return siblings.length > 0 ? ` Known here: ${siblings.join(', ')}.` : '';
}

/** One problem per finding of the schema; an unknown key is one each. `where` tells where a path was set. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  where: (path: readonly PropertyKey[]) => string,
): readonly ConfigProblem[] {
  return issues.flatMap((issue): ConfigProblem[] => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [{ setting: path.join('.'), message: issue.message, where: where(issue.path) }];
    return issue.keys.map((key) => ({
      setting: [...path, key].join('.'),
      message: `Unknown setting.${suggest(path, key)}`,
      where: where([...issue.path, key]),
    }));
  });
}

/** All problems as one error: a line each. */
export function configInvalid(problems: readonly ConfigProblem[]): GatewayError {
  const shown = problems.slice(0, MAX_SHOWN).map(({ where, setting, message }) => `${where}: ${setting}: ${message}`);
  const more = problems.length > MAX_SHOWN ? [`and ${problems.length - MAX_SHOWN} more`] : [];
  return new GatewayError('config_invalid', [...shown, ...more].join('\n'), { details: { problems } });
}
