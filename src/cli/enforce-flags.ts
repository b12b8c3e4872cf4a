import { Args, Flags } from '@oclif/core';
import { ADDRESS_FLAGS } from './flags.js';
import { openGateway } from './open-gateway.js';
import { requireOk } from './require-ok.js';
import type { SettingFlags } from './settings.js';

/** Which asset a list entry is about. */
export const TARGET_ARGS = {
  type: Args.string({ required: true, description: 'Kind of the asset: skill, mcp, plugin, tool' }),
  name: Args.string({ required: true, description: 'Name of the asset' }),
};

export const ENFORCE_FLAGS = {
  ...ADDRESS_FLAGS,
  reason: Flags.string({ default: '', description: 'Why; it is kept with the entry and in the audit trail' }),
};

export const PATH_FLAG = {
  'source-path': Flags.string({ default: '', description: 'The entry holds for assets at or below this path alone' }),
};

/** What goes to the gateway. */
export interface EnforceTarget {
  readonly type: string;
  readonly name: string;
  readonly reason: string;
  readonly sourcePath?: string;
}

/** One change of the lists of a running gateway: its answer. */
export async function changeList(
  flags: SettingFlags,
  method: 'POST' | 'DELETE',
  path: string,
  { type, name, reason, sourcePath = '' }: EnforceTarget,
): Promise<{ readonly status: string }> {
  const client = openGateway(flags);
  const body = { target_type: type, target_name: name, reason, source_path: sourcePath };
  return requireOk(path, await client.call(method, path, body)) as { status: string };
}
