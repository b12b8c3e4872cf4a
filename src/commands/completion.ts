import { Args } from '@oclif/core';
import { GatewayCommand } from '../cli/base-command.js';
import { completionScript, SHELLS } from '../cli/completion-script.js';
import type { CompletedCommand, CompletedFlag } from '../cli/completion-script.js';

export default class Completion extends GatewayCommand {
  static override summary = 'Print a script that makes a shell complete commands and flags';
  static override description = 'Sourced by the start-up file of the shell, it is always that of the installed version.';
  static override examples = [
    { description: 'In ~/.bashrc', command: 'source <(<%= config.bin %> completion bash)' },
    { description: 'In ~/.zshrc', command: 'source <(<%= config.bin %> completion zsh)' },
    { description: 'In config.fish', command: '<%= config.bin %> completion fish | source' },
  ];
  static override enableJsonFlag = false;
  static override args = { shell: Args.string({ required: true, options: [...SHELLS], description: 'The shell' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const shell = SHELLS.find((known) => known === args.shell) ?? 'bash';
    const { bin, binAliases = [] } = this.config;
    process.stdout.write(completionScript(shell, [...new Set([bin, ...binAliases])], this.#commands()));
    return Promise.resolve();
  }

  #commands(): CompletedCommand[] {
    return this.config.commands
      .filter(({ hidden }) => !hidden)
      .map(({ id, flags }) => ({
        words: id.split(':'),
        flags: [...Object.entries(flags).flatMap(([name, flag]) => spellings(name, flag)), { name: '--help' }],
      }))
      .sort((a, b) => (a.words.join(' ') < b.words.join(' ') ? -1 : 1));
  }
}

type Flag = Completion['config']['commands'][number]['flags'][string];

function spellings(name: string, flag: Flag): CompletedFlag[] {
  const value = flag.type === 'option' ? { values: flag.options ?? [] } : {};
  const negated = flag.type === 'boolean' && flag.allowNo ? [{ name: `--no-${name}` }] : [];
  return [{ name: `--${name}`, ...value }, ...negated, ...(flag.char === undefined ? [] : [{ name: `-${flag.char}`, ...value }])];
}
