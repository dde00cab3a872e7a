import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { ShowViewCommand } from './show-view.command';
import { VerifyViewsCommand } from './verify-views.command';

@Command({
  name: 'views',
  description: 'hold the views to the log',
  subCommands: [VerifyViewsCommand, ShowViewCommand],
})
export class ViewsCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
