import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import GithubSlugger from 'github-slugger';
import { describe, expect, it } from 'vitest';
import { isPackaged } from '../helpers/packaged.js';
import { ROOT } from '../helpers/policies.js';

/** Pages that a reader of the package can come to. */
const PAGES = ['README.md', ...['docs', 'src/reference'].flatMap(pagesIn)];

function pagesIn(folder: string): string[] {
  const names = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`);
}

/** The text without code, in which brackets are no links and `#` is no heading. */
function prose(markdown: string): string {
  return markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gmu, '').replaceAll(/<!--[\s\S]*?-->/gu, '');
}

/** What a page can be entered at, as GitHub names it. */
function anchorsOf(markdown: string): Set<string> {
  const slugger = new GithubSlugger();
  return new Set([...prose(markdown).matchAll(/^#{1,6} +(.+)$/gmu)].map(([, title = '']) => slugger.slug(title.replaceAll('`', ''))));
}

/** Links of a page that lead nowhere, or out of the package. `read` gives the text of a page. */
function deadLinks(page: string, read: (file: string) => string): string[] {
  const links = [
    ...prose(read(page))
      .replaceAll(/`[^`\n]*`/gu, 'code')
      .matchAll(/\]\(([^)\s]+)\)/gu),
  ].map(([, target = '']) => target);
  return links.filter((link) => {
    if (/^[a-z]+:/u.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
    if (!existsSync(path.join(ROOT, target)) || !isPackaged(target)) return true;
    return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
  });
}

const fromDisk = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe('the pages', () => {
  it.each(PAGES)('%s links to what there is, in the package too', (page) => {
    expect(deadLinks(page, fromDisk)).toEqual([]);
  });

  it('can be come to from the README, each of them', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      const links = [...fromDisk(page).matchAll(/\]\(([^)\s#:]+\.md)[)#]/gu)].map(([, target = '']) => target);
      for (const link of links) reached.add(path.posix.join(path.posix.dirname(page), link));
    }
    expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('would be told of a dead link', () => {
    const text =
      '# A `b` c\n[1](#a-b-c) [2](#a) [3](docs/none.md) [4](test/helpers/packaged.ts) `[5](x)`\n```\n# d\n[6](y)\n```\n[7](#d) [8](http://h/x)';
    expect(deadLinks('README.md', (file) => (file === 'README.md' ? text : ''))).toEqual([
      '#a',
      'docs/none.md',
      'test/helpers/packaged.ts',
      '#d',
    ]);
  });
});
