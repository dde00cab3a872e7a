import { parsePosition } from '@tierbook/eventing';
import { openEventReader, type Configuration } from '@tierbook/platform';

/** How many events the log holds: on the embedded engine, a position counts the events up to it. */
export async function eventsIn(configuration: Configuration): Promise<number> {
  const log = await openEventReader(configuration);
  try {
    const head = await log.reader.head();
    return head === undefined ? 0 : Number(parsePosition(head)?.ordinal);
  } finally {
    await log.close();
  }
}
