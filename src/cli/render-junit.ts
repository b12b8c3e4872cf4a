import { valueLines } from '../testing/failure-values.js';
import { tally, testCases } from '../testing/test-cases.js';
import type { TestCase } from '../testing/test-cases.js';
import type { TestRun } from '../testing/test-run.js';
import { place } from './render-diagnostics.js';

/** JUnit XML as CI servers read it: a suite a package, a testcase a test and each case of a table. */
export function renderJunit({ results, durationNs }: Pick<TestRun, 'results' | 'durationNs'>): string {
  const all = testCases(results);
  const packages = new Map<string, TestCase[]>();
  for (const one of all) packages.set(one.package, [...(packages.get(one.package) ?? []), one]);
  const suites = [...packages].map(([name, cases]) => renderSuite(name, cases));
  return [`<?xml version="1.0" encoding="UTF-8"?>`, `<testsuites ${totals(all, durationNs)}>`, ...suites, '</testsuites>'].join('\n');
}

function renderSuite(name: string, cases: readonly TestCase[]): string {
  const duration = cases.reduce((sum, one) => sum + (one.durationNs ?? 0), 0);
  return [`  <testsuite name="${escape(name)}" ${totals(cases, duration)}>`, ...cases.map(renderCase), '  </testsuite>'].join('\n');
}

function renderCase(one: TestCase): string {
  const { package: pkg, name, location, durationNs = 0 } = one;
  const attributes = `classname="${escape(pkg)}" name="${escape(name)}" file="${escape(location.file)}" line="${location.row}" time="${seconds(durationNs)}"`;
  const body = verdict(one);
  const output = one.output.length > 0 ? `<system-out>${escape(one.output.join('\n'))}</system-out>` : '';
  return body === '' && output === '' ? `    <testcase ${attributes}/>` : `    <testcase ${attributes}>${body}${output}</testcase>`;
}

function verdict({ status, failedAt, location, error }: TestCase): string {
  switch (status) {
    case 'pass':
      return '';
    case 'skip':
      return '<skipped/>';
    case 'fail': {
      const text = [failedAt?.line?.trim() ?? '', ...valueLines(failedAt?.values)].join('\n');
      return `<failure message="${escape(`not true at ${place(failedAt ?? location)}`)}">${escape(text)}</failure>`;
    }
    case 'error':
      return `<error type="${escape(error?.code ?? 'error')}" message="${escape(error?.message ?? '')}"/>`;
  }
}

function totals(cases: readonly TestCase[], durationNs: number): string {
  const { fail, error, skip } = tally(cases);
  return `tests="${cases.length}" failures="${fail}" errors="${error}" skipped="${skip}" time="${seconds(durationNs)}"`;
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
