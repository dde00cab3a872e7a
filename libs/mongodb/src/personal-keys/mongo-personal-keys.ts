import { randomBytes } from 'node:crypto';
import {
  StoreRefusedError,
  unwrap,
  wrap,
  type MasterKeys,
  type PersonalKey,
  type WrappedPersonalKeys,
} from '@tierbook/eventing';
import { Binary, type Collection } from 'mongodb';
import { isDuplicateKey } from '../connection/failures';
import type { MongoPlace } from '../connection/mongo-url';
import { openDatabase, type MongoDatabase } from '../connection/open-database';

const FORMAT = { what: 'personal keys', version: 1 };
const KEY_BYTES = 32;
const MASTER_KEY_CHECK = 'the master-key check';

/** Where the keys are, and what opens them. */
export interface MongoPersonalKeysOptions extends MongoPlace {
  readonly masterKeys: MasterKeys;
}

interface WrappedKey {
  readonly kid: string;
  readonly nonce: Binary;
  readonly wrapped: Binary;
}

interface MasterKeyDocument extends WrappedKey {
  readonly _id: string;
}

/** A key, or the tombstone of one. */
interface KeyDocument extends Partial<WrappedKey> {
  readonly _id: string;
  readonly destroyedAt?: string;
}

/**
 * Opens the personal keys kept in the database that the place names, each wrapped by the master key that its document
 * names and bound to its subject. A destruction takes the wrapped key out of its document; the server's own journal, oplog and
 * backups hold it until they have run out (docs/operations.md), and without the master key it opens nothing.
 *
 * @throws StoreRefusedError, StoreUnavailableError as `openDatabase` does, and where a master key is missing or wrong.
 */
export async function openMongoPersonalKeys(
  options: MongoPersonalKeysOptions,
): Promise<Required<WrappedPersonalKeys>> {
  const database = await openDatabase(options, FORMAT);
  try {
    const masters = database.db.collection<MasterKeyDocument>('master_keys');
    checkMasterKeys(await masters.find().toArray(), options);
    await enrol(masters, options.masterKeys);
    const keys = database.db.collection<KeyDocument>('personal_keys');
    await keys.createIndexes([{ key: { destroyedAt: 1 }, sparse: true }]);
    return new MongoPersonalKeys(database, masters, keys, options.masterKeys);
  } catch (error) {
    await database.close();
    throw error;
  }
}

class MongoPersonalKeys implements Required<WrappedPersonalKeys> {
  constructor(
    private readonly database: MongoDatabase,
    private readonly masters: Collection<MasterKeyDocument>,
    private readonly keys: Collection<KeyDocument>,
    private readonly masterKeys: MasterKeys,
  ) {}

  async obtain(subject: string): Promise<PersonalKey> {
    for (;;) {
      // What a majority has: a key that another process is making is not there before it is durable.
      const found = await this.find(subject);
      if (found.kind !== 'absent') return found;
      const made = await this.make(subject);
      if (made !== undefined) return made;
    }
  }

  async find(subject: string): Promise<PersonalKey> {
    const found = await this.database.run(() => this.keys.findOne({ _id: subject }));
    if (found === null) return { kind: 'absent' };
    if (found.destroyedAt !== undefined) return { kind: 'destroyed', at: found.destroyedAt };
    return { kind: 'present', key: unwrap(this.masterKeys, subject, bytesOf(found)) };
  }

  async destroy(subject: string, at: string): Promise<void> {
    await this.database.run(async () => {
      const { matchedCount } = await this.keys.updateOne(
        { _id: subject, destroyedAt: { $exists: false } },
        { $set: { destroyedAt: at }, $unset: { kid: '', nonce: '', wrapped: '' } },
      );
      if (matchedCount === 1) return;
      try {
        await this.keys.insertOne({ _id: subject, destroyedAt: at });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        // Destroyed before, unless its key was made between the two: then it is there to be destroyed now.
        const found = await this.keys.findOne({ _id: subject });
        if (found?.destroyedAt === undefined) await this.destroy(subject, at);
      }
    });
  }

  /** How many tombstones there are: they only grow in number, one with each destruction. */
  mark(): Promise<number> {
    return this.database.run(() => this.keys.countDocuments({ destroyedAt: { $gt: '' } }));
  }

