import { createMetrics, type MetricDescription } from '../telemetry/metrics.js';

const INTRODUCTION = `# Metrics

<!-- Generated from the metrics registry by \`npm run docs\`; do not edit. -->

\`GET /metrics\` answers in Prometheus text format. Beside the metrics below it has the usual \`process_*\` and \`nodejs_*\` ones.
Every label takes its values from a closed list; anything else counts as \`other\`.

| Metric | Type | Labels | Meaning |
| --- | --- | --- | --- |
`;

function row({ name, type, labels, help }: MetricDescription): string {
  const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help];
  return `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The page `metrics.md`. */
export function renderMetrics(): string {
  // Node's own metrics differ between versions and platforms: they are not ours to list.
  const own = createMetrics()
    .describe()
    .filter(({ name }) => name.startsWith('defenseclaw_'));
  const sorted = [...own].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${INTRODUCTION}${sorted.map(row).join('\n')}\n`;
}
