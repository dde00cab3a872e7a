import type { Expected, StateRecord, StateStore, StateValue } from '../state-store';

interface Entry {
  readonly json: string;
  readonly version: number;
}

/** A StateStore that forgets everything with the process: for tests. Values are copied in and out. */
export class InMemoryStateStore implements StateStore {
  private readonly collections = new Map<string, Map<string, Entry>>();

  get<T extends StateValue>(collection: string, key: string): Promise<StateRecord<T> | undefined> {
    const entry = this.collections.get(collection)?.get(key);
    return Promise.resolve(entry && toRecord<T>(key, entry));
  }

  put(
    collection: string,
    key: string,
    value: StateValue,
    expected: Expected = 'any',
  ): Promise<number | undefined> {
    const entries = this.entriesOf(collection);
    const current = entries.get(key)?.version;
    if (!holds(expected, current)) return Promise.resolve(undefined);
    const version = (current ?? 0) + 1;
    entries.set(key, { json: JSON.stringify(value), version });
    return Promise.resolve(version);
  }

  remove(
    collection: string,
    key: string,
    expected: Exclude<Expected, 'absent'> = 'any',
  ): Promise<boolean> {
    const entries = this.entriesOf(collection);
    const removes = holds(expected, entries.get(key)?.version) && entries.delete(key);
    return Promise.resolve(removes);
  }

  list<T extends StateValue>(
    collection: string,
    options: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly StateRecord<T>[]> {
    const { prefix = '', after, limit } = options;
    const records = [...this.entriesOf(collection)]
      .filter(([key]) => key.startsWith(prefix))
      .filter(([key]) => after === undefined || compareUtf8(key, after) > 0)
      .sort(([a], [b]) => compareUtf8(a, b))
      .slice(0, limit)
      .map(([key, entry]) => toRecord<T>(key, entry));
    return Promise.resolve(records);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private entriesOf(collection: string): Map<string, Entry> {
    const entries = this.collections.get(collection) ?? new Map<string, Entry>();
    this.collections.set(collection, entries);
    return entries;
  }
}

function holds(expected: Expected, current: number | undefined): boolean {
  if (expected === 'any') return true;
  if (expected === 'absent') return current === undefined;
  return current === expected.version;
}

function toRecord<T extends StateValue>(key: string, entry: Entry): StateRecord<T> {
  return { key, value: JSON.parse(entry.json) as T, version: entry.version };
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