  async *tombstones(): AsyncIterable<{ readonly subject: string; readonly at: string }> {
    const found = this.keys.find({ destroyedAt: { $gt: '' } });
    for await (const { _id, destroyedAt = '' } of found) yield { subject: _id, at: destroyedAt };
  }

  async rewrap(stopping?: AbortSignal): Promise<number> {
    const former = { _id: { $ne: this.masterKeys.current } };
    if ((await this.database.run(() => this.masters.findOne(former))) === null) return 0;
    let rewrapped = 0;
    const wrappedByFormer = { kid: { $exists: true, $ne: this.masterKeys.current } };
    for await (const document of this.keys.find(wrappedByFormer)) {
      if (stopping?.aborted === true) return rewrapped;
      rewrapped += await this.rewrapOne(document);
    }
    await this.forgetUnusedMasterKeys();
    return rewrapped;
  }

  async wrappedBy(): Promise<ReadonlyMap<string, number>> {
    const groups = await this.database.run(() =>
      this.keys
        .aggregate<{ readonly _id: string; readonly n: number }>([
          { $match: { kid: { $exists: true } } },
          { $group: { _id: '$kid', n: { $sum: 1 } } },
        ])
        .toArray(),
    );
    return new Map(groups.map(({ _id, n }) => [_id, n]));
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** Only what is still wrapped as it was read: what was destroyed meanwhile stays destroyed. */
  private async rewrapOne(document: KeyDocument): Promise<number> {
    const { _id: subject, kid: formerKid } = document;
    const key = unwrap(this.masterKeys, subject, bytesOf(document));
    const { kid, nonce, wrapped } = wrap(this.masterKeys, subject, key);
    const fields = { kid, nonce: new Binary(nonce), wrapped: new Binary(wrapped) };
    const filter = { _id: subject, ...(formerKid === undefined ? {} : { kid: formerKid }) };
    const { modifiedCount } = await this.database.run(() =>
      this.keys.updateOne(filter, { $set: fields }),
    );
    return modifiedCount;
  }

  /** What is enrolled must be configured: a master key that wraps nothing any more need not be. */
  private async forgetUnusedMasterKeys(): Promise<void> {
    const inUse = [this.masterKeys.current, ...(await this.wrappedBy()).keys()];
    await this.database.run(() => this.masters.deleteMany({ _id: { $nin: inUse } }));
  }

  /** Nothing where another was faster. */
  private make(subject: string): Promise<PersonalKey | undefined> {
    const key = randomBytes(KEY_BYTES);
    const { kid, nonce, wrapped } = wrap(this.masterKeys, subject, key);
    const document = { kid, nonce: new Binary(nonce), wrapped: new Binary(wrapped) };
    return this.database.run(async () => {
      try {
        await this.keys.insertOne({ _id: subject, ...document });
        return { kind: 'present', key };
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    });
  }
}

async function enrol(
  masters: Collection<MasterKeyDocument>,
  masterKeys: MasterKeys,
): Promise<void> {
  const { kid, nonce, wrapped } = wrap(masterKeys, MASTER_KEY_CHECK, Buffer.alloc(0));
  const fields = { kid, nonce: new Binary(nonce), wrapped: new Binary(wrapped) };
  try {
    await masters.insertOne({ _id: kid, ...fields });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

function checkMasterKeys(
  enrolled: readonly MasterKeyDocument[],
  { setting, masterKeys }: MongoPersonalKeysOptions,
): void {
  for (const master of enrolled) {
    try {
      unwrap(masterKeys, MASTER_KEY_CHECK, bytesOf(master));
    } catch (error) {
      throw new StoreRefusedError(
        `${setting}: master key '${master.kid}', which wraps keys there, is missing or another one bears its id: configure the key file that belongs to this data.`,
        { cause: error },
      );
    }
  }
}

function bytesOf({ kid, nonce, wrapped }: Partial<WrappedKey>): {
  kid: string;
  nonce: Uint8Array;
  wrapped: Uint8Array;
} {
  if (kid !== undefined && nonce !== undefined && wrapped !== undefined) {
    return { kid, nonce: nonce.value(), wrapped: wrapped.value() };
  }
  throw new StoreRefusedError('A personal key is not stored as bytes: restore the database.');
}
