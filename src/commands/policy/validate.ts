import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { count, renderDiagnostics } from '../../cli/render-diagnostics.js';
import { validatePolicy } from '../../gateway/validate-policy.js';
import type { Validation } from '../../gateway/validate-policy.js';
import { ERRORS } from '../../errors.js';

export default class PolicyValidate extends LocalPolicyCommand {
  static override summary = 'Check a policy folder without serving it';
  static override description =
    'Compiles every module strictly, tests included, merges the data files and checks what the six decision domains need from them. Needs no opa binary. Exit codes: 0 valid, 1 findings.';
  static override examples = ['<%= config.bin %> policy validate', '<%= config.bin %> policy validate ./policies --json'];
  static override args = POLICY_ARGS;
  static override flags = POLICY_FLAGS;

  async run(): Promise<Validation> {
    const { args, flags } = await this.parse(PolicyValidate);
    const validation = await this.withPolicy({ args, flags }, ({ parts }) => validatePolicy(parts));
    if (validation.diagnostics.length > 0) this.logToStderr(renderDiagnostics(validation.diagnostics, this.paintError));
    if (validation.valid) {
      this.log(`${this.paint('green', '✓')} data.json: OK`);
      this.log(`${this.paint('green', '✓')} Rego compilation: OK (${validation.modules} modules)`);
      this.log(`${this.paint('green', '✓')} All validations passed.`);
    } else {
      const errors = validation.diagnostics.filter(({ severity }) => severity === 'error').length;
      this.logToStderr(`${this.paintError('red', '✗')} ${count(errors, 'error')} in ${validation.root}`);
      this.endWith(ERRORS.policy_rejected.exit);
    }
    return validation;
  }
}
