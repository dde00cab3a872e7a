import { carryState, copyLog, digestOf, type LogDigest, openLogs } from '@tierbook/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { formatCount } from '../terminal/format';
import { jsonLine, note, print } from '../terminal/output';
import { configurationHere } from '../this-machine';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
  readonly dataDir?: string;
}

/** Events between two lines that say how far it is. */
const TELL_EVERY = 10_000;

@Command({ name: 'copy', description: 'copy the log to another engine, and prove the copy equal' })
export class CopyCommand extends CommandRunner {
  async run(_args: string[], { from, to, json, dataDir }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const logs = await openLogs(configuration, from, to);
    try {
      let copied = 0;
      await copyLog(logs.source, logs.target, (events) => {
        if (Math.floor((copied + events) / TELL_EVERY) > Math.floor(copied / TELL_EVERY)) {
          note(`${formatCount(copied + events)} events`);
        }
        copied += events;
      });
      const [source, target] = [await digestOf(logs.source), await digestOf(logs.target)];
      refuseDifference(source, target);
      const checkpoints = await carryState(logs.state, logs.target);
      const { logId } = logs.target;
      if (json === true) await print(jsonLine({ ...target, logId, checkpoints }));
      else {
        await print(
          `Copied ${formatCount(target.events)} events, and read both logs: they are equal.`,
        );
        await print(`SHA-256  ${target.sha256}`);
        await print(`Log      ${logId}`);
        await print(`Process managers carried over: ${String(checkpoints)}`);
        await print(
          'Start the service with EVENT_STORE_URL naming the copy: it builds its views anew.',
        );
      }
    } finally {
      await logs.close();
    }
  }

  @Option({ flags: '--from <url>', description: 'the log, as in EVENT_STORE_URL', required: true })
  parseFrom(url: string): string {
    return url;
  }

  @Option({
    flags: '--to <url>',
    description: 'where to copy it, as in EVENT_STORE_URL',
    required: true,
  })
  parseTo(url: string): string {
    return url;
  }

  @Option({ flags: '--json', description: 'one JSON object' })
  parseJson(): boolean {
    return true;
  }

  @Option({
    flags: '--data-dir <directory>',
    description: 'where the state lies (default: DATA_DIR, else ./data)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Stop the service first. Run it again where it was stopped: it goes on. The log that is copied stays as it is;
STATE_STORE_URL's process managers are set to go on in the copy.

Example:
  tierbook copy --from sqlite:./data/events.db --to esdb://admin:changeit@localhost:2113`;
  }
}

function refuseDifference(source: LogDigest, target: LogDigest): void {
  if (source.events === target.events && source.sha256 === target.sha256) return;
  throw new CommandFailedError(
    `The copy is not equal: ${String(source.events)} events (${source.sha256}) against ${String(target.events)} (${target.sha256}).`,
  );
}
