import { GatewayCommand } from './base-command.js';
import { wrapped } from './fit.js';
import { sayWhileWaiting } from '../gateway/say-while-waiting.js';
import { localFolder, serve, withLocalPolicy } from './local-policy.js';
import type { LocalFlags, LocalFolder, LocalPolicy } from './local-policy.js';
import { besideText, modulesBeside } from '../policy/inventory.js';

/** What a command was given to find its folder by. */
export interface ParsedFolder {
  readonly args: { readonly dir?: string | undefined };
  readonly flags: LocalFlags;
}

/** A command that works on a folder of policies without a gateway, and says which one where nobody named it. */
export abstract class LocalPolicyCommand extends GatewayCommand {
  /** Its own report tells of modules that are not read. */
  protected readonly tellsUnread: boolean = false;

  protected async withPolicy<T>(parsed: ParsedFolder, work: (local: LocalPolicy) => Promise<T>): Promise<T> {
    return withLocalPolicy(await this.folder(parsed), work);
  }

  /** The folder alone. */
  protected async folder({ args, flags }: ParsedFolder): Promise<LocalFolder> {
    const found = await localFolder(flags, args.dir);
    if (!this.jsonEnabled()) await this.#introduce(found);
    return found;
  }

  /** Says on a terminal that work which takes longer than a second goes on. */
  protected whileWaiting<T>(work: Promise<T>, what: string): Promise<T> {
    if (process.stderr.isTTY && !this.jsonEnabled())
      return sayWhileWaiting(work, (seconds) => this.logToStderr(this.paintError('dim', `${what}: ${seconds} s`)));
    return work;
  }

  /** The same with the policies compiled and serving; throws what the reload was rejected for. */
  protected withEngine<T>(parsed: ParsedFolder, work: (local: LocalPolicy) => Promise<T>): Promise<T> {
    return this.withPolicy(parsed, async (local) => {
      await serve(local);
      return work(local);
    });
  }

  async #introduce({ dir, why }: LocalFolder): Promise<void> {
    if (why !== undefined) this.#tell(this.paintError('dim', `policy folder: ${dir} (${why})`));
    const beside = this.tellsUnread ? undefined : await modulesBeside(dir);
    if (beside !== undefined) this.#tell(`${this.paintError('yellow', 'warning')}: ${besideText(beside)}`);
  }

  #tell(line: string): void {
    this.logToStderr(wrapped(line, 2, this.errorColumns));
  }
}
