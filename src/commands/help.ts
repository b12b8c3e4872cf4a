import { Args, Flags, loadHelpClass } from '@oclif/core';
import { GatewayCommand } from '../cli/base-command.js';
import { refuseUnknown } from '../cli/usage-error.js';

export default class Help extends GatewayCommand {
  static override summary = 'Show what a command does, as its --help does';
  static override examples = [{ description: 'Of one command', command: '<%= config.bin %> help policy reload' }];
  static override enableJsonFlag = false;
  static override strict = false;
  static override args = { command: Args.string({ description: 'The command, word by word' }) };
  static override flags = { 'nested-commands': Flags.boolean({ char: 'n', description: 'List the commands below it too' }) };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Help);
    const words = argv.map(String);
    refuseUnknown(words, { bin: this.config.bin, ids: this.config.commandIDs });
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, { all: flags['nested-commands'] }).showHelp(words);
  }
}
