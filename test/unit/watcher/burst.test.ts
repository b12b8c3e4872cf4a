import { describe, expect, it } from 'vitest';
import type { Scan, ScannedFile } from '../../../src/policy/scan.js';
import { Burst } from '../../../src/watcher/burst.js';
import type { Sighting } from '../../../src/watcher/burst.js';

const moved = (name: string): Sighting => ({ file: `/p/${name}`, moved: true });
const written = (name: string): Sighting => ({ file: `/p/${name}`, moved: false });
/** By the listener on the file itself. */
const own = (name: string, change: boolean): Sighting => ({ file: `/p/${name}`, moved: change, own: true });

function burstOf(...sightings: readonly (Sighting | undefined)[]): Burst {
  const burst = new Burst();
  for (const sighting of sightings) burst.see(sighting);
  return burst;
}

/** Names with inode and size. */
function scanOf(files: Readonly<Record<string, readonly [inode: number, size: number]>>, root = '/p'): Scan {
  const list = Object.entries(files).map(([path, [inode, size]]): ScannedFile => {
    return { path, absolute: `/p/${path}`, kind: 'module', print: `1:${inode}:${size}:7:${inode * size}`, size, changedAt: 0 };
  });
  return { root, files: list, problems: [], key: JSON.stringify(files), changedAt: 0, places: new Map() };
}

describe('a burst is swift', () => {
  it.each([
    ['a file moved into place', [moved('a.rego')]],
    ['a temporary file written, then moved into place', [moved('.a.tmp'), written('.a.tmp'), moved('.a.tmp'), moved('a.rego')]],
    ['what chokidar and the replaced file say behind it', [moved('a.rego'), undefined, undefined]],
    ['a data file', [moved('data.json')]],
    ['written in place, as often as it may be', [written('a.rego'), own('a.rego', false), undefined, written('a.rego')]],
    ['written in place, the listener on the file first', [own('a.rego', false), written('a.rego'), undefined]],
    ['made, then written', [moved('a.rego'), written('a.rego')]],
  ])('%s', (_name, sightings) => {
    expect(burstOf(...sightings).isSwift).toBe(true);
  });

  it.each([
    ['nothing yet', []],
    ['two written in place', [written('a.rego'), written('b.rego')]],
    ['something of which nothing is known before a write', [undefined, written('a.rego')]],
    ['moved, another one written', [moved('a.rego'), undefined, written('b.rego')]],
    ['two at once', [moved('a.rego'), moved('b.rego')]],
    ['something of which nothing is known before it', [undefined, moved('a.rego')]],
    ['the folder of a ConfigMap', [moved('..data')]],
    ['a folder', [moved('nested')]],
  ])('not: %s', (_name, sightings) => {
    expect(burstOf(...sightings).isSwift).toBe(false);
  });
});

describe('who wrote is to be asked', () => {
  it.each([
    ['of a file that was written in place', [written('a.rego')], ['/p/a.rego']],
    ['of one that was made first', [moved('a.rego'), written('a.rego')], ['/p/a.rego']],
    ['of one that only its own listener spoke of', [own('a.rego', true)], ['/p/a.rego']],
    ['not of one that was moved into place, whatever is said of the one that it replaced', [moved('a.rego'), own('a.rego', true)], []],
  ])('%s', (_name, sightings, expected) => {
    expect(burstOf(...sightings).written).toEqual(expected);
  });
});

describe('a burst of one written file explains', () => {
  const before = scanOf({ 'a.rego': [1, 10], 'b.rego': [2, 10] });
  const swift = burstOf(written('a.rego'));

  it.each([
    ['the same file, longer', scanOf({ 'a.rego': [1, 12], 'b.rego': [2, 10] }), true],
    ['the same file, shorter', scanOf({ 'a.rego': [1, 5], 'b.rego': [2, 10] }), true],
    ['the same file, cut to less than half', scanOf({ 'a.rego': [1, 4], 'b.rego': [2, 10] }), false],
    ['the same file, empty', scanOf({ 'a.rego': [1, 0], 'b.rego': [2, 10] }), false],
    ['a file that is gone', scanOf({ 'b.rego': [2, 10] }), false],
    ['a second file that changed', scanOf({ 'a.rego': [1, 12], 'b.rego': [2, 12] }), false],
  ])('%s: %#', (_name, after, expected) => {
    expect(swift.explains(before, after)).toBe(expected);
  });
});

describe('a swift burst explains', () => {
  const before = scanOf({ 'a.rego': [1, 10], 'b.rego': [2, 10] });
  const swift = burstOf(moved('a.rego'));

  it.each([
    ['another file under the name', scanOf({ 'a.rego': [3, 12], 'b.rego': [2, 10] }), true],
    ['nothing but what was there', before, true],
    ['the same file, longer', scanOf({ 'a.rego': [1, 12], 'b.rego': [2, 10] }), false],
    ['an empty file', scanOf({ 'a.rego': [3, 0], 'b.rego': [2, 10] }), false],
    ['a file that is gone', scanOf({ 'b.rego': [2, 10] }), false],
    ['a second file that changed', scanOf({ 'a.rego': [3, 12], 'b.rego': [4, 12] }), false],
    ['another folder', scanOf({ 'a.rego': [3, 12], 'b.rego': [2, 10] }, '/q'), false],
  ])('%s: %#', (_name, after, expected) => {
    expect(swift.explains(before, after)).toBe(expected);
  });

  it('a file that is new', () => {
    expect(burstOf(moved('c.rego')).explains(before, scanOf({ 'a.rego': [1, 10], 'b.rego': [2, 10], 'c.rego': [5, 9] }))).toBe(true);
  });
});
