import path from 'node:path';
import type { Settings } from './schema.js';
import { PACK_NAME } from './sections/guardrail.js';

/** The rule pack that is read unless another is named. */
export const DEFAULT_PACK = 'default';

export interface ChosenPack {
  readonly name: string;
  readonly warnings: readonly string[];
}

/** Packs are part of the policy folder: read, hashed and swapped with it. So of a folder that is named elsewhere the name alone counts. */
export function chooseRulePack(
  { rule_pack: name, rule_pack_dir: folder }: Settings['guardrail'],
  policyDir: string | undefined,
  resolve: (folder: string) => string,
): ChosenPack {
  if (name !== undefined || folder === undefined || policyDir === undefined) return { name: name ?? DEFAULT_PACK, warnings: [] };
  const named = resolve(folder);
  const last = path.basename(named);
  const read = path.join(policyDir, 'guardrail', PACK_NAME.test(last) ? last : DEFAULT_PACK);
  const warnings =
    named === read ? [] : [`guardrail.rule_pack_dir is ${named}: rule packs are read from the policy folder, this one as ${read}`];
  return { name: path.basename(read), warnings };
}
