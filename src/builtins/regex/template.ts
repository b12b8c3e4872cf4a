import { RE2JS } from 're2js';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { compilePattern } from './pattern.js';

/**
 * The pattern of `regex.template_match`: text is literal, what stands between the delimiters is a pattern of its own.
 * Throws BuiltinError for unbalanced delimiters or a pattern that is none.
 */
export function templatePattern(template: string, open: string, close: string, meter: Meter): string {
  let pattern = '^';
  let end = 0;
  for (const [from, to] of delimited(template, open, close)) {
    const inner = template.slice(from + 1, to - 1);
    compilePattern(`^${inner}$`, meter);
    pattern += `${RE2JS.quote(template.slice(end, from))}(${inner})`;
    end = to;
  }
  return `${pattern}${RE2JS.quote(template.slice(end))}$`;
}

/** Places of the outermost delimited parts, delimiters included. */
function delimited(template: string, open: string, close: string): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [];
  let level = 0;
  let start = 0;
  for (const [index, character] of Array.from(template).entries()) {
    if (character === open) {
      if (level === 0) start = index;
      level++;
    } else if (character === close) {
      level--;
      if (level === 0) parts.push([start, index + 1]);
      if (level < 0) break;
    }
  }
  if (level !== 0) throw new BuiltinError(`unbalanced braces in ${JSON.stringify(template)}`);
  return parts;
}
