import { buildFolder } from '../gateway/build-folder.js';
import { measureImpact } from '../gateway/measure-impact.js';
import type { ImpactQuestion, ImpactSide } from '../gateway/measure-impact.js';
import type { Impact } from '../impact/report.js';
import { withLocalHistory } from './local-history.js';
import { withLocalPolicy } from './local-policy.js';
import type { LocalFolder } from './local-policy.js';
import type { SettingFlags } from './settings.js';

export interface LocalImpact extends Omit<ImpactQuestion, 'before' | 'after' | 'from'> {
  /** A folder, or what the history calls a revision. */
  readonly candidate: LocalFolder | string;
  /** The same, or `recorded`. */
  readonly from: string;
  readonly decisions: ImpactQuestion['from'];
}

/** What an edit does to recorded decisions, measured by this process. Only kept revisions need a history. Throws `policy_*`, `history_*`, `evaluation_*`. */
export function localImpact(flags: SettingFlags, version: string, { candidate, from, decisions, ...asked }: LocalImpact): Promise<Impact> {
  const measure = (before: ImpactSide | undefined, after: ImpactSide): Promise<Impact> =>
    measureImpact({ ...asked, from: decisions, before, after });
  if (typeof candidate !== 'string' && from === 'recorded') {
    return withLocalPolicy(candidate, async ({ parts, dir }) => measure(undefined, await buildFolder(parts, await parts.reader.read(dir))));
  }
  return withLocalHistory(flags, version, async (history) => {
    const before = from === 'recorded' ? undefined : await history.built(from);
    return measure(before, await history.built(typeof candidate === 'string' ? candidate : candidate.dir));
  });
}
