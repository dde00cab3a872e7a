import type { StoredEvent } from '@tierbook/eventing';
import type { AnyProjection, Recorded } from '../projection';
import type { DocumentWrite, StoredDocument } from '../projection-store';

/** An event that a view cannot take. */
export interface Obstacle {
  readonly event: Pick<StoredEvent, 'id' | 'position' | 'metadata'> & { readonly type: string };
  readonly error: unknown;
}

export interface Projected {
  /** What the events made of the documents that they changed, each once. */
  readonly documents: readonly DocumentWrite[];
  /** Set where the projection threw: nothing of that event's append, nor of later ones, is in `documents`. */
  readonly obstacle?: Obstacle;
}

/**
 * Applies events in order to the documents that they concern, as `load` answers them. An event that a document
 * reflects already is left out: a writer that was cut short before its checkpoint leaves such documents.
 */
export async function project(
  projection: AnyProjection,
  events: readonly Recorded[],
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, StoredDocument>>,
): Promise<Projected> {
  const keyed = keysOfAll(projection, events);
  if (keyed.obstacle !== undefined) return before(keyed.obstacle);
  if (keyed.changes.length === 0) return { documents: [] };
  const documents = new Map(await load([...new Set(keyed.changes.map(({ key }) => key))]));
  const dirty = new Map<string, DocumentWrite>();
  for (const { recorded, key } of keyed.changes) {
    const stored = documents.get(key);
    if (stored !== undefined && recorded.position <= stored.position) continue;
    const doc = stored?.doc ?? undefined;
    let next: object | null;
    try {
      next = projection.apply(doc, recorded, key);
    } catch (error) {
      return before({ event: named(recorded), error });
    }
    if (next === (doc ?? null)) continue;
    const written = { position: recorded.position, doc: next };
    documents.set(key, written);
    dirty.set(key, { key, ...written });
  }
  return { documents: [...dirty.values()] };

  async function before(obstacle: Obstacle): Promise<Projected> {
    const earlier = events.slice(0, startOfAppend(events, obstacle));
    return { ...(await project(projection, earlier, load)), obstacle };
  }
}

/** Index of the first event of the append that the obstacle came in: all of one append have one command. */
export function startOfAppend(
  events: readonly Pick<StoredEvent, 'metadata'>[],
  { event }: Obstacle,
): number {
  return events.findIndex(({ metadata }) => metadata.commandId === event.metadata.commandId);
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
      for (const key of new Set(keysOf(recorded))) changes.push({ recorded, key });
    } catch (error) {
      return { changes, obstacle: { event: named(recorded), error } };
    }
  }
  return { changes };
}

function named({ id, position, metadata, event }: Recorded): Obstacle['event'] {
  return { id, position, metadata, type: event.type };
}
