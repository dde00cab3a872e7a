import type { EventReader, Position, StoredEvent } from '@tierbook/eventing';

/** Where and when an event stands. */
interface EventPlace {
  readonly position: Position;
  readonly recordedAt: string;
}

/** What a log holds. */
export interface EventStats {
  readonly logId: string;
  readonly events: number;
  readonly first: EventPlace | null;
  readonly last: EventPlace | null;
  readonly streams: {
    readonly total: number;
    readonly byCategory: Readonly<Record<string, number>>;
  };
  readonly byType: Readonly<Record<string, number>>;
  /** By the day (UTC) they were recorded on. */
  readonly byDay: Readonly<Record<string, number>>;
}

/**
 * Counts the whole log, reading it once. Streams are counted by their first events, so that the memory
 * this takes does not grow with the log.
 *
 * @param onRead told how many events were read since the last time.
 */
export async function countEvents(
  reader: EventReader,
  onRead: (count: number) => void = () => undefined,
): Promise<EventStats> {
  const byType = new Map<string, number>();
  const byDay = new Map<string, number>();
  const byCategory = new Map<string, number>();
  let events = 0;
  let first: EventPlace | null = null;
  let last: EventPlace | null = null;
  for await (const batch of reader.readAll()) {
    for (const event of batch.events) {
      first ??= placeOf(event);
      addOne(byType, event.type);
      addOne(byDay, event.metadata.recordedAt.slice(0, 'YYYY-MM-DD'.length));
      if (event.revision === 0) addOne(byCategory, categoryOf(event.stream));
    }
    const final = batch.events.at(-1);
    if (final !== undefined) last = placeOf(final);
    events += batch.events.length;
    onRead(batch.events.length);
  }
  const total = [...byCategory.values()].reduce((sum, count) => sum + count, 0);
  return {
    logId: reader.logId,
    events,
    first,
    last,
    streams: { total, byCategory: mostFirst(byCategory) },
    byType: mostFirst(byType),
    byDay: Object.fromEntries([...byDay].sort()),
  };
}

/** `tierbook.customer-<id>` is of the category `customer`. */
function categoryOf(stream: string): string {
  return /^(?:[^.-]*\.)?([^-]*)/.exec(stream)?.[1] ?? stream;
}

function placeOf({ position, metadata }: StoredEvent): EventPlace {
  return { position, recordedAt: metadata.recordedAt };
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mostFirst(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1)),
  );
}
