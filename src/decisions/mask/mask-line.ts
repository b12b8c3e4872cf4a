import { isObject, splitArray, splitObject } from '../../policy/json-slices.js';
import { formatJson } from '../../value/format-json.js';
import { parseTerm } from '../../value/parse-term.js';
import type { RegoValue } from '../../value/value.js';
import { without, withValue } from './edit.js';
import { pointerOf } from './rules.js';
import type { MaskRule } from './rules.js';

/** Members before which the list of what was done stands. */
const AFTER = 'custom';

/** The record with the rules applied, as one line without its end. What no rule is about stays the text that it was. */
export function maskLine(line: Uint8Array, rules: readonly MaskRule[]): Uint8Array {
  if (rules.length === 0) return line;
  const members = splitObject(line);
  const done: Record<MaskRule['op'], string[]> = { remove: [], upsert: [] };
  for (const member of ['input', 'result'] as const) {
    const own = rules.filter((rule) => rule.member === member);
    const text = members.get(member);
    if (text === undefined || own.length === 0) continue;
    const edited = applyAll(parseTerm(text), own, done);
    if (edited === undefined) members.delete(member);
    else members.set(member, Buffer.from(formatJson(edited)));
  }
  if (done.remove.length + done.upsert.length === 0) return line;
  return Buffer.concat(joined(members, done));
}

/** Undefined when all of it was taken out. */
function applyAll(value: RegoValue, rules: readonly MaskRule[], done: Record<MaskRule['op'], string[]>): RegoValue | undefined {
  let edited: RegoValue = value;
  for (const rule of rules) {
    const { op, path } = rule;
    if (op === 'remove' && path.length === 0) {
      done[op].push(pointerOf(rule));
      return undefined;
    }
    const next = op === 'remove' ? without(edited, path) : withValue(edited, path, rule.value);
    if (next === undefined) continue;
    done[op].push(pointerOf(rule));
    edited = next;
  }
  return edited;
}

function joined(members: ReadonlyMap<string, Uint8Array>, { remove, upsert }: Record<MaskRule['op'], string[]>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const put = (name: string, value: Uint8Array): void => {
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${JSON.stringify(name)}:`), value);
  };
  for (const [name, value] of members) {
    if (name === 'erased' || name === 'masked') continue;
    if (name === AFTER) {
      for (const [list, pointers] of [
        ['erased', remove],
        ['masked', upsert],
      ] as const) {
        const all = [...before(members, list), ...pointers];
        if (all.length > 0) put(list, Buffer.from(JSON.stringify(all)));
      }
    }
    put(name, value);
  }
  return [...parts, Buffer.from('}')];
}

/** What was done to it before. */
function before(members: ReadonlyMap<string, Uint8Array>, name: string): unknown[] {
  const text = members.get(name);
  return text === undefined || isObject(text) ? [] : splitArray(text).map((item) => JSON.parse(Buffer.from(item).toString()) as unknown);
}
