import type { GuardrailSettings } from '../../config/guardrail-file.js';
import type { JudgeDirection } from '../kinds.js';
import type { ScanResult } from '../scan/finding.js';

export type Strategy = GuardrailSettings['detection_strategy'];

/** How scan and judge work together for content that goes this way. */
export function strategyFor(direction: JudgeDirection, settings: GuardrailSettings): Strategy {
  const own = {
    prompt: settings.detection_strategy_prompt,
    completion: settings.detection_strategy_completion,
    tool_call: settings.detection_strategy_tool_call,
    // What a tool answers goes into the model as a prompt does.
    tool_response: settings.detection_strategy_prompt,
  }[direction];
  return own ?? settings.detection_strategy;
}

/**
 * Whether the judge has to be asked. `regex_judge` spares it where the scan has found enough to act on; `judge_first` asks it always,
 * and the scan counts as well.
 */
export function asksJudge(strategy: Strategy, { severity }: ScanResult): boolean {
  if (strategy === 'regex_only') return false;
  return strategy === 'judge_first' || !(severity === 'HIGH' || severity === 'CRITICAL');
}
