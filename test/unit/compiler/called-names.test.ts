import { describe, expect, it } from 'vitest';
import { calledNames } from '../../../src/compiler/called-names.js';

const module = (text: string, path = 'a.rego') => ({ path, text });

describe('calledNames', () => {
  it('finds built-ins and functions of all modules, whatever stands around them', () => {
    const found = calledNames([
      module('package a\nx if regex.match("a", input.b)\ny := [sprintf("%d", [count(z)])]'),
      module('package b\nf(v) := data.a.g(v)', 'b.rego'),
    ]);
    expect([...found].sort()).toEqual(['count', 'data.a.g', 'f', 'regex.match', 'sprintf']);
  });

  it('looks no further than a mebibyte', () => {
    expect([...calledNames([module(' '.repeat(2 ** 20 + 1)), module('p if f(1)', 'b.rego')])]).toEqual([]);
  });
});
