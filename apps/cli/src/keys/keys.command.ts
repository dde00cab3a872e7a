import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { DropKeyCommand } from './drop-key.command';
import { GenerateKeysCommand } from './generate-keys.command';
import { ListKeysCommand } from './list-keys.command';
import { AddKeyCommand, UseKeyCommand } from './rotate-key.command';

@Command({
  name: 'keys',
  description: "make a service's secret keys, and replace them: add, use, drop",
  subCommands: [GenerateKeysCommand, ListKeysCommand, AddKeyCommand, UseKeyCommand, DropKeyCommand],
})
export class KeysCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
