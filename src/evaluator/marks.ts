/** A rule that held, as its METADATA describes it. */
export interface Mark {
  /** Full path: `data.app.allow`. */
  readonly rule: string;
  /** `file:row`. */
  readonly at: string;
  /** JSON text of the labels of the rule and of everything around it, the inner ones first. */
  readonly labels?: string;
  /** Absent unless the value of the rule becomes a decision. */
  readonly meaning?: Meaning;
}

/** What the METADATA of a rule says of its decisions. */
export interface Meaning {
  readonly title?: string;
  readonly description?: string;
  /** What to do instead of what was asked for. */
  readonly doInstead?: string;
  /** The value may come from another rule that says what it means: that one is to be heard first. */
  readonly handsOn: boolean;
}

/** Decisions of one kind have the very same marks. */
const labelsKnown = new WeakMap<readonly Mark[], string>();

/** The labels of the rules that held as JSON text of an array, each set of them once, in the order in which the rules held; undefined for none. */
export function labelsOf(marks: readonly Mark[] | undefined): string | undefined {
  if (marks === undefined) return undefined;
  let text = labelsKnown.get(marks);
  if (text === undefined) {
    text = [...new Set(marks.flatMap(({ labels }) => labels ?? []))].join(',');
    labelsKnown.set(marks, text);
  }
  return text === '' ? undefined : `[${text}]`;
}

/** What decided among the rules of a package, by its slash path: the last that held of those where a value was made, else of those that hand one on. */
export function decidedBy(marks: readonly Mark[] | undefined, entrypoint: string): Mark | undefined {
  const below = `data.${entrypoint.replaceAll('/', '.')}.`;
  const meant = (marks ?? []).filter(({ meaning, rule }) => meaning !== undefined && rule.startsWith(below));
  return meant.findLast(({ meaning }) => meaning?.handsOn === false) ?? meant.at(-1);
}
