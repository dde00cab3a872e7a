import type { Position, StoredEvent } from '@tierbook/eventing';
import type { EventName, Waiting } from '../control/parked-keys';
import type { AnyProjection, Recorded } from '../projection';
import type { DocumentWrite, StoredDocument } from '../projection-store';

/** An event that a view cannot take. */
export interface Obstacle {
  readonly event: Pick<StoredEvent, 'id' | 'position' | 'metadata'> & { readonly type: string };
  readonly error: unknown;
  /** Of the document that it could not be applied to, where that is known. */
  readonly key?: string;
}

export interface Projected {
  /** What the events made of the documents that they changed, each once. */
  readonly documents: readonly DocumentWrite[];
  /** The events of documents that stand still, in order. */
  readonly waiting: readonly Waiting[];
  /** Set where the projection threw: nothing of that event's append, nor of later ones, is in the rest. */
  readonly obstacle?: Obstacle;
}

/** What people have decided about a build's documents, and what may be decided without them. */
export interface Rules {
  /** Whether the document is to be folded without the event. */
  isSkipped(key: string, eventId: string): boolean;
  /** Where a document that stands still does so. */
  parkedAt(key: string): Position | undefined;
  /** Whether one more document may stand still, at this event, beside the `others` of this batch. */
  mayPark(key: string, eventId: string, others: number): boolean;
}

/**
 * Applies events in order to the documents that they concern, as `load` answers them. An event that a document
 * reflects already is left out: a writer that was cut short before its checkpoint leaves such documents. A
 * document stands still at an event that it cannot take, where `rules` let it, and its later events wait.
 */
export async function project(
  projection: AnyProjection,
  events: readonly Recorded[],
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, StoredDocument>>,
  rules: Rules,
): Promise<Projected> {
  const keyed = keysOfAll(projection, events);
  if (keyed.obstacle !== undefined) return before(keyed.obstacle);
  if (keyed.changes.length === 0) return { documents: [], waiting: [] };
  const documents = new Map(await load([...new Set(keyed.changes.map(({ key }) => key))]));
  const dirty = new Map<string, DocumentWrite>();
  const waiting: Waiting[] = [];
  const parked = new Set<string>();
  for (const { recorded, key } of keyed.changes) {
    const { id, position } = recorded;
    const stored = documents.get(key);
    if (stored !== undefined && position <= stored.position) continue;
    if (rules.isSkipped(key, id)) continue;
    const parkedAt = rules.parkedAt(key);
    if (parked.has(key) || (parkedAt !== undefined && parkedAt <= position)) {
      waiting.push({ key, event: nameOf(recorded) });
      continue;
    }
    const doc = stored?.doc ?? undefined;
    let next: object | null;
    try {
      next = projection.apply(doc, recorded, key);
    } catch (error) {
      if (!rules.mayPark(key, id, parked.size))
        return before({ ...obstacleOf(recorded, error), key });
      parked.add(key);
      waiting.push({ key, event: nameOf(recorded), error: messageOf(error) });
      continue;
    }
    if (next === (doc ?? null)) continue;
    const written = { position, doc: next };
    documents.set(key, written);
    dirty.set(key, { key, ...written });
  }
  return { documents: [...dirty.values()], waiting };

  async function before(obstacle: Obstacle): Promise<Projected> {
    const earlier = events.slice(0, startOfAppend(events, obstacle));
    return { ...(await project(projection, earlier, load, rules)), obstacle };
  }
}

/** Index of the first event of the append that the obstacle came in: all of one append have one command. */
export function startOfAppend(
  events: readonly Pick<StoredEvent, 'metadata'>[],
  { event }: Obstacle,
): number {
  return events.findIndex(({ metadata }) => metadata.commandId === event.metadata.commandId);
}

/** What was thrown, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Change {
  readonly recorded: Recorded;
  readonly key: string;
}

function keysOfAll(
  { keysOf }: AnyProjection,
  events: readonly Recorded[],
): { readonly changes: readonly Change[]; readonly obstacle?: Obstacle } {
  const changes: Change[] = [];
  for (const recorded of events) {
    try {
      const keys = keysOf(recorded);
      for (const key of keys.length > 1 ? new Set(keys) : keys) changes.push({ recorded, key });
    } catch (error) {
      return { changes, obstacle: obstacleOf(recorded, error) };
    }
  }
  return { changes };
}

function obstacleOf({ id, position, metadata, event }: Recorded, error: unknown): Obstacle {
  return { event: { id, position, metadata, type: event.type }, error };
}

function nameOf({ id, position, event }: Recorded): EventName {
  return { id, type: event.type, position };
}
