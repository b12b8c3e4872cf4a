import { workApart } from '../work-apart.js';
import { mergeData } from './merge-data.js';
import { checkClaims } from './references.js';
import type { ClaimFindings, Claims } from './references.js';
import { isSurveyed, lazyDocument, rememberSurvey } from './sections.js';
import type { DataSurvey } from './sections.js';
import type { SourceFile, SourceSet } from './source-set.js';

/** The data of a source set, merged and held against the rules. */
export interface CheckedData extends ClaimFindings {
  /** JSON text in UTF-8, numbers as they were written. */
  readonly data: Uint8Array;
  /** The same parsed, each member at the root when it is first asked for: numbers are JavaScript's. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** To the thread. Large bytes are shared with it, see `roomFor`. */
export type DataRequest =
  | ({ readonly type: 'merge'; readonly claims: Claims } & Pick<SourceSet, 'data' | 'overlays'>)
  | { readonly type: 'survey'; readonly data: Uint8Array };

export interface MergeResult extends ClaimFindings {
  readonly data: Uint8Array;
  readonly survey: DataSurvey;
}

const WORKER = new URL('./merge-worker.js', import.meta.url);

/** JSON of this size merges within 2 ms, and so does so much of YAML: less than a thread takes to start. */
const SMALL_JSON_BYTES = 128 * 1024;
const SMALL_YAML_BYTES = 1024;

/**
 * Merges and checks the data of a source set: what is large on a thread of its own, which ends with the work and takes its memory along.
 * Throws what {@link mergeData} throws.
 */
export async function mergeApart(
  { data, overlays }: Pick<SourceSet, 'data' | 'overlays'>,
  { rules, references }: Claims,
): Promise<CheckedData> {
  if (isSmall([...data, ...overlays])) {
    const merged = mergeData({ data, overlays });
    return { ...merged, ...checkClaims(merged, { rules, references }, [...data, ...overlays]) };
  }
  const request: DataRequest = { type: 'merge', data, overlays, claims: { rules, references } };
  const { survey, ...merged } = await workApart<MergeResult>(WORKER, request);
  rememberSurvey(merged.data, survey);
  return { ...merged, document: lazyDocument(merged.data) };
}

/** A kept document as values, see {@link CheckedData}. One that is large is cut on a thread of its own. */
export async function documentApart(data: Uint8Array): Promise<CheckedData['document']> {
  if (data.byteLength > SMALL_JSON_BYTES && !isSurveyed(data)) {
    rememberSurvey(data, await workApart<DataSurvey>(WORKER, { type: 'survey', data } satisfies DataRequest));
  }
  return lazyDocument(data);
}

/** Merges faster than it is known whether it has to. */
export function isSmall(files: readonly SourceFile[]): boolean {
  let json = 0;
  let yaml = 0;
  for (const { path, bytes } of files) {
    if (path.endsWith('.json')) json += bytes.length;
    else yaml += bytes.length;
  }
  return json <= SMALL_JSON_BYTES && yaml <= SMALL_YAML_BYTES;
}
