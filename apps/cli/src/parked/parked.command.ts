import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { ListParkedCommand, ShowParkedCommand } from './list-parked.command';
import { DropParkedCommand, RetryParkedCommand } from './release-parked.command';

@Command({
  name: 'parked',
  description: 'documents of views that stand still before an event: see, retry, drop',
  subCommands: [ListParkedCommand, ShowParkedCommand, RetryParkedCommand, DropParkedCommand],
})
export class ParkedCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
