import { canonicalJson } from './canonical-json';
import type { StoredEvent } from './envelope';
import type { CanonicalBatch, EventBatch } from './event-store';
import type { JsonObject } from './json';

/**
 * What an event is to an auditor: its one text, everything but its position, by RFC 8785. The same event
 * copied to another log, on whatever engine, has the same text. A log that keeps the parts in this form
 * can put them together without parsing.
 */
export function canonicalEvent(stored: StoredEvent): string {
  const { id, stream, revision, type, schemaVersion, data, personal, metadata } = stored;
  return canonicalText({
    ...{ id, stream, revision, type, schemaVersion },
    data: canonicalJson(data),
    personal: personal === undefined ? null : canonicalJson({ ...personal }),
    metadata: canonicalJson(metadata as object as JsonObject),
  });
}

/** An event's parts, those that are objects in canonical form already. */
export interface CanonicalParts {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  readonly personal: string | null;
  readonly metadata: string;
}

/** Puts an event's canonical text together: its members in the order of their names. */
export function canonicalText(parts: CanonicalParts): string {
  const { id, stream, revision, type, schemaVersion, data, personal, metadata } = parts;
  const sealed = personal === null ? '' : `"personal":${personal},`;
  return (
    `{"data":${data},"id":${JSON.stringify(id)},"metadata":${metadata},${sealed}"revision":${revision},` +
    `"schemaVersion":${schemaVersion},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`
  );
}

/** A log's batches as an auditor reads them, for an engine that keeps parsed events. */
export async function* canonically(
  batches: AsyncIterable<EventBatch>,
): AsyncGenerator<CanonicalBatch> {
  for await (const { events, upTo, caughtUp } of batches) {
    const canonical = events.map((stored) => ({
      id: stored.id,
      position: stored.position,
      text: canonicalEvent(stored),
    }));
    yield { events: canonical, upTo, caughtUp };
  }
}
