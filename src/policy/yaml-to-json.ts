import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Alias, Node, Pair, Scalar, YAMLMap } from 'yaml';
import { exceedsYamlDepth } from '../config/yaml-depth.js';
import { GatewayError } from '../errors.js';
import { isCollectionTag, plainToJson, taggedToJson } from './yaml-scalar.js';

/** The YAML parser takes more than a second for a hostile file of this size, on the thread that answers requests; JSON is 50 times faster. */
const MAX_YAML_BYTES = 128 * 1024;
/** Nodes that aliases may add, so that a small file cannot unfold into a huge document. */
const MAX_ALIASED_NODES = 200_000;
const MAX_DEPTH = 512;
/** Of the line that is shown. */
const MAX_LINE = 200;

/** JSON text of a YAML file as OPA would convert it. Throws `policy_data_invalid` with file, row and column. */
export function yamlToJson(file: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_YAML_BYTES) {
    throw new GatewayError('policy_file_too_large', `${file}: YAML data may hold ${MAX_YAML_BYTES} bytes; larger data belongs into JSON`, {
      details: { file, size: bytes.length, limit: MAX_YAML_BYTES },
    });
  }
  const lines = new LineCounter();
  const fail = (what: string, offset: number, cause?: unknown): GatewayError => {
    // Before anything is read the counter knows no line, and says 0:0.
    const { line, col: column } = lines.linePos(offset);
    const [row, col] = [Math.max(line, 1), Math.max(column, 1)];
    const text = Buffer.from(bytes).toString('utf8').split('\n')[row - 1]?.slice(0, MAX_LINE);
    return new GatewayError('policy_data_invalid', `${file}:${row}:${col}: ${what}`, { cause, details: { file, row, col, line: text } });
  };
  const control = bytes.findIndex((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (control >= 0) throw new GatewayError('policy_data_invalid', `${file}: byte ${control} is a control character`, { details: { file } });
  // failsafe: every scalar arrives as its text, and its meaning is decided in one place, ours.
  const documents = readAll(Buffer.from(bytes).toString('utf8'), lines, fail);
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) throw fail(error.message, error.pos[0], error);
  }
  const [first, second] = documents;
  if (second !== undefined) throw fail('Expected one document, got a second one: split it into files of its own', second.range?.[0] ?? 0);
  const contents = first?.contents ?? null;
  if (first === undefined || contents === null) return Buffer.from('null');
  const targets = new Map<Alias, Node>();
  const anchors = new Map<string, Node>();
  visit(first, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return Uint8Array.from(Buffer.from(new Writer(targets, fail).write(contents, 0)));
}

type Fail = (what: string, offset: number, cause?: unknown) => GatewayError;

function readAll(text: string, lineCounter: LineCounter, fail: Fail): ReturnType<typeof parse> {
  // Asked before composing: the composer recurses, and a stack that ends inside it can end the process.
  if (exceedsYamlDepth(text, MAX_DEPTH)) throw fail(`nested deeper than ${MAX_DEPTH} levels`, 0);
  return parse(text, lineCounter);
}

function parse(text: string, lineCounter: LineCounter): ReturnType<typeof parseAllDocuments<Node>> & readonly unknown[] {
  return parseAllDocuments<Node>(text, { schema: 'failsafe', uniqueKeys: false, lineCounter, prettyErrors: false, logLevel: 'silent' });
}

class Writer {
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #fail: Fail;
  readonly #open = new Set<Node>();
  #aliased = 0;

  constructor(targets: ReadonlyMap<Alias, Node>, fail: Fail) {
    this.#targets = targets;
    this.#fail = fail;
  }

  write(node: unknown, depth: number): string {
    if (node === null || node === undefined) return 'null';
    if (isAlias(node)) return this.#follow(node, (target) => this.write(target, depth));
    if (isScalar(node)) return this.#scalar(node);
    if (!isMap(node) && !isSeq(node)) throw this.#fail('Expected a value', 0);
    const at = startOf(node);
    if (depth >= MAX_DEPTH) throw this.#fail(`nested deeper than ${MAX_DEPTH} levels`, at);
    if (this.#open.size > 0 && ++this.#aliased > MAX_ALIASED_NODES) throw this.#fail('aliases unfold into too many values', at);
    if (!isCollectionTag(node)) throw this.#fail(`Expected a tag that JSON has a value for, got ${String(node.tag)}`, at);
    if (isSeq(node)) return `[${node.items.map((item) => this.write(item, depth + 1)).join(',')}]`;
    const members = new Map<string, string>();
    this.#members(node, depth, members);
    return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
  }

  /** Keys of the map itself first; then those of merged maps that are not there yet. */
  #members(map: YAMLMap, depth: number, members: Map<string, string>): void {
    const merges: unknown[] = [];
    const own = new Map<string, string>();
    for (const pair of map.items) {
      if (isMergeKey(pair)) merges.push(...(isSeq(pair.value) ? pair.value.items : [pair.value]));
      else {
        const key = this.#key(pair.key);
        // Whichever of the two were taken, the other would be gone without a word.
        if (own.has(key)) throw this.#fail(`the key ${JSON.stringify(key)} is there twice`, startOf(pair.key));
        own.set(key, this.write(pair.value, depth + 1));
      }
    }
    for (const [key, value] of own) if (!members.has(key)) members.set(key, value);
    for (const merged of merges) this.#merge(merged, map, depth, members);
  }

  #merge(merged: unknown, into: YAMLMap, depth: number, members: Map<string, string>): void {
    if (isAlias(merged)) this.#follow(merged, (target) => this.#merge(target, into, depth, members));
    else if (isMap(merged)) this.#members(merged, depth + 1, members);
    else throw this.#fail('Expected a map after "<<"', into.range?.[0] ?? 0);
  }

  #follow<T>(alias: Alias, visitTarget: (target: Node) => T): T {
    const target = this.#targets.get(alias);
    const at = alias.range?.[0] ?? 0;
    if (target === undefined) throw this.#fail(`unknown anchor ${alias.source}`, at);
    if (this.#open.has(target)) throw this.#fail(`the anchor ${alias.source} contains itself`, at);
    if (++this.#aliased > MAX_ALIASED_NODES) throw this.#fail('aliases unfold into too many values', at);
    this.#open.add(target);
    try {
      return visitTarget(target);
    } finally {
      this.#open.delete(target);
    }
  }

  #scalar(node: Scalar): string {
    const source = typeof node.value === 'string' ? node.value : (node.source ?? '');
    const json = jsonOf(node, source);
    if (json === undefined) throw this.#fail(`${JSON.stringify(source)} has no JSON form`, node.range?.[0] ?? 0);
    return json;
  }

  #key(key: unknown): string {
    if (isAlias(key)) return this.#follow(key, (target) => this.#key(target));
    if (!isScalar(key)) throw this.#fail('Expected a scalar key', 0);
    const value: unknown = JSON.parse(this.#scalar(key));
    if (value === null) throw this.#fail('Expected a key, got null', key.range?.[0] ?? 0);
    return typeof value === 'string' ? value : this.#scalar(key);
  }
}

/** An explicit tag decides, else quotes do. */
function jsonOf({ tag, type }: Scalar, source: string): string | undefined {
  if (tag !== undefined && tag !== '!') return taggedToJson(tag, source);
  return type === 'PLAIN' ? plainToJson(source) : JSON.stringify(source);
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && key.tag === undefined;
}
