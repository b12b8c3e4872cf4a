import { Args, Flags } from '@oclif/core';

/** Where a running gateway is. */
export const ADDRESS_FLAGS = {
  bind: Flags.string({ description: 'Address of the gateway, or unix:/path (default: 127.0.0.1)' }),
  port: Flags.integer({ char: 'p', description: 'Port of the gateway (default: 18970)', min: 0, max: 65_535 }),
};

/** How modules are read. */
export const REGO_FLAGS = {
  'v0-compatible': Flags.boolean({ description: 'Read modules as Rego v0, unless a .manifest says otherwise (policy.rego_version: v0)' }),
};

/** How a folder of policies to work on is found when nobody names it. */
export const POLICY_FOUND = 'default: policy_dir where it is configured, else ./policies or . when it holds Rego';

/** A folder of policies to work on without a running gateway, as the last argument. */
export const POLICY_ARGS = {
  dir: Args.string({ ignoreStdin: true, description: `Folder of .rego and data files (${POLICY_FOUND})` }),
};

/** The same as a flag, and how what it holds is read. */
export const POLICY_FLAGS = {
  ...REGO_FLAGS,
  'rego-dir': Flags.string({
    char: 'd',
    aliases: ['policy-dir'],
    description: 'The same as DIR',
  }),
};
