import { Histogram, type HistogramConfiguration, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';

/** One set of labels of a histogram. */
export interface HistogramSeries {
  observe(value: number): void;
}

interface Series<L extends string> extends HistogramSeries {
  readonly labels: Partial<Record<L, string>>;
  readonly counts: Float64Array;
  sum: number;
}

/**
 * A histogram for what happens tens of thousands of times a second: an observation adds to one number, and the cumulative buckets are made
 * when somebody looks. The library's own observation takes a microsecond, a thirtieth of a whole decision request.
 */
export class QuickHistogram<L extends string> extends Histogram<L> {
  readonly #bounds: readonly number[];
  readonly #labelNames: readonly L[];
  readonly #series: Series<L>[] = [];
  readonly #facts: { readonly name: string; readonly help: string };

  constructor(configuration: HistogramConfiguration<L> & { readonly buckets: number[]; readonly labelNames: readonly L[] }) {
    super(configuration);
    this.#bounds = configuration.buckets;
    this.#labelNames = configuration.labelNames;
    this.#facts = { name: configuration.name, help: configuration.help };
  }

  /** The series of these label values, made anew: keep it. */
  series(values: readonly string[]): HistogramSeries {
    const bounds = this.#bounds;
    const series: Series<L> = {
      labels: Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index] ?? ''])) as Partial<Record<L, string>>,
      counts: new Float64Array(bounds.length + 1),
      sum: 0,
      observe(value) {
        let bucket = 0;
        while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++;
        this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
        this.sum += value;
      },
    };
    this.#series.push(series);
    return series;
  }

  override get(): Promise<MetricObjectWithValues<MetricValueWithName<L>>> {
    const values = this.#series.flatMap((series) => this.#valuesOf(series));
    return Promise.resolve({ ...this.#facts, type: 'histogram', values, aggregator: 'sum' } as unknown as MetricObjectWithValues<
      MetricValueWithName<L>
    >);
  }

  /** What the library asks instead of {@link get} for its text format; undeclared in its types. */
  getForPromString(): ReturnType<this['get']> {
    return this.get() as ReturnType<this['get']>;
  }

  #valuesOf({ labels, counts, sum }: Series<L>): MetricValueWithName<L>[] {
    const { name } = this.#facts;
    let count = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, index) => {
      count += counts[index] ?? 0;
      return { metricName: `${name}_bucket`, value: count, labels: { le, ...labels } };
    });
    return [...buckets, { metricName: `${name}_sum`, value: sum, labels }, { metricName: `${name}_count`, value: count, labels }];
  }
}
