import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { ListProjectionsCommand } from './list-projections.command';
import { PauseProjectionCommand, ResumeProjectionCommand } from './pause-projection.command';
import { ProjectionStatusCommand } from './projection-status.command';
import { RebuildProjectionCommand } from './rebuild-projection.command';

@Command({
  name: 'projections',
  description: 'see and control how the views are built, also beside a running service',
  subCommands: [
    ListProjectionsCommand,
    ProjectionStatusCommand,
    RebuildProjectionCommand,
    PauseProjectionCommand,
    ResumeProjectionCommand,
  ],
})
export class ProjectionsCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
