import { parseTerm } from '../../value/parse-term.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';

/** What is done to one place of a record. */
export interface MaskRule {
  readonly op: 'remove' | 'upsert';
  readonly member: 'input' | 'result';
  /** Segments below the member, as they stand in the pointer. */
  readonly path: readonly string[];
  readonly value: RegoValue;
}

/** OPA's cache of built-in results, which we do not record: masks of it have nothing to do. */
const UNRECORDED = 'nd_builtin_cache';

/**
 * The rules that `data.system.log.mask` came to, from its JSON text: pointers, which are removed, and objects of `op`, `path` and `value`.
 * Throws an Error for what OPA would not take either: then nothing may be recorded.
 */
export function readMasks(json: string | undefined): readonly MaskRule[] {
  if (json === undefined) return [];
  const value = parseTerm(json);
  if (!Array.isArray(value)) throw new Error('expected the masks to be a set');
  return (value as readonly RegoValue[]).flatMap((rule) => {
    if (typeof rule === 'string') return maskOf('remove', rule, null);
    if (!(rule instanceof RegoObject)) throw new Error('expected a mask to be a text or an object');
    const op = rule.get('op');
    const path = rule.get('path');
    if (op !== 'remove' && op !== 'upsert') throw new Error('mask op is not supported');
    if (typeof path !== 'string') throw new Error('expected the path of a mask to be a text');
    return maskOf(op, path, rule.get('value') ?? null);
  });
}

/** The rule that takes a pointer out. */
export function removal(pointer: string): readonly MaskRule[] {
  return maskOf('remove', pointer, null);
}

/** The place as it is told in the record. */
export function pointerOf({ member, path }: MaskRule): string {
  return ['', member, ...path].join('/');
}

function maskOf(op: MaskRule['op'], pointer: string, value: RegoValue): readonly MaskRule[] {
  if (!pointer.startsWith('/')) throw new Error('mask must be slash-prefixed');
  const [member = '', ...path] = pointer.slice(1).split('/');
  if (member === UNRECORDED) return [];
  if (member !== 'input' && member !== 'result') throw new Error(`mask prefix not allowed: ${member}`);
  return [{ op, member, path, value }];
}
