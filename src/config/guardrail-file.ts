import { isMap } from 'yaml';
import { GatewayError } from '../errors.js';
import { writeAtomically } from './atomic-write.js';
import { readBounded, systemErrorCode } from './bounded-file.js';
import type { DeepReadonly } from './config.js';
import { MAX_CONFIG_BYTES, parseConfig, parseYaml } from './config-file.js';
import { configInvalid, describeIssues } from './problem.js';
import { settingsSchema, type Settings } from './schema.js';

/** The guardrail settings that may change while the gateway runs. */
export interface GuardrailPatch {
  readonly mode?: 'observe' | 'action';
  readonly scanner_mode?: 'local' | 'remote' | 'both';
  readonly block_message?: string;
  readonly connector?: string;
  readonly hilt_enabled?: boolean;
  readonly hilt_min_severity?: string;
}

export type GuardrailSettings = DeepReadonly<Settings['guardrail']>;

/** Where each field of a patch stands in the file. */
const PATHS = {
  mode: ['guardrail', 'mode'],
  scanner_mode: ['guardrail', 'scanner_mode'],
  block_message: ['guardrail', 'block_message'],
  connector: ['guardrail', 'connector'],
  hilt_enabled: ['guardrail', 'hilt', 'enabled'],
  hilt_min_severity: ['guardrail', 'hilt', 'min_severity'],
} as const satisfies Record<keyof GuardrailPatch, readonly string[]>;

/** What was written, and the way back. */
export interface PersistedGuardrail {
  readonly settings: GuardrailSettings;
  /** Bytes of the file before; undefined when there was none. */
  readonly previous: Uint8Array | undefined;
  /** Puts the previous bytes back, unless somebody has written the file since. True when it did. */
  rollback(): Promise<boolean>;
}

/** The file with the patch in it: comments, order and everything else stay. */
function edit(configFile: string, before: Uint8Array, patch: GuardrailPatch): string {
  const document = parseYaml(configFile, before);
  if (!isMap(document.contents)) document.contents = document.createNode({});
  for (const [field, path] of Object.entries(PATHS)) {
    const value = patch[field as keyof GuardrailPatch];
    if (value === undefined) continue;
    for (const parent of [path.slice(0, 1), path.slice(0, -1)]) {
      if (!isMap(document.getIn(parent))) document.setIn(parent, document.createNode({}));
    }
    document.setIn(path, value);
  }
  return document.toString({ lineWidth: 0 });
}

/** What the settings would be, and the way to make them so. */
interface PlannedGuardrail {
  readonly settings: GuardrailSettings;
  /** Writes the file: whole or not at all. */
  persist(): Promise<PersistedGuardrail>;
}

/** Reads the config file with guardrail settings put in. Throws `config_invalid` where it would not be valid afterwards, and `config_unreadable`. */
export function planGuardrailSettings(configFile: string, patch: GuardrailPatch): PlannedGuardrail {
  const previous = readBounded(configFile, MAX_CONFIG_BYTES);
  const written = Buffer.from(edit(configFile, previous ?? new Uint8Array(), patch), 'utf8');
  const file = parseConfig(configFile, written);
  const parsed = settingsSchema.safeParse(file.values);
  if (!parsed.success) throw configInvalid(describeIssues(parsed.error.issues, file.locate));
  const settings = parsed.data.guardrail;
  return {
    settings,
    async persist() {
      await write(configFile, written);
      return {
        settings,
        previous,
        rollback: async () => {
          const now = readBounded(configFile, MAX_CONFIG_BYTES);
          if (now === undefined || !written.equals(now)) return false;
          // A file that was not there before stays, empty: an empty config means the defaults, and nothing is deleted.
          await write(configFile, previous ?? new Uint8Array());
          return true;
        },
      };
    },
  };
}

async function write(configFile: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeAtomically(configFile, bytes);
  } catch (error) {
    throw new GatewayError('config_unreadable', `Cannot write ${configFile}: ${systemErrorCode(error) ?? String(error)}`, {
      cause: error,
      details: { file: configFile },
    });
  }
}
