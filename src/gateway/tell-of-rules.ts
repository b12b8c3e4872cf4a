import type { Engine } from '../engine/engine.js';
import type { Log } from '../log.js';
import type { Revision } from '../policy/revision.js';
import { revisionRules } from '../judge/pack/pack-rules.js';

/** Says at the start, and whenever it becomes so, that the local scan of what serves looks for nothing. */
export function tellOfRules(engine: Pick<Engine, 'current' | 'on' | 'serving'>, log: Log): void {
  let seen: Revision | undefined;
  let told = false;
  const look = async (): Promise<void> => {
    const revision = engine.current;
    if (revision === undefined || revision === seen) return;
    seen = revision;
    const { categories } = await revisionRules(revision);
    const none = categories.every(({ patterns }) => patterns.length === 0);
    if (none && !told)
      log.warn({}, 'the local scan has no rules: no data.guardrail.patterns, and no rule pack in guardrail/ of the policy folder');
    told = none;
  };
  const quietly = (): void => void look().catch((err: unknown) => log.error({ err }, 'the rules of the local scan cannot be read'));
  void engine.serving.then(quietly);
  engine.on('reloaded', quietly);
}
