import { overBudget } from '../impact/budget.js';
import type { ImpactBudget } from '../impact/budget.js';
import type { Impact } from '../impact/report.js';
import { impactHead, otherwise, renderPath } from './render-impact.js';
import { xmlText } from './render-junit.js';

type ImpactPath = Impact['paths'][number];

/** JUnit XML as CI servers read it: a testcase a path, which fails when it has a share in what is over the budget. */
export function renderImpactJunit(impact: Impact, budget: Partial<ImpactBudget>): string {
  const cases = impact.paths.map((path) => ({ path, over: overOf(path, impact, budget) }));
  const failures = cases.filter(({ over }) => over.length > 0).length;
  const totals = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="${(impact.duration_ms / 1000).toFixed(3)}"`;
  const left = Object.entries(impact.not_replayable).map(([reason, count]) => property(`not_replayable.${reason}`, count));
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites ${totals}>`,
    `  <testsuite name="policy impact" ${totals}>`,
    `    <properties>${property('recorded', impact.recorded)}${property('replayed', impact.replayed)}${left.join('')}</properties>`,
    ...cases.map(({ path, over }) => renderCase(path, over)),
    `    <system-out>${xmlText(impactHead(impact))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

function overOf(path: ImpactPath, impact: Impact, { slowdown, ...counted }: Partial<ImpactBudget>): readonly string[] {
  const over = (['deny_to_allow', 'allow_to_deny', 'errors'] as const).flatMap((name) =>
    counted[name] !== undefined && path[name] > 0 ? overBudget(impact, { [name]: counted[name] }) : [],
  );
  return slowdown === undefined ? over : [...over, ...overBudget({ ...impact, paths: [path] }, { slowdown })];
}

function renderCase(path: ImpactPath, over: readonly string[]): string {
  const attributes = `classname="policy impact" name="${xmlText(path.path)}"`;
  if (over.length === 0 && otherwise(path) === 0) return `    <testcase ${attributes}/>`;
  const text = xmlText(renderPath(path, (_style, line) => line).join('\n'));
  const told = over.length === 0 ? `<system-out>${text}</system-out>` : `<failure message="${xmlText(over.join('; '))}">${text}</failure>`;
  return `    <testcase ${attributes}>${told}</testcase>`;
}

function property(name: string, value: number): string {
  return `<property name="${xmlText(name)}" value="${value}"/>`;
}
