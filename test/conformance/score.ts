/** How many cases of a topic passed. */
export interface TopicScore {
  passed: number;
  total: number;
}

/** Counts passed cases by topic. */
export class Score {
  readonly #topics = new Map<string, TopicScore>();

  add(topic: string, passed: boolean): void {
    const score = this.#topics.get(topic) ?? { passed: 0, total: 0 };
    score.total++;
    if (passed) score.passed++;
    this.#topics.set(topic, score);
  }

  get total(): TopicScore {
    return [...this.#topics.values()].reduce((sum, { passed, total }) => ({ passed: sum.passed + passed, total: sum.total + total }), {
      passed: 0,
      total: 0,
    });
  }

  /** Lines of three topics, and the sum. */
  table(): string {
    const cells = [...this.#topics].sort(([a], [b]) => (a < b ? -1 : 1)).map(([topic, score]) => cell(topic, score));
    const lines = cells.flatMap((_, index) => (index % 3 === 0 ? [cells.slice(index, index + 3).join('  ')] : []));
    return [...lines.map((line) => line.trimEnd()), cell('all topics', this.total).trimEnd()].join('\n');
  }
}

function cell(topic: string, { passed, total }: TopicScore): string {
  return `${passed === total ? ' ' : '!'} ${topic.padEnd(38)} ${`${passed}/${total}`.padStart(7)}`;
}
