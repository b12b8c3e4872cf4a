import { statSync } from 'node:fs';
import path from 'node:path';
import { Flags } from '@oclif/core';
import { POLICY_ARGS, POLICY_FLAGS } from '../../../cli/flags.js';
import { withLocalHistory } from '../../../cli/local-history.js';
import { LocalPolicyCommand } from '../../../cli/local-policy-command.js';
import { withLocalPolicy } from '../../../cli/local-policy.js';
import type { LocalPolicy } from '../../../cli/local-policy.js';
import { renderDiagnostics } from '../../../cli/render-diagnostics.js';
import { renderSuites } from '../../../cli/render-suites.js';
import { asGatewayError, ERRORS } from '../../../errors.js';
import { buildFolder } from '../../../gateway/build-folder.js';
import type { BuiltSide } from '../../../gateway/build-folder.js';
import { runSuites } from '../../../gateway/run-suites.js';
import type { SuiteReport } from '../../../gateway/run-suites.js';

export default class InspectSuiteRun extends LocalPolicyCommand {
  static override summary = 'Ask the inspector about the suites of a policy folder: attacks that it has to flag, and honest inputs';
  static override description =
    'Runs each line of suites/*.jsonl through the local scan, the facts and the guardrail policy of the folder, as a gateway in action mode without a judge would, and tells precision, recall and what became of each kind by suite, each mistake, and each sample that the serving revision answers otherwise. A gateway may run, or none. Exit codes: 0 within gates.suites_budget; 1 over it, a line is no sample, or there are none; 2 usage.';
  static override examples = [
    '<%= config.bin %> inspect suite run ./policies',
    '<%= config.bin %> inspect suite run --from previous',
    '<%= config.bin %> inspect suite run ./policies --json',
  ];
  static override args = POLICY_ARGS;
  static override flags = {
    ...POLICY_FLAGS,
    from: Flags.string({
      description:
        'What is compared with: serving, previous, ~N, a number of the history, the first digits, or a folder (default: serving, where anything served)',
    }),
  };

  async run(): Promise<SuiteReport> {
    const { args, flags } = await this.parse(InspectSuiteRun);
    const work = this.withPolicy({ args, flags }, async (local) => {
      const [after, before] = [await built(local), await this.#before(flags, local)];
      return runSuites(after, before, local.config);
    });
    const report = await this.whileWaiting(work, 'asking the inspector');
    this.log(renderSuites(report, this.paint, this.columns));
    if (report.diagnostics.length > 0) {
      this.logToStderr(renderDiagnostics(report.diagnostics, this.paintError, this.errorColumns));
      this.endWith(ERRORS.policy_suites_failed.exit);
    }
    return report;
  }

  /** Where nothing was asked for, nothing that serves is no failure. */
  async #before(
    flags: Parameters<typeof withLocalHistory>[0] & { readonly from?: string | undefined },
    local: LocalPolicy,
  ): Promise<BuiltSide | undefined> {
    if (flags.from !== undefined && statSync(flags.from, { throwIfNoEntry: false })?.isDirectory() === true) {
      return withLocalPolicy({ ...local, dir: path.resolve(flags.from) }, built);
    }
    try {
      return await withLocalHistory(flags, this.config.version, (history) => history.built(flags.from ?? 'serving'));
    } catch (thrown) {
      if (flags.from === undefined && asGatewayError(thrown).code === 'history_unknown') return undefined;
      throw thrown;
    }
  }
}

async function built({ parts, dir }: LocalPolicy): Promise<BuiltSide> {
  return buildFolder(parts, await parts.reader.read(dir));
}
