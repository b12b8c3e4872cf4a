import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, Scalar, visit } from 'yaml';
import type { Alias, Document, Node, YAMLMap } from 'yaml';
import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { textFromBytes } from '../bytes.js';
import { decodeBase64 } from '../base64.js';
import { tooDeep } from '../text-limit.js';
import { keyText } from './key-text.js';
import { isUnwritable, resolvePlain } from './resolve.js';

/** Nesting that is followed; the value codec stops there too. */
const MAX_DEPTH = 1_000;

/** Measured over lists, maps and flow collections; what is mostly punctuation takes up to 17. */
const US_PER_CHARACTER = 2;
const US_PER_ALIASED_CHARACTER = 0.05;

/** Characters that a YAML stream may hold. */
const UNREADABLE = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The first document of a YAML stream as a Rego value; all of them must be well formed. Throws BuiltinError. */
export function unmarshalYaml(text: string, meter: Meter): RegoValue {
  meter.reserve(parsingWork(text));
  if (UNREADABLE.test(text)) throw new BuiltinError('yaml: control characters are not allowed');
  const first = parse(text)[0];
  if (first?.contents == null) return null;
  const openEnd = /[\r\n]$/.test(text) ? undefined : text.length;
  return new Decoder(first, openEnd, meter.step).decode(first.contents);
}

/** Microseconds that the parser takes, which looks for the anchor of each alias from the start of the document on. */
function parsingWork(text: string): number {
  const aliases = text.split('*').length - 1;
  return text.length * US_PER_CHARACTER + aliases * text.length * US_PER_ALIASED_CHARACTER;
}

function parse(text: string): readonly Document.Parsed[] {
  try {
    // The parser only takes the text apart: what a scalar means is decided here, after Go.
    const parsed = parseAllDocuments(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      logLevel: 'silent',
    });
    if ('empty' in parsed && parsed.warnings.length > 0) throw new BuiltinError('yaml: found unexpected document indicator');
    const documents = [...parsed];
    for (const document of documents) check(document);
    return documents;
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep('a YAML text');
    throw cause;
  }
}

function check(document: Document.Parsed): void {
  const error = document.errors[0];
  if (error !== undefined) throw new BuiltinError(`yaml: ${error.message}`, { cause: error });
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== '1.1') throw new BuiltinError('yaml: found incompatible YAML document');
  if (document.warnings.some(({ code }) => code === 'BAD_DIRECTIVE')) throw new BuiltinError('yaml: found unknown directive name');
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) throw new BuiltinError(`yaml: unknown anchor '${alias.source}' referenced`);
    },
  });
}

type Entries = Map<string, RegoValue>;

class Decoder {
  readonly #document: Document;
  /** Where the text ends when it ends inside a line: a block scalar there has no last line break. */
  readonly #openEnd: number | undefined;
  readonly #step: Step;
  readonly #active = new Set<Alias>();
  #nodes = 0;
  #aliasedNodes = 0;

  constructor(document: Document, openEnd: number | undefined, step: Step) {
    this.#step = step;
    this.#document = document;
    this.#openEnd = openEnd;
  }

  decode(node: unknown, depth = 0): RegoValue {
    this.#count(depth);
    if (isAlias(node)) return this.#through(node, (target) => this.decode(target, depth + 1));
    if (isMap(node)) return RegoObject.of(this.#mapping(node, depth), this.#step);
    if (isSeq(node)) return node.items.map((item) => this.decode(item, depth + 1));
    if (!isScalar(node)) return null;
    const atOpenEnd = this.#openEnd !== undefined && isBlock(node) && (node.range?.[1] ?? 0) >= this.#openEnd;
    return atOpenEnd ? scalarText(node).replace(/\n$/, '') : scalarValue(node, this.#step);
  }

  /** Bounds nesting, and work that comes out of aliases of aliases: Go's rule, whose ratios these are. */
  #count(depth: number): void {
    this.#step();
    if (depth > MAX_DEPTH) throw tooDeep('a YAML text');
    this.#nodes++;
    if (this.#active.size > 0) this.#aliasedNodes++;
    const allowed = Math.min(0.99, Math.max(0.1, 0.99 - (0.89 * (this.#nodes - 400_000)) / 3_600_000));
    if (this.#aliasedNodes > 100 && this.#nodes > 1_000 && this.#aliasedNodes / this.#nodes > allowed) {
      throw new BuiltinError('yaml: document contains excessive aliasing');
    }
  }

  #through<T>(alias: Alias, use: (target: Node | undefined) => T): T {
    if (this.#active.has(alias)) throw new BuiltinError(`yaml: anchor '${alias.source}' value contains itself`);
    this.#active.add(alias);
    const value = use(alias.resolve(this.#document));
    this.#active.delete(alias);
    return value;
  }

  /** Members by the text of their key, the last of repeated ones; merged members never replace written ones. */
  #mapping(map: YAMLMap, depth: number): Entries {
    const members = new Map<string, unknown>();
    const merges: unknown[] = [];
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) merges.push(...(isSeq(value) ? value.items : [value]));
      else members.set(this.#key(key), value);
    }
    const entries: Entries = new Map([...members].map(([key, value]) => [key, this.decode(value, depth + 1)]));
    for (const merge of merges) {
      for (const [key, value] of this.#merged(merge, depth)) if (!entries.has(key)) entries.set(key, value);
    }
    return entries;
  }

  #merged(node: unknown, depth: number): Entries {
    this.#count(depth);
    if (isAlias(node)) {
      return this.#through(node, (target) => {
        if (!isMap(target)) throw new BuiltinError('yaml: map merge requires map or sequence of maps as the value');
        return this.#mapping(target, depth + 1);
      });
    }
    if (!isMap(node)) throw new BuiltinError('yaml: map merge requires map or sequence of maps as the value');
    return this.#mapping(node, depth + 1);
  }

  #key(node: unknown): string {
    if (isAlias(node)) return this.#through(node, (target) => this.#key(target));
    if (isScalar(node)) return isUnwritable(scalarText(node)) ? scalarText(node) : keyText(scalarValue(node, this.#step), node);
    throw new BuiltinError(node === null ? 'unsupported map key of type: nil' : 'yaml: invalid map key');
  }
}

function isMergeKey(node: unknown): boolean {
  return (
    isScalar(node) &&
    node.source === '<<' &&
    node.type === Scalar.PLAIN &&
    (node.tag === undefined || node.tag === 'tag:yaml.org,2002:merge')
  );
}

function isBlock(node: Scalar): boolean {
  return node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
}

function scalarText(node: Scalar): string {
  return node.source ?? '';
}

function scalarValue(node: Scalar, step: Step): RegoValue {
  const text = scalarText(node);
  const tag = node.tag?.replace('tag:yaml.org,2002:', '');
  if (tag === undefined || tag === '!') return node.type === Scalar.PLAIN || node.type === undefined ? resolvePlain(text).value : text;
  if (tag === 'binary') return textFromBytes(decodeBase64(text), step);
  if (!['null', 'bool', 'int', 'float'].includes(tag)) return text;
  const resolved = resolvePlain(text);
  const fits = resolved.tag === tag || (tag === 'float' && resolved.tag === 'int');
  if (!fits) throw new BuiltinError(`yaml: cannot decode !!${resolved.tag} \`${text}\` as a !!${tag}`);
  return resolved.value;
}
