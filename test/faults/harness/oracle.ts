import { join } from 'node:path';
import { eventSchemas } from '@tierbook/application';
import {
  CachedPersonalKeys,
  EventCodec,
  isKernelEvent,
  systemClock,
  type StoredEvent,
} from '@tierbook/eventing';
import { loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import {
  PROJECTIONS,
  type Recorded,
  type ReadStore,
  type Row,
  type ViewDefinition,
} from '@tierbook/read-models';
import {
  openSqliteEventReader,
  openSqlitePersonalKeysReader,
  openSqliteReadStore,
} from '@tierbook/sqlite';
import { until } from './process';

/** The whole log, read beside whoever writes it. */
export async function readLog(dataDir: string): Promise<readonly StoredEvent[]> {
  const reader = openSqliteEventReader(join(dataDir, 'events.db'));
  try {
    const events: StoredEvent[] = [];
    for await (const batch of reader.readAll()) events.push(...batch.events);
    return events;
  } finally {
    await reader.close();
  }
}

/** What is wrong with the log as such: revisions with a gap, appends that are half there, ids met twice. */
export function flawsOf(events: readonly StoredEvent[]): readonly string[] {
  const flaws: string[] = [];
  const lengths = new Map<string, number>();
  const ids = new Set<string>();
  for (const [index, { id, stream, revision, position, metadata }] of events.entries()) {
    const length = lengths.get(stream) ?? 0;
    lengths.set(stream, length + 1);
    if (revision !== length) flaws.push(`${position}: ${stream} goes on with ${String(revision)}`);
    const { index: place, of } = metadata.append;
    const next = events[index + 1]?.metadata.append.index ?? 0;
    if (next !== (place === of - 1 ? 0 : place + 1)) flaws.push(`${position}: half an append`);
    if (ids.has(id)) flaws.push(`${position}: id ${id} again`);
    ids.add(id);
  }
  return flaws;
}

type Documents = ReadonlyMap<string, Pick<Row<object>, 'position' | 'doc'>>;

/** Each view as the fold of the log, by the view's name. */
export async function foldOf(
  dataDir: string,
  log: readonly StoredEvent[],
): Promise<ReadonlyMap<string, Documents>> {
  const recorded = await decoded(dataDir, log);
  return new Map(
    PROJECTIONS.map((projection) => {
      const { view, keysOf } = projection;
      const documents = new Map<string, { position: Recorded['position']; doc: object }>();
      for (const event of recorded) {
        for (const key of new Set(keysOf(event))) {
          const before = documents.get(key)?.doc;
          const doc = projection.apply(before, event, key);
          if (doc === null) documents.delete(key);
          else if (doc !== before) documents.set(key, { position: event.position, doc });
        }
      }
      return [view.name, documents];
    }),
  );
}

async function decoded(dataDir: string, log: readonly StoredEvent[]): Promise<readonly Recorded[]> {
  const keys = openSqlitePersonalKeysReader({
    path: join(dataDir, 'keys.db'),
    masterKeys: loadOrCreateDevelopmentKeys(dataDir).personalData,
  });
  const refuse = () => Promise.reject(new Error('The oracle only reads personal keys.'));
  const find = (subject: string) => keys.find(subject);
  const codec = new EventCodec(
    new CachedPersonalKeys(
      {
        find,
        obtain: refuse,
        destroy: refuse,
        tombstones: () => keys.tombstones(),
        close: () => keys.close(),
      },
      systemClock,
    ),
    eventSchemas,
  );
  const concerning = log.filter(({ type }) => !isKernelEvent(type));
  try {
    const recorded = await Promise.all(concerning.map((stored) => codec.decode(stored)));
    return recorded as readonly Recorded[];
  } finally {
    await keys.close();
  }
}

/** Each view as it stands in the views' file, once all of them have reached the end of the log. */
export async function viewsOf(
  dataDir: string,
  log: readonly StoredEvent[],
): Promise<ReadonlyMap<string, Documents>> {
  const head = log.at(-1)?.position;
  const store = openSqliteReadStore({ path: join(dataDir, 'views.db') });
  try {
    const views = new Map<string, Documents>();
    for (const { view } of PROJECTIONS) {
      await until(`view ${view.name} at ${String(head)}`, async () => {
        const at = await store.positionOf(view).catch(() => undefined);
        return at === head ? true : undefined;
      });
      // A view whose documents do not matter here.
      views.set(view.name, await documentsOf(store, view as unknown as ViewDefinition<object>));
    }
    return views;
  } finally {
    await store.close();
  }
}

async function documentsOf(store: ReadStore, view: ViewDefinition<object>): Promise<Documents> {
  const documents = new Map<string, Pick<Row<object>, 'position' | 'doc'>>();
  const field = String(view.indexes[0]?.[0]);
  let after: readonly [string | number, string] | undefined;
  do {
    const page = await store.find<object>(view, {
      where: [],
      sort: { field, direction: 'asc' },
      after,
      limit: 200,
    });
    for (const { key, position, doc } of page.rows) documents.set(key, { position, doc });
    after = page.next;
  } while (after !== undefined);
  return documents;
}
