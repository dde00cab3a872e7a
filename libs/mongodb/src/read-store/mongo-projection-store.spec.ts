import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { formatPosition, StoreRefusedError } from '@tierbook/eventing';
import {
  customersView,
  type BuildId,
  type ProjectionStore,
  type ViewDefinition,
} from '@tierbook/read-models';
import { MongoClient, type Db } from 'mongodb';
import { describeMongo } from '../../../../test/mongo-server/describe-mongo';
import { newDatabaseUrl } from '../../../../test/mongo-server/mongo-server';
import { Proxy } from '../../../../test/mongo-server/proxy';
import { WriterFencedError } from '../connection/failures';
import type { MongoPlace } from '../connection/mongo-url';
import { openMongoProjectionStore } from './mongo-projection-store';
import { openMongoReadStore } from './mongo-read-store';

interface Note {
  readonly text: string;
}
const notes: ViewDefinition<Note> = {
  name: 'some-notes',
  version: 1,
  readableFrom: 1,
  fields: { text: 'search' },
  indexes: [['text']],
};
const at = (ordinal: number) => formatPosition('00000000000000aa', ordinal);
const written = (build: BuildId, ordinal: number) => [
  {
    build,
    documents: [{ key: 'k', position: at(ordinal), doc: { text: String(ordinal) } }],
    checkpoint: { position: at(ordinal), eventId: `e${String(ordinal)}` },
  },
];

describeMongo('MongoDB ProjectionStore', () => {
  let place: MongoPlace;
  let client: MongoClient;
  let db: Db;
  const opened: ProjectionStore[] = [];
  beforeEach(async () => {
    place = { setting: 'READ_STORE_URL', url: await newDatabaseUrl() };
    client = new MongoClient(place.url);
    db = client.db();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await client.close();
  });
  const open = async () => {
    const store = await openMongoProjectionStore(place);
    opened.push(store);
    return store;
  };
  const collections = async () =>
    (await db.listCollections().toArray()).map(({ name }) => name).sort();

  it('refuses the checkpoints and swaps of who wrote before, and lets its documents change nothing', async () => {
    const first = await open();
    const build = await first.begin(notes);
    await first.promote(build);
    await first.write(written(build, 1));
    const second = await open();
    await second.write(written(build, 5));
    await expect(first.write(written(build, 3))).rejects.toBeInstanceOf(WriterFencedError);
    await expect(first.begin(notes)).rejects.toBeInstanceOf(WriterFencedError);
    await expect(first.promote(build)).rejects.toBeInstanceOf(WriterFencedError);
    await expect(first.discard(build)).rejects.toBeInstanceOf(WriterFencedError);
    const reader = await openMongoReadStore(place);
    expect((await reader.get(notes, 'k'))?.doc).toEqual({ text: '5' });
    expect(await reader.positionOf(notes)).toBe(at(5));
    await reader.close();
  });

  it('puts back the indexes that are missing, and drops what no build names', async () => {
    const store = await open();
    const build = await store.begin(customersView);
    const collection = `customers_v${String(build.generation)}`;
    const keys = async () =>
      (await db.collection(collection).listIndexes().toArray())
        .map(({ key }) => JSON.stringify(key))
        .sort();
    const whole = await keys();
    expect(whole).toContain('{"f.providerId":1,"f.companyName":1,"_id":1}');
    expect(whole).toContain('{"g.companyName":1}');
    await db.collection(collection).dropIndexes();
    await db.createCollection('customers_v99');
    await open();
    expect(await keys()).toEqual(whole);
    expect(await collections()).not.toContain('customers_v99');
  });

  it('is refused, by name, where an index of another kind stands in the way of its own', async () => {
    const store = await open();
    const build = await store.begin(notes);
    const collection = `some_notes_v${String(build.generation)}`;
    await db.collection(collection).dropIndexes();
    const key = { 'f.text': 1, _id: 1 } as const;
    await db.collection(collection).createIndexes([{ key, unique: true }]);
    const opening = openMongoProjectionStore(place);
    await expect(opening).rejects.toThrow(
      new RegExp(`^READ_STORE_URL: the collection ${collection} .* has an index .*: drop it\\.`),
    );
    await expect(opening).rejects.toBeInstanceOf(StoreRefusedError);
  });

  it('never gives a collection’s name twice', async () => {
    const store = await open();
    const first = await store.begin(notes);
    await store.discard(first);
    expect((await store.begin(notes)).generation).toBe(first.generation + 1);
  });

  it('is written again whole after a write whose answer was lost', async () => {
    const store = await open();
    const build = await store.begin(notes);
    await store.promote(build);
    const documents = Array.from({ length: 100 }, (_, n) => ({
      key: `k${String(n)}`,
      position: at(n + 1),
      doc: { text: String(n) },
    }));
    const checkpoint = { position: at(100), eventId: 'e100' };
    await store.write([{ build, documents: documents.slice(0, 60), checkpoint }]);
    const proxy = await Proxy.start(place.url);
    const cut = await openMongoProjectionStore({ ...place, url: proxy.through(place.url) });
    opened.push(cut);
    proxy.fault = { command: 'update', then: 'cut' };
    await cut.write([{ build, documents, checkpoint }]);
    expect(proxy.fault).toBeUndefined();
    const loaded = await store.load(
      build,
      documents.map(({ key }) => key),
    );
    expect([...loaded.values()].map(({ position }) => position).sort()).toEqual(
      documents.map(({ position }) => position),
    );
    await cut.close();
    await proxy.stop();
  });
});
