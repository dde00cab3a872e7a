import { ERASED, type EventCodec, type StoredEvent } from '@tierbook/eventing';
import { jsonLine } from '../terminal/output';

/** An event as it is shown. */
export type ShownEvent = Omit<StoredEvent, 'personal'> & {
  /** `(sealed)`, `(erased)`, or what was unsealed; nothing where the event has no personal data. */
  readonly personal?: unknown;
};

const SEALED = '(sealed)';
const ERASED_SHOWN = '(erased)';

/** The event as the log holds it, its personal data left sealed. */
export function showSealed({ personal, ...event }: StoredEvent): ShownEvent {
  return personal === undefined ? event : { ...event, personal: SEALED };
}

/**
 * The event as this version reads it, its personal data unsealed.
 * @throws MissingPersonalKeyError, UnreadableEventError
 */
export async function showPersonal(stored: StoredEvent, codec: EventCodec): Promise<ShownEvent> {
  const { personal, ...event } = stored;
  if (personal === undefined) return event;
  const { data, personal: unsealed } = (await codec.decode(stored)).event;
  return {
    ...event,
    data: data as StoredEvent['data'],
    personal: unsealed === ERASED ? ERASED_SHOWN : unsealed,
  };
}

/** One line for a person: where, when, what, in which stream, by whom, and what it says. */
export function eventLine(event: ShownEvent): string {
  const { position, type, stream, revision, data, metadata, personal } = event;
  const { actor } = metadata;
  return [
    position,
    metadata.recordedAt,
    type,
    `${stream}@${revision}`,
    `by ${actor.kind} ${actor.id}`,
    jsonLine(data),
    ...(personal === undefined ? [] : [`personal ${shown(personal)}`]),
  ].join('  ');
}

function shown(personal: unknown): string {
  return typeof personal === 'string' ? personal : jsonLine(personal);
}
