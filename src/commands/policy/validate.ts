import { Flags } from '@oclif/core';
import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { interruptedOrUnread } from '../../cli/interrupted.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { count, renderDiagnostics } from '../../cli/render-diagnostics.js';
import { renderInventory } from '../../cli/render-validation.js';
import { toGithub, toSarif, toUnix } from '../../cli/report-findings.js';
import { validatePolicy } from '../../gateway/validate-policy.js';
import type { Validation } from '../../gateway/validate-policy.js';
import { asGatewayError, ERRORS } from '../../errors.js';
import type { GatewayError } from '../../errors.js';

const FORMATS = ['pretty', 'json', 'github', 'sarif', 'unix'] as const;

type Format = (typeof FORMATS)[number];

/** Around each round of --watch. */
const ROUND_BEGINS = 'checking again';
const ROUND_ENDS = 'watching for changes';

export default class PolicyValidate extends LocalPolicyCommand {
  static override summary = 'Check a policy folder without serving it';
  static override description =
    'Compiles every module, tests included, merges the data files and checks what the six decision domains need from them, and says what each file of the folder is. Unused imports and variables, and paths of data that nothing defines, are warnings. Needs no opa binary. Exit codes: 0 valid, 1 errors, or warnings with --strict.';
  static override examples = [
    '<%= config.bin %> policy validate',
    '<%= config.bin %> policy validate ./policies --strict',
    '<%= config.bin %> policy validate --format sarif > policies.sarif',
    '<%= config.bin %> policy validate --watch --format unix',
  ];
  static override args = POLICY_ARGS;
  static override flags = {
    ...POLICY_FLAGS,
    watch: Flags.boolean({ char: 'w', description: 'Check again whenever a file of the folder changes', exclusive: ['json'] }),
    strict: Flags.boolean({ description: 'Take warnings for errors' }),
    'max-errors': Flags.integer({ char: 'm', min: 1, max: 10_000, default: 100, description: 'Errors of the compiler to show' }),
    format: Flags.option({
      options: FORMATS,
      default: 'pretty' as const,
      description:
        'Shape of the report: for people, JSON (as --json), annotations of GitHub Actions, SARIF 2.1.0, or a line each for editors (unix)',
    })(),
  };

  protected override readonly tellsUnread = true;

  async run(): Promise<Validation | undefined> {
    const { args, flags } = await this.parse(PolicyValidate);
    return this.withPolicy({ args, flags }, async ({ parts, config, dir }) => {
      const options = { strict: flags.strict, schemaTimeoutMs: config.gates.timeout, maxDiagnostics: flags['max-errors'] };
      const once = async (): Promise<Validation> => {
        const checking = validatePolicy(parts, options).catch((thrown: unknown) => this.#untold(asGatewayError(thrown), dir, flags.format));
        const validation = await this.whileWaiting(checking, 'checking the policies');
        this.endWith(validation.valid ? 0 : ERRORS.policy_rejected.exit);
        if (!this.jsonEnabled()) this.#report(validation, flags.format);
        return validation;
      };
      const again = (): Promise<unknown> => once().catch((thrown: unknown) => this.#trouble(asGatewayError(thrown)));
      if (!flags.watch) return once();
      await this.#watch(dir, again);
      return undefined;
    });
  }

  /** Says where one round of findings ends: an editor takes what it showed before for stale when the next one begins. */
  async #watch(dir: string, again: () => Promise<unknown>): Promise<void> {
    const stop = interruptedOrUnread();
    const { watchFolder } = await import('../../watcher/watch-folder.js');
    let rounds = 0;
    const round = async (): Promise<void> => {
      if (rounds++ > 0) this.logToStderr(ROUND_BEGINS);
      await again();
      this.logToStderr(ROUND_ENDS);
    };
    await watchFolder(dir, round, stop);
  }

  /** Where nothing could be checked, an editor would show a folder without findings. */
  #untold(error: GatewayError, root: string, format: Format): never {
    const finding = { severity: 'error', code: error.code, message: error.message } as const;
    if (format === 'unix') this.log(toUnix({ root, diagnostics: [finding] }, { cwd: process.cwd() }));
    throw error;
  }

  #trouble(error: GatewayError): void {
    this.endWith(error.spec.exit);
    this.say(error);
  }

  #report(validation: Validation, format: Format): void {
    const options = { cwd: process.cwd(), version: this.config.version };
    if (format === 'json') process.stdout.write(`${JSON.stringify(validation, undefined, 2)}\n`);
    else if (format === 'sarif') process.stdout.write(`${toSarif(validation, options)}\n`);
    else if (format === 'pretty') this.#show(validation);
    else if (validation.diagnostics.length > 0) this.log(format === 'unix' ? toUnix(validation, options) : toGithub(validation, options));
  }

  #show(validation: Validation): void {
    const { diagnostics, files, modules, root, omitted = 0 } = validation;
    this.log(renderInventory(validation, this.paint, this.columns));
    if (diagnostics.length > 0) this.logToStderr(renderDiagnostics(diagnostics, this.paintError, this.errorColumns));
    if (omitted > 0) this.logToStderr(this.paintError('dim', `and ${omitted} more (-m shows more)`));
    const told = diagnostics.filter(({ severity }) => severity === 'error').length;
    const warnings = diagnostics.length - told;
    const errors = told + omitted;
    if (!validation.valid) {
      const beside = warnings === 0 ? '' : ` and ${count(warnings, 'warning')}`;
      this.logToStderr(`${this.paintError('red', '✗')} ${count(errors, 'error')}${beside} in ${root}`);
      return;
    }
    const tick = this.paint('green', '✓');
    if (files.data.length + files.overlays.length > 0) this.log(`${tick} ${files.data.includes('data.json') ? 'data.json' : 'data'}: OK`);
    this.log(`${tick} Rego compilation: OK (${modules} modules)`);
    this.log(`${tick} All validations passed.${warnings === 0 ? '' : ` ${this.paint('yellow', count(warnings, 'warning'))}`}`);
  }
}
