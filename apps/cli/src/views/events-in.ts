import { parsePosition } from '@tierbook/eventing';
import { eventLogPlace, openEventReader, type Configuration } from '@tierbook/platform';

/** How many events the log holds, where its end tells that: in the embedded engine positions count them. */
export async function eventsIn(configuration: Configuration): Promise<number | undefined> {
  const log = await openEventReader(configuration);
  try {
    if (eventLogPlace(configuration).engine !== 'sqlite') return undefined;
    const head = await log.reader.head();
    return head === undefined ? 0 : Number(parsePosition(head)?.ordinal);
  } finally {
    await log.close();
  }
}
