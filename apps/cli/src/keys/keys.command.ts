import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { GenerateKeysCommand } from './generate-keys.command';

@Command({
  name: 'keys',
  description: "make a service's secret keys",
  subCommands: [GenerateKeysCommand],
})
export class KeysCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
