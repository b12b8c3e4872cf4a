import { Gauge, type Registry } from 'prom-client';

/** A gauge, and what of some figures it shows. */
export type GaugeOf<Figures> = readonly [name: string, help: string, value: (figures: Figures) => number];

/** Gauges that look at the figures when they are scraped; 0 as long as there are none. */
export function registerGauges<Figures>(registry: Registry, gauges: readonly GaugeOf<Figures>[], figures: () => Figures | undefined): void {
  for (const [name, help, value] of gauges) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const now = figures();
        this.set(now === undefined ? 0 : value(now));
      },
    });
  }
}
