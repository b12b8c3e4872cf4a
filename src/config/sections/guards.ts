import * as z from 'zod';

const mode = z.enum(['off', 'warn', 'enforce']);

export const guards = z.strictObject({
  modules: mode.default('enforce').meta({
    description:
      'A reload after which no package that served is left. Accepting it lets the decision domains go with them, but for those that `policy.required_domains` names. A folder without a module never serves, whatever this says.',
  }),
  entrypoints: mode
    .default('warn')
    .meta({ description: 'A reload that takes away an entrypoint that was asked for in the last 24 hours.' }),
  defaults: mode.default('warn').meta({
    description: 'A reload that turns the default of a rule from false to true, or from a word that refuses to one that lets through.',
  }),
  block_lists: mode.default('warn').meta({
    description: 'A reload that empties a list of the data whose name says that it blocks or denies, such as `blocked_destinations`.',
  }),
  data: mode.default('warn').meta({ description: 'A reload that shrinks the data document by more than `guards.shrink`.' }),
  shrink: z
    .int()
    .min(1)
    .max(100)
    .default(50)
    .meta({ description: 'Per cent of its bytes that the data document may lose before `guards.data` speaks.' }),
});
