import { eventLogBytes, openEventReader } from '@tierbook/platform';
import { Help, Option, SubCommand } from 'nest-commander';
import { LogCommand } from '../log-command';
import { formatBytes, formatCount, formatTable } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { configurationHere } from '../this-machine';
import { eventsIn } from '../views/events-in';
import { countEvents, type EventStats } from './event-stats';

interface Options {
  readonly json?: boolean;
  readonly dataDir?: string;
}

@SubCommand({
  name: 'stats',
  description: 'count the events by type and day, and the streams they are in',
})
export class EventStatsCommand extends LogCommand {
  async run(_args: string[], { json, dataDir }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const log = await openEventReader(configuration);
    const { reader } = log;
    try {
      const bytes = eventLogBytes(configuration);
      const progress = new Progress('events', await eventsIn(configuration));
      const stats = await countEvents(reader, (count) => {
        progress.advance(count);
      }).finally(() => {
        progress.end();
      });
      if (json === true) await print(jsonLine({ ...stats, bytes }));
      else for (const line of statsLines(stats, bytes)) await print(line);
    } finally {
      await log.close();
    }
  }

  @Option({ flags: '--json', description: 'one JSON object' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return `
Reads the whole log once, writes nothing, and may run beside the service.

Examples:
  tierbook events stats
  tierbook events stats --json | jq .byType`;
  }
}

/** The counts as a person reads them. */
export function statsLines(
  stats: EventStats,
  bytes: { readonly file: number; readonly wal: number } | undefined,
): string[] {
  const { first, last, streams } = stats;
  const counts = (title: string, of: Readonly<Record<string, number>>): string[] => [
    '',
    title,
    ...formatTable(Object.entries(of).map(([name, count]) => [`  ${name}`, formatCount(count)])),
  ];
  const place = (at: EventStats['first']) =>
    at === null ? 'none' : `${at.position}  ${at.recordedAt}`;
  return [
    `Log      ${stats.logId}`,
    `Events   ${formatCount(stats.events)}`,
    `First    ${place(first)}`,
    `Last     ${place(last)}`,
    ...(bytes === undefined
      ? []
      : [`Bytes    ${formatBytes(bytes.file)}, and ${formatBytes(bytes.wal)} in the WAL`]),
    `Streams  ${formatCount(streams.total)}`,
    ...(stats.events === 0
      ? []
      : [
          ...counts('Streams by category', streams.byCategory),
          ...counts('Events by type', stats.byType),
          ...counts('Events by day (UTC)', stats.byDay),
        ]),
  ];
}
