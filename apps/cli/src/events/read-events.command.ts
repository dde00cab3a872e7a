import type { Position } from '@tierbook/eventing';
import { openEventReader, openUnsealing, type Configuration } from '@tierbook/platform';
import { Help, Option, SubCommand } from 'nest-commander';
import { UsageError } from '../errors';
import { LogCommand } from '../log-command';
import { wholeNumber } from '../option-values';
import { jsonLine, note, print } from '../terminal/output';
import { configurationHere, keysHere } from '../this-machine';
import { eventLine, showPersonal, showSealed } from './event-lines';
import {
  checkSelection,
  parsePositionOption,
  selectEvents,
  streamName,
  type EventSelection,
} from './event-selection';

interface Options {
  readonly from?: Position;
  readonly stream?: string;
  readonly type?: readonly string[];
  readonly limit?: number;
  readonly reverse?: boolean;
  readonly personal?: boolean;
  readonly json?: boolean;
  readonly dataDir?: string;
}

@SubCommand({ name: 'read', description: 'print events, in the order of the log' })
export class ReadEventsCommand extends LogCommand {
  async run(_args: string[], options: Options): Promise<void> {
    checkReverse(options);
    const configuration = configurationHere(process.env, options.dataDir);
    const log = await openEventReader(configuration);
    const { reader } = log;
    const unsealing =
      options.personal === true ? await openUnsealingHere(configuration) : undefined;
    try {
      const selection = selectionOf(options, configuration.namespace);
      await checkSelection(reader, selection);
      let count = 0;
      for await (const stored of selectEvents(reader, selection)) {
        const event = unsealing ? await showPersonal(stored, unsealing.codec) : showSealed(stored);
        await print(options.json === true ? jsonLine(event) : eventLine(event));
        count += 1;
      }
      if (count === 0) note('No event matches.');
    } finally {
      await unsealing?.close();
      await log.close();
    }
  }

  @Option({
    flags: '--from <position>',
    description:
      'begin with the event at this position, itself included (`after` in the API leaves it out)',
  })
  parseFrom(text: string): Position {
    return parsePositionOption(text);
  }

  @Option({
    flags: '--stream <name>',
    description: 'only this stream, such as customer-<id>',
  })
  parseStream(name: string): string {
    return name;
  }

  @Option({
    flags: '--type <type>',
    description: 'only events of this type; give it again for one more',
  })
  parseType(type: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, type];
  }

  @Option({ flags: '--limit <number>', description: 'at most so many events' })
  parseLimit(text: string): number {
    return wholeNumber('--limit', text, 1, Number.MAX_SAFE_INTEGER);
  }

  @Option({ flags: '--reverse', description: "with --stream: the stream's last event first" })
  parseReverse(): boolean {
    return true;
  }

  @Option({
    flags: '--personal',
    description: "unseal personal data, with this machine's keys",
  })
  parsePersonal(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'one JSON object a line (NDJSON)' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return `
Reads the log's file itself, writes nothing, and may run beside the service. Personal data (names,
addresses, numbers, free text) shows as (sealed) unless --personal is given, and as (erased) once
its key is destroyed.

Examples:
  tierbook events read --limit 20
  tierbook events read --stream customer-0b1e... --reverse --limit 1
  tierbook events read --type SubscriptionOrdered --json | jq -r .data.offerId | sort | uniq -c`;
  }
}

function checkReverse({ reverse, stream, from }: Options): void {
  if (reverse !== true) return;
  if (stream === undefined) {
    throw new UsageError('--reverse goes with --stream: the log as a whole is read forwards.');
  }
  if (from !== undefined) {
    throw new UsageError('--reverse begins with the last event: leave --from out.');
  }
}

function selectionOf({ stream, type, ...options }: Options, namespace: string): EventSelection {
  const { from, limit, reverse } = options;
  return {
    from,
    limit,
    reverse,
    types: type,
    stream: stream === undefined ? undefined : streamName(namespace, stream),
  };
}

function openUnsealingHere(configuration: Configuration): ReturnType<typeof openUnsealing> {
  return openUnsealing(configuration, keysHere(process.env, configuration));
}
