import type { Config } from '../config/config.js';
import type { JudgeDirection, JudgeKind } from './kinds.js';

/** The kinds that the configuration has for content that goes this way. The judge files may switch further ones off. */
export function kindsFor(direction: JudgeDirection, judge: Config['guardrail']['judge']): readonly JudgeKind[] {
  const kinds: Readonly<Record<JudgeDirection, readonly (JudgeKind | false)[]>> = {
    prompt: [judge.injection && 'injection', judge.pii && judge.pii_prompt && 'pii', judge.exfil && 'exfil'],
    completion: [judge.pii && judge.pii_completion && 'pii'],
    tool_call: [judge.tool_injection && 'tool_injection'],
    tool_response: [judge.injection && 'injection', judge.pii && judge.pii_completion && 'pii'],
  };
  return kinds[direction].filter((kind) => kind !== false);
}
