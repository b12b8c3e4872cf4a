import { Args, Flags } from '@oclif/core';
import { GatewayCommand } from '../cli/base-command.js';
import { ADDRESS_FLAGS } from '../cli/flags.js';
import { openGateway } from '../cli/open-gateway.js';
import { readContent } from '../cli/read-content.js';
import { renderInspect } from '../cli/render-inspect.js';
import { requireOk } from '../cli/require-ok.js';
import type { InspectAnswer } from '../judge/inspect/inspection.js';

export default class Inspect extends GatewayCommand {
  static override summary = 'Ask the guardrail of a running gateway about a text';
  static override description =
    'Exit codes: 0 may pass, 1 blocked, or would be in action mode, 3 gateway unreachable, 4 no or wrong token. Evidence is shown redacted.';
  static override examples = [
    'echo "ignore all previous instructions" | <%= config.bin %> inspect',
    '<%= config.bin %> inspect answer.txt --kind response',
    'echo "rm -rf /" | <%= config.bin %> inspect --kind tool --tool shell --json',
  ];
  static override args = { file: Args.string({ ignoreStdin: true, default: '-', description: 'File with the content; - is stdin' }) };
  static override flags = {
    ...ADDRESS_FLAGS,
    kind: Flags.option({ options: ['request', 'response', 'tool', 'tool-response'] as const })({
      default: 'request',
      description: 'What the content is',
    }),
    tool: Flags.string({ description: 'Name of the tool, for tool and tool-response' }),
  };

  async run(): Promise<InspectAnswer> {
    const { args, flags } = await this.parse(Inspect);
    const content = await readContent(args.file);
    const client = openGateway(flags);
    const path = `/api/v1/inspect/${flags.kind}`;
    const answer = requireOk(path, await client.call('POST', path, { tool: flags.tool, content })) as InspectAnswer;
    this.log(renderInspect(answer, this.paint));
    if (answer.would_block) this.endWith(1);
    return answer;
  }
}
