import * as z from 'zod';
import { READ_ONCE } from './read-once.js';
import { settingsSchema } from './schema.js';

/** What a value of a setting looks like when it comes as text. */
export type SettingKind = 'boolean' | 'number' | 'string' | 'list' | 'duration' | 'size' | 'map';

/** One leaf of the config file. */
export interface Setting {
  /** Keys from the root, e.g. `['gateway', 'api_port']`. */
  readonly path: readonly string[];
  readonly kind: SettingKind;
  readonly description: string;
  /** In the notation of the file; undefined when there is no default. */
  readonly default: unknown;
  /** Words that are accepted, when only some are. */
  readonly choices: readonly string[] | undefined;
  /** What lies between the bounds, for people: `1 to 256`, `10ms to 10m`. */
  readonly range: string | undefined;
  /** Environment variable that sets it; undefined for credentials, which have ladders of their own. */
  readonly env: string | undefined;
}

/** The parts of a JSON schema node that are read here; `env`, `range` and `kind` are our own annotations. */
const nodeSchema = z.looseObject({
  type: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  description: z.string().default(''),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  range: z.string().optional(),
  kind: z.enum(['duration', 'size', 'map']).optional(),
  env: z.union([z.string(), z.literal(false)]).optional(),
});

type Node = z.output<typeof nodeSchema>;

function kindOf(node: Node): SettingKind {
  if (node.kind !== undefined) return node.kind;
  switch (node.type) {
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    case 'integer':
    case 'number':
      return 'number';
    default:
      return 'string';
  }
}

function collect(value: unknown, path: readonly string[], into: Setting[]): void {
  const node = nodeSchema.parse(value, READ_ONCE);
  if (node.properties !== undefined) {
    for (const [key, child] of Object.entries(node.properties)) collect(child, [...path, key], into);
    return;
  }
  const env = node.env ?? `DEFENSECLAW_${path.join('_').toUpperCase()}`;
  into.push({
    path,
    kind: kindOf(node),
    description: node.description,
    default: node.default,
    choices: node.enum,
    range: node.range ?? (node.minimum === undefined ? undefined : `${node.minimum} to ${node.maximum ?? 'any'}`),
    env: env === false ? undefined : env,
  });
}

/** What the build found {@link listSettings} to be: finding out takes longer than all else that a configuration does. */
declare const LISTED_SETTINGS: readonly Setting[] | undefined;

/** Every setting of the config file, in the order of the schema. */
export function listSettings(): readonly Setting[] {
  if (typeof LISTED_SETTINGS !== 'undefined') return LISTED_SETTINGS;
  const settings: Setting[] = [];
  collect(z.toJSONSchema(settingsSchema, { io: 'input', reused: 'inline' }), [], settings);
  return settings;
}
