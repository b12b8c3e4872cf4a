import { RE2JS } from 're2js';
import type * as z from 'zod';
import { nearest } from '../../config/problem.js';
import { GatewayError } from '../../errors.js';
import { isRecord, memberOf } from '../../is-record.js';
import { placed } from '../../policy/diagnostic.js';
import type { Diagnostic } from '../../policy/diagnostic.js';
import { pathInPack, yamlStem } from '../../policy/source-kind.js';
import type { SourceFile } from '../../policy/source-set.js';
import { readJudgeDocument } from '../judge-document.js';
import type { JudgeDocument } from '../judge-document.js';
import { MAX_PATTERN, rulesFile, sensitiveToolsFile, suppressionsFile } from './pack-files.js';
import type { PackRule, RulePack, SensitiveTool, Suppressions } from './rule-pack.js';

const CODE = 'policy_rulepack_invalid';

/** Rules of one pack, and findings that are told. */
const MAX_PACK_RULES = 5_000;
const MAX_TOLD = 200;

/** What the files of a pack come to. */
export interface ReadPack {
  readonly pack: RulePack;
  readonly warnings: readonly Diagnostic[];
}

/** Throws `policy_rulepack_invalid`; `details.diagnostics` name every problem by file, row and column. */
export function readPack(files: readonly SourceFile[]): ReadPack {
  const { pack, diagnostics } = checkPack(files);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return { pack, warnings: diagnostics };
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new GatewayError(CODE, `${placed(first)}${more}`, { details: { diagnostics } });
}

/** The same with everything that is wrong beside what can be used. */
export function checkPack(files: readonly SourceFile[]): { readonly pack: RulePack; readonly diagnostics: readonly Diagnostic[] } {
  const rules: PackRule[] = [];
  let suppressions: Suppressions = { findings: [], tools: [] };
  let tools: ReadonlyMap<string, SensitiveTool> = new Map();
  const found = new Findings();
  for (const file of files) {
    const name = pathInPack(file.path);
    if (name.startsWith('suppressions.')) suppressions = readSuppressions(file, found) ?? suppressions;
    else if (name.startsWith('sensitive-tools.')) tools = readTools(file, found) ?? tools;
    else rules.push(...readRules(file, found));
  }
  if (rules.length > MAX_PACK_RULES) found.whole(files[0]?.path ?? '', `Expected at most ${MAX_PACK_RULES} rules in one pack`);
  return { pack: { rules, suppressions, tools }, diagnostics: found.told };
}

/** What stands in a list of a file, also of one that is refused. */
function listedAs(name: string, { values }: JudgeDocument): readonly unknown[] {
  const given = memberOf(values, name);
  return Array.isArray(given) ? given.slice(0, MAX_PACK_RULES) : [];
}

function readRules(file: SourceFile, found: Findings): readonly PackRule[] {
  const document = found.open(file);
  if (document === undefined) return [];
  const parsed = found.parse(rulesFile, document);
  if (parsed !== undefined && parsed.rules === undefined) {
    found.add(document.at([], 'warning', 'holds no rules, and is not used here: lists of words belong into data.guardrail.patterns'));
    return [];
  }
  // Also of a file that is refused: whoever mends it wants to see all that is wrong at once.
  found.warnOfUnknown(document, [], Object.keys(rulesFile.shape));
  const keep = Object.keys(rulesFile.shape.rules.unwrap().element.shape);
  for (const [index, rule] of listedAs('rules', document).entries()) {
    const pattern = memberOf(rule, 'pattern');
    found.warnOfUnknown(document, ['rules', index], keep);
    if (typeof pattern === 'string' && pattern.length <= MAX_PATTERN) found.compile(document, ['rules', index, 'pattern'], pattern);
  }
  const seen = new Set<string>();
  return (parsed?.rules ?? []).flatMap((rule, index): PackRule[] => {
    if (seen.has(rule.id))
      found.add(document.at(['rules', index, 'id'], 'warning', `${rule.id} is the id of another rule of this file, too`));
    seen.add(rule.id);
    if (rule.enabled === false) return [];
    const { id, severity, pattern, title, confidence, tags } = rule;
    return [{ id, severity, pattern, title, confidence, tags, category: parsed?.category ?? yamlStem(file.path) }];
  });
}

