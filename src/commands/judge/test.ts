import { GatewayCommand } from '../../cli/base-command.js';
import { configFromFlags } from '../../cli/settings.js';
import { resolveLlm } from '../../config/llm.js';
import { probeProvider } from '../../judge/probe.js';
import type { Probe } from '../../judge/probe.js';

export default class JudgeTest extends GatewayCommand {
  static override summary = 'Ask the configured language model about a harmless sample';
  static override description = `One live call, also while guardrail.judge.enabled is false; no gateway has to run.
Exit codes: 0 the model answered in the form that the judge needs, 2 the settings are incomplete, 3 it did not.`;
  static override examples = ['<%= config.bin %> judge test', '<%= config.bin %> judge test --json'];

  async run(): Promise<Probe> {
    const { flags } = await this.parse(JudgeTest);
    const config = configFromFlags(flags);
    const probe = await probeProvider(config, resolveLlm(config));
    const { model, provider, endpoint, duration_ms: ms, verdict } = probe;
    this.log(
      `${this.paint('green', 'ok')} ${model} (${provider}) at ${endpoint} answered in ${ms} ms: ${verdict.action}, ${verdict.severity}`,
    );
    if (verdict.reason !== '') this.log(this.paint('yellow', `A careful model finds nothing in the sample; this one: ${verdict.reason}`));
    return probe;
  }
}
