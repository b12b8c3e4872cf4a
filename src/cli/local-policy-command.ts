import { GatewayCommand } from './base-command.js';
import { serve, withLocalPolicy } from './local-policy.js';
import type { LocalFlags, LocalPolicy } from './local-policy.js';

/** What a command was given to find its folder by. */
export interface ParsedFolder {
  readonly args: { readonly dir?: string | undefined };
  readonly flags: LocalFlags;
}

/** A command that works on a folder of policies without a gateway, and says which one where nobody named it. */
export abstract class LocalPolicyCommand extends GatewayCommand {
  protected withPolicy<T>({ args, flags }: ParsedFolder, work: (local: LocalPolicy) => Promise<T>): Promise<T> {
    return withLocalPolicy(flags, args.dir, (local) => {
      const { dir, why } = local;
      if (why !== undefined && !this.jsonEnabled()) this.logToStderr(this.paintError('dim', `policy folder: ${dir} (${why})`));
      return work(local);
    });
  }

  /** The same with the policies compiled and serving; throws what the reload was rejected for. */
  protected withEngine<T>(parsed: ParsedFolder, work: (local: LocalPolicy) => Promise<T>): Promise<T> {
    return this.withPolicy(parsed, async (local) => {
      await serve(local);
      return work(local);
    });
  }
}
