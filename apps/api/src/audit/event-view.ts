import type { RecordedEvent } from '@tierbook/eventing';

/** An event as the API shows it. Its fingerprint and the names of streams stay inside. */
export function eventView({
  id,
  revision,
  position,
  schemaVersion,
  metadata,
  event,
}: RecordedEvent) {
  const { occurredAt, recordedAt, actor, parties, command } = metadata;
  const { commandId, correlationId, causationId } = metadata;
  return {
    id,
    type: event.type,
    schemaVersion,
    revision,
    position,
    occurredAt,
    recordedAt,
    actor,
    parties,
    /** Absent on events from before it was kept. */
    ...(command === undefined ? {} : { command }),
    commandId,
    correlationId,
    causationId,
    data: event.data,
    /** `Erased` once the subject's key is destroyed. */
    ...(event.personal === undefined ? {} : { personal: event.personal }),
  };
}

export type EventView = ReturnType<typeof eventView>;
