import { createHash } from 'node:crypto';
import { beginTreeOfCopy } from '@tierbook/audit';
import type {
  EventReader,
  EventStore,
  NewEvent,
  Position,
  StoredEvent,
  StreamWrite,
} from '@tierbook/eventing';
import { canonicalEvent, StoreRefusedError } from '@tierbook/eventing';
import type { StateStore, StateValue } from '@tierbook/state';
import type { Configuration } from './configuration';
import { eventLogPlace, openEventLog, refuseMissing } from './event-log';
import { openStateStore, storePlaces } from './stores';
import { CHECKPOINTS } from './process-manager-checkpoints';

/** What a log holds, so that two can be compared. */
export interface LogDigest {
  readonly events: number;
  /** SHA-256, in hex, over the canonical texts of all events in their order, each ended by a line feed. */
  readonly sha256: string;
}

/**
 * Copies what the target does not have yet, append by append, so that it can be stopped and run again. The
 * target must be empty or hold a beginning of the source.
 *
 * @param onCopied is told how many events more the target has.
 * @throws StoreRefusedError where the target holds something else, or an append of the source does not stand whole.
 */
export async function copyLog(
  source: EventReader,
  target: EventStore,
  onCopied: (events: number) => void,
): Promise<void> {
  const there = target.readAll()[Symbol.asyncIterator]();
  const known = new Known(there);
  for await (const { events } of source.readAll()) {
    for (let start = 0; start < events.length;) {
      const append = appendAt(events, start);
      const has = await known.count(append);
      if (has < append.length) await write(target, append);
      onCopied(append.length);
      start += append.length;
    }
  }
  if (await known.hasMore()) throw notACopy('it holds more than the source');
}

/** What the target had when the copy began, event by event. */
class Known {
  #events: readonly StoredEvent[] = [];
  #next = 0;
  #isOver = false;

  constructor(private readonly batches: AsyncIterator<{ events: readonly StoredEvent[] }>) {}

  /** How many of these events come next. All of them, or the beginning of what was cut short. */
  async count(append: readonly StoredEvent[]): Promise<number> {
    let count = 0;
    for (const event of append) {
      const found = await this.#peek();
      if (found === undefined) break;
      if (canonicalEvent(found) !== canonicalEvent(event)) {
        throw notACopy(`event ${found.id} at ${found.position} is not ${event.id} of the source`);
      }
      this.#next++;
      count++;
    }
    return count;
  }

  async hasMore(): Promise<boolean> {
    return (await this.#peek()) !== undefined;
  }

  async #peek(): Promise<StoredEvent | undefined> {
    while (this.#next >= this.#events.length && !this.#isOver) {
      const next = await this.batches.next();
      this.#isOver = next.done === true;
      if (next.done === true) return undefined;
      this.#events = next.value.events;
      this.#next = 0;
    }
    return this.#events[this.#next];
  }
}

function notACopy(why: string): StoreRefusedError {
  return new StoreRefusedError(
    `The target is no copy of the source: ${why}. Copy into an empty log.`,
  );
}

/** The append that begins there, whole. */
function appendAt(events: readonly StoredEvent[], start: number): readonly StoredEvent[] {
  const place = events[start]?.metadata.append;
  const of = place?.of ?? 1;
  const append = events.slice(start, start + of);
  const isWhole =
    place?.index === 0 &&
    append.length === of &&
    append.every(({ metadata }, at) => metadata.append.index === at && metadata.append.of === of);
  if (isWhole) return append;
  throw new StoreRefusedError(
    `The append of event ${String(events[start]?.id)} at ${String(events[start]?.position)} does not stand whole and side by side in the source: it cannot be copied.`,
  );
}

