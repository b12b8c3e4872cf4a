import path from 'node:path';
import type { Log, Result } from 'sarif';
import type { Diagnostic } from '../policy/diagnostic.js';

/** Findings with the folder that their files are relative to. */
export interface Findings {
  readonly root: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the programs that read a report take file names to be relative to: the folder that the command ran in. */
export interface ReportOptions {
  readonly cwd: string;
  readonly version: string;
}

/** Workflow commands of GitHub Actions: a line each, shown at the lines of a change. */
export function toGithub({ root, diagnostics }: Findings, { cwd }: Pick<ReportOptions, 'cwd'>): string {
  return diagnostics
    .map((found) => {
      const { severity, code, file, row } = found;
      const { column, endColumn } = columnsOf(found);
      const place = { file: file === undefined ? undefined : fileName(root, file, cwd), line: row, col: column, endColumn, title: code };
      const properties = Object.entries(place).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${property(String(value))}`],
      );
      return `::${severity} ${properties.join(',')}::${escaped(messageOf(found))}`;
    })
    .join('\n');
}

/**
 * `file:line:column: severity: message [code]`, a line each, as editors read the output of compilers. What is in no file is said of the folder,
 * in the same form: a line of another one would be lost.
 */
export function toUnix({ root, diagnostics }: Findings, { cwd }: Pick<ReportOptions, 'cwd'>): string {
  return diagnostics
    .map((found) => {
      const { severity, code, file, row, path: dataPath } = found;
      const place = `${fileName(root, file ?? '.', cwd) || '.'}:${row ?? 1}:${columnsOf(found).column ?? 1}`;
      const what = file === undefined && dataPath !== undefined ? `${dataPath}: ${messageOf(found)}` : messageOf(found);
      return `${place}: ${severity}: ${what.replaceAll('\n', ' ')} [${code}]`;
    })
    .join('\n');
}

/** A SARIF 2.1.0 log as JSON text. */
export function toSarif({ root, diagnostics }: Findings, { cwd, version }: ReportOptions): string {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'defenseclaw-gateway', semanticVersion: version, rules: rules.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((found) => resultOf(found, rules, root, cwd)),
      },
    ],
  };
  return JSON.stringify(log, undefined, 2);
}

function resultOf(found: Diagnostic, rules: readonly string[], root: string, cwd: string): Result {
  const { severity, code, file, row, path: dataPath, line } = found;
  const { column, endColumn } = columnsOf(found);
  const region =
    row === undefined
      ? undefined
      : {
          startLine: row,
          ...(column === undefined ? {} : { startColumn: column }),
          ...(endColumn === undefined ? {} : { endColumn }),
          ...(line === undefined ? {} : { snippet: { text: line } }),
        };
  const physicalLocation =
    file === undefined
      ? undefined
      : { artifactLocation: { uri: encodeURI(fileName(root, file, cwd)) }, ...(region === undefined ? {} : { region }) };
  const logicalLocations = dataPath === undefined ? undefined : [{ fullyQualifiedName: dataPath }];
  const location = {
    ...(physicalLocation === undefined ? {} : { physicalLocation }),
    ...(logicalLocations === undefined ? {} : { logicalLocations }),
  };
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: severity,
    message: { text: messageOf(found) },
    ...(Object.keys(location).length === 0 ? {} : { locations: [location] }),
  };
}

function messageOf({ message, hint }: Diagnostic): string {
  return hint === undefined ? message : `${message}: ${hint}`;
}

/** Columns in UTF-16 units: ours count characters, as OPA's do. */
function columnsOf({ line, col, endCol }: Diagnostic): { readonly column: number | undefined; readonly endColumn: number | undefined } {
  const characters = Array.from(line ?? '');
  const inUnits = (column: number | undefined): number | undefined =>
    column === undefined || line === undefined ? column : characters.slice(0, column - 1).join('').length + 1;
  return { column: inUnits(col), endColumn: inUnits(endCol) };
}

function fileName(root: string, file: string, cwd: string): string {
  return path.relative(cwd, path.join(root, file)).split(path.sep).join('/');
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
