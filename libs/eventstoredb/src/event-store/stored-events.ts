import {
  type AllStreamResolvedEvent,
  type EventData,
  type ResolvedEvent,
} from '@eventstore/db-client';
import {
  formatPosition,
  type JsonObject,
  type PlacedEvent,
  type SealedPersonal,
  type StoredEvent,
} from '@tierbook/eventing';

/**
 * What stands in the store's metadata of an event. Its data is the event's own data and nothing else, so
 * that it reads well there; the store limits the size of data alone.
 */
type WireMetadata = StoredEvent['metadata'] & {
  readonly schemaVersion: number;
  readonly personal?: SealedPersonal;
};

const encoder = new TextEncoder();

/**
 * A new event as the client takes it: of the texts that were measured, which no caller changes. The client hands
 * metadata on as they are where they are bytes; data it takes as an object alone.
 */
export function wireEventOf({ id, type, schemaVersion, json }: PlacedEvent): EventData {
  const personal = json.personal === undefined ? '' : `"personal":${json.personal},`;
  const ours = `{"schemaVersion":${String(schemaVersion)},${personal}`;
  return {
    id,
    type,
    contentType: 'application/json',
    data: JSON.parse(json.data) as Record<string, unknown>,
    // Never empty: it holds the place in the append.
    metadata: encoder.encode(ours + json.metadata.slice(1)),
  };
}

/** An event as it came back; undefined for what is no event of ours. */
export function storedEventOf(
  logId: string,
  { event }: ResolvedEvent | AllStreamResolvedEvent,
): StoredEvent | undefined {
  if (event?.isJson !== true || event.position === undefined) return undefined;
  const wire = event.metadata as WireMetadata | undefined;
  if (wire?.schemaVersion === undefined) return undefined;
  const { schemaVersion, personal, ...metadata } = wire;
  return {
    id: event.id,
    stream: event.streamId,
    revision: Number(event.revision),
    position: formatPosition(logId, event.position.commit),
    type: event.type,
    schemaVersion,
    data: event.data as JsonObject,
    ...(personal !== undefined && { personal }),
    metadata,
  };
}
