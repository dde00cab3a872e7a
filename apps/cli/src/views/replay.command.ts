import { resolve } from 'node:path';
import { replayViews } from '@tierbook/platform';
import { Command, Help, Option } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { formatTable } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { configurationHere, keysHere } from '../this-machine';
import { eventsIn } from './events-in';

interface Options extends OperatorOptions {
  readonly to: string;
}

@Command({
  name: 'replay',
  description: 'build every view from the log into a new directory, beside the service',
})
export class ReplayCommand extends OperatorCommand {
  async run(_args: string[], { json, dataDir, to }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const keys = keysHere(process.env, configuration);
    const progress = new Progress('events', await eventsIn(configuration));
    const views = await replayViews(configuration, keys, resolve(to), (events) => {
      progress.advance(events);
    }).finally(() => {
      progress.end();
    });
    const told = views.map(({ view, state, position = null, reason, parked = [] }) => ({
      view,
      state,
      position,
      parkedKeys: parked.length,
      ...(reason === undefined ? {} : { reason }),
    }));
    if (json === true) await print(jsonLine({ to: resolve(to), views: told }));
    else {
      const rows = told.map(({ view, state, position, parkedKeys }) => [
        view,
        String(parkedKeys),
        state,
        position ?? 'none',
      ]);
      const lines = formatTable([['VIEW', 'PARKED', 'STATE', 'POSITION'], ...rows]);
      for (const line of lines) await print(line);
    }
    const paused = told.filter(({ state }) => state === 'paused');
    if (paused.length > 0) {
      throw new CommandFailedError(
        `Not built to the end: ${paused.map(({ view, reason = '' }) => `${view} (${reason})`).join(', ')}.`,
      );
    }
  }

  @Option({
    flags: '--to <directory>',
    description: 'a new directory, which gets views.db',
    required: true,
  })
  parseTo(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Reads the log itself and leaves the service's own views as they are. Events that were dropped (see
\`tierbook parked\`) are left out here too; documents that cannot take an event are parked in state.db there.

Example:
  tierbook replay --to /tmp/views-of-today`;
  }
}
