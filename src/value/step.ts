/**
 * What repeats over values calls this once for each turn, with a number where a turn is as much work as several: a unit is some
 * tens of nanoseconds up to a microsecond. Throws when there was enough of it.
 */
export type Step = (units?: number) => void;
