/** One decision in place of all that a number counts: its trace tells more. */
export interface Exemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

type Labels = Readonly<Record<string, string | number>>;

/** Part of what the library gives and takes as JSON. */
export interface MetricSnapshot {
  readonly name: string;
  readonly type: unknown;
  readonly values: readonly SeriesSnapshot[];
}

interface SeriesSnapshot {
  readonly metricName?: string;
  readonly labels: Labels;
  /** The library's own histograms say null for none. */
  exemplar?: Exemplar | null;
}

/** The last exemplar of each series: bounded as these are, since their labels come from closed lists. */
export class Exemplars {
  readonly #kept = new Map<string, Exemplar>();

  note(metric: string, labels: Labels, exemplar: Exemplar): void {
    this.#kept.set(keyOf(metric, labels), exemplar);
  }

  /** Those of several snapshots: of one series the youngest. */
  static of(snapshots: readonly (readonly MetricSnapshot[])[]): Exemplars {
    const found = new Exemplars();
    for (const { name, values } of snapshots.flat()) {
      for (const { metricName = name, labels, exemplar } of values) {
        if (exemplar === undefined || exemplar === null) continue;
        const key = keyOf(metricName, labels);
        if (exemplar.timestamp > (found.#kept.get(key)?.timestamp ?? 0)) found.#kept.set(key, exemplar);
      }
    }
    return found;
  }

  /** Puts them to the series of a snapshot, which is changed. */
  attach(metrics: readonly MetricSnapshot[]): void {
    if (this.#kept.size === 0) return;
    for (const { name, values } of metrics) {
      for (const value of values) {
        const exemplar = this.#kept.get(keyOf(value.metricName ?? name, value.labels));
        if (exemplar !== undefined) value.exemplar = exemplar;
      }
    }
  }
}

/** OpenMetrics names a counter without what its samples end with. */
const SUFFIX = /_total$/u;

/** As OpenMetrics names it. */
export function familyOf({ name, type }: Pick<MetricSnapshot, 'name' | 'type'>): string {
  return type === 'counter' ? name.replace(SUFFIX, '') : name;
}

function keyOf(metric: string, labels: Labels): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${metric.replace(SUFFIX, '')} ${JSON.stringify(sorted)}`;
}
