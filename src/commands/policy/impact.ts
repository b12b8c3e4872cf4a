import { statSync } from 'node:fs';
import { Args } from '@oclif/core';
import { decisionFilter } from '../../cli/decision-flags.js';
import { ADDRESS_FLAGS, POLICY_FLAGS } from '../../cli/flags.js';
import { IMPACT_FLAGS, impactLimit } from '../../cli/impact-flags.js';
import { localImpact } from '../../cli/local-impact.js';
import type { LocalFlags, LocalFolder } from '../../cli/local-policy.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { renderImpactJunit } from '../../cli/render-impact-junit.js';
import { renderImpact } from '../../cli/render-impact.js';
import { configFromFlags } from '../../cli/settings.js';
import { childEnvironment } from '../../config/environment.js';
import { ERRORS, GatewayError } from '../../errors.js';
import { overBudget } from '../../impact/budget.js';
import { replayApart } from '../../impact/replay-apart.js';
import type { Impact } from '../../impact/report.js';

export default class PolicyImpact extends LocalPolicyCommand {
  static override summary = 'Say what an edit does to decisions that were recorded';
  static override description =
    'Runs recorded inputs on the folder, or a kept revision, and on what serves, and tells what comes out otherwise: first how many decisions can tell, then by path what is let through or refused now and was not before, new errors, how long it takes, and examples. A gateway may run, or none. With --log the decisions are those of an export, compared with what was decided then: that needs neither a gateway nor its data folder. Exit codes: 0 measured, 1 over --fail-on.';
  static override examples = [
    { description: 'Whom the edit of the folder will hit', command: '<%= config.bin %> policy impact ./policies' },
    {
      description: 'For CI, on an export',
      command: '<%= config.bin %> policy impact ./policies --log decisions.jsonl --fail-on deny_to_allow=0',
    },
    { description: 'Of going back', command: '<%= config.bin %> policy impact previous --since 1h --path defenseclaw/firewall' },
  ];
  static override args = {
    candidate: Args.string({
      ignoreStdin: true,
      description:
        'Folder of .rego and data files, or a kept revision: previous, ~N, a number of the history, the first digits (default: the folder that other commands take)',
    }),
  };
  static override flags = { ...ADDRESS_FLAGS, ...POLICY_FLAGS, ...IMPACT_FLAGS };

  async run(): Promise<Impact & { readonly over: readonly string[] }> {
    const { args, flags } = await this.parse(PolicyImpact);
    const { log, format, path, since, 'fail-on': budget = {} } = flags;
    if (this.jsonEnabled() && format === 'junit') throw new GatewayError('usage', '--json and --format junit ask for two shapes');
    if (log !== undefined && !isKind(log, 'isFile')) throw new GatewayError('usage', `--log: there is no file ${log}`);
    const { paths, gates, evaluation, compiler } = configFromFlags(flags);
    const work = localImpact(flags, this.config.version, {
      candidate: await this.#candidate(args.candidate, flags),
      from: flags.from ?? (log === undefined ? 'serving' : 'recorded'),
      decisions: log === undefined ? { folder: paths.decisionsDir } : { file: log },
      filter: decisionFilter({ path, since }),
      limit: impactLimit(flags, gates.impact_sample),
      maxMemoryMb: evaluation.max_memory_mb,
      replay: replayApart({ compilerPath: compiler.path, env: childEnvironment() }),
    });
    const impact = await this.whileWaiting(work, 'running recorded decisions');
    const over = overBudget(impact, budget);
    this.log(format === 'junit' ? renderImpactJunit(impact, budget) : renderImpact(impact, this.paint, true, this.columns));
    for (const line of over) this.logToStderr(`${this.paintError('red', 'over')}: ${line}`);
    if (impact.replayed === 0)
      this.logToStderr(`${this.paintError('yellow', 'warning')}: no decision was run again, so this says nothing of the edit`);
    if (over.length > 0) this.endWith(ERRORS.policy_impact.exit);
    return { ...impact, over };
  }

  async #candidate(named: string | undefined, flags: LocalFlags): Promise<LocalFolder | string> {
    if (named === undefined || isKind(named, 'isDirectory')) return this.folder({ args: { dir: named }, flags });
    if (/[/\\]/u.test(named)) throw new GatewayError('policy_dir_missing', `there is no folder ${named}`);
    if (flags['rego-dir'] !== undefined)
      throw new GatewayError('usage', `Expected one candidate, got ${named} and --rego-dir ${flags['rego-dir']}`);
    return named;
  }
}

function isKind(name: string, kind: 'isFile' | 'isDirectory'): boolean {
  return statSync(name, { throwIfNoEntry: false })?.[kind]() === true;
}
