/** Simpler forms of a value that are tried in its place, smaller ones first. */
function* simpler(value: unknown): Generator {
  if (Array.isArray(value)) {
    if (value.length > 0) yield [];
    for (let index = 0; index < value.length; index++) yield value.toSpliced(index, 1);
    for (let index = 0; index < value.length; index++) for (const form of simpler(value[index])) yield value.with(index, form);
  } else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    if (members.length > 0) yield {};
    for (const [key] of members) yield Object.fromEntries(members.filter(([name]) => name !== key));
    for (const [key, member] of members) for (const form of simpler(member)) yield { ...value, [key]: form };
  } else if (typeof value === 'string' && value !== '') {
    yield '';
    if (value.length > 3) yield value.slice(0, value.length >> 1);
    if (value.length > 3) yield value.slice(value.length >> 1);
    yield value.slice(1);
    yield value.slice(0, -1);
    if (value.length > 1) yield value.trim();
  } else if (typeof value === 'number' && value !== 0) {
    yield 0;
    if (Math.abs(value) > 9) yield Math.trunc(value / 10);
    if (!Number.isInteger(value) || value < 0) yield Math.trunc(Math.abs(value));
  }
}

/** Forms in which one text that stands at several places is shorter at all of them: equal ones may have to stay equal. */
function* simplerTogether(value: unknown): Generator {
  const times = new Map<string, number>();
  const count = (part: unknown): unknown => {
    if (typeof part === 'string') times.set(part, (times.get(part) ?? 0) + 1);
    return part;
  };
  JSON.stringify(value, (_, part: unknown) => count(part));
  for (const [text, found] of times) {
    if (found < 2) continue;
    for (const form of simpler(text)) yield JSON.parse(JSON.stringify(value), (_, part: unknown) => (part === text ? form : part));
  }
}

function* formsOf(value: unknown): Generator {
  yield* simpler(value);
  yield* simplerTogether(value);
}

/** A smallest form of `input` for which `holds` still does, as far as `mayGoOn` lets it look. */
export function shrink(input: unknown, holds: (input: unknown) => boolean, mayGoOn: () => boolean): unknown {
  let smallest = input;
  for (let found = true; found;) {
    found = false;
    const size = JSON.stringify(smallest).length;
    for (const form of formsOf(smallest)) {
      if (!mayGoOn()) return smallest;
      if (JSON.stringify(form).length >= size || !holds(form)) continue;
      smallest = form;
      found = true;
      break;
    }
  }
  return smallest;
}
