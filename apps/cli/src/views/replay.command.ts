import { resolve } from 'node:path';
import { parsePosition } from '@tierbook/eventing';
import { positionAsOf, replayViews } from '@tierbook/platform';
import { Command, Help, Option } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { formatTable } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { configurationHere, keysHere } from '../this-machine';
import { AsOfCommand, type AsOfOptions } from './as-of-command';
import { eventsIn } from './events-in';

interface Options extends AsOfOptions {
  readonly to: string;
}

@Command({
  name: 'replay',
  description: 'build every view, of now or of any moment, from the log into a new directory',
})
export class ReplayCommand extends AsOfCommand {
  async run(_args: string[], { json, dataDir, asOf, to }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const keys = keysHere(process.env, configuration);
    const upTo = asOf === undefined ? undefined : await positionAsOf(configuration, asOf);
    // On the embedded engine a position counts the events up to it.
    const events = upTo === undefined ? undefined : Number(parsePosition(upTo)?.ordinal);
    const progress = new Progress('events', events ?? (await eventsIn(configuration)));
    const views = await replayViews(configuration, keys, resolve(to), upTo, (read) => {
      progress.advance(read);
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
    if (json === true) await print(jsonLine({ to: resolve(to), asOf: upTo ?? null, views: told }));
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
What it built is read by \`tierbook views show\`, and by any SQLite reader: each view of views.db is named as
here, with _ for -, and has key, position and doc.

Examples:
  tierbook replay --to /tmp/views-of-today
  tierbook replay --as-of 2026-03-31T23:59:59Z --to /tmp/march`;
  }
}