async function write(target: EventStore, append: readonly StoredEvent[]): Promise<void> {
  const streams = Map.groupBy(append, ({ stream }) => stream);
  const writes = [...streams].map(([stream, events]): StreamWrite => {
    const first = events[0]?.revision ?? 0;
    return {
      stream,
      expectedRevision: first === 0 ? 'no_stream' : first - 1,
      events: events.map(newEventOf),
    };
  });
  const outcome = await target.append(writes);
  if (outcome.kind === 'conflict')
    throw notACopy(`stream ${outcome.stream} is at another revision`);
}

function newEventOf({ id, type, schemaVersion, data, personal, metadata }: StoredEvent): NewEvent {
  return {
    ...{ id, type, schemaVersion, data, metadata },
    ...(personal !== undefined && { personal }),
  };
}

/** Reads a whole log. */
export async function digestOf(log: EventReader): Promise<LogDigest> {
  const hash = createHash('sha256');
  let events = 0;
  for await (const batch of log.readCanonical()) {
    for (const { text } of batch.events) hash.update(text).update('\n');
    events += batch.events.length;
  }
  return { events, sha256: hash.digest('hex') };
}

/**
 * Makes what is kept in the state store go on in the target: the process managers, and the audit tree, which is
 * built again from it. Answers how many process managers were moved.
 */
export async function carryState(state: StateStore, target: EventReader): Promise<number> {
  const moved = await carryCheckpoints(state, target);
  await beginTreeOfCopy(state, target.logId);
  return moved;
}

/**
 * Makes the process managers go on in the target where they stood in the source: by the id of the event.
 * Those that point into the target already stay. Answers how many were moved.
 *
 * @throws StoreRefusedError where an event that one stands at is not in the target.
 */
export async function carryCheckpoints(state: StateStore, target: EventReader): Promise<number> {
  const records = await state.list<StateValue>(CHECKPOINTS, { limit: 1_000 });
  const checkpoints = records
    .map(({ key, value }) => ({ key, ...(value as { position: Position; eventId: string }) }))
    .filter(({ position }) => !position.startsWith(`${target.logId}-`));
  if (checkpoints.length === 0) return 0;
  const wanted = new Set(checkpoints.map(({ eventId }) => eventId));
  const positions = new Map<string, Position>();
  for await (const { events } of target.readAll()) {
    for (const { id, position } of events) if (wanted.has(id)) positions.set(id, position);
  }
  for (const { key, eventId } of checkpoints) {
    const position = positions.get(eventId);
    if (position === undefined) {
      throw new StoreRefusedError(
        `The checkpoint of process manager ${key} names event ${eventId}, which is in neither log: log and state do not belong together.`,
      );
    }
    await state.put(CHECKPOINTS, key, { position, eventId });
  }
  return checkpoints.length;
}

/** A log to copy, the log to copy it to, and the state that goes with them. */
export interface LogsToCopy {
  readonly source: EventReader;
  readonly target: EventStore;
  readonly state: StateStore;
  close(): Promise<void>;
}

/**
 * Opens what a copy needs. A source in a file is locked, so that no service writes it meanwhile.
 *
 * @param from, to as in EVENT_STORE_URL.
 * @throws ConfigurationError, StoreLockedError, StoreRefusedError, StoreUnavailableError: one clear line each.
 */
export async function openLogs(
  configuration: Configuration,
  from: string,
  to: string,
): Promise<LogsToCopy> {
  const placeOf = (eventStoreUrl: string) => eventLogPlace({ ...configuration, eventStoreUrl });
  const place = placeOf(from);
  if (place.engine === 'sqlite') refuseMissing(place.path);
  const statePlace = storePlaces(configuration).state;
  if (statePlace.engine === 'sqlite') refuseMissing(statePlace.path);
  const stop = (error: Error) => {
    throw error;
  };
  const { store: source } = await openEventLog(place, stop);
  try {
    const { store: target } = await openEventLog(placeOf(to), stop);
    const state = await openStateStore(statePlace);
    const close = async (): Promise<void> => {
      for (const store of [state, target, source]) await store.close();
    };
    return { source, target, state, close };
  } catch (error) {
    await source.close();
    throw error;
  }
}
