import { GatewayError } from '../../errors.js';
import { splitObject } from '../json-slices.js';
import type { SourceFile, SourceSet } from '../source-set.js';
import { mergeJson } from './merge-json.js';
import type { PresetData } from './preset.js';

/** A data file as it is, and as it is to be. */
export interface DataEdit {
  /** Below the root of the source set. */
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: string;
}

/**
 * What a preset makes of the data files of a folder: each section is set in the file that it comes from, which is the last overlay that
 * holds it, else data.json. Files that are as they should be are left out. Throws `usage` for a folder whose base data is no JSON.
 */
export function applyPreset({ data, overlays }: Pick<SourceSet, 'data' | 'overlays'>, preset: PresetData): readonly DataEdit[] {
  const base = data.find(({ path }) => path === 'data.json');
  const files = [...(base === undefined ? [] : [base]), ...overlays];
  const sections = new Map<SourceFile, Record<string, unknown>>();
  for (const [key, value] of Object.entries(preset)) {
    const file = files.findLast(({ bytes }) => splitObject(bytes).has(key)) ?? base;
    if (file === undefined) throw new GatewayError('usage', `Expected data.json, which is to hold ${key}: presets are set in JSON alone`);
    sections.set(file, { ...sections.get(file), [key]: value });
  }
  return [...sections].flatMap(([{ path, bytes }, values]): DataEdit[] => {
    const after = mergeJson(bytes, values);
    return isSame(bytes, after) ? [] : [{ path, before: bytes, after }];
  });
}

/** Equal but for how it is laid out. */
function isSame(before: Uint8Array, after: string): boolean {
  return JSON.stringify(JSON.parse(Buffer.from(before).toString('utf8'))) === JSON.stringify(JSON.parse(after));
}
