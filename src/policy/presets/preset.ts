import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { READ_ONCE } from '../../config/read-once.js';
import { isRecord } from '../../is-record.js';

/** Sets of data that ship with the gateway, from the usual one on. */
export const PRESET_NAMES = ['default', 'strict', 'permissive', 'firewall-deny-default'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** Values of the data document; what it does not name stays as it is. */
export type PresetData = Readonly<Record<string, unknown>>;

export interface Preset {
  readonly name: PresetName;
  readonly description: string;
  readonly data: PresetData;
}

const presetFile = z.strictObject({ description: z.string(), data: z.record(z.string(), z.unknown()) });

/** Where the shipped policies lie: `src/policy/presets` and `dist/policy/presets` lie equally deep below the package. */
export const SHIPPED = new URL('../../../policies/', import.meta.url);

export function isPresetName(name: string): name is PresetName {
  return (PRESET_NAMES as readonly string[]).includes(name);
}

export function readPreset(name: PresetName): Preset {
  const file = new URL(`presets/${name}.json`, SHIPPED);
  return { name, ...presetFile.parse(JSON.parse(readFileSync(file, 'utf8')), READ_ONCE) };
}

/** Everything that the preset says holds in the data document. */
export function isActive({ data }: Preset, document: unknown): boolean {
  return covers(document, data);
}

function covers(value: unknown, wanted: unknown): boolean {
  if (!isRecord(wanted)) return JSON.stringify(value) === JSON.stringify(wanted);
  return isRecord(value) && Object.entries(wanted).every(([key, inner]) => covers(value[key], inner));
}
