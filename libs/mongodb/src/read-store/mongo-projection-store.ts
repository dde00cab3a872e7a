import { StoreRefusedError, type Position } from '@tierbook/eventing';
import {
  MAX_PURGED,
  type AnyView,
  type Build,
  type BuildId,
  type BuildWrite,
  type DocumentWrite,
  type ProjectionStore,
  type ReadStore,
  type StoredDocument,
} from '@tierbook/read-models';
import { MongoBulkWriteError, type Filter } from 'mongodb';
import { isDuplicateKey, isIndexConflict, WriterFencedError } from '../connection/failures';
import type { MongoPlace } from '../connection/mongo-url';
import { MARKER_COLLECTION, openDatabase, type MongoDatabase } from '../connection/open-database';
import { MongoReadStore } from './mongo-read-store';
import {
  buildField,
  collectionNameOf,
  collectionsOf,
  directNameOf,
  documentsOf,
  FORMAT,
  indexesOf,
  newBuildRecord,
  records,
  storedView,
  type BuildRecord,
  type Fields,
  type ViewRecord,
} from './view-records';

/** The most keys of one question. */
const LOADED_AT_ONCE = 1_000;
/** Documents of one command: what it takes stays far below the time that is waited for an answer. */
const WRITTEN_AT_ONCE = 1_000;
/** Commands under way: while the server does one, the next is put together. */
const COMMANDS_AT_ONCE = 2;
const WRITER = 'writer';

interface WriterDocument {
  readonly _id: string;
  readonly fence: number;
}

/**
 * Opens the views kept in the database that the place names for writing, and fences off who wrote them before: from now on
 * that one's checkpoints and swaps are refused. Its documents need no fence: each is a fold of events up to its
 * position, whoever folds, and none takes the place of one that is as far.
 *
 * Puts in order what a process that died in between left: missing indexes, collections of no build, stable names.
 *
 * @throws StoreRefusedError, StoreUnavailableError as `openDatabase` does.
 */