function readSuppressions(file: SourceFile, found: Findings): Suppressions | undefined {
  const document = found.open(file);
  const parsed = document && found.parse(suppressionsFile, document);
  if (document === undefined || parsed === undefined) return undefined;
  found.warnOfUnknown(document, [], Object.keys(suppressionsFile.shape));
  const { finding_suppressions: findings = [], tool_suppressions: tools = [], pre_judge_strips: strips = [] } = parsed;
  const keep = Object.keys(suppressionsFile.shape.pre_judge_strips.unwrap().element.shape);
  for (const [index, { pattern }] of strips.entries()) {
    found.warnOfUnknown(document, ['pre_judge_strips', index], keep);
    found.compile(document, ['pre_judge_strips', index, 'pattern'], pattern);
  }
  for (const [index, { entity_pattern: pattern }] of findings.entries()) {
    found.compile(document, ['finding_suppressions', index, 'entity_pattern'], pattern);
  }
  for (const [index, { tool_pattern: pattern }] of tools.entries()) {
    found.compile(document, ['tool_suppressions', index, 'tool_pattern'], pattern);
  }
  return {
    findings: findings.map(({ finding_pattern: finding, entity_pattern: pattern, condition }) => ({ finding, pattern, condition })),
    tools: tools.map(({ tool_pattern: pattern, suppress_findings: ids }) => ({ pattern, findings: ids })),
    ...(strips.length === 0 ? {} : { strips: strips.map(({ pattern }) => pattern) }),
  };
}

function readTools(file: SourceFile, found: Findings): ReadonlyMap<string, SensitiveTool> | undefined {
  const document = found.open(file);
  if (document === undefined) return undefined;
  const parsed = found.parse(sensitiveToolsFile, document);
  found.warnOfUnknown(document, [], Object.keys(sensitiveToolsFile.shape));
  const keep = Object.keys(sensitiveToolsFile.shape.tools.unwrap().element.shape);
  for (const index of listedAs('tools', document).keys()) found.warnOfUnknown(document, ['tools', index], keep);
  if (parsed === undefined) return undefined;
  const { tools = [] } = parsed;
  return new Map(
    tools.map(({ name, result_inspection: inspected = true, judge_result: judged = true, min_entities_for_alert: minEntities }) => [
      name,
      { inspected, judged, minEntities },
    ]),
  );
}

/** A key with nothing behind it is as good as not there: in DefenseClaw, too. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutEmpty(member)]));
}

/** Collects what is wrong with the files of a pack, each with its place. */
class Findings {
  readonly #found: Diagnostic[] = [];
  /** Keys that were told of: once a file says enough. */
  readonly #unknown = new Set<string>();

  get told(): readonly Diagnostic[] {
    // Errors first: a pack with hundreds of odd keys must not hide them.
    return [...this.#found].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error')).slice(0, MAX_TOLD);
  }

  add(diagnostic: Diagnostic): void {
    this.#found.push(diagnostic);
  }

  whole(file: string, message: string): void {
    this.add({ severity: 'error', code: CODE, message, file, row: 1, col: 1 });
  }

  open(file: SourceFile): JudgeDocument | undefined {
    const document = readJudgeDocument(file, CODE);
    if (!('message' in document)) return document;
    this.add(document);
    return undefined;
  }

  parse<T>(schema: z.ZodType<T>, document: JudgeDocument): T | undefined {
    const parsed = schema.safeParse(withoutEmpty(document.values));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      const name = path.map(String).join('.');
      this.add(document.at(path, 'error', name === '' ? message : `${name}: ${message}`));
    }
    return undefined;
  }

  /** What a pack for a newer or another reader says is no reason to do without the rest of it. */
  warnOfUnknown(document: JudgeDocument, path: readonly (string | number)[], known: readonly string[]): void {
    const value = path.reduce<unknown>(memberOf, document.values);
    for (const key of typeof value === 'object' && value !== null ? Object.keys(value) : []) {
      if (known.includes(key)) continue;
      const diagnostic = document.at([...path, key], 'warning', `${key} is not used here${meant(key, known)}`);
      const once = `${diagnostic.file ?? ''} ${path.length} ${key}`;
      if (!this.#unknown.has(once)) this.add(diagnostic);
      this.#unknown.add(once);
    }
  }

  compile(document: JudgeDocument, path: readonly (string | number)[], pattern: string): void {
    try {
      RE2JS.compile(pattern);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.add(document.at(path, 'error', `Expected a regular expression in RE2 syntax: ${why}`));
    }
  }
}

function meant(word: string, candidates: readonly string[]): string {
  const best = nearest(word, candidates);
  return best === undefined ? '' : `; did you mean ${best}?`;
}
