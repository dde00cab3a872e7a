import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { EventStatsCommand } from './event-stats.command';
import { ReadEventsCommand } from './read-events.command';

@Command({
  name: 'events',
  description: 'read the log, also beside a running service',
  subCommands: [ReadEventsCommand, EventStatsCommand],
})
export class EventsCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
