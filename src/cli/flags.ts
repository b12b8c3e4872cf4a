import { Flags } from '@oclif/core';

/** Where a running gateway is. */
export const ADDRESS_FLAGS = {
  bind: Flags.string({ description: 'Address of the gateway (default: 127.0.0.1)' }),
  port: Flags.integer({ char: 'p', description: 'Port of the gateway (default: 18970)', min: 0, max: 65_535 }),
};

/** How modules are read. */
export const REGO_FLAGS = {
  'v0-compatible': Flags.boolean({ description: 'Read modules as Rego v0, unless a .manifest says otherwise (policy.rego_version: v0)' }),
};

/** A folder of policies to work on without a running gateway. */
export const POLICY_FLAGS = {
  ...REGO_FLAGS,
  'rego-dir': Flags.string({
    char: 'd',
    aliases: ['policy-dir'],
    description: 'Folder of .rego and data files (default: policy_dir of the configuration)',
  }),
};
