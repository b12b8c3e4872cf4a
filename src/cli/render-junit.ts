import type { TestOutcome } from '../compiler/protocol.js';
import type { TestRun } from '../testing/test-run.js';
import { place } from './render-diagnostics.js';
import { tally } from './render-tests.js';

/** JUnit XML as CI servers read it: a suite a package, a case a test. */
export function renderJunit({ results, durationNs }: TestRun): string {
  const packages = new Map<string, TestOutcome[]>();
  for (const outcome of results) packages.set(outcome.package, [...(packages.get(outcome.package) ?? []), outcome]);
  const suites = [...packages].map(([name, outcomes]) => renderSuite(name, outcomes));
  return [`<?xml version="1.0" encoding="UTF-8"?>`, `<testsuites ${totals(results, durationNs)}>`, ...suites, '</testsuites>'].join('\n');
}

function renderSuite(name: string, outcomes: readonly TestOutcome[]): string {
  const duration = outcomes.reduce((sum, { durationNs }) => sum + durationNs, 0);
  return [`  <testsuite name="${escape(name)}" ${totals(outcomes, duration)}>`, ...outcomes.map(renderCase), '  </testsuite>'].join('\n');
}

function renderCase(outcome: TestOutcome): string {
  const attributes = `classname="${escape(outcome.package)}" name="${escape(outcome.name)}" file="${escape(outcome.location.file)}" line="${outcome.location.row}" time="${seconds(outcome.durationNs)}"`;
  const body = verdict(outcome);
  const output = outcome.output.length > 0 ? `<system-out>${escape(outcome.output.join('\n'))}</system-out>` : '';
  return body === '' && output === '' ? `    <testcase ${attributes}/>` : `    <testcase ${attributes}>${body}${output}</testcase>`;
}

function verdict({ status, failedAt, location, error }: TestOutcome): string {
  switch (status) {
    case 'pass':
      return '';
    case 'skip':
      return '<skipped/>';
    case 'fail':
      return `<failure message="${escape(`not true at ${place(failedAt ?? location)}`)}">${escape(failedAt?.line ?? '')}</failure>`;
    case 'error':
      return `<error type="${escape(error?.code ?? 'error')}" message="${escape(error?.message ?? '')}"/>`;
  }
}

function totals(results: readonly TestOutcome[], durationNs: number): string {
  const { fail, error, skip } = tally(results);
  return `tests="${results.length}" failures="${fail}" errors="${error}" skipped="${skip}" time="${seconds(durationNs)}"`;
}

function seconds(nanoseconds: number): string {
  return (nanoseconds / 1e9).toFixed(6);
}

/** XML 1.0 has no place for most control characters, not even escaped: they become blanks. */
const FORBIDDEN = new RegExp(String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]`, 'gu');
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(FORBIDDEN, ' ').replace(/[&<>"]/gu, (character) => ENTITIES[character] ?? character);
}
