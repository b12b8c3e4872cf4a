import { mergeData } from '../policy/merge-data.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** The effective data document of the folder: merged, overlays applied. */
export async function readData(parts: PolicyEngine): Promise<{ readonly document: unknown; readonly pretty: string }> {
  const { document } = mergeData(await readSources(parts));
  return { document, pretty: JSON.stringify(document, undefined, 2) };
}
