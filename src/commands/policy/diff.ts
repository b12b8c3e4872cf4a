import { Args, Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS, REGO_FLAGS } from '../../cli/flags.js';
import { withLocalHistory } from '../../cli/local-history.js';
import { page } from '../../cli/pager.js';
import { renderDiff } from '../../cli/render-diff.js';
import { renderWitness } from '../../cli/render-witness.js';
import { processEnvironment } from '../../config/environment.js';
import { ERRORS } from '../../errors.js';
import type { GatewayError } from '../../errors.js';
import type { Comparison } from '../../history/compare/compare.js';
import type { WitnessSearch } from '../../impact/witness/search.js';

/** Least exit code of an error. */
const TROUBLE = 2;

/** Time that a search for a witness may take. */
const WITNESS_MS = 2_000;

const SIDES =
  'serving, previous, disk, ~N, a number of the history, the first digits of a revision, or a folder (with a slash in its name)';

export default class PolicyDiff extends GatewayCommand {
  static override summary = 'Compare two revisions, or one with the folder';
  static override description =
    'Unified text by file, then what it means: rules and defaults, data paths with old and new value, entrypoints. Exit codes: 0 the same, 1 different, 2 or more what went wrong, as of diff(1). With --witness inputs are made up for up to two seconds, out of recorded ones and the constants, keys and data of both sides, until one is found that the first side refuses and the second lets through; that none is found proves nothing.';
  static override examples = [
    { description: 'What a reload would change', command: '<%= config.bin %> policy diff' },
    { description: 'What the last save changed', command: '<%= config.bin %> policy diff previous serving' },
    { description: 'An input that the edit lets through', command: '<%= config.bin %> policy diff serving disk --witness' },
    { description: 'A summary by file', command: '<%= config.bin %> policy diff ~3 serving --stat' },
  ];
  static override args = {
    from: Args.string({ ignoreStdin: true, description: SIDES, default: 'serving' }),
    to: Args.string({ ignoreStdin: true, description: 'The same', default: 'disk' }),
  };
  static override flags = {
    ...ADDRESS_FLAGS,
    ...REGO_FLAGS,
    stat: Flags.boolean({ description: 'Counts of lines instead of the text' }),
    witness: Flags.boolean({ description: 'Look for an input that the first side refuses and the second lets through' }),
  };

  async run(): Promise<Comparison & { readonly witness?: WitnessSearch }> {
    const { args, flags } = await this.parse(PolicyDiff);
    const { from, to } = args;
    const comparison = await withLocalHistory(flags, this.config.version, (history) =>
      flags.witness ? history.witness(from, to, WITNESS_MS) : history.diff(from, to, true),
    );
    if (!this.jsonEnabled()) {
      const pager = processEnvironment()['PAGER'] ?? 'less -FRX';
      await page(this.shown(this.#text(comparison, flags.stat)), pager, (text) => this.log(text));
    }
    if (comparison.different) this.endWith(ERRORS.tests_failed.exit);
    return comparison;
  }

  /** Who asks whether anything differs hears no yes from what went wrong. */
  protected override exitOf(error: GatewayError): number {
    return Math.max(super.exitOf(error), TROUBLE);
  }

  #text(comparison: Comparison & { readonly witness?: WitnessSearch }, stat: boolean): string {
    const diff = renderDiff(comparison, this.paint, stat, this.columns);
    return comparison.witness === undefined ? diff : `${diff}\n\n${renderWitness(comparison.witness, this.paint)}`;
  }
}
