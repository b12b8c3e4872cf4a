import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Shows a text that may be longer than the screen: `less` goes away by itself when it is not. Falls back to printing it. */
export async function page(text: string, pager: string, print: (text: string) => void): Promise<void> {
  const rows = process.stdout.rows;
  if (!process.stdout.isTTY || pager === '' || pager === 'cat' || text.split('\n').length < rows) {
    print(text);
    return;
  }
  const child = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] });
  // Whoever leaves the pager early has seen enough.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${text}\n`);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === COMMAND_NOT_FOUND) print(text);
}

const COMMAND_NOT_FOUND = 127;
