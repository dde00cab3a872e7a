import { StoreRefusedError } from '@tierbook/eventing';
import { MongoClient, type Db, type MongoClientOptions } from 'mongodb';
import { isDuplicateKey, retried, startFailure } from './failures';
import { requireMongoUrl, type MongoPlace } from './mongo-url';

/** What a database of ours is for; one database holds one thing. */
export interface DatabaseFormat {
  readonly what: string;
  /** Raised with every change that an older Tierbook could not read or write. */
  readonly version: number;
}

/** An open database. `run` does what may be repeated, again where an error passes by itself. */
export interface MongoDatabase {
  readonly db: Db;
  /** The variable that names it. */
  readonly setting: string;
  run<T>(work: (attempt: number) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Marker {
  readonly _id: string;
  readonly what: string;
  readonly version: number;
}

/** The collection that says whose database it is. */
export const MARKER_COLLECTION = 'tierbook';
const MARKER = 'format';

/** How long a server is looked for and an answer waited for, unless the URL says otherwise; the driver would wait for ever. */
const TIMES = {
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 5_000,
};
const WRITE_CONCERN = { w: 'majority', journal: true, wtimeoutMS: 10_000 } as const;

/**
 * Connects to the database that a URL names, and sees to it that it is new or ours. Writes are acknowledged by a
 * majority, journaled; reads see only what a majority has.
 *
 * @throws StoreRefusedError for a URL that is none, wrong credentials, a TLS mismatch, too old a server, a database
 * of another program, another purpose or a newer version; StoreUnavailableError where no server answers.
 * One line each, naming the setting.
 */
export async function openDatabase(
  place: MongoPlace,
  format: DatabaseFormat,
): Promise<MongoDatabase> {
  const { setting, url } = place;
  const { hosts, name } = requireMongoUrl(place);
  const client = clientOf(setting, url);
  const db = client.db(name);
  try {
    await client.connect();
    await claim(db, setting, format);
  } catch (error) {
    await client.close();
    throw startFailure(setting, hosts, error);
  }
  return { db, setting, run: (work) => retried(setting, work), close: () => client.close() };
}

function clientOf(setting: string, url: string): MongoClient {
  const given = new Set(
    [...new URLSearchParams(url.split('?')[1] ?? '').keys()].map((key) => key.toLowerCase()),
  );
  const times = Object.entries(TIMES).filter(([key]) => !given.has(key.toLowerCase()));
  const options: MongoClientOptions = {
    appName: 'tierbook',
    writeConcern: WRITE_CONCERN,
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    ignoreUndefined: true,
    ...Object.fromEntries(times),
  };
  try {
    return new MongoClient(url, options);
  } catch (error) {
    // Its message names an option, never a value.
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreRefusedError(`${setting} is not usable: ${why}`, { cause: error });
  }
}

async function claim(db: Db, setting: string, format: DatabaseFormat): Promise<void> {
  const markers = db.collection<Marker>(MARKER_COLLECTION);
  const marker = (await markers.findOne({ _id: MARKER })) ?? (await mark());
  if (marker.what !== format.what) {
    throw new StoreRefusedError(
      `${setting}: the database ${db.databaseName} holds Tierbook's ${marker.what}, and is to hold its ${format.what}: give each its own.`,
    );
  }
  if (marker.version > format.version) {
    throw new StoreRefusedError(
      `${setting}: the ${format.what} in database ${db.databaseName} was written by a newer Tierbook (format ${String(marker.version)}, this one knows ${String(format.version)}): upgrade.`,
    );
  }

  async function mark(): Promise<Marker> {
    const others = await db.listCollections({}, { nameOnly: true }).toArray();
    const foreign = others.filter(({ name }) => !name.startsWith('system.'));
    const ours = foreign.some(({ name }) => name === MARKER_COLLECTION);
    if (foreign.length > 0 && !ours) {
      throw new StoreRefusedError(
        `${setting}: the database ${db.databaseName} is another program's: name one that is new.`,
      );
    }
    try {
      await markers.insertOne({ _id: MARKER, ...format });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    return (await markers.findOne({ _id: MARKER })) ?? { _id: MARKER, ...format };
  }
}
