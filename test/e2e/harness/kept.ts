import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventStore, PersonalKeys } from '@tierbook/eventing';
import { loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import {
  eventLogPlace,
  openEventLog,
  openPersonalKeys,
  openStateStore,
  readConfiguration,
  type StorePlaces,
  storePlaces,
} from '@tierbook/platform';
import type { StateStore } from '@tierbook/state';
import type { Db } from 'mongodb';

/** What a service keeps, looked at and altered behind its back, whichever engines keep it. */
export class Kept {
  /** @param settings the environment that the service was started with, as far as it names stores. */
  constructor(private readonly settings: Readonly<Record<string, string>>) {}

  /** The log, to write to it while no service runs on it. */
  async openLog(): Promise<EventStore> {
    return (await openEventLog(eventLogPlace(this.configuration()), () => undefined)).store;
  }

  openState(): Promise<StateStore> {
    return openStateStore(this.places().state);
  }

  openKeys(): Promise<PersonalKeys> {
    const { dataDir } = this.configuration();
    const { personalData } = loadOrCreateDevelopmentKeys(dataDir);
    return openPersonalKeys(this.places().keys, personalData);
  }

  /**
   * Every byte that lies there: the files of the data directory by name, and what is in databases of a server as text,
   * as `views.mongodb` and so on. The log's begin with `events.`.
   */
  async bytes(): Promise<ReadonlyMap<string, Buffer>> {
    const { dataDir } = this.configuration();
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
      // What a running service writes anew lies there as a draft for a moment.
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(dataDir.length + 1), readFileSync(path)] as const);
    const bytes = new Map<string, Buffer>(files);
    const { views, state, keys } = this.places();
    for (const [what, place] of Object.entries({ views, state, keys })) {
      if (place.engine === 'mongodb') bytes.set(`${what}.mongodb`, await dumpOf(place.url));
    }
    return bytes;
  }

  /** As if the views were lost while no service runs. */
  async dropViews(): Promise<void> {
    const { views } = this.places();
    if (views.engine === 'mongodb') {
      await inDatabase(views.url, (db) => db.dropDatabase());
      return;
    }
    for (const end of ['', '-wal', '-shm']) rmSync(`${views.path}${end}`, { force: true });
  }

  /** Writes another number into a document of the build of a view that serves. */
  async alterDocument(view: string, key: string, field: string, value: number): Promise<void> {
    const { views } = this.places();
    if (views.engine === 'sqlite') {
      const database = new DatabaseSync(views.path);
      const row = database
        .prepare('SELECT generation FROM builds WHERE view = ? AND serving = 1')
        .get(view);
      const table = `${view}_v${String(row?.['generation'])}`;
      database
        .prepare(`UPDATE ${table} SET doc = json_set(doc, ?, ?) WHERE key = ?`)
        .run(`$.${field}`, value, key);
      database.close();
      return;
    }
    await inDatabase(views.url, async (db) => {
      const record = await db.collection<{ _id: string }>('builds').findOne({ _id: view });
      const { serving } = record as unknown as { readonly serving: number };
      const documents = db.collection<{ _id: string }>(`${view}_v${String(serving)}`);
      await documents.updateOne({ _id: key }, { $set: { [`doc.${field}`]: value } });
    });
  }

  private configuration() {
    return readConfiguration(this.settings, { development: true });
  }

  private places(): StorePlaces {
    return storePlaces(this.configuration());
  }
}

async function dumpOf(url: string): Promise<Buffer> {
  const { BSON } = await import('mongodb');
  return inDatabase(url, async (db) => {
    const lines: string[] = [];
    for (const { name } of await db.listCollections().toArray()) {
      for await (const each of db.collection(name).find()) lines.push(BSON.EJSON.stringify(each));
    }
    return Buffer.from(lines.join('\n'));
  });
}

async function inDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  // Most runs of the tests keep nothing there.
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(url);
  try {
    return await work(client.db());
  } finally {
    await client.close();
  }
}
