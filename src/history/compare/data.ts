import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../is-record.js';

/** One place of the data document that differs. A side that is absent has nothing there. */
export interface DataChange {
  /** `data.a.b`. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface DataChanges {
  readonly changes: readonly DataChange[];
  /** There were more than are told. */
  readonly cut: boolean;
}

/** Places that are told; a document may differ in a million. */
const MAX_CHANGES = 500;

/** The places in which two data documents differ, as deep down as both have objects. Arrays are compared as a whole. */
export function compareData(before: unknown, after: unknown): DataChanges {
  const changes: DataChange[] = [];
  let cut = false;
  const walk = (path: string, was: unknown, is: unknown): void => {
    if (cut || was === is) return;
    if (isRecord(was) && isRecord(is)) {
      for (const key of [...new Set([...Object.keys(was), ...Object.keys(is)])].sort())
        walk(`${path}${step(key)}`, own(was, key), own(is, key));
    } else if (changes.length === MAX_CHANGES) cut = true;
    else if (!isDeepStrictEqual(was, is)) {
      changes.push({ path, ...(was === undefined ? {} : { from: was }), ...(is === undefined ? {} : { to: is }) });
    }
  };
  walk('data', before, after);
  return { changes, cut };
}

function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** One step down the document, as people write it. */
export function step(key: string): string {
  return /^[A-Za-z_]\w*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
