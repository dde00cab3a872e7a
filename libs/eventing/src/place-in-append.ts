import { canonicalJson } from './canonical-json';
import type { AppendPlace, NewEvent, StoredEvent } from './envelope';
import { AppendTooLargeError } from './errors';
import { MAX_APPEND_BYTES, type StreamWrite } from './event-store';
import type { JsonObject } from './json';

/** A new event with its place in its append, and its JSON texts, measured and canonical (RFC 8785), ready to be stored. */
export interface PlacedEvent {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly metadata: StoredEvent['metadata'];
  readonly json: {
    readonly data: string;
    readonly personal?: string;
    /** Holds the place in the append. */
    readonly metadata: string;
  };
}

export interface PlacedWrite {
  readonly stream: string;
  readonly expectedRevision: StreamWrite['expectedRevision'];
  readonly events: readonly PlacedEvent[];
}

export interface PlacedAppend {
  readonly writes: readonly PlacedWrite[];
  /** Bytes of data and sealed personal data as UTF-8 JSON, summed over the events. */
  readonly bytes: number;
}

/** RFC 9562, in the lower-case form in which an id is also compared. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Checks an append and gives each event its place in it: `index` counts through all streams in the
 * given order, `of` is the number of events in the whole append. Every EventStore calls it first.
 *
 * @throws AppendTooLargeError above MAX_APPEND_BYTES of data and sealed personal data.
 * @throws TypeError for what no caller should send: nothing to write, a stream twice, a revision
 *   that is none, an id that is not a lower-case UUID or stands twice, data without a canonical form.
 */
export function placeInAppend(writes: readonly StreamWrite[]): PlacedAppend {
  const of = countEvents(writes);
  const ids = new Set<string>();
  let index = 0;
  let bytes = 0;
  const placed = writes.map(({ stream, expectedRevision, events }) => ({
    stream,
    expectedRevision,
    events: events.map((event) => {
      checkId(event, stream, ids);
      const placedEvent = placeEvent(event, { index: index++, of });
      bytes += bytesOf(placedEvent);
      return placedEvent;
    }),
  }));
  if (bytes > MAX_APPEND_BYTES) throw new AppendTooLargeError(bytes, MAX_APPEND_BYTES);
  return { writes: placed, bytes };
}

function countEvents(writes: readonly StreamWrite[]): number {
  if (writes.length === 0) throw new TypeError('An append needs at least one stream to write to.');
  const streams = new Set<string>();
  let count = 0;
  for (const { stream, expectedRevision, events } of writes) {
    if (streams.has(stream)) throw new TypeError(`The append names stream ${stream} twice.`);
    if (events.length === 0) throw new TypeError(`The append has no event for stream ${stream}.`);
    if (expectedRevision !== 'no_stream' && !isRevision(expectedRevision)) {
      throw new TypeError(`${expectedRevision} is not a revision of stream ${stream}.`);
    }
    streams.add(stream);
    count += events.length;
  }
  return count;
}

function isRevision(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkId({ id, type }: NewEvent, stream: string, seen: Set<string>): void {
  if (!UUID.test(id)) {
    throw new TypeError(`Event id ${id} (${type}, ${stream}) is not a lower-case UUID.`);
  }
  if (seen.has(id)) throw new TypeError(`Event id ${id} (${type}, ${stream}) stands twice.`);
  seen.add(id);
}

function placeEvent(event: NewEvent, append: AppendPlace): PlacedEvent {
  const metadata = { ...event.metadata, append };
  const json = {
    data: canonicalJson(event.data),
    metadata: canonicalJson(metadata as object as JsonObject),
  };
  return {
    id: event.id,
    type: event.type,
    schemaVersion: event.schemaVersion,
    metadata,
    json:
      event.personal === undefined
        ? json
        : { ...json, personal: canonicalJson({ ...event.personal }) },
  };
}

function bytesOf({ json }: PlacedEvent): number {
  return Buffer.byteLength(json.data) + (json.personal ? Buffer.byteLength(json.personal) : 0);
}
