import type { ToolCall } from '../facts/read-call.js';
import type { ScanResult } from './finding.js';
import type { ScanRules } from './rules.js';

/** One scan for the thread; `rules` come along when it does not have those of `key` yet. */
export interface ScanCommand {
  readonly key: string;
  readonly rules?: ScanRules;
  /** Keys of rules that are no longer needed. */
  readonly drop: readonly string[];
  readonly text: string;
  /** The call that the text was made of. */
  readonly call?: ToolCall;
  /** Of a tool call or a tool response. */
  readonly toolName?: string;
  /** Whether to tell what the rules strip from it. */
  readonly strip?: boolean;
}

export type ScanReply = { readonly result: ScanResult } | { readonly error: string };
