import {
  History,
  LANGUAGES,
  RefusalLog,
  ResellerNames,
  type HistoryEntry,
  type Language,
  type Names,
} from '@tierbook/audit';
import { StoreRefusedError, streamName, systemClock, type EventCodec } from '@tierbook/eventing';
import { KeyFileError } from '@tierbook/identity';
import {
  openEventReader,
  openStateReader,
  openUnsealing,
  sealedCodec,
  type Configuration,
} from '@tierbook/platform';
import { Command, Help, Option } from 'nest-commander';
import { CommandFailedError, lineOf } from '../errors';
import { LogCommand } from '../log-command';
import { oneOf } from '../option-values';
import { note, print } from '../terminal/output';
import { configurationHere, keysHere } from '../this-machine';
import { FORMATS, writerOf, type Format, type Refused } from './history-lines';

interface Options {
  readonly format?: Format;
  readonly language?: Language;
  readonly sealed?: boolean;
  readonly dataDir?: string;
}

/** What is thrown where there are no keys, or not those of the store. */
const NO_KEYS = [CommandFailedError, KeyFileError, StoreRefusedError] as const;
/** Refusals read at once. */
const PAGE = 1_000;

@Command({
  name: 'history',
  arguments: '<customer>',
  description: 'tell what happened to a customer: who did what, when, for whom',
})
export class HistoryCommand extends LogCommand {
  async run([customer = '']: string[], options: Options): Promise<void> {
    const { format = 'text', language = 'en' } = options;
    const configuration = configurationHere(process.env, options.dataDir);
    const log = await openEventReader(configuration);
    const unsealing = options.sealed === true ? undefined : await unsealingHere(configuration);
    try {
      const { reader } = log;
      const codec = unsealing?.codec ?? sealedCodec();
      const streamOf = (category: string, id: string) =>
        streamName(configuration.namespace, category, id);
      const history = new History(reader, codec).all(streamOf('customer', customer));
      const resellers = new ResellerNames(reader, codec, (id) => streamOf('reseller', id));
      const refusals = await refusalsOf(customer, configuration);
      const writer = writerOf(format);
      let events = 0;
      const waiting = [...refusals];
      for await (const entry of history) {
        if (events === 0) await print(writer.begin({ customer, log: reader.logId, language }));
        events += 1;
        for (const each of takenBefore(waiting, entry)) await print(writer.refusal(each, language));
        const { data } = entry.recorded.event;
        const { organisation } = entry.recorded.metadata.actor;
        await resellers.learn(data, entry.changes, { resellerId: organisation });
        const names = namesIn(entry, resellers, unsealing === undefined);
        await print(writer.event(entry, names, language));
      }
      if (events === 0) throw unknown(customer);
      for (const each of waiting) await print(writer.refusal(each, language));
      await print(writer.end({ events, refusals: refusals.length }, language));
    } finally {
      await unsealing?.close();
      await log.close();
    }
  }

  @Option({ flags: '--format <format>', description: 'text, json or markdown (default: text)' })
  parseFormat(text: string): Format {
    return oneOf('--format', text, FORMATS);
  }

  @Option({ flags: '--language <language>', description: 'en or pt-BR (default: en)' })
  parseLanguage(text: string): Language {
    return oneOf('--language', text, LANGUAGES);
  }

  @Option({ flags: '--sealed', description: 'leave personal data sealed: no keys are needed' })
  parseSealed(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return `
<customer> is its id. Reads the files themselves and writes nothing; it may run beside the service, or on a copy
of the data directory. Refused commands stand among the events. Personal data shows as sealed where there are
no keys, and as erased once its key is destroyed. Whether the log is what it was, \`tierbook audit verify\` says.

Examples:
  tierbook history 0b1e... --language pt-BR
  tierbook history 0b1e... --format markdown > history.md
  tierbook history 0b1e... --data-dir ./copy --format json | jq '.entries[].sentence'`;
  }
}

/** What unseals, where this machine has the keys. */
async function unsealingHere(
  configuration: Configuration,
): Promise<{ readonly codec: EventCodec; close(): Promise<void> } | undefined> {
  try {
    return await openUnsealing(configuration, keysHere(process.env, configuration));
  } catch (error) {
    const isAbsent = NO_KEYS.some((kind) => error instanceof kind);
    if (!isAbsent) throw error;
    note(`Personal data stays sealed. ${lineOf(error)}`);
    return undefined;
  }
}

/** Commands that were refused on the customer, the oldest first; none where there is no state beside the log. */
async function refusalsOf(
  customer: string,
  configuration: Configuration,
): Promise<readonly Refused[]> {
  const state = await openStateReader(configuration);
  if (state === undefined) return [];
  try {
    const log = new RefusalLog({ state, clock: systemClock, onFailure: () => undefined });
    const found: Refused[] = [];
    let before: number | undefined;
    do {
      const page = await log.page({ target: customer }, { before, limit: PAGE });
      found.push(...page.entries.filter((entry) => entry.kind === 'refusal'));
      before = page.before;
    } while (before !== undefined);
    return found.reverse();
  } finally {
    await state.close();
  }
}

/** Takes out of those that wait what was refused before the event. */
function takenBefore(waiting: Refused[], { recorded }: HistoryEntry): readonly Refused[] {
  const later = waiting.findIndex(({ at }) => at >= recorded.metadata.recordedAt);
  return waiting.splice(0, later < 0 ? waiting.length : later);
}

function namesIn(
  { subscriptions }: HistoryEntry,
  resellers: ResellerNames,
  isSealed: boolean,
): Names {
  return {
    reseller: (id) => resellers.nameOf(id),
    subscription: (id) => subscriptions.get(id) ?? id,
    unreadable: isSealed ? 'sealed' : 'erased',
  };
}

function unknown(customer: string): CommandFailedError {
  return new CommandFailedError(
    `There is no customer ${customer} in this log: give its id, as \`tierbook events read --type CustomerCreated\` shows it.`,
  );
}
