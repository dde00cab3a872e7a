import { randomUUID } from 'node:crypto';
import type { Expected, StateRecord, StateStore, StateValue } from '@tierbook/state';
import type { Collection } from 'mongodb';
import { isDuplicateKey } from '../connection/failures';
import type { MongoPlace } from '../connection/mongo-url';
import { openDatabase, type MongoDatabase } from '../connection/open-database';

const FORMAT = { what: 'state', version: 1 };

interface StateDocument {
  readonly _id: string;
  /** As JSON text: any key of an object is then kept as it is. */
  readonly value: string;
  readonly version: number;
  /** Of the write that made it so: tells whether a write whose answer was lost has been done. */
  readonly write: string;
}

/**
 * Opens the StateStore kept in the database that the place names: a collection for each of its collections. Each write
 * is one document's, acknowledged by a majority and journaled.
 *
 * @throws StoreRefusedError, StoreUnavailableError as `openDatabase` does.
 */
export async function openMongoStateStore(place: MongoPlace): Promise<StateStore> {
  return new MongoStateStore(await openDatabase(place, FORMAT));
}

class MongoStateStore implements StateStore {
  constructor(private readonly database: MongoDatabase) {}

  async get<T extends StateValue>(
    collection: string,
    key: string,
  ): Promise<StateRecord<T> | undefined> {
    const found = await this.database.run(() =>
      this.collection(collection).findOne({ _id: idOf(key) }),
    );
    return found === null ? undefined : toRecord<T>(found);
  }

  put(
    collection: string,
    key: string,
    value: StateValue,
    expected: Expected = 'any',
  ): Promise<number | undefined> {
    // Written as JSON here and now: what the caller changes later is not written.
    const change = { value: JSON.stringify(value), write: randomUUID() };
    const documents = this.collection(collection);
    return this.database.run(async (attempt) => {
      if (attempt > 0) {
        const stored = await documents.findOne({ _id: idOf(key) });
        if (stored?.write === change.write) return stored.version;
      }
      if (expected === 'absent') return insert(documents, key, change);
      if (expected !== 'any') return update(documents, key, change, expected.version);
      for (;;) {
        const version =
          (await update(documents, key, change)) ?? (await insert(documents, key, change));
        if (version !== undefined) return version;
      }
    });
  }

  remove(
    collection: string,
    key: string,
    expected: Exclude<Expected, 'absent'> = 'any',
  ): Promise<boolean> {
    const _id = idOf(key);
    const filter = expected === 'any' ? { _id } : { _id, version: expected.version };
    return this.database.run(async (attempt) => {
      const documents = this.collection(collection);
      const { deletedCount } = await documents.deleteOne(filter);
      // Gone after a failed attempt: that attempt removed it.
      return (
        deletedCount === 1 ||
        (attempt > 0 && (await documents.findOne({ _id: idOf(key) })) === null)
      );
    });
  }

  async list<T extends StateValue>(
    collection: string,
    options: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly StateRecord<T>[]> {
    const { prefix = '', after, limit } = options;
    if (limit === 0) return [];
    const from =
      after === undefined || isBefore(after, prefix)
        ? { $gte: idOf(prefix) }
        : { $gt: idOf(after) };
    const found = await this.database.run(() =>
      this.collection(collection).find({ _id: from }).sort({ _id: 1 }).limit(limit).toArray(),
    );
    // In key order the keys with a prefix stand together, and the page begins no earlier than they do.
    const rows = found.map((document) => toRecord<T>(document));
    const end = rows.findIndex(({ key }) => !key.startsWith(prefix));
    return end < 0 ? rows : rows.slice(0, end);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private collection(name: string): Collection<StateDocument> {
    return this.database.db.collection<StateDocument>(name);
  }
}

type Change = Pick<StateDocument, 'value' | 'write'>;

/** The new version, or `undefined` where there is none to change, or not that version. */
async function update(
  documents: Collection<StateDocument>,
  key: string,
  change: Change,
  version?: number,
): Promise<number | undefined> {
  const updated = await documents.findOneAndUpdate(
    version === undefined ? { _id: idOf(key) } : { _id: idOf(key), version },
    { $set: change, $inc: { version: 1 } },
    { returnDocument: 'after' },
  );
  return updated?.version;
}

/** The first version, or `undefined` where the key is taken. */
async function insert(
  documents: Collection<StateDocument>,
  key: string,
  change: Change,
): Promise<number | undefined> {
  try {
    await documents.insertOne({ _id: idOf(key), version: 1, ...change });
    return 1;
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}

function toRecord<T extends StateValue>({ _id, value, version }: StateDocument): StateRecord<T> {
  return { key: keyOf(_id), value: JSON.parse(value) as T, version };
}

const BEFORE_BASIC = '\uE000';
const BEFORE_BEYOND = '\uE001';

/**
 * A key as a text that sorts by its UTF-8 bytes on servers that compare UTF-16 units too: the two orders differ
 * from U+E000 on alone, so what is there is marked as being of the basic plane or beyond it.
 */
function idOf(key: string): string {
  return key.replace(
    /[\u{E000}-\u{10FFFF}]/gu,
    (character) => (character.length === 1 ? BEFORE_BASIC : BEFORE_BEYOND) + character,
  );
}

function keyOf(id: string): string {
  return id.replace(/[\uE000\uE001](.)/gsu, '$1');
}

/** As MongoDB orders text without a collation: by its UTF-8 bytes. */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
