import { describe, expect, it } from 'vitest';
import { renderImpactJunit } from '../../../src/cli/render-impact-junit.js';
import type { Impact } from '../../../src/impact/report.js';

const quiet = { deny_to_allow: 0, allow_to_deny: 0, other: 0, errors: 0, p95_ms: null, slowdown: null };

const IMPACT: Impact = {
  ...{ from: 'a'.repeat(64), to: 'b'.repeat(64), recorded: 40, replayed: 30, not_replayable: { masked: 4, time_dependent: 6 } },
  ...{ deny_to_allow: 1, allow_to_deny: 2, other: 0, errors: 0, slowdown: 3, duration_ms: 12 },
  paths: [
    {
      ...{
        ...quiet,
        path: 'a/allow',
        replayed: 10,
        deny_to_allow: 1,
        changed: ['data.a.allow'],
        decision_ids: { deny_to_allow: ['id-1'] },
      },
      examples: [{ decision_id: 'id-1', flip: 'deny_to_allow', input: '{"name":"<&\u0001>"}', before: 'false', after: 'true' }],
    },
    { ...quiet, path: 'b/allow', replayed: 10, allow_to_deny: 2, changed: [], decision_ids: {}, examples: [] },
    { ...quiet, path: 'c', replayed: 10, p95_ms: { before: 1, after: 3 }, slowdown: 3, changed: [], decision_ids: {}, examples: [] },
  ],
};

/** The testcases, each as one text. */
const casesOf = (xml: string): string[] => xml.match(/<testcase [^>]*(?:\/>|>.*?<\/testcase>)/gsu) ?? [];

describe('JUnit of an impact', () => {
  it('fails the paths that have a share in what is over, and no others', () => {
    const xml = renderImpactJunit(IMPACT, { deny_to_allow: 0, allow_to_deny: 2 });
    expect(xml).toContain('<testsuites tests="3" failures="1" errors="0" skipped="0" time="0.012">');
    const [opened = '', closed = '', same = ''] = casesOf(xml);
    expect(opened).toContain('<failure message="1 deny -&gt; allow of 30 replayed decisions (at most 0)">');
    expect(opened).toContain('input  {&quot;name&quot;:&quot;&lt;&amp; &gt;&quot;}');
    expect(closed).toContain('<system-out>  b/allow: 2 allow -&gt; deny of 10');
    expect(same).toBe('<testcase classname="policy impact" name="c"/>');
  });

  it('fails a path that takes longer than it may', () => {
    const [, , slow] = casesOf(renderImpactJunit(IMPACT, { slowdown: 2 }));
    expect(slow).toContain('<failure message="c takes 3 times as long (at most 2)">');
  });

  it('tells how many decisions can tell', () => {
    const xml = renderImpactJunit(IMPACT, {});
    expect(xml).toContain(' failures="0" ');
    expect(xml).toContain(
      '<property name="recorded" value="40"/><property name="replayed" value="30"/><property name="not_replayable.masked" value="4"/>',
    );
  });
});
