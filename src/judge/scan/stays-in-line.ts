/**
 * Whether no match of a pattern in RE2's syntax holds a line break, nor depends on where the text begins or ends: then it matches in a line as it
 * does in the text around it, since a word ends at either edge alike. What this reading does not know may do anything.
 */
export function staysInLine(pattern: string): boolean {
  for (let at = 0; at < pattern.length;) {
    const length = partLength(pattern, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/** Flags that change neither what a dot nor what an edge is. */
const GROUP = /\((?:\?(?:i\)|i?:)|(?!\?))/y;
const CLASS = /\[(\^?)((?:\\[^]|[^\\\]])+)\]/y;
/** Escapes of characters, of digits and letters, and of the edge of a word. */
const ESCAPE = /\\(?:[dwSbBt]|[^\w\s])/y;
const BREAKS = /[\n^$]/;

/** How long the part that begins here is; 0 when it may be a line break, or is not known. */
function partLength(pattern: string, at: number): number {
  switch (pattern[at]) {
    case '\\':
      return lengthOf(ESCAPE, pattern, at);
    case '(':
      return lengthOf(GROUP, pattern, at);
    case '[':
      return classLength(pattern, at);
    default:
      return BREAKS.test(pattern.charAt(at)) ? 0 : 1;
  }
}

function lengthOf(expression: RegExp, pattern: string, at: number): number {
  expression.lastIndex = at;
  return expression.exec(pattern)?.[0].length ?? 0;
}

/** One that excludes has to exclude the break by name; one that does not may hold nothing that is a break, nor a range from before it. */
function classLength(pattern: string, at: number): number {
  CLASS.lastIndex = at;
  const [all = '', excludes, members = ''] = CLASS.exec(pattern) ?? [];
  // Not one whose first member is its own end, nor a class by name.
  if (all === '' || members.startsWith('^') || members.includes('[')) return 0;
  const escapes = members.match(/\\[^]/g) ?? [];
  if (excludes === '^') return escapes.some((escape) => escape === '\\s' || escape === '\\n') ? all.length : 0;
  const isPlain = escapes.every((escape) => /^\\(?:[dwS]|[^\w\s])$/.test(escape));
  // eslint-disable-next-line no-control-regex -- a range may begin before the break
  return isPlain && !/[\0-\x1f]/.test(members) ? all.length : 0;
}