export async function openMongoProjectionStore(
  place: MongoPlace,
): Promise<ReadStore & ProjectionStore> {
  const database = await openDatabase(place, FORMAT);
  try {
    const fence = await database.run(() => nextFence(database));
    const store = new MongoProjectionStore(database, fence);
    await store.prepare();
    return store;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function nextFence({ db }: MongoDatabase): Promise<number> {
  const writers = db.collection<WriterDocument>(MARKER_COLLECTION);
  const writer = await writers.findOneAndUpdate(
    { _id: WRITER },
    { $inc: { fence: 1 } },
    { upsert: true, returnDocument: 'after' },
  );
  return writer?.fence ?? 1;
}

class MongoProjectionStore extends MongoReadStore implements ProjectionStore {
  /** The fields of the builds that were written to. */
  readonly #fields = new Map<string, Fields>();

  constructor(
    database: MongoDatabase,
    private readonly fence: number,
  ) {
    super(database);
  }

  prepare(): Promise<void> {
    return this.database.run(async () => {
      const { db } = this.database;
      await records(db).updateMany({ fence: { $lt: this.fence } }, { $set: { fence: this.fence } });
      const all = await records(db).find().toArray();
      for (const record of all) {
        for (const build of Object.values(record.builds)) {
          const id = { view: record._id, generation: build.generation };
          await this.#createIndexes(id, build);
        }
        await this.#moveDirectView(record);
      }
      const known = new Set(all.flatMap(collectionsOf));
      for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
        if (/_v\d+$/.test(name) && !known.has(name)) await db.dropCollection(name);
      }
    });
  }

  begin(view: AnyView): Promise<Build> {
    return this.database.run(async () => {
      const latest = (await this.#record(view.name))?.latest ?? 0;
      const build = newBuildRecord(view, latest + 1);
      const id = { view: view.name, generation: build.generation };
      if (latest === 0) await this.#firstRecord(view.name);
      await this.#change(
        { _id: view.name, latest },
        { latest: build.generation, [`builds.${buildField(build.generation)}`]: build },
      );
      await this.#createIndexes(id, build);
      return { ...id, version: view.version, serving: false, checkpoint: undefined };
    });
  }

  load(build: BuildId, keys: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>> {
    return this.database.run(async () => {
      const documents = documentsOf(this.database.db, build);
      const parts = chunks(keys, LOADED_AT_ONCE).map((part) =>
        documents.find({ _id: { $in: [...part] } }, { projection: { pos: 1, doc: 1 } }).toArray(),
      );
      const found = (await Promise.all(parts)).flat();
      return new Map(found.map(({ _id, pos, doc }) => [_id, { position: pos, doc }]));
    });
  }

  async write(writes: readonly BuildWrite[]): Promise<void> {
    if (writes.length === 0) return;
    await Promise.all(writes.map(({ build, documents }) => this.#writeDocuments(build, documents)));
    const updates = writes.map(({ build, checkpoint }) => {
      const field = `builds.${buildField(build.generation)}`;
      return {
        updateOne: {
          filter: this.#mine({ _id: build.view, [field]: { $exists: true } }),
          update: {
            $set: {
              fence: this.fence,
              [`${field}.position`]: checkpoint.position,
              [`${field}.eventId`]: checkpoint.eventId,
            },
          },
        },
      };
    });
    const { matchedCount } = await this.database.run(() =>
      records(this.database.db).bulkWrite(updates, { ordered: false }),
    );
    if (matchedCount !== writes.length) throw await this.#notMine(writes.map(({ build }) => build));
  }

  promote(build: BuildId): Promise<void> {
    return this.database.run(async () => {
      const record = await this.#existing(build);
      const others = Object.values(record.builds).filter(
        ({ generation }) => generation !== build.generation,
      );
      await this.#change(
        { _id: build.view, [`builds.${buildField(build.generation)}`]: { $exists: true } },
        { serving: build.generation },
        others.map(({ generation }) => generation),
      );
      await this.#moveDirectView({ ...record, serving: build.generation });
      for (const { generation } of others) await this.#drop({ view: build.view, generation });
    });
  }

  purge(build: BuildId, upTo: Position): Promise<number> {
    return this.database.run(async () => {
      const documents = documentsOf(this.database.db, build);
      const old = { gone: { $gt: '' as Position, $lte: upTo } };
      const found = await documents
        .find(old, { projection: { _id: 1 } })
        .limit(MAX_PURGED)
        .toArray();
      const _id = { $in: found.map((each) => each._id) };
      const { deletedCount } = await documents.deleteMany({ _id, ...old });
      return deletedCount;
    });
  }

  discard(build: BuildId): Promise<void> {
    return this.database.run(async () => {
      const record = await this.#record(build.view);
      if (record === undefined) return;
      const isServing = record.serving === build.generation;
      await this.#change({ _id: build.view }, isServing ? { serving: null } : {}, [
        build.generation,
      ]);
      if (isServing) await this.#moveDirectView({ ...record, serving: null });
      await this.#drop(build);
    });
  }

  async #writeDocuments(build: BuildId, documents: readonly DocumentWrite[]): Promise<void> {
    if (documents.length === 0) return;
    const fields = await this.#fieldsOf(build);
    const parts = chunks(documents, WRITTEN_AT_ONCE).values();
    const write = async () => {
      for (const part of parts) await this.#writePart(build, fields, part);
    };
    await Promise.all(Array.from({ length: COMMANDS_AT_ONCE }, write));
  }

  async #writePart(
    build: BuildId,
    fields: Fields,
    documents: readonly DocumentWrite[],
  ): Promise<void> {
    // The guard: what stands at or after the position is not matched, and its insertion is refused as a duplicate.
    const replacements = documents.map((document) => ({
      replaceOne: {
        filter: { _id: document.key, pos: { $lt: document.position } },
        replacement: storedView(fields, document),
        upsert: true,
      },
    }));
    await this.database.run(() =>
      documentsOf(this.database.db, build)
        .bulkWrite(replacements, { ordered: false })
        .catch(passOverNewer),
    );
  }

  async #createIndexes(id: BuildId, build: BuildRecord): Promise<void> {
    const { db, setting } = this.database;
    try {
      await documentsOf(db, id).createIndexes(indexesOf(build));
    } catch (error) {
      if (!isIndexConflict(error)) throw error;
      throw new StoreRefusedError(
        `${setting}: the collection ${collectionNameOf(id)} in database ${db.databaseName} has an index that is not Tierbook's and stands in the way of one that is: drop it. ${error.message}`,
        { cause: error },
      );
    }
  }

  async #fieldsOf(build: BuildId): Promise<Fields> {
    const name = collectionNameOf(build);
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const { builds } = await this.database.run(() => this.#existing(build));
    const fields = builds[buildField(build.generation)]?.fields ?? {};
    this.#fields.set(name, fields);
    return fields;
  }

  async #record(view: string): Promise<ViewRecord | undefined> {
    return (await records(this.database.db).findOne({ _id: view })) ?? undefined;
  }

  async #existing(build: BuildId): Promise<ViewRecord> {
    const record = await this.#record(build.view);
    if (record?.builds[buildField(build.generation)] !== undefined) return record;
    throw new Error(`No build ${String(build.generation)} of ${build.view}.`);
  }

  async #firstRecord(view: string): Promise<void> {
    try {
      const empty = { fence: this.fence, latest: 0, serving: null, builds: {} };
      await records(this.database.db).insertOne({ _id: view, ...empty });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** Only what no later writer has fenced off. */
  #mine(filter: Filter<ViewRecord>): Filter<ViewRecord> {
    return { ...filter, fence: { $lte: this.fence } };
  }

  /** Changes a view's record. @throws WriterFencedError when another writer has taken over. */
  async #change(
    filter: Filter<ViewRecord> & { readonly _id: string },
    set: Readonly<Record<string, unknown>>,
    dropped: readonly number[] = [],
  ): Promise<void> {
    const unset = Object.fromEntries(
      dropped.map((each) => [`builds.${buildField(each)}`, true as const]),
    );
    const { matchedCount } = await records(this.database.db).updateOne(this.#mine(filter), {
      $set: { ...set, fence: this.fence },
      // An empty $unset is refused by older servers.
      ...(dropped.length > 0 && { $unset: unset }),
    });
    if (matchedCount === 0) throw await this.#notMine([{ view: filter._id, generation: 0 }]);
  }

  async #notMine(builds: readonly BuildId[]): Promise<Error> {
    const views = builds.map(({ view }) => view);
    const fenced = await this.database.run(() =>
      records(this.database.db).findOne({ _id: { $in: views }, fence: { $gt: this.fence } }),
    );
    return fenced === null
      ? new Error(`A build of ${views.join(', ')} is not there any more.`)
      : new WriterFencedError('Another process writes the views now.');
  }

  async #drop(build: BuildId): Promise<void> {
    this.#fields.delete(collectionNameOf(build));
    await this.#dropCollection(collectionNameOf(build));
  }

  async #dropCollection(name: string): Promise<void> {
    if ((await this.#infoOf(name)) !== undefined) await this.database.db.dropCollection(name);
  }

  async #infoOf(name: string) {
    const [info] = await this.database.db.listCollections({ name }).toArray();
    return info;
  }

  /** The stable name for direct readers, where the server has views at all. */
  async #moveDirectView({ _id, serving }: ViewRecord): Promise<void> {
    const { db } = this.database;
    const name = directNameOf(_id);
    const info = await this.#infoOf(name);
    if (info !== undefined && info.type !== 'view') return;
    if (serving === null) {
      if (info !== undefined) await db.dropCollection(name);
      return;
    }
    const viewOn = collectionNameOf({ view: _id, generation: serving });
    const pipeline = [
      { $match: { gone: { $exists: false } } },
      { $project: { _id: 0, key: '$_id', position: '$pos', doc: 1 } },
    ];
    if (info !== undefined) {
      await db.command({ collMod: name, viewOn, pipeline });
      return;
    }
    await db.createCollection(name, { viewOn, pipeline });
    const made = await this.#infoOf(name);
    if (made?.type !== 'view') await db.dropCollection(name);
  }
}

/** Documents that stand at or after what was to be written refuse it: that is the guard. Anything else is thrown. */
function passOverNewer(error: unknown): void {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const failed = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  const others = failed.filter(({ code }) => code !== 11_000);
  if (others.length > 0 || error.result.getWriteConcernError() !== undefined) throw error;
  if (failed.length === 0) throw error;
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
