import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { IssueTokenCommand } from './issue-token.command';

@Command({
  name: 'tokens',
  description: 'sign bearer tokens for the HTTP API',
  subCommands: [IssueTokenCommand],
})
export class TokensCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
