import type { Entry } from './entry.js';

/** An entry as answers carry it: in the names of the wire, which are not those of the store. */
export type WireEntry = Omit<Entry, 'durationMs' | 'modulesId'> & { readonly duration_ms: number; readonly modules_id?: string };

export function wireEntry({ durationMs, modulesId, ...entry }: Entry): WireEntry {
  return { ...entry, duration_ms: durationMs, ...(modulesId === undefined ? {} : { modules_id: modulesId }) };
}
