import { GatewayError } from '../errors.js';
import type { RuleInfo } from './protocol.js';
import type { WireBuildResult, WireLists } from './wire.js';

/** What a build lists of its modules. */
export interface PolicyLists extends Pick<WireLists, 'rules'> {
  readonly entrypoints: NonNullable<WireLists['entrypoints']>;
  readonly packages: NonNullable<WireLists['packages']>;
}

/** The lists of a build under the name that the service gave them: of the next one it tells only what is different. */
export interface KnownLists extends Omit<PolicyLists, 'rules'> {
  readonly id: string;
  /** In the order of the service. */
  readonly rulesByFile: ReadonlyMap<string, readonly RuleInfo[]>;
}

/** The whole lists of an answer to a request that named `had`, and what to name in the next one. Throws `compiler_protocol`. */
export function wholeLists(
  answer: Pick<WireBuildResult, keyof WireLists>,
  had: KnownLists | undefined,
): { readonly lists: PolicyLists; readonly known: KnownLists | undefined } {
  const { lists: id, shortened = false, rules: told, gone = [] } = answer;
  if (shortened && had === undefined) throw missing();
  const rulesByFile = shortened && had !== undefined ? revised(had.rulesByFile, told, gone) : byFile(told);
  const entrypoints = answer.entrypoints ?? had?.entrypoints;
  const packages = answer.packages ?? had?.packages;
  if (entrypoints === undefined || packages === undefined) throw missing();
  const rules = shortened ? [...rulesByFile.values()].flat() : told;
  const lists = { entrypoints, packages, rules };
  return { lists, known: id === undefined ? undefined : { id, entrypoints, packages, rulesByFile } };
}

function missing(): GatewayError {
  return new GatewayError('compiler_protocol', 'The Rego compiler left lists out that were never sent.');
}

function byFile(rules: readonly RuleInfo[]): Map<string, RuleInfo[]> {
  const files = new Map<string, RuleInfo[]>();
  for (const rule of rules) {
    const others = files.get(rule.file);
    if (others === undefined) files.set(rule.file, [rule]);
    else others.push(rule);
  }
  return files;
}

function revised(
  before: ReadonlyMap<string, readonly RuleInfo[]>,
  changed: readonly RuleInfo[],
  gone: readonly string[],
): ReadonlyMap<string, readonly RuleInfo[]> {
  const files = new Map(before);
  for (const file of gone) files.delete(file);
  const left = files.size;
  for (const [file, rules] of byFile(changed)) files.set(file, rules);
  // A file that came stands behind all others now.
  return files.size === left ? files : new Map([...files].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}
