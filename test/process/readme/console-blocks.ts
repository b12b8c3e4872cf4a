/** A command that a page shows, and what the page says it prints. */
export interface Step {
  readonly command: string;
  readonly output: readonly string[];
}

/** One fenced block of a page. */
export interface ConsoleBlock {
  readonly page: string;
  /** Line of the fence. */
  readonly line: number;
  /** Why nobody runs it, from `<!-- not run: ... -->` in front of it. */
  readonly notRun: string | undefined;
  readonly steps: readonly Step[];
}

/** The `console` blocks of a page, in order. */
export function consoleBlocks(page: string, text: string): ConsoleBlock[] {
  return [...text.matchAll(/(?:<!-- not run: ([^>]+) -->\n\n?)?^```console\n([\s\S]*?)^```$/gmu)].map((found) => ({
    page,
    line: text.slice(0, found.index).split('\n').length,
    notRun: found[1],
    steps: stepsOf(found[2] ?? ''),
  }));
}

function stepsOf(block: string): Step[] {
  const joined = block.replaceAll(/\\\n\s*/gu, '').split('\n');
  const steps: { command: string; output: string[] }[] = [];
  for (const line of joined) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [] });
    else if (line.trim() !== '') steps.at(-1)?.output.push(line);
  }
  return steps;
}

/** Is a line of the gateway's own log or of its banner: it comes in the terminal that it was started in. */
export function isLogLine(line: string): boolean {
  return /^\[\d\d:\d\d:\d\d\.\d{3}\] /u.test(line);
}

/** A line without what differs from run to run: times, revisions, folders, lines of the policies. */
export function stable(line: string): string {
  return (
    line
      .replace(/^\[\d\d:\d\d:\d\d\.\d{3}\]/u, '[time]')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, 'time')
      .replaceAll(/\((?:[a-z]+ [\d.]+ ms(?:, )?)+\)/gu, '(stages)')
      .replaceAll(/\b(?:\d+ min )?[\d.]+ m?s\b/gu, 'duration')
      // The shipped policies grow.
      .replaceAll(/\b\d+ modules\b/gu, 'modules')
      .replaceAll(/\.rego:\d+(?::\d+)?:/gu, '.rego:line:')
      .replaceAll(/\b(?:[0-9a-f]{12}|[0-9a-f]{64})\b/gu, 'revision')
      .replaceAll(/\/\S*?\/(policies|home)\b/gu, '/$1')
      .trimEnd()
  );
}

/** Lines of the page that the run did not print, in their order. */
export function missingLines(expected: readonly string[], printed: string): string[] {
  const lines = printed.split(/\r?\n/u).map(stable);
  let from = 0;
  return expected.filter((line) => {
    const at = lines.indexOf(stable(line), from);
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}
