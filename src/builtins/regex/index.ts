import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import { intOperand } from '../numeric.js';
import { stringOperand } from '../operands.js';
import { checkTextLength } from '../text-limit.js';
import { expand } from './expand.js';
import { globsIntersect } from './glob-intersection.js';
import { compilePattern, findAll, isValidPattern, matches } from './pattern.js';
import { templatePattern } from './template.js';

function match(context: BuiltinContext, pattern: RegoValue = null, text: RegoValue = null): RegoValue {
  const [source, subject] = [stringOperand(pattern, 1), stringOperand(text, 2)];
  return matches(compilePattern(source, context), subject, context.step);
}

function isValid(context: BuiltinContext, pattern: RegoValue = null): RegoValue {
  return typeof pattern === 'string' && isValidPattern(pattern, context);
}

function find(context: BuiltinContext, pattern: RegoValue = null, text: RegoValue = null, limit: RegoValue = null): RegoValue {
  return search(context, pattern, text, limit).map(({ groups }) => groups[0] ?? '');
}

function findSubmatches(context: BuiltinContext, pattern: RegoValue = null, text: RegoValue = null, limit: RegoValue = null): RegoValue {
  return search(context, pattern, text, limit).map(({ groups }) => groups.map((group) => group ?? ''));
}

function search(context: BuiltinContext, pattern: RegoValue, text: RegoValue, limit: RegoValue): ReturnType<typeof findAll> {
  const [source, subject, count] = [stringOperand(pattern, 1), stringOperand(text, 2), intOperand(limit, 3)];
  return findAll(compilePattern(source, context), subject, context.step, Number(count));
}

function replace(context: BuiltinContext, text: RegoValue = null, pattern: RegoValue = null, value: RegoValue = null): RegoValue {
  const [subject, source, replacement] = [stringOperand(text, 1), stringOperand(pattern, 2), stringOperand(value, 3)];
  const compiled = compilePattern(source, context);
  const names = compiled.namedGroups();
  let result = '';
  let end = 0;
  for (const found of findAll(compiled, subject, context.step)) {
    context.step(1 + (replacement.length >> 4));
    result += subject.slice(end, found.start) + expand(replacement, found, names);
    checkTextLength(result.length);
    end = found.end;
  }
  return result + subject.slice(end);
}

function split(context: BuiltinContext, pattern: RegoValue = null, text: RegoValue = null): RegoValue {
  const [source, subject] = [stringOperand(pattern, 1), stringOperand(text, 2)];
  const compiled = compilePattern(source, context);
  if (source !== '' && subject === '') return [''];
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const found of findAll(compiled, subject, context.step)) {
    end = found.start;
    // An empty match before the first character splits nothing off.
    if (found.end !== 0) parts.push(subject.slice(start, end));
    start = found.end;
  }
  if (end !== subject.length) parts.push(subject.slice(start));
  return parts;
}

function globsMatch({ step }: BuiltinContext, left: RegoValue = null, right: RegoValue = null): RegoValue {
  const [a, b] = [stringOperand(left, 1), stringOperand(right, 2)];
  return globsIntersect(a, b, step);
}

function templateMatch(context: BuiltinContext, ...args: readonly RegoValue[]): RegoValue {
  const [template = '', text = '', open = '', close = ''] = args.map((value, index) => stringOperand(value, index + 1));
  delimiter('start', open, open);
  delimiter('end', close, open);
  return matches(compilePattern(templatePattern(template, open, close, context), context), text, context.step);
}

/** Delimiters are one byte; OPA counts the start delimiter in both messages. */
function delimiter(name: string, text: string, counted: string): void {
  if (Buffer.byteLength(text) === 1) return;
  throw new BuiltinError(`${name} delimiter has to be exactly one character long but is ${Buffer.byteLength(counted)} long`);
}

/** Characters that mean something in a glob pattern. */
function quoteMeta(_context: BuiltinContext, pattern: RegoValue = null): RegoValue {
  return stringOperand(pattern, 1).replace(/[*?\\[\]{}]/g, '\\$&');
}

export const regexBuiltins: BuiltinGroup = {
  'regex.match': match,
  re_match: match,
  'regex.is_valid': isValid,
  'regex.find_n': find,
  'regex.find_all_string_submatch_n': findSubmatches,
  'regex.replace': replace,
  'regex.split': split,
  'regex.globs_match': globsMatch,
  'regex.template_match': templateMatch,
  'glob.quote_meta': quoteMeta,
};
