/** A clause of a rule that was tried, and held. */
export interface Held {
  readonly rule: string;
  /** `file:row` of the clause. */
  readonly place: string;
}

/** A clause of a rule that was tried and did not hold, with what failed in it first. */
export interface NotHeld extends Held {
  readonly failed: {
    readonly place: string;
    readonly expression: string;
    /** Values of the variables in it, as the trace tells them. */
    readonly values: string;
  };
}

export interface Why {
  readonly held: readonly Held[];
  readonly notHeld: readonly NotHeld[];
}

const LINE = /^(?<place>\S+:\d+)\s+(?<bars>(?:\| )*)(?<what>Enter|Exit|Fail) (?<text>.*?)\s*(?<values>\{.*\})?$/u;
const QUERY = 'query:';

interface Open extends Held {
  failed?: NotHeld['failed'];
}

/** What a trace of all events tells of each clause that was tried, in the order in which they were tried first. */
export function whyOf(trace: readonly string[]): Why {
  const held = new Map<string, Held>();
  const notHeld = new Map<string, NotHeld>();
  /** By depth; some depths are those of queries. */
  const open: (Open | undefined)[] = [];
  const close = (depth: number): void => {
    for (const clause of open.splice(depth)) {
      if (clause?.failed === undefined) continue;
      const { rule, place, failed } = clause;
      const key = `${rule} ${place}`;
      if (!notHeld.has(key)) notHeld.set(key, { rule, place, failed });
    }
  };
  for (const line of trace) {
    const { place = '', bars = '', what, text = '', values = '{}' } = LINE.exec(line)?.groups ?? {};
    const depth = bars.length / 2;
    if (what === 'Enter' && text.startsWith('data.') && !place.startsWith(QUERY)) {
      close(depth);
      open[depth] = { rule: text, place };
    } else if (what === 'Exit' && text.startsWith('data.') && !place.startsWith(QUERY)) {
      held.set(`${text} ${place}`, { rule: text, place });
    } else if (what === 'Fail') {
      const within = open[depth - 1];
      if (within !== undefined) within.failed ??= { place, expression: text, values };
    }
  }
  close(0);
  // Tried for several bindings, a clause may hold for one of them alone.
  for (const key of held.keys()) notHeld.delete(key);
  return { held: [...held.values()], notHeld: [...notHeld.values()] };
}
