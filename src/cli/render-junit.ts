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
  return [`  <testsuite name="${xmlText(name)}" ${totals(cases, duration)}>`, ...cases.map(renderCase), '  </testsuite>'].join('\n');
}

function renderCase(one: TestCase): string {
  const { package: pkg, name, location, durationNs = 0 } = one;
  const attributes = `classname="${xmlText(pkg)}" name="${xmlText(name)}" file="${xmlText(location.file)}" line="${location.row}" time="${seconds(durationNs)}"`;
  const body = verdict(one);
  const output = one.output.length > 0 ? `<system-out>${xmlText(one.output.join('\n'))}</system-out>` : '';
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
      return `<failure message="${xmlText(`not true at ${place(failedAt ?? location)}`)}">${xmlText(text)}</failure>`;
    }
    case 'error':
      return `<error type="${xmlText(error?.code ?? 'error')}" message="${xmlText(error?.message ?? '')}"/>`;
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

/** Text as it may stand in an element or an attribute. */
export function xmlText(text: string): string {
  return text.replace(FORBIDDEN, ' ').replace(/[&<>"]/gu, (character) => ENTITIES[character] ?? character);
}
